#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"
. "${0%/*}/cmd.sh"

begin 30.2 "an operation fails when it is told to" 16
without_udevd

rule()
{
	echo "$2" 2>/dev/null >"$1/fail"
}

size()
{
	"$DIR/labelcmd" "$DIMM_DEV" size
}

# A rule that is refused changes nothing.
bad_rule()
{
	local before
	before=$(<"$DIMM_DEBUG/fail")
	not rule "$DIMM_DEBUG" "$1" && same_text "$(<"$DIMM_DEBUG/fail")" "$before"
}

bad_rules()
{
	local rule
	for rule; do
		bad_rule "$rule" || {
			diag "rule '$rule'"
			return 1
		}
	done
}

size_fails()
{
	fails_with "$1" size
}

errno()
{
	rule "$DIMM_DEBUG" "get_size errno=13" && size_fails "Permission denied" &&
		size_fails "Permission denied"
}

off()
{
	rule "$DIMM_DEBUG" "get_size off" && equal size "$(size)" "131072 4096" &&
		equal rules "$(<"$DIMM_DEBUG/fail")" ""
}

once()
{
	rule "$DIMM_DEBUG" "get_size errno=5 times=1" &&
		size_fails "Input/output error" &&
		equal size "$(size)" "131072 4096"
}

third()
{
	rule "$DIMM_DEBUG" "get_size errno=12 skip=2 times=1" &&
		size >"$TMP/out" && size >"$TMP/out" &&
		size_fails "Cannot allocate memory" && size >"$TMP/out"
}

status()
{
	rule "$DIMM_DEBUG" "get_size status=0x10004 times=1" || return
	equal answer "$(dimm_ioctl 4 12)" "040001000000020000100000"
}

delay()
{
	local before after
	rule "$DIMM_DEBUG" "get_size delay=700 times=1" || return
	before=$(date +%s%N)
	size >"$TMP/out" || return
	after=$(date +%s%N)
	[ $(((after - before) / 1000000)) -ge 700 ]
}

counted()
{
	rule "$DIMM_DEBUG" "get_size errno=5 times=2" || return
	not size 2>/dev/null || return
	equal rule "$(<"$DIMM_DEBUG/fail")" \
		"get_size errno=5 status=0x0 skip=0 times=1 delay=0 hits=1" && off
}

# The kernel takes EACCES with the size filled in for a DIMM whose capacity is
# locked and whose labels are not, so the region has its namespaces, disabled.
filled()
{
	disable_regions
	ndctl disable-dimm -b nd_emu all >/dev/null 2>&1
	rule "$DIMM_DEBUG" "get_size errno=13 times=1"
	ndctl enable-dimm "$DIMM_NAME" >/dev/null 2>&1 || return
	attr_is "$DIMM_NAME/flags" "lock "
}

label_reads()
{
	ndctl disable-dimm "$DIMM_NAME" >/dev/null 2>&1
	rule "$DIMM_DEBUG" "get_data errno=13" || return
	not ndctl enable-dimm "$DIMM_NAME" >/dev/null 2>&1 || return
	rule "$DIMM_DEBUG" "get_data off"
	ndctl enable-dimm -b nd_emu all >/dev/null 2>&1
	enable_regions
	settle
	equal "DIMM" "$(basename "$(readlink "$BUS/$DIMM_NAME/driver")")" nvdimm
}

