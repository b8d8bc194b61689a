#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/common.sh"

NAMES="base dimms domain flush_hints hwpoison labels node size volatile"

begin 2.6 "each parameter says its unit and default, and is read-only" 4
needs modinfo

described()
{
	local name text
	for name in $NAMES; do
		text=$(modinfo -F parm nd_emu | grep "^$name:") || {
			diag "$name= has no description"
			return 1
		}
		grep -qE '\((default .*|required)\)|\(default: ' <<<"$text" || {
			diag "no default: $text"
			return 1
		}
	done
}

units()
{
	local name
	for name in base size; do
		modinfo -F parm nd_emu | grep "^$name:" | grep -qiw bytes || {
			diag "$name= does not say that it is in bytes"
			return 1
		}
	done
}

read_only()
{
	local name
	for name in $NAMES; do
		equal "mode of $name" "$(stat -c %a \
			"/sys/module/nd_emu/parameters/$name")" 444 || return
	done
}

no_others()
{
	equal parameters "$(modinfo -F parm nd_emu | cut -d: -f1 | sort |
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
