#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

AREA=$((128 * 1024))

begin 4.1 "label commands stay within the 128 KiB of a DIMM" 14
without_udevd

labels()
{
	"$DIR/labelcmd" "$DIMM" "$@"
}

# Refused with EINVAL
refuses()
{
	if labels "$@" >"$TMP/out" 2>"$TMP/err"; then
		diag "labels $* succeeded"
		return 1
	fi
	# A length of gigabytes libnvdimm refuses itself, each in another way.
	read_text "$TMP/err"
	if [[ $REPLY != *"Invalid argument"* ]] &&
	   [ $(($3)) -lt $((2 * GIB)) ]; then
		diag "labels $*: $REPLY"
		return 1
	fi
}

# refuses_both OFFSET LENGTH...: neither read nor written, and the area is what
# it was
refuses_both()
{
	while [ $# -gt 0 ]; do
		refuses get "$1" "$2" && refuses set "$1" "$2" || return
		shift 2
	done
	labels get 0 $AREA | cmp - "$TMP/area"
}

size()
{
	equal "size and transfer" "$(labels size)" "$AREA 4096"
}

keeps()
{
	labels set "$1" "$2" 85 || return
	labels get "$1" "$2" | cmp - <(head -c "$2" /dev/zero | tr '\0' U)
}

pattern()
{
	local i
	for ((i = 0; i < 32; i++)); do
		labels set $((i * 4096)) 4096 $((i + 1)) || return
	done
	labels get 0 $AREA >"$TMP/area"
	equal "bytes" "$(od -An -tx1 -v -w4096 "$TMP/area" | sort -u |
		awk '{ n++; for (i = 2; i <= NF; i++) if ($i != $1) bad++ }
		     END { print n, bad + 0 }')" "32 0"
}

load size=128M
disable_regions
for DIMM in "$BUS"/nmem*; do
	DIMM=/dev/${DIMM##*/}
done

result "the area has 128 KiB, to be had 4 KiB at a time" size
result "what is written is read, in each page of it" pattern
result "a length of 0 is refused" refuses_both 0 0 4096 0 $AREA 0
result "the first byte after it is refused" refuses_both $AREA 1
result "a length of a byte too much is refused" \
	refuses_both 0 $((AREA + 1)) $((AREA - 1)) 2 4096 $AREA
result "an offset far beyond is refused" \
	refuses_both 0x7fffffff 1 0x80000000 4096 0xffffffff 1
result "an offset and length that wrap to 0 are refused" \
	refuses_both 0xfffff000 4096 0xffffffff 1 0x80000000 0x80000000
result "an offset and length that wrap into the area are refused" \
	refuses_both 0xfffff000 8192 0xffffff00 0x200
result "a length that is negative is refused" \
	refuses_both 0 0xffffffff 4096 0xfffff000
result "a length beyond the buffer is refused" \
	refuses_both 0 0x400000 0 0x40000000 0 0x80000000
result "its first byte can be written" keeps 0 1
result "its last byte can be written" keeps $((AREA - 1)) 1
result "all of it can be written at once" keeps 0 $AREA

busy()
{
	enable_regions 2>/dev/null
	not labels set 0 4096 2>"$TMP/err" &&
		grep -q "Device or resource busy" "$TMP/err"
}

labels set 0 $AREA 0
result "they cannot be written while the region is in use" busy
finish
