# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The platforms that ndctl's tests stand on: sourced by run, which sets HERE and
# TOP.

platform_prepare()
{
	echo "options nfit_test helper=$HERE/nfit_test.sh" \
		>/etc/modprobe.d/nfit_test.conf
	# udev loads it for the first device; the tests do not wait for that.
	modprobe device_dax
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
	"$TOP/scripts/profiles/$1" "$2"
}

# Labels that were never written make a region label-less.  daxctl-devices.sh
# looks for a namespace to replace.
label_acpi()
{
	ndctl disable-region -b ACPI.NFIT all &&
		ndctl init-labels -f -b ACPI.NFIT all &&
		ndctl enable-region -b ACPI.NFIT all &&
		ndctl create-namespace -b ACPI.NFIT -s 1G -m fsdax
}

platform_up()
{
	case $1 in
	none|nfit_test)	;;
	acpi)
		profile acpi up && label_acpi ;;
	*)	profile "$1" up ;;
	esac
}

unload_bridge()
{
	[ -d /sys/module/nfit_test ] || return 0
	udevadm settle
	ndctl disable-region all
	modprobe -r nfit_test
}

# platform_down: also what a failed test left mounted
platform_down()
{
	findmnt -rno TARGET | grep test_ | xargs -r umount
	case $1 in
	none)	;;
	nfit_test) within 20 unload_bridge ;;
	*)	profile "$1" down ;;
	esac
}
