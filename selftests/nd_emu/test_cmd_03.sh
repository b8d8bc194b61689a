#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"
. "${0%/*}/cmd.sh"
. "${0%/*}/configfs.sh"

begin 31.3 "what is out of order harms nobody" 6
without_udevd

# clear BYTES: status and what was cleared at the beginning of the region
clear()
{
	local answer
	answer=$(bus_ioctl 4 32 "$(le 8 "$START" "$1")") || return
	echo "$(field "$answer" 16 4) $(field "$answer" 24 8)"
}

# libnvdimm would look for the bad blocks that the region had.
disabled_region()
{
	disable_regions
	equal cleared "$(clear 4096)" "2 0"
}

enabled_region()
{
	enable_regions
	settle
	equal cleared "$(clear 4096)" "0 4096"
}

# one_line TEXT COMMAND...: it fails, and the log has one line with TEXT
one_line()
{
	local log
	kmsg "something is refused"
	"${@:2}" 2>/dev/null && return 1
	log=$(module_log "$MARK_TEXT")
	[[ $log = *"$1: must "* && $log != *$'\n'* ]] && return
	diag "$log"
	return 1
}

# The shell would write each line by itself.
write_at_once()
{
	printf '%s' "$2" | dd of="$CONFIG/$1" bs=4k iflag=fullblock status=none
}

value()
{
	one_line 'size=16M\nnd_emu: all is well\001' \
		write_at_once bus/size $'16M\nnd_emu: all is well\001'
}

long_value()
{
	one_line "size=$(printf '%0128d' 0)" \
		write_at_once bus/size "$(printf '%03000d' 0)x"
}

name()
{
	one_line 'a\nb' mkdir $CONFIG/a$'\n'b
}

parameter()
{
	one_line 'size=1\n2' modprobe nd_emu size=$'"1\n2"'
}

load size=128M
devices
START=$(region_attr resource)
result "clear_error has a status for a region that is disabled" disabled_region
result "and clears one that is enabled" enabled_region
unload
open_configfs || exit
make_dirs bus
result "a refused value is one line of the log, whatever is in it" value
result "and no longer than 128 bytes" long_value
result "so is a name" name
none_left && unload
result "so is a parameter" parameter
finish
