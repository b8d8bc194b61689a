#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"
. "${0%/*}/cmd.sh"
. "${0%/*}/security.sh"

begin 34.3 "what is frozen stays as it is, and there is no guessing" 9
without_udevd

freeze()
{
	run ndctl freeze-security "$DIMM_NAME" &&
		attr_is "$DIMM_NAME/frozen" 1 &&
		security_is unlocked
}

nothing()
{
	asks_in_vain "Input/output" "$DIMM_NAME" "update $USER_KEY $OTHER_KEY" &&
		asks_in_vain "Input/output" "$DIMM_NAME" "disable $USER_KEY" &&
		asks_in_vain "Input/output" "$DIMM_NAME" "erase $USER_KEY" &&
		asks_in_vain "Input/output" "$DIMM_NAME" "overwrite $USER_KEY" &&
		security_is unlocked
}

thawed()
{
	cycle "$DIMM_NAME" && security_is locked &&
		attr_is "$DIMM_NAME/frozen" 0
}

guess()
{
	local i
	for i in 1 2 3 4; do
		asks_in_vain "Invalid argument" "$DIMM_NAME" \
			"erase $OTHER_KEY" || return
	done
	attr_is "$DIMM_NAME/frozen" 0 &&
		asks_in_vain "Invalid argument" "$DIMM_NAME" \
			"erase $OTHER_KEY" &&
		attr_is "$DIMM_NAME/frozen" 1 &&
		asks_in_vain "Input/output" "$DIMM_NAME" "erase $USER_KEY" &&
		security_is locked
}

right_again()
{
	local i
	cycle "$DIMM_NAME" && attr_is "$DIMM_NAME/frozen" 0 || return
	for i in 1 2 3 4; do
		asks_in_vain "Invalid argument" "$DIMM_NAME" \
			"erase $OTHER_KEY" || return
	done
	# The right one, and the count begins again.
	ask "$DIMM_NAME" "erase $USER_KEY" && security_is disabled &&
		ask "$DIMM_NAME" "update 0 $USER_KEY" || return
	for i in 1 2 3 4; do
		asks_in_vain "Invalid argument" "$DIMM_NAME" \
			"disable $OTHER_KEY" || return
	done
	ask "$DIMM_NAME" "disable $USER_KEY" && security_is disabled
}

kernel_only()
{
	local number
	for number in 19 23 26; do
		fails_with "not supported" dimm_call $number 0 12 || return
	done
	for number in 21 22 24 25 28; do
		fails_with "not supported" dimm_call $number 32 4 || return
	done
	for number in 20 27; do
		fails_with "not supported" dimm_call $number 64 4 || return
	done
	security_is disabled
}

rule()
{
	echo "$1" >"$DIMM_DEBUG/fail"
}

failing()
{
	rule "set_passphrase errno=12" &&
		asks_in_vain "Cannot allocate" "$DIMM_NAME" "update 0 $USER_KEY" &&
		rule "set_passphrase off" &&
		rule "disable_passphrase status=4 times=1" &&
		asks_in_vain "Input/output" "$DIMM_NAME" "disable $USER_KEY" &&
		rule "freeze errno=16" && asks_in_vain busy "$DIMM_NAME" freeze &&
		rule "freeze off"
}

bad_values()
{
	asks_in_vain "Invalid argument" "$DIMM_NAME" "open 0" &&
		not cycle nosuchdimm &&
		not eval "echo 0 2>/dev/null >$DIMM_DEBUG/power_cycle" &&
		not eval "echo 2 2>/dev/null >$DIMM_DEBUG/power_cycle"
}

no_labels()
{
	unload && load size=256M labels=0 || return
	devices
	test -d "$DIMM_DEBUG" && not test -e "$BUS/$DIMM_NAME/security" &&
		not test -e "$DIMM_DEBUG/power_cycle"
}

keys
load size=256M dimms=2
devices
disable "$DIMM_NAME"
USER_KEY=$(passphrase user)
OTHER_KEY=$(passphrase other)
ask "$DIMM_NAME" "update 0 $USER_KEY"
result "ndctl freezes a DIMM" freeze
result "no passphrase is good for anything then" nothing
result "until power is off and on" thawed
result "after five wrong passphrases the right one is refused" guess
result "until power is off and on; the right one starts the count anew" \
	right_again
result "no program sends these commands by ioctl" kernel_only
result "they fail on command" failing
result "nonsense is refused" bad_values
result "a DIMM without labels has no security" no_labels
finish
