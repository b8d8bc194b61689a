#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Let spin look at every execution of reader.pml, and at those of each of its
# mutants, in which it must find an error.
#
# usage: reader.sh BUILD

set -u
model=$PWD/reader.pml
mutants="NO_CHECK MAP_ONLY NO_GENERATION NO_ACQUIRE NO_RMB NO_RELEASE
	NO_FENCE NO_LANE LANE_EARLY"
CC=${CC:-gcc}

mkdir -p "$1/reader"
cd "$1/reader" || exit 1

# search FLAG: breadth first, in which errors are near
search()
{
	# shellcheck disable=SC2086 # no flag is no word
	spin $1 -a "$model" >spin.log 2>&1 &&
		$CC -O1 -w -DSAFETY -DCOLLAPSE -DBFS -DMEMLIM=1024 -o pan pan.c &&
		timeout 120 ./pan -m100000 >log 2>&1 || return 1
	errors=$(sed -n 's/.*errors: \([0-9]*\)$/\1/p' log)
	states=$(sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p' log)
}

# result TITLE WANTED: of the last search
result()
{
	n=$((n + 1))
	if [ "${errors:-none}" = "$2" ] && ! grep -q 'search not completed' log
	then
		echo "ok $n - $1 # $states states"
	elif [ "$2" = 1 ] && [ "${errors:-none}" = 1 ] &&
	     grep -q 'assertion violated' log
	then
		echo "ok $n - $1 # $states states"
	else
		sed 's/^/# /' log
		echo "not ok $n - $1"
		bad=1
	fi
}

n=0
bad=0
echo "KTAP version 1"
# shellcheck disable=SC2086 # names are words
set -- $mutants
echo "1..$(($# + 1))"
errors=
search "" || errors=
result "a reader is right in every execution" 0
for mutant; do
	errors=
	search "-D$mutant" || errors=
	result "$mutant is found" 1
done
exit $bad
