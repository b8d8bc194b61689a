#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck disable=SC2119 # load_btt and make_btt without arguments

. "$(dirname "$0")/bind.sh"

declined()
{
	load_bus
	load_btt policy=none
	make_btt
	driver_is nd_pmem
	disk_works
}

all()
{
	unload_btt
	load_btt policy=all
	driver_is nd_emu_btt
	disk_has_data
}

emulated()
{
	unload_btt
	driver_is nd_pmem
	load_btt policy=emulated
	driver_is nd_emu_btt
	disk_has_data
}

# each_refused VALUE...: not loaded, and one line that says what may be
each_refused()
{
	local value text
	unload_btt
	for value; do
		kmsg "policy=$value"
		says "Invalid argument" modprobe nd_emu_btt policy="$value"
		[ ! -d /sys/module/nd_emu_btt ]
		text="policy=$value: must be emulated, all or none: which BTT"
		text+=" devices this driver takes from nd_btt"
		same_text "$(btt_log "$MARK_TEXT")" "$text"
	done
	driver_is nd_pmem
	disk_has_data
}

# foreign_bus: the region of a bus that is not nd_emu's
foreign_bus()
{
	local bus
	for bus in /sys/bus/nd/devices/ndbus*; do
		[ -e "$bus/provider" ] || continue
		[ "$(<"$bus/provider")" != nd_emu ] || continue
		BUS=$bus
		set -- "$bus"/region*
		REGION=${1##*/}
		NS=namespace${REGION#region}.0
		[ -d "$BUS/$REGION" ] && return
	done
	return 1
}

make_foreign()
{
	ndctl create-namespace -f -e "$NS" -m sector >/dev/null
	settle
}

foreign_declined()
{
	load_btt
	make_foreign
	driver_is nd_pmem
	disk_works
}

foreign_taken()
{
	unload_btt
	load_btt policy=all
	driver_is nd_emu_btt
	disk_has_data
	foreign_comes_back
	driver_is nd_emu_btt
	disk_has_data
}

foreign_given_back()
{
	unload_btt
	driver_is nd_pmem
	load_btt policy=none
	driver_is nd_pmem
	foreign_comes_back
	driver_is nd_pmem
	disk_has_data
	ndctl create-namespace -f -e "$NS" -m raw >/dev/null
}

foreign_comes_back()
{
	ndctl disable-namespace "$NS" >/dev/null
	ndctl enable-namespace "$NS" >/dev/null
	settle
}

foreign_steps()
{
	local step
	local steps=("emulated: nd_btt has what is on another bus"
		"all: it is ours" "none: nd_btt has it")
	if foreign_bus; then
		btt_step "${steps[0]}" foreign_declined
		btt_step "${steps[1]}" foreign_taken
		btt_step "${steps[2]}" foreign_given_back
	else
		for step in "${steps[@]}"; do
			skip_result "$step" "there is no other bus"
		done
	fi
}

begin_bind 20.2 "policy= says which BTTs are ours" 7
without_udevd
btt_step "none: nd_btt has it" declined
btt_step "all: it is ours" all
btt_step "emulated: it is ours" emulated
btt_step "any other value is refused" each_refused some Emulated "" emulated,all
unload_btt && unload
foreign_steps
finish
