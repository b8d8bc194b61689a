#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"
. "${0%/*}/cmd.sh"
. "${0%/*}/configfs.sh"

begin 32.3 "an address is on the DIMM that the interleaving says" 7
without_udevd

LINE=4096

# places OFFSET...: handle, DPA and length, as the bus translates each
places()
{
	local offset answer
	for offset; do
		le 8 $((START + offset))
		echo
	done >"$TMP/calls"
	bus_calls 5 8 36 <"$TMP/calls" >"$TMP/answers"
	while read -r _ answer; do
		place "$answer"
	done <"$TMP/answers"
}

# place ANSWER: what the answer says
place()
{
	local handle dpa
	read_field "$1" 0 4
	if [ "$REPLY" -ne 0 ]; then
		echo "status $REPLY"
		return
	fi
	read_field "$1" 20 4
	handle=$REPLY
	read_field "$1" 28 8
	dpa=$REPLY
	read_field "$1" 8 8
	printf '0x%x %d %d\n' "$handle" "$dpa" "$REPLY"
}

prepare()
{
	load size="$1" dimms="$2" || return
	devices
	START=$(region_attr resource)
	SIZE=$(region_attr size)
}

# table: lines of an offset, and the handle, DPA and length that are expected
table()
{
	local offset expected offsets=()
	while read -r offset expected; do
		offsets+=("$offset")
		echo "$expected"
	done >"$TMP/expected"
	same_text "$(places "${offsets[@]}")" "$(<"$TMP/expected")"
}

one()
{
	prepare 128M 1 && table <<-END
	0 0x0 0 $SIZE
	1 0x0 1 $((SIZE - 1))
	4096 0x0 4096 $((SIZE - 4096))
	$((SIZE - 1)) 0x0 $((SIZE - 1)) 1
	END
}

two()
{
	prepare 128M 2 && table <<-END
	0 0x0 0 4096
	4095 0x0 4095 1
	4096 0x1 0 4096
	8192 0x0 4096 4096
	12388 0x1 4196 3996
	$((SIZE - 1)) 0x1 $((SIZE / 2 - 1)) 1
	END
}

three()
{
	prepare 160M 3 && table <<-END
	0 0x0 0 4096
	4096 0x1 0 4096
	8192 0x10 0 4096
	12288 0x0 4096 4096
	1048576 0x1 348160 4096
	$((SIZE - 4096)) 0x10 $((SIZE / 3 - 4096)) 4096
	END
}

# Each DIMM gets each of its lines once.
all_of_32()
{
	local i offsets=() places
	prepare 128M 32 || return
	for ((i = 0; i < 96; i++)); do
		offsets+=($((i * LINE)))
	done
	places=$(places "${offsets[@]}")
	equal places "$(sort -u <<<"$places" | wc -l)" 96 &&
	equal DIMMs "$(cut -d' ' -f1 <<<"$places" | sort -u | wc -l)" 32 &&
	equal addresses "$(cut -d' ' -f2 <<<"$places" | sort -un | tr '\n' ' ')" \
		"0 4096 8192 " && table <<-END
	$((31 * LINE)) 0x331 0 4096
	$((9 * LINE)) 0x101 0 4096
	END
}

# Other lines, parts that begin elsewhere, and the second DIMM is the first.
crossed()
{
	unload && open_configfs &&
	make_dirs t t/dimms/a t/dimms/b t/regions/r &&
	put t/regions/r/interleave 256 &&
	put t/regions/r/mappings "b 16M 16M 0, a 0 16M 1" && go_live t || return
	BUS=/sys/bus/nd/devices/$(get t/dev_name)
	REGION=$(get t/regions/r/dev_name)
	devices
	START=$(region_attr resource)
	SIZE=$(region_attr size)
	table <<-END
	0 0x1 16777216 256
	255 0x1 16777471 1
	256 0x0 0 256
	512 0x1 16777472 256
	1000 0x0 488 24
	$((SIZE - 1)) 0x0 16777215 1
	END
}

outside()
{
	same_text "$(places -1 "$SIZE" $((0x7fffffffffffffff - START)))" \
		$'status 2\nstatus 2\nstatus 2'
}

outside_zero()
{
	equal answer "$(bus_call 5 8 36 "$(le 8 0)")" \
		"36 $(le 4 2 0)$(le 8 0)$(le 4 0 0 0)$(le 8 0)"
}

result "one DIMM has them all" one
result "two, in turns of 4 KiB" two
result "three" three
result "32" all_of_32
result "two in the other order, from the middle, in lines of 256 bytes" crossed
result "an address that is not in a region is refused" outside
result "and nothing is said of it" outside_zero
finish
