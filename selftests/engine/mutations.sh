#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Compile each named fault into the engine, one at a time, and see which
# check finds it, and in how much CPU time. A fault that none finds is a
# failure of the checks.
#
# usage: mutations.sh BUILD [NAME...]

set -u
list=mutations.txt
engine=../../drivers/nd_emu_btt
parts="layout format attach scan engine read"
# Of CPU time: how busy the machine is must not matter.
unit_limit=10
model_limit=40
# Most faults are found long before optimising has paid off.
flags="-O0 -std=gnu11 -w -I. -I$engine"
CC=${CC:-gcc}

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
	model)	compile model -DBTT_MODEL || return 1 ;;
	unit)	compile native "" || return 1 ;;
	esac
	# shellcheck disable=SC2086 # objects are words
	$CC $objects "$out/$1.a" -o "$dir/$1" -lpthread
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
	limit=$model_limit
	[ "$1" = model ] || limit=$unit_limit
	cpu_time
	took=$((took - cpu))
	# shellcheck disable=SC3045 # not in POSIX, but in every sh there is
	(ulimit -t "$limit" && exec timeout 600 "$dir/$1" -q) \
		>"$dir/log" 2>&1
	status=$?
	cpu_time
	took=$((took + cpu))
	[ "$status" -ne 0 ] || return 1
	by=$(sed -n -e 's/^# KILL \([a-z]*\):.*/model: \1/p' \
		    -e 's/^not ok [0-9]* - \(.*\)/unit: \1/p' "$dir/log" |
	     head -n 1)
	# Out of CPU time, or of any
	case $status in
	124|137|152)	by="$1: hangs" ;;
	esac
	[ -n "$by" ] || by="$1: dies"
}

# judge LINE: what becomes of the fault, in $verdict, and in $by if it is found
judge()
{
	file=${1%% *}
	order="model unit"
	[ "$1" = "$file" ] || order="unit model"
	verdict=survives
	for program in $order; do
		if ! build "$program"; then
			verdict="does not compile"
			return
		elif check "$program"; then
			verdict=$by
			return
		fi
	done
}

# one NAME: leaves verdict and time in a file
one()
{
	dir=$out/mutation/$1
	by=
	took=0
	mkdir -p "$dir/src"
	cp "$engine"/*.c "$engine"/*.h "$dir/src"
	if line=$("$out/mutate" "$list" "$1" "$engine" "$dir/src"); then
		judge "$line"
	else
		verdict="does not apply"
	fi
	printf '%s %d.%02d %s\n' "${by:+ok}" $((took / 100)) \
		$((took % 100)) "$verdict" >"$out/mutation/$1.result"
	rm -rf "$dir"
}

# report N NAME
report()
{
	result=
	[ ! -s "$out/mutation/$2.result" ] ||
		result=$(cat "$out/mutation/$2.result")
	took=${result#* }
	verdict=${took#* }
	took=${took%% *}
	case $result in
	ok\ *)	ok=ok ;;
	*)	ok="not ok"
		bad=$((bad + 1)) ;;
	esac
	printf '%s %d - %s # %s, %s s\n' "$ok" "$1" "$2" \
		"${verdict:-no result}" "${took:-?}"
	[ "$2" != two-tasks-on-one-lane ] ||
		race=", the lane race in ${took:-?} s"
}

if [ "$1" = --one ]; then
	out=$2
	one "$3"
	exit
fi
out=$1
shift
names=${*:-$("$out/mutate" "$list")}
rm -rf "$out/mutation"
mkdir -p "$out/mutation"
export CC
echo "$names" | tr ' ' '\n' |
	xargs -n 1 -P "$(nproc)" "$0" --one "$out"
echo "KTAP version 1"
echo "1..$(echo "$names" | wc -w)"
n=0
bad=0
race=
for name in $names; do
	n=$((n + 1))
	report "$n" "$name"
done
echo "# $n faults, $((n - bad)) found$race"
[ "$bad" -eq 0 ]
