#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/common.sh"

# Let the first allocation of a load fail, then the second, and so on, until
# there is none left to fail. Whatever was half done has to be undone.
begin 9.1 "a load that runs out of memory leaves nothing behind" 3

FAILSLAB=/sys/kernel/debug/failslab
KMEMLEAK=/sys/kernel/debug/kmemleak

# A large allocation that fails is reported with a trace: no complaint here.
COMPLAINTS=${COMPLAINTS/|Call Trace/}

# More than this is a sweep that does not come to its end.
LIMIT=5000

restore_failslab()
{
	echo 2 >$FAILSLAB/verbose
	echo Y >$FAILSLAB/ignore-gfp-wait
}

undo()
{
	restore_failslab
}

# A report of each failure on the console would take longer than the load.
prepare_failslab()
{
	echo 0 >$FAILSLAB/verbose
	echo N >$FAILSLAB/ignore-gfp-wait
}

# The first range that was reserved at boot above 4 GiB, for loads that are
# over in a moment.
reserved_range()
{
	awk -F '[- ]' '/^[0-9a-f].* : Reserved$/ && length($1) > 8 {
		print "0x" $1, "0x" $2; exit }' /proc/iomem
}

# A slow machine gets through a part of it, and then to the end in leaps.
BUDGET=${ND_EMU_FAIL_SECONDS:-300}
LEAP=41

# The module loader allocates before the module does, and warns if it cannot:
# that is not ours to test. A load that is refused at once has only these.
loader_allocations()
{
	local word count
	read -r word count < <("$DIR/fail_load" "$MODULE" size=0 1000000)
	[ "$word" = refused ] && echo "$count"
}

# leap NTH: from here on
leap()
{
	[ "$STEP" -lt $LEAP ] || return 0
	diag "from allocation $1 on, every ${LEAP}th: the time is over"
	STEP=$LEAP
}

# sweep STEP PARAMETERS: the outcomes are counted in FAILED and SURVIVED.
sweep()
{
	local end=$((SECONDS + BUDGET)) nth outcome
	FAILED=0
	SURVIVED=0
	STEP=$1
	for ((nth = LOADER + 1; nth < LIMIT; nth += STEP)); do
		[ "$SECONDS" -lt "$end" ] || leap "$nth"
		outcome=$("$DIR/fail_load" "$MODULE" "$2" "$nth") || return
		case $outcome in
		failed)		FAILED=$((FAILED + 1))
				nothing_left "$nth" || return ;;
		survived)	SURVIVED=$((SURVIVED + 1))
				quick_unload || return ;;
		over)		break ;;
		*)		diag "allocation $nth: the load was $outcome"
				return 1 ;;
		esac
	done
	diag "$2: $FAILED allocations failed the load, $SURVIVED did not"
	quick_unload && [ "$nth" -lt "$LIMIT" ] && [ "$FAILED" -gt 0 ]
}

# What there is to see at once; the rest is looked at when all is over.
nothing_left()
{
	if bus_path || is_loaded; then
		diag "allocation $1: the load failed, and something is there"
		return 1
	fi
	same_text "$(</proc/iomem)" "$IOMEM" || {
		diag "allocation $1: the system has changed"
		return 1
	}
}

# ndctl would take longer for it than the load.
quick_unload()
{
	local region
	for region in /sys/bus/nd/devices/region*; do
		echo "${region##*/}" >/sys/bus/nd/drivers/nd_region/unbind
	done
	within 20 remove_module
}

sweep_reserved()
{
	local start end
	read -r start end < <(reserved_range)
	[ -n "$start" ] || return 4
	sweep 1 "base=$start size=$(((end - start + 1) >> 20 >> 4 << 4))M $1"
}

sweep_carved()
{
	sweep 97 size=128M
}

# Objects that nothing points to any more, and that we have allocated
no_leak()
{
	[ -w $KMEMLEAK ] || return 4
	echo scan >$KMEMLEAK
	sleep 6
	echo scan >$KMEMLEAK
	if grep -q '\[nd_emu\]' $KMEMLEAK; then
		diag "$(head -n 60 $KMEMLEAK)"
		return 1
	fi
}

[ -d $FAILSLAB ] || skip_all "no failslab"
[ -e /proc/self/fail-nth ] || skip_all "no fail-nth"
modprobe nd_pmem
MODULE=$(modinfo -n nd_emu)
IOMEM=$(</proc/iomem)
prepare_failslab
LOADER=$(loader_allocations)
diag "the module loader has $LOADER allocations of its own"

result "on a reserved range, every allocation" \
	sweep_reserved "dimms=2 flush_hints=1"
result "on carved memory, every 97th allocation" sweep_carved
result "no allocation of the module is lost" no_leak
finish
