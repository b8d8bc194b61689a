#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

# Run this on a kernel booted with memmap=1G$0x140000000, or the like.
begin 8.2 "what is in a reserved range survives rmmod and modprobe" 11
needs jq
without_udevd

SIZE=$((256 * MIB))

# Labels are the user's: none of a run before is left.
forget()
{
	disable_regions
	ndctl zero-labels -b nd_emu all >/dev/null 2>&1
}

again()
{
	unload && load base="$BASE" size=$SIZE "$@"
}

says_reserved()
{
	attr_is nd_emu/source reserved &&
	equal base $(($(attr nd_emu/base))) $((BASE)) &&
	attr_is nd_emu/size $SIZE &&
	attr_is nd_emu/capacity $((SIZE - 16 * MIB)) &&
	meminfo MemTotal &&
	equal MemTotal "$REPLY" "$TOTAL"
}

identities()
{
	cat "$BUS"/nmem*/nfit/{id,serial,handle}
}

shutdowns()
{
	cat "$BUS"/nmem*/nfit/dirty_shutdown
}

namespaces()
{
	ndctl list -b nd_emu -N | jq -cS '.[] | {uuid, mode, size, sector_size}'
}

create()
{
	disable_regions
	ndctl init-labels -f -b nd_emu all >/dev/null 2>&1
	enable_regions
	ndctl create-namespace -b nd_emu -m fsdax -s 64M >"$TMP/out" 2>&1 &&
	ndctl create-namespace -b nd_emu -m sector -s 64M >"$TMP/out" 2>&1 &&
		return
	diag "$(<"$TMP/out")"
	return 1
}

data_of()
{
	dd if="$1" bs=1M count=4 iflag=direct status=none | md5sum
}

fill()
{
	local device
	for device in $(ndctl list -b nd_emu -N | jq -r '.[].blockdev'); do
		dd if=/dev/urandom of="/dev/$device" bs=1M count=4 \
			oflag=direct status=none || return
	done
}

sums()
{
	local device
	for device in $(ndctl list -b nd_emu -N | jq -r \
		'sort_by(.uuid) | .[].blockdev'); do
		data_of "/dev/$device"
	done
}

another_size()
{
	unload
	refused EINVAL "" base=$((BASE + SIZE / 2)) size=$((SIZE / 2))
}

two_dimms()
{
	again dimms=2 && equal first "$(head -n 1 <<<"$IDS")" \
		"$(cat "$BUS"/nmem*/nfit/id | head -n 1)"
}

BASE=$(reserved_range $SIZE)
[ -n "$BASE" ] || skip_all "no range of memory reserved at boot"
load base="$BASE" size=$SIZE
forget
unload

result "base= loads" load base="$BASE" size=$SIZE
result "the bus says what it stands on" says_reserved
result "the cookie of one DIMM is that of the kernel's ramdax" \
	region_attr_is set_cookie 0xcafebeefcafebeef
IDS=$(identities)
SHUTDOWNS=$(shutdowns)
result "namespaces are created" create
result "and filled" fill
NAMESPACES=$(namespaces)
SUMS=$(sums)

result "after rmmod and modprobe" again
result "the DIMM is the same" same_text "$(identities)" "$IDS"
result "no dirty shutdown was counted" equal shutdowns "$(shutdowns)" \
	"$SHUTDOWNS"
result "the namespaces are there" same_text "$(namespaces)" "$NAMESPACES"
result "with their data" same_text "$(sums)" "$SUMS"
result "another size does not take it over" another_size
finish
