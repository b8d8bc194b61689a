# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Faults of 2 MiB are really taken. None of the witnesses is a setting that
# merely allows them:
#
#  - the page tables themselves, read with PAGEMAP_SCAN (since Linux 6.7);
#  - how many faults it takes to touch every page of 4 KiB once;
#  - for files, the result of each fault (tracepoint fs_dax:dax_pmd_fault_done).
#
# Mappings that cannot have huge pages show that each can also say no.

LENGTH=$((16 * MIB))
PAGES=$((LENGTH / 4096))
# shellcheck disable=SC2034 # for those who source this file
HUGE=$((LENGTH / (2 * MIB)))
TRACING=/sys/kernel/tracing

# mapped FAULTS HUGE COMMAND...: what dax_map has to say
mapped()
{
	local faults=$1 huge=$2
	shift 2
	"$@" | tee "$TMP/mapped"
	grep -q 'huge=-1$' "$TMP/mapped" && huge=-1
	grep -qx "pages=$PAGES faults=$faults huge=$huge" "$TMP/mapped"
}

trace_faults()
{
	echo 0 >$TRACING/tracing_on
	echo >$TRACING/trace
	echo 1 >$TRACING/events/fs_dax/dax_pmd_fault_done/enable
	echo 1 >$TRACING/tracing_on
	"$@"
	echo 0 >$TRACING/events/fs_dax/dax_pmd_fault_done/enable
	grep dax_pmd_fault_done: $TRACING/trace
}

# faults_end RESULT COUNT: every fault that was traced had this result
faults_end()
{
	local all
	all=$(grep -c dax_pmd_fault_done: $TRACING/trace)
	equal "faults that ended with $1" "$(grep -cE \
		"dax_pmd_fault_done:.* (MAJOR\|)?$1\$" $TRACING/trace)" "$2"
	equal "faults at all" "$all" "$2"
}
