#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# nfit_test.sh up | down                       the buses
# nfit_test.sh fail BUS HANDLE MASK CODE       let commands of a DIMM fail
# nfit_test.sh lock BUS HANDLE MASK CODE       lock a DIMM
#
# nfit_test.ko calls this, without any open file.

set -eu
exec </dev/null >/dev/kmsg 2>&1
TOP=$(cd "$(dirname "$0")/../.." && pwd -P)
DEBUG=/sys/kernel/debug/nd_emu

# The bit of a command is its number, or that of its function.
COMMANDS=([1]=smart [2]=smart_threshold [4]=get_size [5]=get_data [6]=set_data
	[10]=enable_lss [12]=fw_info [13]=fw_start [14]=fw_send [15]=fw_finish
	[16]=fw_query [17]=smart_set_threshold [18]=smart_inject
	[19]=security_state [20]=set_passphrase [21]=disable_passphrase
	[22]=unlock [23]=freeze [24]=erase [25]=overwrite [26]=query_overwrite
	[27]=set_master [28]=master_erase [29]=fwa_dimm_info [30]=fwa_arm)

# dimm BUS HANDLE: as BUS/DIMM
dimm()
{
	local bus nmem
	for bus in /sys/bus/nd/devices/ndbus*; do
		[ "$(<"$bus/provider")" = "$1" ] || continue
		for nmem in "$bus"/nmem*; do
			[ "$(<"$nmem/nfit/handle")" = "$2" ] || continue
			echo "${bus##*/}/${nmem##*/}"
			return
		done
	done
	echo "no DIMM $2 on bus $1" >&2
	return 1
}

# fail BUS HANDLE MASK CODE: the commands that are not in MASK work again.
fail()
{
	local code=${4#-} file number rule
	file=$DEBUG/$(dimm "$1" "$2")/fail
	[ "$code" -ne 0 ] || code=5
	for number in "${!COMMANDS[@]}"; do
		rule=off
		[ $(($3 >> number & 1)) -eq 0 ] || rule="errno=$code"
		echo "${COMMANDS[number]} $rule" >"$file"
	done
}

# lock BUS HANDLE: the DIMM is disabled; power goes, and comes back.
lock()
{
	echo 1 >"$DEBUG/$(dimm "$1" "$2")/power_cycle"
}

# down: what a test has left enabled is disabled first.
down()
{
	local bus
	for bus in nfit_test.0 nfit_test.1; do
		ndctl disable-region -b "$bus" all
	done
	"$TOP/selftests/ndctl/remove-bus" nfit_test.0 nfit_test.1
}

# measure: what the DIMMs of the reference provider say of themselves
measure()
{
	local dir handle
	for handle in 0x0 0x1 0x100 0x101; do
		dir=$DEBUG/$(dimm nfit_test.0 $handle)
		echo 1 >"$dir/health"
		echo 3 >"$dir/alarms"
		echo 75 >"$dir/spares"
		echo 5 >"$dir/life_used"
	done
}

up()
{
	"$TOP/scripts/profiles/nfit_test"
	trap down EXIT
	measure
	trap - EXIT
}

case $1 in
up)
	up ;;
down)
	down ;;
fail)
	fail "${@:2}" ;;
lock)
	lock "$2" "$3" ;;
*)
	echo "cannot $1" >&2
	exit 1 ;;
esac
