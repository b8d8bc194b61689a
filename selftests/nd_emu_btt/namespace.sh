# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The namespace $NS and the BTT in it, for all cases here, on top of
# ../nd_emu_users/users.sh: sourced, never run.
#
# Through sysfs, as libndctl does it: each ndctl is a process, and there are
# hundreds of these switches. What ndctl has to do with a BTT disk, cases 20.2,
# 20.3, 20.5 and 21.15 ask.

BTT_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../nd_emu_users/users.sh
. "$BTT_DIR/../nd_emu_users/users.sh"

PATH=$BTT_DIR:$PATH
DRIVERS=/sys/bus/nd/drivers

# find_btt: set $BTT to the device that has the namespace
find_btt()
{
	local holder
	read -r holder <"$BUS/$REGION/$NS/holder"
	BTT=$BUS/$REGION/$holder
}

# find_disk: set $DISK to the disk of the region
find_disk()
{
	first_disk
	DISK=$REPLY
}

# driver_is DRIVER: of the BTT device; nd_btt's are bound to nd_pmem
driver_is()
{
	local driver=$1
	[ "$driver" != nd_btt ] || driver=nd_pmem
	find_btt
	[ "$BTT/driver" -ef "$DRIVERS/$driver" ] && return
	equal "driver of the BTT" "$(readlink "$BTT/driver")" "$driver"
}

# disk_attr NAME: set $REPLY to what it is
disk_attr()
{
	read -r REPLY <"/sys/block/${DISK#/dev/}/$1"
}

# disk_is NAME VALUE
disk_is()
{
	disk_attr "$1"
	equal "$1" "$REPLY" "$2"
}

# sector_size: set $REPLY to the logical one
sector_size()
{
	disk_attr queue/logical_block_size
}

disable()
{
	local ns=$BUS/$REGION/$NS
	find_btt
	if [ "$BTT" != "$BUS/$REGION/" ]; then
		[ ! -e "$BTT/driver" ] ||
			echo "${BTT##*/}" >"$BTT/driver/unbind"
		echo >"$BTT/namespace"
	elif [ -e "$ns/driver" ]; then
		echo "$NS" >"$ns/driver/unbind"
	fi
}

# Where there is a BTT, the kernel binds a device for that instead, and does not
# call it a success.
enable()
{
	echo "$NS" >"$DRIVERS/nd_pmem/bind" 2>/dev/null || true
	settle
	find_disk
}

# raw_only COMMAND...: run it with the whole namespace as $RAW, and no BTT. It
# is a list of what has to work, as for step(). The namespace is disabled then.
raw_only()
{
	local force=$BUS/$REGION/$NS/force_raw status
	disable || return
	echo 1 >"$force"
	enable
	# shellcheck disable=SC2034 # for those who source this file
	RAW=$DISK
	set +e
	(
		set -e
		"$@"
	)
	status=$?
	set -e
	disable || return
	echo 0 >"$force"
	return "$status"
}

# as_raw COMMAND...: likewise, and then as before
as_raw()
{
	local status
	# Not with "||": that would keep set -e from working in there.
	set +e
	raw_only "$@"
	status=$?
	set -e
	enable
	return "$status"
}

# scrub: the kernel learns of the errors that there are
scrub()
{
	echo 1 >"$BUS/nfit/scrub"
	within 20 has_scrubbed
}

has_scrubbed()
{
	local scrubs
	read -r scrubs <"$BUS/nfit/scrub"
	[[ $scrubs != *+ ]]
}
