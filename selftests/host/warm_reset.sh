#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# With base=, everything survives a reset of the machine, and a kexec: data,
# namespaces, identities. A reset or a kexec with the module loaded is a dirty
# shutdown, once for each DIMM; one after an unload is not.

# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

DIMMS=3
PARAMETERS=("base=$BASE" size=1G "dimms=$DIMMS")
LENGTH=$((8 << 20))

# What must be the same after a reset; DIMM counters are not part of it.
identity()
{
	ndctl list -b nd_emu -DN | jq -S '{
		dimms: [ .dimms[] | { dev, id, handle, phys_id } ],
		namespaces: [ .namespaces[] | { dev, mode, map, size, uuid,
			sector_size, blockdev, state } ] | sort_by(.uuid) }'
	cat "$BUS"/region*/set_cookie
	cat "$BUS"/nmem*/nfit/serial
}

dirty_shutdowns()
{
	cat "$BUS"/nmem*/nfit/dirty_shutdown | xargs
}

# times COUNT: what dirty_shutdowns prints when each DIMM has COUNT
times()
{
	local i
	for ((i = 0; i < DIMMS; i++)); do
		echo "$1"
	done | xargs
}

block_of()
{
	ndctl list -b nd_emu -N | jq -r ".[] | select(.mode == \"$1\") |
		\"/dev/\" + .blockdev"
}

create()
{
	load "${PARAMETERS[@]}"
	equal "dirty shutdowns of new DIMMs" "$(dirty_shutdowns)" "$(times 0)"
	ndctl disable-region -b nd_emu all
	ndctl init-labels -f all
	ndctl enable-region -b nd_emu all
	ndctl create-namespace -r region0 -m fsdax -M dev -s 288M >/dev/null
	ndctl create-namespace -r region0 -m sector -s 288M >/dev/null
	udevadm settle
}

fill()
{
	mkfs.ext4 -q -b 4096 "$(block_of fsdax)"
	mount -o dax "$(block_of fsdax)" /mnt
	fallocate -l $LENGTH /mnt/file
	sync -f /mnt
	truncate -s $LENGTH /tmp/sector
	"$SHARED/dax_map" -w 2 /tmp/sector
	dd if=/tmp/sector of="$(block_of sector)" bs=1M oflag=direct
	umount /mnt
	mount -o dax "$(block_of fsdax)" /mnt
	# Made durable by nothing but MAP_SYNC and clwb; not even unmounted.
	"$SHARED/dax_map" -s -w 1 /mnt/file
}

compare()
{
	mount -o dax "$(block_of fsdax)" /mnt
	"$SHARED/dax_map" -s -r 1 /mnt/file
	umount /mnt
	e2fsck -f -n "$(block_of fsdax)" >/dev/null
	dd if="$(block_of sector)" of=/tmp/sector bs=1M count=$((LENGTH >> 20)) \
		iflag=direct
	"$SHARED/dax_map" -r 2 /tmp/sector
}

same_as_before()
{
	identity >"$SHARED/now"
	diff "$SHARED/identity" "$SHARED/now" || fail "not what it was"
	compare
}

first_boot()
{
	say "boot 1: DIMMs, namespaces, data; reset with all in use"
	create
	fill
	identity >"$SHARED/identity"
}

second_boot()
{
	say "boot 2: all is there, and one dirty shutdown; unload, reset"
	load "${PARAMETERS[@]}"
	equal "dirty shutdowns" "$(dirty_shutdowns)" "$(times 1)"
	same_as_before
	unload
}

third_boot()
{
	say "boot 3: no more dirty shutdowns"
	load "${PARAMETERS[@]}"
	equal "dirty shutdowns" "$(dirty_shutdowns)" "$(times 1)"
	same_as_before
	unload
	other_dimms
	say "kexec with the module loaded"
	load "${PARAMETERS[@]}"
}

fourth_boot()
{
	say "boot 4: all is there after the kexec, and one more dirty shutdown"
	load "${PARAMETERS[@]}"
	equal "dirty shutdowns" "$(dirty_shutdowns)" "$(times 2)"
	same_as_before
	unload
}

# The same kernel again, with the same command line
kexec_now()
{
	kexec -l "$(<"$SHARED/image")" --reuse-cmdline \
		--initrd "$(echo "$SHARED"/nd_emu-vm.*/initrd)"
	sync -f "$SHARED"
	kexec -e
	fail "still here after a kexec"
}

# A set with a DIMM missing, or one too many, is another set: its namespaces
# are not found, and come to no harm.
other_dimms()
{
	local dimms
	for dimms in 1 2 4; do
		say "dimms=$dimms: the namespaces of dimms=$DIMMS are not there"
		load base=$BASE size=1G dimms=$dimms
		if ndctl list -b nd_emu -N | grep -q "$(block_uuid)"; then
			fail "dimms=$dimms: a namespace of another set is there"
		fi
		unload
	done
	say "dimms=$DIMMS: they are back"
	load "${PARAMETERS[@]}"
	equal "dirty shutdowns" "$(dirty_shutdowns)" "$(times 1)"
	same_as_before
	unload
}

# One of the namespaces will do.
block_uuid()
{
	sed -n 's/.*"uuid": "\(.*\)".*/\1/p' "$SHARED/identity" | head -n 1
}

guest()
{
	local boot
	boot=$(cat "$SHARED/boot" 2>/dev/null || echo 1)
	echo $((boot + 1)) >"$SHARED/boot"
	case $boot in
	1)	first_boot ;;
	2)	second_boot ;;
	3)	third_boot; no_complaint; kexec_now ;;
	4)	fourth_boot; return ;;
	esac
	no_complaint
	reset_now
}

host()
{
	"$TOP/scripts/kernels" show "$KERNEL" | sed -n 's/^image=//p' \
		>"$SHARED/image"
	# Where the VM sees it: kexec loads its initrd once more.
	TMPDIR=$SHARED in_vm -r -t 500 -a "$RESERVED" -- guest
	equal "number of boots" "$(($(cat "$SHARED/boot") - 1))" 4
}

run_case host "$@"
