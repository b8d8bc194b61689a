#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

begin 5.6 "a namespace is resized and keeps its data" 8
needs cmp

LENGTH=$((4 * MIB))

# create NAME: 64 MiB; its device is in ${NAMESPACE[NAME]}
declare -A NAMESPACE
create()
{
	local out
	out=$(ndctl create-namespace -b nd_emu -m raw -s 64M 2>"$TMP/err") || {
		diag "$(<"$TMP/err")"
		return 1
	}
	json dev "$out"
	NAMESPACE[$1]=$REPLY
}

# block_of NAME: set $REPLY to its block device
block_of()
{
	settle
	set -- "$BUS/$REGION/${NAMESPACE[$1]}"/block/*
	REPLY=/dev/${1##*/}
}

size_is()
{
	attr_is "$REGION/${NAMESPACE[$1]}/size" "$2"
}

fill()
{
	dd if=/dev/urandom of="$TMP/$1" bs=$LENGTH count=1 iflag=fullblock \
		status=none && block_of "$1" &&
		dd if="$TMP/$1" of="$REPLY" bs=1M oflag=direct status=none
}

has_data()
{
	block_of "$1"
	cmp -n $LENGTH "$TMP/$1" "$REPLY"
}

switch()
{
	ndctl "$1-namespace" "${NAMESPACE[$2]}" >/dev/null 2>&1
}

set_size()
{
	echo "$2" 2>"$TMP/err" >"$BUS/$REGION/${NAMESPACE[$1]}/size"
}

# resize NAME SIZE: while it is disabled; the block device has the new size
resize()
{
	local status=0
	switch disable "$1" || return
	set_size "$1" "$2" || status=$?
	switch enable "$1" && [ $status -eq 0 ] || return 1
	block_of "$1"
	equal "block device" "$(blockdev --getsize64 "$REPLY")" "$2" &&
		size_is "$1" "$2" && has_data "$1"
}

create_two()
{
	create a && create b && fill a && fill b
}

# refused_resize NAME SIZE
refused_resize()
{
	not resize "$1" "$2" && size_is "$1" $((64 * MIB)) &&
		has_data a && has_data b
}

in_use()
{
	not set_size a $((32 * MIB)) && grep -q "busy" "$TMP/err" &&
		size_is a $((64 * MIB))
}

found_again()
{
	disable_regions
	enable_regions
	settle
	size_is a $((32 * MIB)) && size_is b $((128 * MIB)) &&
		has_data a && has_data b
}

available()
{
	region_attr_is available_size \
		$(($(attr nd_emu/capacity) - 160 * MIB))
}

load size=256M dimms=2
disable_regions
ndctl init-labels -f -b nd_emu all >/dev/null 2>&1
enable_regions

result "two are created, one behind the other" create_two
result "one that is in use is refused" in_use
result "a size that is not a multiple of the alignment is refused" \
	refused_resize b $((64 * MIB + 4096))
result "more than there is left is refused" refused_resize b "$(attr nd_emu/capacity)"
result "the last one grows" resize b $((128 * MIB))
result "the first one shrinks" resize a $((32 * MIB))
result "the room is available" available
result "both are found again after disable and enable" found_again
finish
