#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"
. "${0%/*}/cmd.sh"

begin 32.1 "a scrub takes its time, and finds what was injected" 21
without_udevd

# count: of scrubs, as the attribute has it
count()
{
	attr nfit/scrub
}

# store VALUE: into the attribute
store()
{
	echo "$1" 2>/dev/null >"$BUS/nfit/scrub"
}

idle()
{
	read_text "$BUS/nfit/scrub"
	[[ $REPLY != *+ ]]
}

scrub_ms()
{
	echo "$1" >"$BUS_DEBUG/scrub_ms"
}

# inject ADDRESS LENGTH [OPTIONS]
inject()
{
	bus_call 7 17 4 "$(le 8 $(($1)) "$2")$(le 1 "${3:-0}")"
}

forget()
{
	bus_call 8 16 4 "$(le 8 $(($1)) "$2")"
}

# injected: number of injected errors
injected()
{
	local answer
	answer=$(bus_call 9 0 4096)
	field "${answer##* }" 4 4
}

# ars_start ADDRESS LENGTH [TYPE [FLAGS]]: prints the whole answer
ars_start()
{
	bus_ioctl 2 32 "$(le 8 $(($1)) "$2")$(le 2 "${3:-2}")$(le 1 "${4:-0}")"
}

started()
{
	field_is status "$(ars_start "$@")" 24 4 0
}

ars_status()
{
	bus_ioctl 3 4096 "$(le 4 0 4096)"
}

# records: of the last ARS, as OFFSET+LENGTH in the region
records()
{
	local answer count offset i
	answer=$(ars_status)
	read_field "$answer" 44 4
	count=$REPLY
	for ((i = 0; i < count; i++)); do
		read_field "$answer" $((48 + 24 * i + 8)) 8
		offset=$((REPLY - START))
		read_field "$answer" $((48 + 24 * i + 16)) 8
		printf '%d+%d ' $offset "$REPLY"
	done
}

# badblocks of the region, on one line
badblocks()
{
	local sector count
	while read -r sector count; do
		[ -z "$sector" ] || printf '%s+%s ' "$sector" "$count"
	done <"$BUS/$REGION/badblocks"
}

counts()
{
	attr_is nfit/scrub 0 && scrub_ms 5000 &&
		store 1 && attr_is nfit/scrub 0+ &&
		not store 1 &&
		within 60 idle && attr_is nfit/scrub 1
}

# ndctl polls the attribute.
waits()
{
	ndctl start-scrub nd_emu >"$TMP/out" 2>&1 || return
	[[ $(count) == 1+ ]] || {
		diag "not running"
		return 1
	}
	ndctl wait-scrub nd_emu >"$TMP/out" 2>&1 && attr_is nfit/scrub 2
}

bad_values()
{
	local value
	for value in 0 2 -1 x "" "1 1"; do
		not store "$value" ||
			return
	done
	attr_is nfit/scrub 2
}

capability()
{
	equal answer "$(bus_ioctl 1 32 "$(le 8 $((START)) "$SIZE")")" \
		"$(le 8 $((START)) "$SIZE")$(le 4 0x30000 4096 256 0)"
}

# What is outside, wraps, or is empty has no scrub, and nothing to clear.
outside()
{
	local base length range
	while read -r base length; do
		range=$(le 8 $((base)) $((length)))
		field_is "cap of $base $length" \
			"$(bus_ioctl 1 32 "$range")" 16 4 1 &&
		field_is "start of $base $length" \
			"$(ars_start "$base" "$((length))")" 24 4 2 &&
		field_is "clearing $base $length" \
			"$(bus_ioctl 4 32 "$range")" 16 4 2 &&
		status_is 2 inject "$base" "$((length))" &&
		status_is 2 forget "$base" "$((length))" || return
	done <<-END
	$START 0
	$START $((SIZE + 256))
	$((START - 256)) 256
	$((START - 256)) 512
	$((START + SIZE)) 256
	$((START + SIZE - 256)) 512
	$START 0xffffffffffffff00
	0xffffffffffffff00 256
	0xffffffffffffff00 0x200
	256 256
	END
	equal injected "$(injected)" 0
}

not_yet()
{
	scrub_ms 50
	inject $((START + 1 * MIB)) 256 >/dev/null &&
		inject $((START + 3 * MIB)) 4096 >/dev/null &&
		inject $((START + 2 * MIB + 512)) 512 >/dev/null || return
	equal injected "$(injected)" 3 && equal badblocks "$(badblocks)" ""
}

no_scrub_yet()
{
	field_is status "$(ars_status)" 0 4 $((2 << 16))
}

clipped()
{
	local before
	before=$(count)
	started $((START + 2 * MIB)) $((1 * MIB + 256)) && within 10 idle &&
		equal records "$(records)" \
			"$((2 * MIB + 512))+512 $((3 * MIB))+256 " &&
		attr_is nfit/scrub $((before + 1))
}

known_only()
{
	started "$START" "$SIZE" 2 2 && within 10 idle &&
		equal records "$(records)" \
			"$((2 * MIB + 512))+512 $((3 * MIB))+256 "
}

all()
{
	started "$START" "$SIZE" && within 10 idle &&
		equal records "$(records)" "$((1 * MIB))+256 \
$((2 * MIB + 512))+512 $((3 * MIB))+4096 " &&
		equal badblocks "$(badblocks)" "2048+1 4097+1 6144+8 "
}

