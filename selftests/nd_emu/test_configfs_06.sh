#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/configfs.sh"

begin 18.6 "buses come and go in parallel, whatever comes between" 4

ROUNDS=12

# A bus goes up and down, again and again.
up_and_down()
{
	local i
	for ((i = 0; i < ROUNDS; i++)); do
		make_dirs "$1" "$1/dimms/d" "$1/regions/r" &&
		put "$1/regions/r/size" 32M && put "$1/live" 1 &&
		take_down "$1" && remove_bus "$1" || return
	done
}

# Everything that can come between, most of which fails.
get_in_the_way()
{
	while :; do
		mkdir "$CONFIG/$1/dimms/x"
		echo 1 >"$CONFIG/$1/dimms/x/live"
		mkdir "$CONFIG/$1/regions/x"
		echo 64M >"$CONFIG/$1/regions/r/size"
		cat "$CONFIG/$1/"*  "$CONFIG/$1"/*/*/*
		echo 0 >"$CONFIG/$1/live"
		echo 0 >"$CONFIG/$1/dimms/x/live"
		rmdir "$CONFIG/$1"/{regions,dimms}/x
		rmdir "$CONFIG/$1"/{dimms,regions}/* "$CONFIG/$1"
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
	local hinderer end=$((SECONDS + 30)) i
	get_in_the_way s &
	hinderer=$!
	while [ "$SECONDS" -lt "$end" ]; do
		make_dirs s s/dimms/d s/regions/r
		echo 32M >"$CONFIG/s/regions/r/size"
		echo 1 >"$CONFIG/s/live"
		echo 0 >"$CONFIG/s/live"
	done >/dev/null 2>&1
	kill $hinderer
	wait $hinderer 2>/dev/null
	is_loaded
}

result "configfs is there" open_configfs
result "three buses, $ROUNDS times each" side_by_side
result "one bus, with everything else going on in its directory" in_the_way
result "all of it can be removed" none_left
finish
