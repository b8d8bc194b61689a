#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"
# shellcheck source=kmemleak.sh
. "${0%/*}/kmemleak.sh"

# Let the first allocation of a load fail, then the second, and so on, until
# there is none left to fail. Whatever was half done has to be undone.
begin 9.1 "a load that runs out of memory leaves nothing behind" 3

FAILSLAB=/sys/kernel/debug/failslab
SEED=${SEED:-$(date +%s)}

# A large allocation that fails is reported with a trace: no complaint here.
COMPLAINTS=${COMPLAINTS/|Call Trace/}

restore_failslab()
{
	echo 2 >$FAILSLAB/verbose
	echo Y >$FAILSLAB/ignore-gfp-wait
}

undo()
{
	restore_failslab
	start_udevd
}

# A report of each failure on the console would take longer than the load.
prepare_failslab()
{
	echo 0 >$FAILSLAB/verbose
	echo N >$FAILSLAB/ignore-gfp-wait
}

# sweep STEP SKIP PARAMETER...: each STEPth allocation fails, but for the first
# SKIP; see fail_load.c.
sweep()
{
	local said
	said=$("$DIR/fail_load" "$MODULE" "${*:3}" "$1" "$2")
	set -- $?
	diag "$said"
	return "$1"
}

# The smallest platform that has everything: what it is made of are the
# allocations, not the memory. Loads from a reserved range are over in a moment.
sweep_reserved()
{
	local base
	base=$(reserved_range $((32 * MIB)))
	[ -n "$base" ] || return 4
	sweep 1 0 "base=$base" size=32M dimms=2 flush_hints=1
}

# Others each time; the same again with $SEED in the environment
sweep_carved()
{
	diag "seed $SEED"
	sweep 97 $((SEED % 97)) size=128M
}

[ -d $FAILSLAB ] || skip_all "no failslab"
[ -e /proc/self/fail-nth ] || skip_all "no fail-nth"
modprobe nd_pmem
MODULE=$(modinfo -n nd_emu)
prepare_failslab
stop_udevd

result "on a reserved range, every allocation" sweep_reserved
result "on carved memory, every 97th allocation, from one of the first" sweep_carved
result "no object is lost" no_object_lost
finish
