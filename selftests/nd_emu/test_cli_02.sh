#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"
. "${0%/*}/configfs.sh"
. "${0%/*}/cli.sh"

begin 40.2 "nd-emu inject makes the platform misbehave, and list shows it" 13
needs_command
needs dd
without_udevd

prepare()
{
	open_configfs && nd_emu_ok up single 96M || return
	BUS=/sys/bus/nd/devices/$(get single/dev_name)
	DIMM=$(get single/dimms/dimm0/dev_name)
	REGION=$(get single/regions/region0/dev_name)
	DISK=$(echo "$BUS/$REGION"/namespace*/block/*)
	DISK=/dev/${DISK##*/}
}

# health NAME VALUE...: what ndctl says of the DIMM
health()
{
	local found
	found=$(ndctl list -DH -d "$DIMM")
	while [ $# -gt 0 ]; do
		REPLY=
		[[ ! $found =~ \"$1\":\"?([^\",[:space:]]+) ]] ||
			REPLY=${BASH_REMATCH[1]%.0}
		equal "$1" "$REPLY" "$2" || return
		shift 2
	done
}

failing_labels()
{
	nd_emu_ok inject fail single/dimm0 get_data errno=EIO &&
	not ndctl read-labels -o /dev/null "$DIMM" 2>/dev/null &&
	nd_emu_ok list single && says "fails: get_data errno=5 times=always" &&
	nd_emu_ok inject fail "$DIMM" get_data off &&
	ndctl read-labels -o /dev/null "$DIMM" 2>/dev/null &&
	nd_emu_ok list && says_no fails
}

failing_flush()
{
	nd_emu_ok inject fail "single/region0" flush errno=5 times=1 &&
	nd_emu_ok list && says "fails: flush errno=5 times=1" &&
	not dd if=/dev/zero of="$DISK" bs=4096 count=1 conv=fsync 2>/dev/null &&
	dd if=/dev/zero of="$DISK" bs=4096 count=1 conv=fsync 2>/dev/null
}

failing_live()
{
	nd_emu_ok inject fail platform live errno=ENOMEM times=1 &&
	nd_emu_ok list && says "^platform$" "fails: live errno=12 times=1" &&
	not "$NDEMU" up sector 32M >/dev/null 2>&1 &&
	equal buses "$(echo $CONFIG/*/)" "$CONFIG/single/" &&
	nd_emu_ok inject off platform
}

measured()
{
	nd_emu_ok inject health single/dimm0 media_temperature=77 spares=3 \
		life_used=90 health=critical &&
	health temperature_celsius 77 spares_percentage 3 \
		life_used_percentage 90 health_state critical
}

bad_sectors()
{
	nd_emu_ok inject error "$DISK" 1000 8 &&
	within 10 grep -q . "/sys/class/block/${DISK##*/}/badblocks" &&
	equal "bad blocks" "$(</sys/class/block/"${DISK##*/}"/badblocks)" "1000 8" &&
	not dd if="$DISK" of=/dev/null bs=512 skip=1007 count=1 \
		iflag=direct 2>/dev/null &&
	nd_emu_ok list && says "$DISK, 8 bad sectors$" &&
	dd if=/dev/zero of="$DISK" bs=4096 seek=125 count=1 oflag=direct \
		2>/dev/null &&
	nd_emu_ok list && says_no "bad sectors"
}

slow_scrub()
{
	nd_emu_ok inject scrub single 60000 &&
	ndctl start-scrub "${BUS##*/}" >/dev/null 2>&1 &&
	grep -q + "$BUS/nfit/scrub"
}

all_off()
{
	"$NDEMU" inject fail single ars_cap errno=5 &&
	"$NDEMU" inject fail single/dimm0 smart errno=5 &&
	ndctl inject-smart --fatal "$DIMM" >/dev/null 2>&1
	nd_emu_ok inject off single &&
	nd_emu_ok list && says_no fails &&
	health health_state ok temperature_celsius 23 spares_percentage 100
}

unknown_objects()
{
	nd_emu_refuses 1 "nix: must be platform, or a live BUS" \
		inject fail nix smart errno=5 &&
	nd_emu_refuses 1 "single/nix: must be" \
		inject fail single/nix smart errno=5 &&
	nd_emu_refuses 1 "single: must be a DIMM" \
		inject health single spares=1 &&
	nd_emu_refuses 1 "must be a bus" inject scrub "$DIMM" 3
}

bad_rules()
{
	nd_emu_refuses 1 "must be the name of an operation" \
		inject fail single/dimm0 nix errno=5 &&
	nd_emu_refuses 1 "must be off, or some of" \
		inject fail single/dimm0 smart errno=99999 &&
	nd_emu_refuses 1 "errno=EWHAT: must be a number" \
		inject fail single/dimm0 smart errno=EWHAT &&
	nd_emu_refuses 2 "must be fail, health" inject nix &&
	nd_emu_ok list && says_no fails
}

# The good value before the bad one is not taken either.
bad_health()
{
	nd_emu_refuses 1 "spares=101: must be" \
		inject health single/dimm0 life_used=5 spares=101 &&
	nd_emu_refuses 1 "health=fine: must be" \
		inject health single/dimm0 health=fine &&
	nd_emu_refuses 1 "nix=1: must be" inject health "$DIMM" nix=1 &&
	health life_used_percentage 0
}

bad_places()
{
	local size
	size=$(<"/sys/class/block/${DISK##*/}/size")
	nd_emu_refuses 1 "must be sectors of 512 bytes" \
		inject error "$DISK" "$size" &&
	nd_emu_refuses 1 "must be sectors of 512 bytes" \
		inject error "$DISK" $((size - 1)) 2 &&
	nd_emu_refuses 1 "must be a block device" inject error /dev/null 1 &&
	nd_emu_refuses 2 "takes BLOCKDEV SECTOR" inject error "$DISK"
}

# completes WORD... EXPECTED: the last word but one is what is being typed
completes()
{
	local expected=${*: -1}
	COMP_WORDS=("${@:1:$#-1}")
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	_nd_emu
	equal "completion of ${COMP_WORDS[*]}" \
		"$(printf '%s\n' "${COMPREPLY[@]}" | sort | xargs)" "$expected"
}

completion()
{
	# shellcheck source=/dev/null
	. "$DIR/command/completion.bash" &&
	complete -p nd-emu >/dev/null &&
	completes "$NDEMU" s save &&
	completes "$NDEMU" up tw two-sockets &&
	completes "$NDEMU" down "" "--all single" &&
	completes "$NDEMU" inject h health &&
	completes "$NDEMU" inject health nm "$DIMM" &&
	completes "$NDEMU" inject fail "$DIMM" sm \
		"smart smart_inject smart_set_threshold smart_threshold" &&
	completes "$NDEMU" inject fail single inj \
		"inject_clear inject_get inject_set" &&
	completes "$NDEMU" inject fail platform "" live &&
	completes "$NDEMU" up single x ""
}

result "a bus is there" prepare
result "labels that cannot be read" failing_labels
result "a flush that fails once" failing_flush
result "a bus that does not go live" failing_live
result "what a DIMM measures" measured
result "bad sectors, until they are written" bad_sectors
result "a scrub that takes its time" slow_scrub
result "all of it is taken back" all_off
result "what there is not is refused" unknown_objects
result "a rule that makes no sense is refused" bad_rules
result "health that makes no sense is refused, and all that came with it" \
	bad_health
result "sectors that there are not are refused" bad_places
result "bash completes commands, profiles and names" completion
finish
