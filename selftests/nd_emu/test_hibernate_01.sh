#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"
. "${0%/*}/configfs.sh"

# With pm_test, the kernel freezes all tasks, waits 5 s, and takes it back.
begin 36.1 "the system does not hibernate over memory that is in use" 5
without_udevd

PM_TEST=/sys/power/pm_test

undo()
{
	echo none >$PM_TEST
	[ ! -d $CONFIG/emu ] || remove_bus emu
}

hibernate()
{
	echo disk 2>"$TMP/hibernate" >/sys/power/state
}

# refuses LINE
refuses()
{
	local busy
	kmsg hibernate
	errno_text EBUSY
	busy=$REPLY
	not hibernate && read_text "$TMP/hibernate" &&
		equal error "${REPLY##*: }" "$busy" || return
	module_log "$MARK_TEXT" | grep -q "^hibernation: must wait until $1" &&
		return
	diag "$(module_log "$MARK_TEXT")"
	return 1
}

over_parameters()
{
	load size=128M && refuses "no bus is live: .*\[mem $(printf '%#x' \
		"$(attr nd_emu/base)")-"
}

over_configfs()
{
	unload && open_configfs && make_dirs emu emu/dimms/a &&
		put emu/size $((128 * MIB)) && go_live emu &&
		refuses "no bus is live"
}

# Not refused by us: whatever else may keep this machine from it.
not_in_use()
{
	take_down emu || return
	kmsg hibernate
	hibernate || diag "$(<"$TMP/hibernate")"
	equal log "$(module_log "$MARK_TEXT" | grep hibernation)" ""
}

again()
{
	go_live emu && refuses "no bus is live"
}

grep -qw disk /sys/power/state || skip_all "no hibernation"
[ -w $PM_TEST ] || skip_all "no pm_test"
echo freezer >$PM_TEST
result "over the bus of the parameters, and says why" over_parameters
result "that bus works as before" keeps_data 4
result "over one of configfs" over_configfs
result "it is not refused where no bus is live" not_in_use
result "afterwards, a bus can go live, and it is refused again" again
finish
