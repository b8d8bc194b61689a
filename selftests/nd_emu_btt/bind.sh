# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the cases about binding share: sourced, never run.
#
# shellcheck disable=SC2119,SC2120 # load_btt and make_btt without arguments

# shellcheck source=namespace.sh
. "$(dirname "${BASH_SOURCE[0]}")/namespace.sh"

begin_bind()
{
	begin "$@"
	modprobe -nq nd_emu_btt || skip_all "no module nd_emu_btt"
	needs jq
}

undo_more()
{
	! is_loaded || unload
	unload_btt || diag "cannot unload nd_emu_btt"
}

unload_btt()
{
	[ ! -d /sys/module/nd_emu_btt ] || within 20 remove_btt
}

remove_btt()
{
	settle
	rmmod nd_emu_btt
}

load_btt()
{
	modprobe nd_emu_btt "$@"
	settle
}

# With labels, so that there can be a namespace that is not the whole region
load_bus()
{
	load size=256M
	names
	disable_region
	ndctl init-labels -f -b nd_emu all >/dev/null
	enable_region
}

btt_step()
{
	local status
	# Not with "||": that would keep set -e from working in there.
	step "$@"
	status=$?
	names
	return "$status"
}

# make_btt OPTION...: a namespace of 32M with a BTT in it
make_btt()
{
	ndctl create-namespace -f -e "$NS" -s 32M -m sector "$@" >/dev/null
	settle
}

# How most cases begin: a bus, and a BTT that our driver has
prepare_btt()
{
	load_bus
	load_btt
	make_btt
	driver_is nd_emu_btt
	disk_works
}

disk_works()
{
	find_disk
	dd if=/dev/urandom of="$TMP/data" bs=64k count=4 status=none
	dd if="$TMP/data" of="$DISK" bs=64k seek=3 oflag=direct status=none
	disk_has_data
}

disk_has_data()
{
	find_disk
	dd if="$DISK" of="$TMP/read" bs=64k skip=3 count=4 iflag=direct \
		status=none
	cmp "$TMP/data" "$TMP/read"
}

# What the driver said since the mark
btt_log()
{
	dmesg | awk -v mark="$1" '
		index($0, mark) { seen = 1 }
		seen && sub(/^\[[^]]*\] nd_emu_btt:? /, "")'
}