busy()
{
	scrub_ms 10000
	started "$START" 4096 &&
		field_is busy "$(ars_start "$START" 4096)" 24 4 6 &&
		field_is status "$(ars_status)" 0 4 $((1 << 16)) &&
		scrub_ms 10 && within 60 idle && field_is status "$(ars_status)" 0 4 0
}

bad_type()
{
	local type
	for type in 0 4 0x8002; do
		field_is "type $type" "$(ars_start "$START" 4096 $type)" \
			24 4 2 || return
	done
}

cleared()
{
	local answer
	answer=$(bus_ioctl 4 32 "$(le 8 $((START + 3 * MIB)) 1024)")
	field_is status "$answer" 16 4 0 &&
		field_is cleared "$answer" 24 8 1024 && equal badblocks "$(badblocks)" \
		"2048+1 4097+1 6146+6 " || return
	started "$START" "$SIZE" && within 10 idle &&
		equal records "$(records)" "$((1 * MIB))+256 \
$((2 * MIB + 512))+512 $((3 * MIB + 1024))+3072 "
}

unaligned()
{
	field_is status "$(bus_ioctl 4 32 \
		"$(le 8 $((START + 3 * MIB + 1)) 256)")" 16 4 2 &&
	field_is status "$(bus_ioctl 4 32 \
		"$(le 8 $((START + 3 * MIB)) 128)")" 16 4 2 &&
	equal injected "$(injected)" 3
}

forgotten()
{
	status_is 0 forget "$START" "$SIZE" && equal injected "$(injected)" 0
}

# A shorter error at the same place, and one inside, add nothing and take
# nothing away.
overlapping()
{
	inject "$START" 4096 >/dev/null && inject "$START" 256 >/dev/null &&
		inject $((START + 1024)) 512 >/dev/null &&
		started "$START" "$SIZE" && within 10 idle &&
		equal records "$(records)" "0+4096 " && forgotten
}

# Those that were uninjected stay what they are for the kernel: bad blocks.
COALESCED="0+8 2048+1 4096+2 6144+1 6146+6 8192+1 10240+1 12288+1 14336+1 "
COALESCED+="16384+1 "

# 8 requests, most of them while a scrub runs: two scrubs, and no error lost.
coalesced()
{
	local before i
	scrub_ms 10000
	before=$(count)
	for i in 1 2 3 4 5 6 7 8; do
		status_is 0 inject $((START + i * MIB)) 256 1 || return
	done
	scrub_ms 10
	not idle && within 60 idle || return
	attr_is nfit/scrub $((before + 2)) &&
		equal badblocks "$(badblocks)" "$COALESCED"
}

too_many()
{
	local i answer
	scrub_ms 10
	forgotten || return
	for ((i = 0; i < 200; i++)); do
		le 8 $((START + i * 4096)) 256
		le 1 0
		echo
	done >"$TMP/calls"
	bus_calls 7 17 4 <"$TMP/calls" >"$TMP/answers" || return
	started "$START" "$SIZE" && within 10 idle || return
	answer=$(ars_status)
	field_is status "$answer" 0 4 $((3 << 16)) &&
	field_is records "$answer" 44 4 168 &&
	field_is flags "$answer" 42 2 1 &&
	field_is restart "$answer" 24 8 $((START + 168 * 4096)) &&
	equal injected "$(injected)" 200
}

# libnvdimm is told of what begins where something did before, and takes the new
# length for the right one. What it knows comes to light with the region.
part_of_an_error()
{
	forgotten && status_is 0 inject $((START + 20 * MIB)) 8192 &&
		started "$START" "$SIZE" && within 10 idle &&
		started $((START + 20 * MIB)) 4096 && within 10 idle || return
	disable_regions
	enable_regions
	settle
	[[ " $(badblocks)" == *" 40960+16 "* ]] || {
		diag "bad blocks: $(badblocks)"
		return 1
	}
}

bad_options()
{
	status_is 2 inject "$START" 256 2 && status_is 2 inject "$START" 256 0x80
}

unloads()
{
	scrub_ms 60000
	store 1 && unload
}

mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
load size=128M
devices
START=$(region_attr resource)
SIZE=$(region_attr size)
result "the attribute counts scrubs, and says when one runs" counts
result "ndctl starts one, and waits for it" waits
result "other values are refused" bad_values
result "the bus says what a scrub of a range can do" capability
result "a range that is not inside a region has none, and no errors" outside
result "nothing was scrubbed yet" no_scrub_yet
result "an injected error is not known before a scrub" not_yet
result "a scrub finds errors of its range, clipped to it, and no others" clipped
result "a short one says what is known already" known_only
result "a long one of all finds all, and the region has bad blocks" all
result "one at a time" busy
result "a type of memory that there is not is refused" bad_type
result "clearing a part leaves the rest" cleared
result "clearing what is not a multiple of 256 bytes changes nothing" unaligned
result "an option that there is not is refused" bad_options
result "what is uninjected is not found again" forgotten
result "errors that overlap are one" overlapping
result "requests during a scrub become one, and are not lost" coalesced
result "of more errors than fit, it says where to go on" too_many
result "a scrub of a part of an error forgets nothing" part_of_an_error
result "the module unloads during a scrub" unloads
finish
