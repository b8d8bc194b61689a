# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The platforms that ndctl's tests stand on: sourced by run, which sets HERE and
# TOP.

CONFIG=/sys/kernel/config/nd_emu

# platform_prepare PLATFORM: before its first test. The stock BTT driver serves
# BTTs, except where ours is to; loaded it may be, by udev, for another platform.
platform_prepare()
{
	local policy=none
	[ "$1" != nd_emu_btt ] || policy=all
	cat >/etc/modprobe.d/nd_emu.conf <<-END
	options nfit_test helper=$HERE/nfit_test.sh
	options nd_emu_btt policy=$policy
	END
	# udev loads it for the first device; the tests do not wait for that.
	modprobe -a device_dax awake || return
	! [ -d /sys/module/nd_emu_btt ] || modprobe -r nd_emu_btt || return
	[ "$1" != nd_emu_btt ] || modprobe nd_emu_btt
}

within()
{
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.1
	done
}

profile()
{
	"$TOP/scripts/profiles/$1" "${@:2}"
}

# daxctl-devices.sh looks for a namespace to replace.
namespace_acpi()
{
	ndctl create-namespace -b ACPI.NFIT -s 1G -m fsdax
}

platform_up()
{
	case $1 in
	none|nfit_test|nd_emu_btt) ;;
	acpi)
		profile acpi && namespace_acpi ;;
	e820)
		profile e820 ;;
	esac
}

# direct_io DIR: hugetlb and device-dax want direct I/O in a directory of the
# build. What a VM writes goes to a tmpfs, which has none before Linux 6.6.
direct_io()
{
	modprobe loop && truncate -s 64M /tmp/direct_io &&
		mkfs.ext4 -q -F /tmp/direct_io && mkdir -p "$1" &&
		mount -o loop /tmp/direct_io "$1"
}

unload_bridge()
{
	if [ -d /sys/module/nfit_test ]; then
		udevadm settle
		ndctl disable-region all
		modprobe -r nfit_test || return
	fi
	! [ -d "$CONFIG/nfit_test.0" ] && ! [ -d "$CONFIG/nfit_test.1" ]
}

# take_down BUS
take_down()
{
	[ -d "$CONFIG/$1" ] || return 0
	udevadm settle
	ndctl disable-region all
	"$HERE/remove-bus" "$1"
}

# platform_down PLATFORM: also what a failed test left mounted
platform_down()
{
	findmnt -rno TARGET | grep test_ | xargs -r umount
	case $1 in
	none)	;;
	nfit_test|nd_emu_btt)
		within 20 unload_bridge ;;
	*)	within 20 take_down "$1" ;;
	esac
}
