#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/users.sh"

# The region is asynchronous: what was stored is durable only after a flush
# that the provider has seen, so nobody may do without.

mounted()
{
	make_fs "$1" "$(block)"
	mount_at "$(block)" -t "$1" -o dax
	fallocate -l $((4 * MIB)) "$MNT/file"
}

sync_refused()
{
	says "mmap: EOPNOTSUPP" dax_map -s -w 1 "$MNT/file"
}

not_persistent()
{
	says "not persistent memory" pmem_journal append "$MNT/journal" 10
}

stores_flush()
{
	local before
	dax_map -m -w 1 "$MNT/file"
	before=$(region_attr nd_emu/flushes)
	dax_map -m -w 2 "$MNT/file"
	[ "$(region_attr nd_emu/flushes)" -gt "$before" ]
}

survives()
{
	umount "$MNT"
	reenable
	mount_at "$(block)" -t "$1" -o dax
	dax_map -r 2 "$MNT/file"
	umount "$MNT"
}

# The kernel does not clear the flags of a DAX device when it makes one out of
# the memory of another (seen up to Linux 6.12): what was synchronous before
# may stay so. Only the first DAX devices since boot tell the truth.
forgetful()
{
	dmesg | grep -qE 'nd_emu: [0-9]+ MiB at '
}

# fresh_step TITLE COMMAND...
fresh_step()
{
	if [ -n "$FORGETFUL" ]; then
		skip_result "$1" "another DAX device was there since boot"
	else
		step "$@"
	fi
}

begin 17.2 "domain=none: nothing persists without a flush" 11
without_udevd
needs mkfs.ext4 mkfs.xfs
needs_helper pmem_journal
FORGETFUL=
! forgetful || FORGETFUL=1
result "the module loads" load size=1G domain=none && {
	MNT=$TMP/mnt
	for fs in ext4 xfs; do
		step "$fs mounts with -o dax" mounted $fs
		fresh_step "$fs: MAP_SYNC is refused" sync_refused
		fresh_step "$fs: to libpmem it is not persistent memory" \
			not_persistent
		step "$fs: msync() reaches the provider" stores_flush
		step "$fs: stores and msync() last" survives $fs
	done
}
finish
