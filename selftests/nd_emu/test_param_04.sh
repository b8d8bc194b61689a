#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

begin 2.4 "labels= and volatile= are booleans, and what the kernel refuses" 9
without_udevd

# each_bad NAME VALUE...
each_bad()
{
	local name=$1 value
	shift
	REASONS=()
	for value; do
		refused_for EINVAL "$name=$value: must be a boolean, Y or N" \
			size=128M "$name=$value" || return
	done
	all_refused
}

excluded()
{
	refused EINVAL "$1: must be left out with volatile=1" \
		size=128M volatile=1 "$1"
}

# by_kernel FAILURE TEXT PARAMETER...: with a line of the kernel's own
by_kernel()
{
	fails "$1" "${@:3}" && log_since "$MARK_TEXT" >"$TMP/log" || return
	grep -q "$2" "$TMP/log" && return
	diag "$(<"$TMP/log")"
	return 1
}

result "labels= of anything else is refused" \
	each_bad labels "" 2 -1 maybe x
result "volatile= of anything else is refused" \
	each_bad volatile "" 2 -1 maybe x
result "volatile=1 with labels=Y is refused" excluded labels=Y
result "volatile=1 with labels=N is refused: it was given" excluded labels=N
result "volatile=1 with domain= is refused" excluded domain=cpu_cache
result "volatile=1 with flush_hints= is refused" excluded flush_hints=1
result "volatile=1 with flush_hints=0 is refused: it was given" \
	excluded flush_hints=0
result "a name without a value is refused" by_kernel EINVAL \
	"nd_emu: .* invalid for parameter .labels'" size=128M labels
result "more than 1024 characters are refused" by_kernel ENOSPC \
	"string parameter too long" "size=$(printf '%01025d' 0)"
finish
