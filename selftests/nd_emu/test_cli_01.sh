#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"
. "${0%/*}/configfs.sh"
. "${0%/*}/cli.sh"

begin 40.1 "nd-emu up makes a bus, and down takes it away" 21
needs_command

# there_are COUNT DEVICE: so many devices that are called like that
there_are()
{
	local dev count=0
	for dev in /sys/bus/nd/devices/"$2"*; do
		[ ! -e "$dev" ] || count=$((count + 1))
	done
	equal "devices $2*" "$count" "$1"
}

# up_and_down PROFILE BUSES DIMMS REGIONS [SIZE]
up_and_down()
{
	local profile=$1
	nd_emu_ok up "$profile" "${@:5}" || return
	lines_like "^$profile.*: ndbus[0-9]*$"
	equal "names it says" "$REPLY" "$2" &&
	there_are "$3" nmem && there_are "$4" region && nd_emu_ok list || return
	lines_like "^$profile"
	equal "buses in the list" "$REPLY" "$2" &&
	nd_emu_ok down --all &&
	equal buses "$(echo /sys/bus/nd/devices/ndbus*)" \
		"/sys/bus/nd/devices/ndbus*" &&
	equal "what is left" "$(echo $CONFIG/*/)" "$CONFIG/*/"
}

# Without waiting for anything
sector_is_ready()
{
	local disk size
	nd_emu_ok up sector 64M || return
	read_text "$CONFIG/sector/regions/region0/dev_name"
	disk=$(echo "/sys/bus/nd/devices/$REPLY"/btt*/block/pmem*s)
	[ -b "/dev/${disk##*/}" ] && read -r size <"$disk/size" &&
		between "sectors of the disk" "$size" 100000 131072 &&
		nd_emu_ok down
}

help()
{
	nd_emu_ok --help && says "nd-emu up PROFILE" "nd-emu save"
}

# With two, it is 7.3.
one_socket()
{
	[ ! -d /sys/devices/system/node/node1 ] || return 4
	nd_emu_refuses 1 "node=1: must be -1 or the number of an online NUMA node" \
		up two-sockets
}

size_is_taken()
{
	nd_emu_ok up single 96M &&
	equal size "$(get single/regions/region0/size)" $((96 * MIB)) &&
	nd_emu_ok down single
}

own_file()
{
	sed 's/single/mine/; s/1008M/64M/' "$DIR/profiles/single" >"$TMP/mine" &&
	nd_emu_ok up "$TMP/mine" &&
	equal size "$(get mine/regions/region0/size)" $((64 * MIB)) &&
	nd_emu_ok down
}

# The second bus cannot go live: the first one, that can, has to go as well.
failed_step()
{
	cat >"$TMP/broken" <<-'END'
	. "${0%/*}/lib.sh"
	start
	bus good
	dimm a
	region r size=32M
	live
	bus bad
	dimm a
	dimm b handle=0
	region r size=32M
	live
	finish
	END
	nd_emu_refuses 1 "$1" up "$TMP/broken"
}

bad_value()
{
	cat >"$TMP/broken" <<-'END'
	. "${0%/*}/lib.sh"
	start
	bus bad
	region r size=100M
	END
	nd_emu_refuses 1 "$1" up "$TMP/broken" &&
	# Now these are not the last words in the log for the first time.
	nd_emu_refuses 1 "$1" up "$TMP/broken"
}

twice()
{
	nd_emu_ok up single 32M &&
	nd_emu_refuses 1 "there is a bus single already" up single &&
	nd_emu_refuses 1 "nix: must be one of: single" down nix &&
	nd_emu_ok down
}

no_sense()
{
	nd_emu_refuses 2 "frob: no such command" frob &&
	nd_emu_refuses 2 "which PROFILE or FILE" up &&
	nd_emu_refuses 2 "takes no BUS" down --all single &&
	nd_emu_refuses 1 "nfit_test: takes no SIZE" up nfit_test 1G &&
	nd_emu_refuses 1 "there is no bus" down
}

in_use()
{
	local dev
	nd_emu_ok up single 96M || return
	nd_emu_ok up sector 32M || return
	read_text "$CONFIG/single/regions/region0/dev_name"
	dev=$(echo "/sys/bus/nd/devices/$REPLY"/*/block/*)
	dev=/dev/${dev##*/}
	mkfs.ext4 -q -b 4096 -F "$dev" && mkdir "$TMP/mnt" && mount "$dev" "$TMP/mnt" ||
		return
	nd_emu_refuses 1 "$dev is mounted on $TMP/mnt" down single &&
	nd_emu_refuses 1 "which of" down &&
	nd_emu_ok list single && says "$dev on $TMP/mnt$"
}

down_at_last()
{
	umount "$TMP/mnt" && nd_emu_ok down single && nd_emu_ok down &&
	equal "what is left" "$(echo $CONFIG/*/)" "$CONFIG/*/"
}

result "configfs is there" open_configfs
result "it says how it is used" help
result "single" up_and_down single 1 1 1 256M
result "sector" up_and_down sector 1 1 1
result "the disk of sector is there when it returns" sector_is_ready
result "interleaved" up_and_down interleaved 1 4 1 256M
result "nfit_test" up_and_down nfit_test 2 6 3
result "e820" up_and_down e820 1 0 1 256M
result "acpi" up_and_down acpi 1 1 1 256M
result "qemu" up_and_down qemu 1 1 1 64M
result "two-sockets needs two nodes" one_socket
result "a SIZE is that of the region" size_is_taken
result "a file of one's own" own_file
result "a profile that there is not is refused" nd_emu_refuses 1 \
	"nix: must be one of acpi e820" up nix
result "a size that is none is refused" nd_emu_refuses 1 \
	"12Q: must be a SIZE" up single 12Q
result "a value that the kernel refuses" bad_value \
	"bad: regions/r/size=100M: must be 0..64T, a multiple of 16M"
result "of a bus that cannot go live, what went before is undone" failed_step \
	"bad: live=1: must"
result "one that is there already is refused, and one that is not" twice
result "a command line that makes no sense is refused" no_sense
result "what is mounted keeps its bus" in_use
result "and not once it is unmounted" down_at_last
finish
