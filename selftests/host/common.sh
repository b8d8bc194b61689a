# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the cases that need a machine of their own share: sourced, never run.
#
# A case runs on the host, boots VMs, and runs itself in them: called with the
# name of a function, it is in the guest, and that function is what it does.
# $SHARED is one directory in both.

set -euo pipefail

HOST_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
TOP=$(cd "$HOST_DIR/../.." && pwd -P)
SELF=$(cd "$(dirname "$0")" && pwd -P)/${0##*/}
KERNEL=${KERNEL:-6.12}
SHARED=${SHARED:-}

# Where the kernel is told to leave a gigabyte alone.
BASE=0x140000000
# shellcheck disable=SC2034 # for those who source this file
RESERVED="memmap=1G\$$BASE"
# Where QEMU's q35 has BASE in the file of its memory: what is above 4 GiB
# follows the 2 GiB that are below.
# shellcheck disable=SC2034
IN_FILE=$((BASE - (4 << 30) + (2 << 30)))
COMPLAINTS='WARNING:|BUG:|Oops|Call Trace|KASAN|UBSAN|general protection'

say()
{
	echo "# $*"
}

fail()
{
	echo "# FAILED: $*"
	exit 1
}

skip()
{
	echo "# SKIP: $*"
	exit 4
}

# equal WHAT FOUND EXPECTED
equal()
{
	[ "$2" = "$3" ] || fail "$1: is '$2', should be '$3'"
}

# --- on the host -------------------------------------------------------------

share()
{
	SHARED=$(mktemp -d /tmp/nd_emu-host.XXXXXX)
	trap 'rm -rf "$SHARED"' EXIT
	gcc -O2 -D_GNU_SOURCE -o "$SHARED/dax_map" \
		"$HOST_DIR/../nd_emu_users/dax_map.c"
}

# in_vm [VM-OPTION...] -- FUNCTION [ARGUMENT...]
in_vm()
{
	local options=()
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	"$TOP/scripts/vm" -w "$SHARED" "${options[@]}" "$KERNEL" \
		env SHARED="$SHARED" KERNEL="$KERNEL" "$SELF" "$@"
}

# --- in the guest ------------------------------------------------------------

in_guest()
{
	[ -n "$SHARED" ]
}

# refused ERROR COMMAND...: it fails with that error
refused()
{
	local error=$1 said
	shift
	! said=$("$@" 2>&1) || fail "'$*' succeeds"
	[[ $said == *"$error"* ]] || fail "'$*' says '$said'"
}

# load PARAMETER...
load()
{
	modprobe nd_emu "$@" || fail "modprobe nd_emu $*"
	udevadm settle
	BUS=$(grep -lx nd_emu /sys/bus/nd/devices/ndbus*/provider)
	# shellcheck disable=SC2034 # for those who source this file
	BUS=${BUS%/provider}
}

unload()
{
	local end=$((SECONDS + 30))
	while [ $SECONDS -lt $end ]; do
		udevadm settle
		ndctl disable-region -b nd_emu all >/dev/null 2>&1 || true
		! rmmod nd_emu 2>/dev/null || return 0
		sleep 0.2
	done
	fail "cannot unload nd_emu"
}

# Of ACPI devices, udev in the VM is told nothing. What a bus has comes up at leisure:
# regions are probed, udev loads a driver, what that finds is probed. A test that
# compares before and after must not begin in the midst of it.
other_bus()
{
	local _ bus
	modprobe nfit
	for _ in regions namespaces; do
		udevadm settle
		for bus in /sys/bus/nd/devices/ndbus*/wait_probe; do
			[ ! -e "$bus" ] || cat "$bus" >/dev/null
		done
	done
}

# A reset that nothing in the guest is told about
reset_now()
{
	sync -f "$SHARED"
	echo b >/proc/sysrq-trigger
	sleep 60
	fail "still here after a reset"
}

# What a kernel has to say while it boots is not about us.
no_complaint()
{
	! dmesg | sed "1,/nd_emu host test: begin/d" | grep -E "$COMPLAINTS" ||
		fail "the kernel complained"
}

# A case calls this last: "run_case HOST-FUNCTION "$@""
run_case()
{
	local host=$1
	shift
	if in_guest; then
		echo "nd_emu host test: begin" >/dev/kmsg
		trap 'echo "# FAILED at line $LINENO: $BASH_COMMAND"' ERR
		set -E
		"$@"
		no_complaint
	else
		share
		"$host"
	fi
}
