# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the users of the device share, on top of ../nd_emu/common.sh: sourced,
# never run.

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../nd_emu/common.sh
. "$HERE/../nd_emu/common.sh"

# The helpers lie next to the cases.
PATH=$HERE:$PATH

# shellcheck disable=SC2034 # for those who source this file
MIB=$((1 << 20))

# needs_helper NAME: a program of ours, built only where its library is
needs_helper()
{
	[ -x "$HERE/$1" ] || skip_all "$1 was not built: no library for it?"
}

# step TITLE COMMAND...: a result like any other, but COMMAND is a function
# that runs with set -e, so it may simply be a list of what has to work. What
# it printed is shown if something did not.
step()
{
	local title=$1 status
	shift
	(
		set -e
		"$@"
	) >"$TMP/step" 2>&1 </dev/null
	status=$?
	[ "$status" -eq 0 ] || diag "$(tail -n 40 "$TMP/step")"
	result "$title" returns "$status"
}

returns()
{
	return "$1"
}

# status STATUS COMMAND...: COMMAND ends with this status and no other.
status()
{
	local wanted=$1 found=0
	shift
	"$@" || found=$?
	equal "status of $1" "$found" "$wanted"
}

# says TEXT COMMAND...: COMMAND fails and says TEXT
says()
{
	local text=$1
	shift
	if "$@" >"$TMP/says" 2>&1; then
		diag "$* did not fail"
		return 1
	fi
	cat "$TMP/says"
	grep -qF -- "$text" "$TMP/says"
}

# --- names --------------------------------------------------------------------

# A step may make the bus, and then the ones after it have to find it.
names()
{
	local regions
	find_bus || return
	BUS=$REPLY
	regions=("$BUS"/region*)
	REGION=${regions[-1]##*/}
	# shellcheck disable=SC2034 # for those who source this file
	NS=namespace${REGION#region}.0
}

# --- devices -----------------------------------------------------------------

# The block device of the only namespace there is, and its devdax device
block()
{
	first_disk
	echo "$REPLY"
}

dax()
{
	set -- "$BUS/$REGION"/dax*/dax*.*
	echo "/dev/${1##*/}"
}

# make_namespace MODE [OPTION...]: turn the whole of the region into one
make_namespace()
{
	local mode=$1
	shift
	ndctl create-namespace -f -e "namespace${REGION#region}.0" \
		-m "$mode" "$@"
	settle
}

# The region goes and comes back, as it would over a reboot.
reenable()
{
	settle
	disable_region
	! compgen -G "$BUS/$REGION/*/block" || return
	enable_region
}

# Through sysfs, as libndctl does it, but without a process
disable_region()
{
	echo "$REGION" >/sys/bus/nd/drivers/nd_region/unbind
}

enable_region()
{
	echo "$REGION" >/sys/bus/nd/drivers/nd_region/bind
	settle
}

# --- file systems ------------------------------------------------------------

# make_fs TYPE DEVICE: one that puts large files on 2 MiB boundaries
make_fs()
{
	case $1 in
	ext4)	mkfs.ext4 -q -F -b 4096 -E stride=512,stripe_width=512 "$2" ;;
	xfs)	mkfs.xfs -q -f -d su=2m,sw=1 "$2" ;;
	esac
}

# mount_at DEVICE [OPTION...]: mount it at $TMP/mnt, which $MNT stands for.
mount_at()
{
	local device=$1
	shift
	MNT=$TMP/mnt
	mkdir -p "$MNT"
	mount "$@" "$device" "$MNT"
}

# sector_filesystem TYPE: on the disk of a BTT, a tree survives, and the check
# finds nothing to repair.
sector_filesystem()
{
	make_fs "$1" "$(block)"
	mount_at "$(block)"
	cp -a "$HERE" "$MNT/tree"
	umount "$MNT"
	reenable
	mount_at "$(block)"
	diff -r "$HERE" "$MNT/tree"
	umount "$MNT"
	case $1 in
	ext4)	e2fsck -f -n "$(block)" ;;
	xfs)	xfs_repair -n "$(block)" ;;
	esac
}

undo()
{
	local mounted
	awk -v dir="$TMP/" 'index($2, dir) == 1 { print $2 }' /proc/mounts |
	while read -r mounted; do
		umount "$mounted"
	done
	undo_more
}

# A case that stacks something on the device redefines this.
undo_more()
{
	:
}