other_dimm()
{
	local other=${BUS_DEBUG}/nmem$((${DIMM_NAME#nmem} + 1))
	rule "$other" "get_size errno=5" && size >"$TMP/out" &&
		rule "$other" "get_size off"
}

flush()
{
	local region=$BUS_DEBUG/$REGION block
	block=$(echo "$BUS/$REGION"/namespace*/block/*)
	block=/dev/${block##*/}
	rule "$region" "flush errno=5 times=1" || return
	not dd if=/dev/zero of="$block" bs=4k count=1 conv=fsync status=none \
		2>/dev/null || return
	dd if=/dev/zero of="$block" bs=4k count=1 conv=fsync status=none
}

# answered HOW NUMBER IN OUT [HEX]: what comes back, from its status on
answered()
{
	local answer
	if [ "$1" = ioctl ]; then
		answer=$("$DIR/ndcmd" "$DEV" ioctl "$2" $(($3 + $4)) ${5:+"$5"}) &&
			REPLY=${answer:$((2 * $3))}
	else
		answer=$("$DIR/ndcmd" "$DEV" call 0 "${@:2}") &&
			REPLY=${answer##* }
	fi
}

# each_fails DEVICE DIRECTORY: all that are in the table. Labels are not written, nor
# errors cleared, by a program while a region is enabled.
each_fails()
{
	disable_regions && in_table "$@"
	set -- $?
	enable_regions
	settle
	return "$1"
}

in_table()
{
	local line name how
	DEV=$1
	while read -ra line; do
		name=${line[0]} how=("${line[@]:1}")
		rule "$2" "$name status=0x33 times=1" && answered "${how[@]}" &&
		field_is "status of $name" "$REPLY" 0 4 $((0x33)) &&
		rule "$2" "$name errno=12 times=1" || return
		if answered "${how[@]}" 2>"$TMP/err"; then
			diag "$name has succeeded"
			return 1
		fi
		grep -q "Cannot allocate memory" "$TMP/err" || return
	done
}

# By number, input and output; get_data and set_data: 16 bytes at 0
of_dimm()
{
	each_fails "$DIMM_DEV" "$DIMM_DEBUG" <<-END
	get_size ioctl 4 0 12
	get_data ioctl 5 8 20 $(le 4 0 16)
	set_data ioctl 6 24 4 $(le 4 0 16)
	smart ioctl 1 0 132
	smart call 1 0 132
	smart_threshold call 2 0 12
	enable_lss call 10 1 4
	fw_info call 12 0 44
	fw_start call 13 0 8
	fw_send call 14 12 4
	fw_finish call 15 8 4
	fw_query call 16 4 12
	smart_set_threshold call 17 7 4
	smart_inject call 18 15 4
	END
}

of_bus()
{
	each_fails "$BUS_DEV" "$BUS_DEBUG" <<-END
	ars_cap ioctl 1 16 16
	ars_start ioctl 2 24 8
	ars_status ioctl 3 0 48 $(le 4 0 4096)
	clear_error ioctl 4 16 16
	translate_spa call 5 8 36
	inject_set call 7 17 4
	inject_clear call 8 16 4
	inject_get call 9 0 8
	END
}

live()
{
	equal operations "$(<$DEBUGFS/fail)" "" &&
		rule "$DEBUGFS" "live errno=12" &&
		equal rule "$(<$DEBUGFS/fail)" \
			"live errno=12 status=0x0 skip=0 times=always delay=0 hits=0"
}

[ -d /sys/kernel/debug ] && mountpoint -q /sys/kernel/debug ||
	mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null ||
	skip_all "no debugfs"
load size=256M dimms=2 labels=1
devices
result "with the errno of the rule, every time" errno
result "until the rule is taken back" off
result "once" once
result "the third time" third
result "with the status of the rule, and its output complete" status
result "late" delay
result "and counts it" counted
result "without any other DIMM failing" other_dimm
result "after it filled its output: a capacity that is locked" filled
result "label reads, and with them the DIMM" label_reads
result "an unknown operation, or none, is refused" \
	bad_rules "" "no_such errno=5" "flush errno=5"
result "a rule that does nothing, or with a bad number, is refused" \
	bad_rules "get_size" "get_size skip=1" "get_size errno=0" \
	"get_size errno=4096" "get_size errno=-5" "get_size delay=60001" \
	"get_size delay=x" "get_size frequency=5" "get_size errno" \
	"get_size status=0x100000000"
result "each command of a DIMM that a program can send" of_dimm
result "each command of the bus" of_bus
result "a flush of the region" flush
result "going live can be told to fail as well" live
finish
