#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# An image of a one-DIMM bus is the backing file of QEMU's nvdimm device: the
# same namespaces and data are there, and what that machine has changed is there
# after nd-emu restore.

# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

SIZE=256M
LABELS=$((128 << 10))

# described: the namespaces of the machine
described()
{
	ndctl list -N | jq -cS '[ .[] | { mode, map, size, uuid, sector_size } ] |
		sort_by(.uuid)'
}

block_of()
{
	ndctl list -N | jq -r ".[] | select(.mode == \"$1\") |
		\"/dev/\" + .blockdev"
}

# sectors GENERATION: what is in the first of them
sectors()
{
	seq "$1" 90000 >/tmp/sectors
	truncate -s 400K /tmp/sectors
}

# write_data GENERATION: a file on ext4, and sectors of the BTT
write_data()
{
	mount -o dax "$(block_of fsdax)" /mnt
	seq "$1" 100000 >/mnt/file
	umount /mnt
	sectors "$1"
	dd if=/tmp/sectors of="$(block_of sector)" bs=4K oflag=direct status=none
}

# has_data GENERATION
has_data()
{
	mount -o dax "$(block_of fsdax)" /mnt
	seq "$1" 100000 | cmp - /mnt/file
	umount /mnt
	e2fsck -f -n "$(block_of fsdax)" >/dev/null
	sectors "$1"
	cmp -n $((400 << 10)) /tmp/sectors "$(block_of sector)"
}

up()
{
	"$TOP/scripts/nd-emu" up qemu $SIZE
}

save_it()
{
	local region
	up
	region=$(cat /sys/kernel/config/nd_emu/qemu/regions/region0/dev_name)
	ndctl disable-region "$region"
	ndctl init-labels -f \
		"$(cat /sys/kernel/config/nd_emu/qemu/dimms/dimm0/dev_name)"
	ndctl enable-region "$region"
	ndctl create-namespace -r "$region" -m fsdax -M dev -s 64M >/dev/null
	ndctl create-namespace -r "$region" -m sector -s 64M >/dev/null
	udevadm settle
	mkfs.ext4 -q -b 4096 "$(block_of fsdax)"
	write_data 1
	described >"$SHARED/described"
	"$TOP/scripts/nd-emu" save "$SHARED/image"
	"$TOP/scripts/nd-emu" down
}

# In the machine that has it from QEMU: nd_emu has no part in this.
change_it()
{
	other_bus
	[ ! -d /sys/module/nd_emu ] || fail "nd_emu is loaded"
	equal provider "$(cat /sys/bus/nd/devices/ndbus*/provider)" ACPI.NFIT
	equal namespaces "$(described)" "$(cat "$SHARED/described")"
	has_data 1
	write_data 7
	ndctl create-namespace -r region0 -m devdax -s 32M >/dev/null
	described >"$SHARED/changed"
	ndctl disable-region all
}

restore_it()
{
	up
	"$TOP/scripts/nd-emu" restore "$SHARED/image"
	udevadm settle
	equal namespaces "$(described)" "$(cat "$SHARED/changed")"
	equal "number of them" "$(described | jq length)" 3
	has_data 7
	"$TOP/scripts/nd-emu" down
}

host()
{
	local bytes=$(((256 << 20) + LABELS))
	say "nd_emu: two namespaces, saved"
	in_vm -c 1 -t 500 -- save_it
	equal "size of the image" "$(stat -c %s "$SHARED/image")" $bytes
	say "QEMU: the image is an nvdimm; changed"
	in_vm -c 1 -t 500 -q -machine -q nvdimm=on \
		-q -m -q slots=2,maxmem=16G \
		-q -object -q "memory-backend-file,id=nv0,share=on,$(
		)mem-path=$SHARED/image,size=$bytes" \
		-q -device -q nvdimm,memdev=nv0,label-size=128K -- change_it
	say "nd_emu: restored"
	in_vm -c 1 -t 500 -- restore_it
}

run_case host "$@"
