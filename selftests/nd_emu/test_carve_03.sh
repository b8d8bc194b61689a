#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

# Run this on a kernel booted with "nokaslr crashkernel=128M,high": when memory
# below a child of its "System RAM" resource goes, the kernel by itself cannot
# cut the resource, says so in a WARNING, and does not take the memory back.
begin 3.3 "memory below a child of its System RAM is carved and comes back" 6
without_udevd

# Print the highest address of a child that has room below it in its resource.
highest_child()
{
	local line range start ram=
	while IFS= read -r line; do
		range=${line%% : *}
		range=${range// /}
		start=$((0x${range%-*}))
		case $line in
		[0-9a-f]*" : System RAM")
			ram=$((start < 4 * GIB ? 4 * GIB : start)) ;;
		[0-9a-f]*)
			ram= ;;
		"  "[0-9a-f]*)
			[ -z "$ram" ] || [ $start -lt $((ram + GIB)) ] ||
				echo $start ;;
		esac
	done </proc/iomem | tail -n 1
}

children()
{
	grep -E 'Crash kernel|Kernel (code|rodata|data|bss)' /proc/iomem
}

below_child()
{
	between "end of the range" $(($(attr nd_emu/base) +
		$(attr nd_emu/size))) $((4 * GIB)) "$CHILD"
}

not_system_ram()
{
	local start
	start=$(printf '%x' "$(attr nd_emu/base)")
	grep -q "^$start-[0-9a-f]* : nd_emu$" /proc/iomem
}

cycles()
{
	local cycle
	for cycle in 2 3; do
		diag "cycle $cycle"
		load size=256M && unload || return
	done
}

CHILD=$(highest_child)
[ -n "$CHILD" ] || skip_all "no child of System RAM with memory below it"
CHILDREN=$(children)
offline_above "$CHILD"

result "a load works" load size=256M && {
	result "what it took is below the child" below_child
	result "and is System RAM no longer" not_system_ram
	result "the children are where they were" \
		same_text "$(children)" "$CHILDREN"
	result "the device works" keeps_data 4
	unload
	result "it can be done again" cycles
}
finish
