#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"
. "${0%/*}/configfs.sh"

begin 18.3 "a bus that makes no sense is refused, with the reason" 20
without_udevd

# bad ERRNO TEXT [FILE VALUE]...: with these values it does not go live, and
# nothing has changed; the values are as before afterwards
bad()
{
	local errno=$1 text=$2 i status=0 old=()
	shift 2
	for ((i = 1; i < $#; i += 2)); do
		read_text "$CONFIG/${!i}"
		old+=("${!i}" "$REPLY")
	done
	for ((i = 1; i < $#; i += 2)); do
		local j=$((i + 1))
		put "${!i}" "${!j}" || return
	done
	explained "$errno" "$text" write_to a/live 1 &&
	read_text "$CONFIG/a/live" && equal live "$REPLY" 0 &&
	system_is "$STATE" || status=1
	take_down a
	for ((i = 0; i < ${#old[@]}; i += 2)); do
		put "${old[i]}" "${old[i + 1]}" || return
	done
	return $status
}

set_of()
{
	bad "$1" "a: regions/r: $2" a/regions/r/size 0 a/regions/r/mappings "$3"
}

nothing()
{
	make_dirs none && explained EINVAL none write_to none/live 1
}

ok_after_all()
{
	go_live a && take_down a
}

overlap()
{
	bad EINVAL "a: regions/s: mappings: DPA" \
		a/regions/r/size 0 a/regions/r/mappings "d 0 16M 0" \
		a/regions/s/size 0 a/regions/s/mappings "e 0 16M 0,d 15M 16M 1"
}

name_taken()
{
	local name
	name=$(basename -a /sys/bus/platform/devices/* |
		grep -E -m 1 '^[A-Za-z0-9._-]{1,31}$') || return 4
	bad EEXIST "a: device=$name" a/device "$name"
}

open_configfs
make_dirs a a/dimms/d a/dimms/e a/regions/r a/regions/s
put a/regions/r/size 32M
put a/regions/s/size 32M

result "nothing on it" nothing
result "a DIMM that is not there" set_of ENODEV "mappings: x" "x 0 16M 0"
result "a position twice" set_of EINVAL "mappings: position 0 of e" \
	"d 0 16M 0,e 0 16M 0"
result "a position left out" set_of EINVAL "mappings: position 2 of e" \
	"d 0 16M 0,e 0 16M 2"
result "a DIMM twice in a set" set_of EINVAL "mappings: position 1" \
	"d 0 16M 0,d 16M 16M 1"
result "unequal shares" set_of EINVAL "mappings: length" \
	"d 0 16M 0,e 0 32M 1"
result "offsets that fall" set_of EINVAL "mappings: offset" \
	"d 0 16M 0 0x100,e 0 16M 1 0x100"
result "shares that do not add up to a multiple of 16M" \
	set_of EINVAL "size=" "d 0 4M 0,e 0 4M 1"
result "a size that is not the sum of the shares" \
	bad EINVAL "a: regions/r: size=" a/regions/r/size 48M \
	a/regions/r/mappings "d 0 16M 0,e 0 16M 1"
result "regions that overlap on a DIMM" overlap
result "an interleave that does not divide the share" \
	bad EINVAL "a: regions/r: interleave=" a/regions/r/size 48M \
	a/regions/r/interleave 16M
result "two DIMMs with a handle" bad EEXIST "a: dimms/d: handle" \
	a/dimms/e/handle 0
result "with a phys_id" bad EEXIST "a: dimms/d: phys_id" a/dimms/e/phys_id 0
result "with a serial number" bad EEXIST "a: dimms/d: serial" \
	a/dimms/d/serial 5 a/dimms/e/serial 5
result "two regions with a range index" bad EEXIST "a: regions/s: range_index" \
	a/regions/r/range_index 2 a/regions/s/range_index 2
result "less memory than the regions need" bad EINVAL "a: size=" a/size 64M
result "a region of no size on a bus of no size" \
	bad EINVAL "a: regions/s: size=0" a/regions/s/size 0
result "two regions that want all that is left" \
	bad EINVAL "a: regions/s: size=0" a/size 1G a/regions/r/size 0 \
	a/regions/s/size 0
result "a device name that is taken" name_taken
result "after all that it goes live" ok_after_all
finish
