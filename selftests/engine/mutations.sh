#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Compile each named fault into the engine, one at a time, and see which
# check finds it, and in how much CPU time. A fault that none finds is a
# failure of the checks.
#
# usage: mutations.sh BUILD [NAME...]

set -u
out=$1
shift
list=mutations.txt
engine=../../drivers/nd_emu_btt
parts="layout format attach engine"
limit=${MUTATION_SECONDS:-300}
# Most faults are found long before optimising has paid off.
flags="-O0 -std=gnu11 -w -I. -I$engine"
CC=${CC:-gcc}

names=${*:-$("$out/mutate" "$list")}
total=$(echo "$names" | wc -w)
dir=$out/mutation
mkdir -p "$dir"

# compile KIND FLAGS: what the fault is in; the rest was compiled before
compile()
{
	objects=
	for part in $parts; do
		object=$dir/$part.$1.o
		if [ "$file" = "$part.c" ] || [ "${file%.h}" != "$file" ]; then
			# shellcheck disable=SC2086 # flags are words
			$CC $flags $2 -c "$dir/src/$part.c" -o "$object" ||
				return 1
		else
			object=$out/$part.$1.o
		fi
		objects="$objects $object"
	done
}

# build model or unit, with the fault
build()
{
	case $1 in
	model)
		compile model -DBTT_MODEL || return 1
		set -- "$out/model.o" "$out/model_main.o" -o "$dir/model" ;;
	unit)
		compile native "" || return 1
		set -- "$out/native_persist.o" "$out/unit.o" -o "$dir/unit" ;;
	esac
	# shellcheck disable=SC2086 # objects are words
	$CC $objects "$@" -lpthread
}

# CPU time of all children so far, in hundredths of a second, in $cpu. Not
# printed, as a subshell would count its own.
cpu_time()
{
	times >"$dir/times"
	cpu=$(awk 'NR == 2 { for (i = 1; i <= 2; i++) { split($i, t, /[ms]/)
		   s += t[1] * 60 + t[2] } printf "%d", s * 100 }' "$dir/times")
}

# check model or unit: 0 when it fails, with what failed in $by
check()
{
	cpu_time
	took=$((took - cpu))
	timeout "$limit" "$dir/$1" -q >"$dir/log" 2>&1
	status=$?
	cpu_time
	took=$((took + cpu))
	[ "$status" -ne 0 ] || return 1
	by=$(sed -n -e 's/^# KILL \([a-z]*\):.*/model: \1/p' \
		    -e 's/^not ok [0-9]* - \(.*\)/unit: \1/p' "$dir/log" |
	     head -n 1)
	[ "$status" -ne 124 ] || by="$1: hangs"
	[ -n "$by" ] || by="$1: dies"
}

echo "KTAP version 1"
echo "1..$total"
n=0
bad=0
for name in $names; do
	n=$((n + 1))
	by=
	took=0
	rm -rf "$dir/src"
	mkdir -p "$dir/src"
	cp "$engine"/*.c "$engine"/*.h "$dir/src"
	if ! line=$("$out/mutate" "$list" "$name" "$engine" "$dir/src"); then
		verdict="does not apply"
	else
		file=${line%% *}
		order="model unit"
		[ "$line" = "$file" ] || order="unit model"
		verdict=survives
		for program in $order; do
			if ! build "$program"; then
				verdict="does not compile"
				break
			elif check "$program"; then
				verdict=$by
				break
			fi
		done
	fi
	ok=ok
	[ -n "$by" ] || ok="not ok"
	[ -n "$by" ] || bad=1
	printf '%s %d - %s # %s, %d.%02d s\n' "$ok" "$n" "$name" "$verdict" \
		$((took / 100)) $((took % 100))
done
exit $bad
