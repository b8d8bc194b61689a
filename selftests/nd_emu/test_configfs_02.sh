#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"
. "${0%/*}/configfs.sh"

begin 18.2 "nothing changes under a live bus" 14
without_udevd

# What the second DIMM is told to be, and then is
declare -A GIVEN=([vendor]=0x8086 [device]=0x1234 [rev_id]=0x0102
	[subsystem_vendor]=0x8087 [subsystem_device]=0x4321
	[subsystem_rev_id]=0x0201 [format]=0x0201 [format1]=0x0301
	[handle]=0x00000123 [phys_id]=0x0077 [serial]=0x89abcdef)

describe()
{
	local name
	open_configfs && make_dirs a a/dimms/d a/dimms/e a/regions/r &&
	put a/regions/r/size 64M && put a/dimms/e/label_size 32K || return
	for name in "${!GIVEN[@]}"; do
		put "a/dimms/e/$name" "${GIVEN[$name]}" || return
	done
}

is_given()
{
	local name dimm
	dimm=$(get a/dimms/e/dev_name)
	for name in "${!GIVEN[@]}"; do
		read_text "/sys/bus/nd/devices/$dimm/nfit/$name"
		equal "$name" $((REPLY)) $((GIVEN[$name])) || return
	done
	equal formats "$(<"/sys/bus/nd/devices/$dimm/nfit/formats")" 2 &&
		equal "label area" "$("$DIR/labelcmd" "/dev/$dimm" size)" \
			"32768 4096"
}

named()
{
	equal provider "$(<"/sys/bus/nd/devices/$(get a/dev_name)/provider")" \
		nd_emu &&
	[ -d "/sys/devices/platform/nd_emu.a/$(get a/dev_name)" ] &&
	[ -d "/sys/bus/nd/devices/$(get a/dimms/d/dev_name)" ] &&
	equal size "$(<"/sys/bus/nd/devices/$(get a/regions/r/dev_name)/size")" \
		$((64 * MIB))
}

# The value that is there already is as good as any other.
all_busy()
{
	local file
	for file in "$CONFIG"/a/* "$CONFIG"/a/{dimms,regions}/*/*; do
		[ -f "$file" ] || continue
		[[ $file != */live && $file != */dev_name ]] || continue
		denied EBUSY write_to "${file#"$CONFIG"/}" "$(<"$file")" ||
			return
	done
}

pinned()
{
	denied EBUSY rmdir $CONFIG/a/dimms/d &&
	denied EBUSY rmdir $CONFIG/a/dimms/e &&
	denied EBUSY rmdir $CONFIG/a/regions/r &&
	denied ENOTEMPTY rmdir $CONFIG/a &&
	denied EBUSY mkdir $CONFIG/a/regions/new
}

in_use()
{
	not rmmod nd_emu 2>/dev/null && is_loaded
}

enabled()
{
	explained EBUSY "a: live: $(get a/regions/r/dev_name)" \
		write_to a/live 0 && equal live "$(get a/live)" 1 &&
		named
}

mounted()
{
	local region block
	region=$(get a/regions/r/dev_name)
	block=$(ndctl list -r "$region" -N | sed -n 's/.*"blockdev":"\([^"]*\)".*/\1/p')
	mkdir "$TMP/mnt" && mkfs.ext4 -q -b 4096 "/dev/$block" &&
	mount "/dev/$block" "$TMP/mnt" || return
	ndctl disable-region "$region" >/dev/null 2>&1
	denied EBUSY write_to a/live 0 && echo x >"$TMP/mnt/x" && sync
	local status=$?
	umount "$TMP/mnt"
	return $status
}

twice()
{
	put a/live 1 && equal live "$(get a/live)" 1 && named
}

down()
{
	take_down a && equal live "$(get a/live)" 0 &&
	equal dev_name "$(get a/dev_name)$(get a/dimms/d/dev_name)" "" &&
	not ls -d /sys/devices/platform/nd_emu.a 2>/dev/null
}

changes_again()
{
	put a/regions/r/size 32M && put a/dimms/d/serial 7 && go_live a &&
	equal size "$(<"/sys/bus/nd/devices/$(get a/regions/r/dev_name)/size")" \
		$((32 * MIB)) &&
	equal serial "$(<"/sys/bus/nd/devices/$(get a/dimms/d/dev_name)/nfit/serial")" \
		0x00000007
}

result "a bus is described" describe
result "it goes live" go_live a
result "its files name the devices" named
result "a DIMM is what its files say" is_given
result "writing to any other file is EBUSY" all_busy
result "its directories cannot be removed" pinned
result "the module is in use" in_use
result "going live twice changes nothing" twice
result "an enabled region keeps it live" enabled
result "so does one that is mounted" mounted
result "with its regions disabled it goes down" down
result "and can be changed, and go live again" changes_again
result "the module is in use by a bus that is not live" \
	eval 'take_down a && in_use'
result "the bus can be removed" remove_bus a
finish
