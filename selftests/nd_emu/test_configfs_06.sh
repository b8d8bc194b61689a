#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"
. "${0%/*}/configfs.sh"

begin 18.6 "buses come and go in parallel, whatever comes between" 4

ROUNDS=12

# A bus goes up and down, again and again. Nobody uses it but udev, so no ndctl
# has to ask.
up_and_down()
{
	local i
	for ((i = 0; i < ROUNDS; i++)); do
		make_dirs "$1" "$1/dimms/d" "$1/regions/r" &&
		put "$1/regions/r/size" 32M && put "$1/live" 1 &&
		within 20 unbind_and_down "$1" &&
		remove_bus "$1" || return
	done
}

unbind_and_down()
{
	read_text "$CONFIG/$1/regions/r/dev_name"
	[ ! -e "/sys/bus/nd/devices/$REPLY/driver" ] ||
		echo "$REPLY" >/sys/bus/nd/drivers/nd_region/unbind
	echo 0 2>/dev/null >"$CONFIG/$1/live"
}

# Everything that can come between, most of which fails, until it is enough.
get_in_the_way()
{
	local file
	while [ ! -e "$TMP/enough" ]; do
		mkdir "$CONFIG/$1"/{dimms,regions}/x
		echo 1 >"$CONFIG/$1/dimms/x/live"
		echo 64M >"$CONFIG/$1/regions/r/size"
		for file in "$CONFIG/$1/"*  "$CONFIG/$1"/*/*/*; do
			read -r _ <"$file"
		done
		echo 0 >"$CONFIG/$1/live"
		echo 0 >"$CONFIG/$1/dimms/x/live"
		rmdir "$CONFIG/$1"/{regions,dimms}/{x,r,d} "$CONFIG/$1"
	done >/dev/null 2>&1
}

side_by_side()
{
	local pids=() status=0 pid i
	for i in 1 2 3; do
		up_and_down "b$i" &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || status=1
	done
	return $status
}

in_the_way()
{
	local hinderer end=$((SECONDS + 15))
	get_in_the_way s &
	hinderer=$!
	while [ "$SECONDS" -lt "$end" ]; do
		make_dirs s s/dimms/d s/regions/r
		echo 32M >"$CONFIG/s/regions/r/size"
		echo 1 >"$CONFIG/s/live"
		unbind_and_down s
	done >/dev/null 2>&1
	: >"$TMP/enough"
	wait $hinderer
	make_dirs s s/dimms/d s/regions/r 2>/dev/null
	is_loaded
}

result "configfs is there" open_configfs
result "three buses, $ROUNDS times each" side_by_side
result "one bus, with everything else going on in its directory" in_the_way
result "all of it can be removed" none_left
finish
