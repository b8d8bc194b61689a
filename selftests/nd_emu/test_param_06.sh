#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

NAMES="base dimms domain flush_hints hwpoison labels node size volatile"

begin 2.6 "each parameter says its unit and default, and is read-only" 4
needs modinfo
without_udevd

# What modinfo says of each
declare -A TEXT
while IFS=: read -r name text; do
	[ -z "$name" ] || TEXT[$name]=$text
done < <(modinfo -F parm nd_emu)

described()
{
	local name text re='\((default .*|required)\)|\(default: '
	for name in $NAMES; do
		text=${TEXT[$name]:-}
		if [ -z "$text" ]; then
			diag "$name= has no description"
			return 1
		fi
		if [[ ! $text =~ $re ]]; then
			diag "no default: $text"
			return 1
		fi
	done
}

units()
{
	local name
	for name in base size; do
		grep -qiw bytes <<<"${TEXT[$name]}" || {
			diag "$name= does not say that it is in bytes"
			return 1
		}
	done
}

read_only()
{
	equal modes "$(stat -c %a /sys/module/nd_emu/parameters/* | sort -u)" 444
}

no_others()
{
	equal parameters "$(printf '%s\n' "${!TEXT[@]}" | sort |
		tr '\n' ' ')" "$NAMES " &&
	equal "in sysfs" "$(cd /sys/module/nd_emu/parameters && echo ./* |
		sed 's|\./||g')" "$NAMES"
}

load size=128M
result "each has a description with its default" described
result "those of bytes say so" units
result "each is 0444 in sysfs" read_only
result "there are no others" no_others
finish
