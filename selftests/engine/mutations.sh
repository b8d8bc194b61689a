#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Compile each named fault into the engine, one at a time, and see which
# check finds it. A fault that none finds is a failure of the checks.
#
# usage: mutations.sh BUILD [NAME...]

set -u
out=$1
shift
list=mutations.txt
engine=../../drivers/nd_emu_btt
parts="layout format attach engine"
limit=${MUTATION_SECONDS:-300}
flags="-O2 -g -std=gnu11 -w -I. -I$engine"
CC=${CC:-gcc}

names=${*:-$("$out/mutate" "$list")}
total=$(echo "$names" | wc -w)
dir=$out/mutation
mkdir -p "$dir"

# compile WHAT FLAGS: the mutated source and what includes the mutated header
compile()
{
	kind=$1
	objects=
	for part in $parts; do
		if [ "$file" = "$part.c" ]; then
			source=$dir/src/$part.c
		elif [ "${file%.h}" != "$file" ]; then
			source=$dir/src/$part.c
		else
			objects="$objects $out/$part.$kind.o"
			continue
		fi
		# shellcheck disable=SC2086 # flags are words
		$CC $flags $2 -c "$source" -o "$dir/$part.$kind.o" || return 1
		objects="$objects $dir/$part.$kind.o"
	done
}

# check PROGRAM ARGS: 0 and the name of the check in $by when it fails
check()
{
	timeout "$limit" "$@" >"$dir/log" 2>&1
	status=$?
	[ $status -ne 0 ] || return 1
	by=$(sed -n 's/^# KILL \([a-z]*\):.*/model: \1/p' "$dir/log")
	[ -n "$by" ] || by=$(sed -n 's/^not ok [0-9]* - \(.*\)/unit: \1/p' \
			     "$dir/log" | head -n 1)
	[ $status -ne 124 ] || by="$(basename "$1"): hang"
	[ -n "$by" ] || by="$(basename "$1"): died ($status)"
	return 0
}

cpu()
{
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", b - a }'
}

# CPU seconds of all children so far
spent()
{
	times >"$dir/times"
	awk 'NR == 2 { for (i = 1; i <= 2; i++) { split($i, t, /[ms]/);
	     s += t[1] * 60 + t[2] } printf "%.3f", s }' "$dir/times"
}

echo "KTAP version 1"
echo "1..$total"
n=0
bad=0
for name in $names; do
	n=$((n + 1))
	rm -rf "$dir/src"
	mkdir -p "$dir/src"
	cp "$engine"/*.c "$engine"/*.h "$dir/src"
	if ! file=$("$out/mutate" "$list" "$name" "$engine" "$dir/src"); then
		echo "not ok $n - $name # does not apply"
		bad=1
		continue
	fi
	by=
	if compile model -DBTT_MODEL &&
	   # shellcheck disable=SC2086 # objects are words
	   $CC $objects "$out/model.o" "$out/model_main.o" -o "$dir/model" &&
	   compile native "" &&
	   # shellcheck disable=SC2086
	   $CC $objects "$out/native_persist.o" "$out/unit.o" -o "$dir/unit" \
		-lpthread; then
		begin=$(spent)
		check "$dir/model" -q || check "$dir/unit"
		took=$(cpu "$begin" "$(spent)")
	else
		echo "not ok $n - $name # does not compile"
		bad=1
		continue
	fi
	if [ -n "$by" ]; then
		echo "ok $n - $name # $by, $took s"
	else
		echo "not ok $n - $name # survives, $took s"
		bad=1
	fi
done
exit $bad
