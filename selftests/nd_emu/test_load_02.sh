#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/common.sh"

begin 1.2 "a size is rounded up to what can be taken, and the log says so" 4

rounded_up()
{
	equal "rest of a block" $(($(attr nd_emu/size) % BLOCK)) 0
}

difference_logged()
{
	local by=$(($(attr nd_emu/size) / MIB - 33))
	module_log "$BEGUN" | grep -q "^size= rounded up by $by MiB to" ||
		equal log "$(module_log "$BEGUN")" "... rounded up by $by MiB"
}

capacity_follows()
{
	equal capacity "$(attr nd_emu/capacity)" \
		$(($(attr nd_emu/size) - 16 * MIB))
}

result "size=33M works" load size=33M && {
	result "whole memory blocks are taken" rounded_up
	result "the difference is logged" difference_logged
	result "what is more than asked for is capacity" capacity_follows
}
finish
