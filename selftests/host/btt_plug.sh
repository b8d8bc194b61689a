#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The machine loses power while BTT disks are written to, $TIMES times, at
# random moments ($SEED): QEMU is killed, and another one is started in the same
# memory. Every sector that was acknowledged is there, and none is mixed. The
# last machine has the kernel's driver.
#
# With MODE=raw there is no BTT, and a mixed sector has to be found: that what
# finds none elsewhere can find one. It is larger there, so that the machine
# spends its time on copies, of which the kill has to hit one.

# shellcheck source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

TIMES=${TIMES:-3}
MODE=${MODE:-sector}
SIZES=(512 4096)

# --- in the guest ------------------------------------------------------------

create()
{
	local options size
	ndctl disable-region -b nd_emu all
	ndctl init-labels -f all
	ndctl enable-region -b nd_emu all
	for size in "${SIZES[@]}"; do
		options=(-s 64M -n "plug$size" -m "$MODE")
		[ "$MODE" = raw ] || options+=(-l "$size")
		ndctl create-namespace "${options[@]}"
	done >/dev/null
}

# disk SIZE: that with sectors of SIZE
disk()
{
	local name
	name=$(ndctl list -b nd_emu -N | jq -r ".[] |
		select(.name == \"plug$1\") | .blockdev")
	[ -b "/dev/$name" ] || fail "no disk with sectors of $1"
	echo "/dev/$name"
}

driver_is()
{
	local disk driver size
	for size in "${SIZES[@]}"; do
		disk=$(disk "$size")
		driver=$(readlink "/sys/block/${disk#/dev/}/device/driver")
		equal "driver of the $size B disk" "${driver##*/}" "$1"
	done
}

# port NAME: the device of a virtio port
port()
{
	local name
	for name in /sys/class/virtio-ports/*/name; do
		[ "$(<"$name")" != "nd_emu.$1" ] || {
			name=${name%/name}
			echo "/dev/${name##*/}"
		}
	done
}

# plug ARGUMENT...
plug()
{
	local options=()
	[ "$MODE" != raw ] || options=(-s 16384)
	"$SHARED/btt_plug" "${options[@]}" "$@"
}

check_disks()
{
	local size
	for size in "${SIZES[@]}"; do
		say "$size B: $(plug check "$(disk "$size")" \
			"$SHARED/log.$size".*)" || fail "$size B disk"
	done
}

# boot RUN MODE: look at what the run before has left, and write
boot()
{
	local run=$1 size
	MODE=$2
	[ "$MODE" = raw ] || modprobe nd_emu_btt
	load base=$BASE size=1G
	if [ "$run" -eq 1 ]; then
		create
		udevadm settle
		remember_places
	else
		check_disks
	fi
	[ "$MODE" = raw ] || driver_is nd_emu_btt
	for size in "${SIZES[@]}"; do
		plug write "$(disk "$size")" "$(port "log$size")" "$run" &
	done
	wait -n
	fail "a writer has ended"
}

remember_places()
{
	local ns size
	for size in "${SIZES[@]}"; do
		ns=$(ndctl list -b nd_emu -N | jq -r ".[] |
			select(.name == \"plug$size\") | .dev")
		cat "/sys/bus/nd/devices/$ns/"{resource,size} \
			>"$SHARED/place.$size"
	done
}

last_boot()
{
	load base=$BASE size=1G
	driver_is nd_pmem
	check_disks
	unload
}

# --- on the host -------------------------------------------------------------

# start RUN FUNCTION
start()
{
	local options=() run=$1 size
	shift
	for size in "${SIZES[@]}"; do
		options+=(-q -chardev
			-q "file,id=log$size,path=$SHARED/log.$size.$run"
			-q -device
			-q "virtserialport,chardev=log$size,name=nd_emu.log$size")
	done
	rm -f "$SHARED/pid"
	in_vm -t 600 -a "$RESERVED" --ram-file "$ram" -q -pidfile \
		-q "$SHARED/pid" "${options[@]}" -- "$@"
}

# Every writer has had something acknowledged.
logs_begun()
{
	local size
	for size in "${SIZES[@]}"; do
		[ -s "$SHARED/log.$size.$1" ] || return 1
	done
}

# run RUN: boot, let it write for up to two seconds, and kill it. Fails if the
# machine found something wrong.
run()
{
	local delay=$((RANDOM % 2000)) vm
	start "$1" boot "$1" "$MODE" >"$SHARED/out.$1" 2>"$SHARED/err.$1" &
	vm=$!
	until logs_begun "$1"; do
		if ! kill -0 "$vm" 2>/dev/null; then
			cat "$SHARED/out.$1" "$SHARED/err.$1"
			return 1
		fi
		sleep 0.1
	done
	sleep "$(printf '%d.%03d' $((delay / 1000)) $((delay % 1000)))"
	kill -KILL "$(<"$SHARED/pid")"
	wait "$vm" && fail "the machine has survived"
	grep '^# ' "$SHARED/out.$1" || true
	say "machine $1 killed after $delay ms"
}

# The tables, as they lie in the memory of no machine
tables_are_whole()
{
	local image=$SHARED/image places size
	for size in "${SIZES[@]}"; do
		mapfile -t places <"$SHARED/place.$size"
		dd if="$ram" of="$image" bs=1M status=none \
			iflag=skip_bytes,count_bytes count="${places[1]}" \
			skip=$((IN_FILE + places[0] - BASE))
		"$SHARED/btt_image" whole "$image" ||
			fail "the tables of the $size B disk"
	done
}

prepare()
{
	local source=$HOST_DIR/../nd_emu_btt
	gcc -O2 -D_GNU_SOURCE -o "$SHARED/btt_plug" "$source/btt_plug.c" \
		-luring -lpthread
	gcc -O2 -D_GNU_SOURCE -o "$SHARED/btt_image" "$source/btt_image.c"
	# In memory, not on a disk that would have to follow.
	ram=$(mktemp /dev/shm/nd_emu-plug.XXXXXX)
	trap 'rm -rf "$SHARED" "$ram"' EXIT
	SEED=${SEED:-$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')}
	RANDOM=$SEED
	say "$TIMES times, MODE=$MODE SEED=$SEED"
}

host_sector()
{
	local i
	for ((i = 1; i <= TIMES; i++)); do
		run $i || fail "after $((i - 1)) times"
		tables_are_whole
	done
	start "$i" last_boot
}

host_raw()
{
	local i
	for ((i = 1; i <= TIMES + 1; i++)); do
		run $i >"$SHARED/raw" || break
	done
	grep mixed "$SHARED/raw" || fail "no mixed sector without a BTT"
}

host()
{
	prepare
	"host_$MODE"
}

run_case host "$@"
