#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Let libFuzzer look for media that the engine cannot bear: first the corpus,
# then whatever it comes up with in SECONDS. What is new stays in the build
# directory; what breaks the engine is left there too, as crash-*.
#
# usage: fuzz.sh BUILD SECONDS

set -u
corpus=$PWD/corpus
work=$1/fuzzing

mkdir -p "$work/new"
cd "$work" || exit 1
echo "KTAP version 1"
echo "1..2"
files=$(find "$corpus" -type f | wc -l)
# result NUMBER TITLE LIMIT ARGUMENT...
result()
{
	number=$1 title=$2 limit=$3
	shift 3
	if timeout "$limit" ../fuzz -timeout=10 -rss_limit_mb=1024 \
		-max_len=132 -print_final_stats=1 "$@" >log 2>&1; then
		echo "ok $number - $title # $(grep -E -o 'cov: [0-9]+' log |
			tail -n 1), $(sed -n 's/^stat::number_of_executed_units: *//p' \
			log) runs"
	else
		tail -n 40 log | sed 's/^/# /'
		echo "not ok $number - $title"
		bad=1
	fi
}
bad=0
result 1 "the corpus, $files files" 120 -runs=0 "$corpus"
result 2 "$2 seconds of new media" $(($2 * 2 + 120)) \
	-max_total_time="$2" new "$corpus"
exit $bad
