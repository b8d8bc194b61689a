#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# $ROUNDS of each kind of labels that badlabels writes: the same with $SEED in
# the environment.

. "${0%/*}/common.sh"

begin 4.4 "labels by hostile hands do no harm, and init-labels recovers" 12
needs jq
without_udevd

! checks_itself || ROUNDS=${ROUNDS:-2}
ROUNDS=${ROUNDS:-5}
SEED=${SEED:-$(date +%s)}
TAKEN=0
REFUSED=0

# dimm_ndctl COMMAND...: of all DIMMs, with the region disabled
dimm_ndctl()
{
	disable_regions
	ndctl "$@" -b nd_emu all >"$TMP/out" 2>&1 && return
	diag "ndctl $*: $(<"$TMP/out")"
	return 1
}

# A DIMM whose labels the kernel has refused is disabled, until it is enabled or
# init-labels -f does that.
enable_all()
{
	ndctl enable-dimm -b nd_emu all >/dev/null 2>&1
	enable_regions
}

# make_labels VERSION: of three namespaces, as an area full of labels has them
make_labels()
{
	local mode dimm
	dimm_ndctl init-labels -f -V "$1" && enable_all || return
	PAIRS=()
	for mode in raw sector raw; do
		ndctl create-namespace -b nd_emu -m $mode -s 32M \
			>"$TMP/out" 2>&1 || { diag "$(<"$TMP/out")"; return 1; }
	done
	disable_regions
	for dimm in "${DIMMS[@]}"; do
		"$DIR/labelcmd" "/dev/$dimm" get 0 $((128 * 1024)) \
			>"$TMP/$dimm" || return
		PAIRS+=("/dev/$dimm" "$TMP/$dimm")
	done
}

# What is not bound is no error here: the kernel may refuse labels.
drivers()
{
	local dimm
	if [ "$1" = unbind ]; then
		echo "$REGION" >/sys/bus/nd/drivers/nd_region/unbind
	fi 2>/dev/null
	for dimm in "${DIMMS[@]}"; do
		echo "$dimm" >"/sys/bus/nd/drivers/nvdimm/$1"
	done 2>/dev/null
	if [ "$1" = bind ]; then
		echo "$REGION" >/sys/bus/nd/drivers/nd_region/bind
	fi 2>/dev/null
	return 0
}

# found: set $FOUND to the number of namespaces that the kernel has found
found()
{
	local file size
	FOUND=0
	# Reading it waits.
	read_text "$BUS/wait_probe"
	for file in "$BUS/$REGION"/namespace*/size; do
		[ -e "$file" ] || continue
		read -r size <"$file"
		[ "$size" = 0 ] || FOUND=$((FOUND + 1))
	done
}

answers()
{
	timeout 120 ndctl list -b nd_emu -BDRNi >"$TMP/list" 2>"$TMP/err" &&
		jq -e . <"$TMP/list" >/dev/null && return
	diag "ndctl list: $(<"$TMP/err")"
	return 1
}

# round KIND SEED: sets $FOUND
round()
{
	drivers unbind
	"$DIR/badlabels" "$1" "$2" "${PAIRS[@]}" || return
	drivers bind
	found
}

as_they_were()
{
	round none 0 && equal namespaces "$FOUND" 3 && answers
}

hostile()
{
	local i
	for ((i = 0; i < ROUNDS; i++)); do
		round "$1" $((SEED + i)) || return
		if [ "$FOUND" -gt 0 ]; then
			TAKEN=$((TAKEN + 1))
		else
			REFUSED=$((REFUSED + 1))
		fi
	done
	diag "$1: $SECONDS s"
	answers
}

# recovers COMMAND...: ndctl makes them empty, and namespaces work again
recovers()
{
	local dev sum
	dimm_ndctl "$@" && enable_all || return
	region_attr_is available_size \
		"$(attr nd_emu/capacity)" || return
	dev=/dev/$(ndctl create-namespace -b nd_emu -m raw -s 32M |
		jq -r .blockdev) || return
	head -c 1M /dev/urandom >"$TMP/data"
	sum=$(<"$TMP/data" md5sum)
	dd if="$TMP/data" of="$dev" bs=1M oflag=direct status=none &&
		equal data "$(dd if="$dev" bs=1M count=1 iflag=direct \
			status=none | md5sum)" "$sum"
}

recovers_zeroed()
{
	round label "$SEED" && dimm_ndctl zero-labels && recovers init-labels
}

# Each kind, of labels that say less and have no checksum
hostile_old()
{
	local kind ROUNDS=2
	! checks_itself || ROUNDS=1
	make_labels 1.1 && as_they_were || return
	for kind in random bits index free label copy; do
		hostile $kind || return
	done
}

# Otherwise it would have shown nothing.
both_seen()
{
	diag "namespaces in $TAKEN of the rounds, none in $REFUSED"
	[ $TAKEN -gt 0 ] && [ $REFUSED -gt 0 ]
}

load size=256M dimms=2
DIMMS=()
for dimm in "$BUS"/nmem*; do
	DIMMS+=("${dimm##*/}")
done
result "three namespaces have labels in both DIMMs" make_labels 1.2
result "the same labels again are the same namespaces" as_they_were
diag "seed $SEED, $ROUNDS rounds of each kind"
result "bytes at random" hostile random
result "flipped bits" hostile bits
result "indexes with other numbers" hostile index
result "a free bitmap with other bits" hostile free
result "labels with other numbers" hostile label
result "labels that are there twice" hostile copy
result "all of these with labels of version 1.1" hostile_old
result "some of them were taken, and some refused" both_seen
result "init-labels -f recovers from it" recovers init-labels -f
result "so do zero-labels and init-labels" recovers_zeroed
finish
