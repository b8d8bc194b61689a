#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

begin 1.2 "a size is rounded up to what can be taken, and the log says so" 4

rounded_up()
{
	read_text "$BUS/nd_emu/size"
	equal "rest of a block" $((REPLY % BLOCK)) 0
}

difference_logged()
{
	local by log
	by=$(($(attr nd_emu/size) / MIB - 33))
	log=$'\n'$(module_log "$BEGUN")
	[[ $log = *$'\n'"size= rounded up by $by MiB to"* ]] ||
		equal log "$log" "... rounded up by $by MiB"
}

capacity_follows()
{
	read_text "$BUS/nd_emu/size"
	attr_is nd_emu/capacity $((REPLY - 16 * MIB))
}

result "size=33M works" load size=33M && {
	result "whole memory blocks are taken" rounded_up
	result "the difference is logged" difference_logged
	result "what is more than asked for is capacity" capacity_follows
}
finish
