#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

NAMES="base dimms domain flush_hints hwpoison labels node size volatile"

begin 2.6 "each parameter says its unit and default, and is read-only" 5
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

# What each is counted in, or is
declare -A UNIT=([base]=bytes [dimms]=Number [domain]=cpu_cache
	[flush_hints]=Number [hwpoison]=Boolean [labels]=Boolean
	[node]="NUMA node number" [size]=Bytes [volatile]=Boolean)

units()
{
	local name
	for name in $NAMES; do
		[[ ${TEXT[$name]} == *"${UNIT[$name]}"* ]] || {
			diag "$name= does not say '${UNIT[$name]}': ${TEXT[$name]}"
			return 1
		}
	done
}

# A mistake in a name is the kernel's to find.
ignored()
{
	kmsg "an unknown parameter"
	load size=128M dimm=2 || return
	log_since "$MARK_TEXT" >"$TMP/log"
	grep -q "nd_emu: unknown parameter 'dimm' ignored" "$TMP/log" &&
		equal DIMMs "$(echo "$BUS"/nmem* | wc -w)" 1
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
result "and with what it is counted in" units
result "each is 0444 in sysfs" read_only
result "there are no others" no_others
result "another one is ignored, with a line in the log" ignored
finish
