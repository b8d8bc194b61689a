#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"
. "${0%/*}/cmd.sh"

begin 30.1 "a command that does not make sense is refused" 8
without_udevd

# A set_threshold in all its 11 bytes, a translation in all its 36
THRESHOLD=$(le 2 1)$(le 1 5)$(le 2 640 480)

bad_sizes()
{
	local size
	for size in 0 1 6 8 0x1000; do
		invalid dimm_call 17 $size 4 "$THRESHOLD" || return
	done
	for size in 0 1 3; do
		invalid dimm_call 17 7 $size "$THRESHOLD" || return
		invalid dimm_call 1 0 $size || return
	done
}

# What wraps, or is more than the kernel takes in one command, is refused
# before it comes to us, each kernel in its own way.
huge_sizes()
{
	local size
	for size in 0x400000 0x7fffffff 0x80000000 0xffffffbf; do
		not dimm_call 1 0 $size >/dev/null 2>&1 &&
			not dimm_call 1 $size 132 >/dev/null 2>&1 &&
			not dimm_call 1 $size $size >/dev/null 2>&1 || return
	done
}

unknown_functions()
{
	local function
	for function in 0 3 4 9 11 63 64 65 0x100000001 0xffffffffffffffff; do
		unknown dimm_call $function 0 132 || return
	done
	# For 4, the kernel asks first whether a namespace is in use.
	for function in 0 1 2 3 6 10 64 0xffffffffffffffff; do
		unknown bus_call $function 0 64 || return
	done
	unknown "$DIR/ndcmd" "$BUS_DEV" call 1 5 8 64
}

wrong_family()
{
	local family
	invalid "$DIR/ndcmd" "$DIMM_DEV" call 1 1 0 132 || return
	for family in 2 5 6 0xffffffff 0x100000000 0xffffffffffffffff; do
		invalid "$DIR/ndcmd" "$DIMM_DEV" call $family 1 0 132 &&
			invalid "$DIR/ndcmd" "$BUS_DEV" call $family 5 8 64 ||
			return
	done
}

unknown_commands()
{
	local number
	for number in 0 3 7 8 9 11 255; do
		unknown dimm_ioctl $number 64 || return
	done
	for number in 0 5 6 7 8 9 11 255; do
		unknown bus_ioctl $number 64 || return
	done
}

commands()
{
	local list command
	list=" $(attr "$DIMM_NAME/commands") "
	for command in smart smart_thresh get_size get_data set_data cmd_call; do
		[[ $list == *" $command "* ]] || {
			diag "no $command in $list"
			return 1
		}
	done
}

no_labels()
{
	load size=128M labels=0 || return
	devices
	unknown dimm_ioctl 4 12 && unknown dimm_ioctl 5 64 &&
		status_is 0 dimm_call 1 0 132
}

load size=256M dimms=2
devices
result "the DIMM says which commands it has" commands
result "a command that it does not have" unknown_commands
result "a function that it does not have" unknown_functions
result "a function of another family" wrong_family
result "reserved fields that are not zero" invalid dimm_call 1 0 132 "" 1
result "input too long or too short, output too short" bad_sizes
result "sizes that wrap" huge_sizes
result "a DIMM without labels has no label commands, and the others" no_labels
finish
