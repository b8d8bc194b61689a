#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

begin 3.1 "more than there is cannot be carved, and the error says why" 6
without_udevd

ALL=$(awk '$1 == "MemTotal:" { print int($2 / 1024) }' /proc/meminfo)

too_much()
{
	fails ENOMEM size="$1"
}

says_what_was_asked()
{
	local asked=$(((ALL * MIB + BLOCK - 1) / BLOCK * BLOCK / MIB))
	grep -q "^no $asked MiB of node" <<<"$LOG" || {
		diag "$LOG"
		return 1
	}
}

says_what_was_found()
{
	grep -qE 'the longest that looks free is [0-9]+ MiB at 0x' <<<"$LOG"
}

names_boot_parameters()
{
	grep -q 'movablecore=' <<<"$LOG" && grep -q 'memmap=' <<<"$LOG"
}

result "as much as there is at all is refused" too_much "${ALL}M"
result "the log says how much was asked for" says_what_was_asked
result "and how much was found, and where" says_what_was_found
result "and which boot parameters would help" names_boot_parameters
result "64T are refused" too_much 64T
result "after that a small one works" load size=128M
finish
