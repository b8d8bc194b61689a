#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/users.sh"

mounted()
{
	make_fs ext4 "$(block)"
	mount_at "$(block)" -o dax
}

journal_on_file()
{
	pmem_journal append "$MNT/journal" 1000
	pmem_journal check "$MNT/journal" 1000
}

journal_survives()
{
	umount "$MNT"
	reenable
	mount_at "$(block)" -o dax
	pmem_journal check "$MNT/journal" 1000
	umount "$MNT"
}

# No MAP_SYNC, no persistent memory: libpmem would have to msync().
not_persistent()
{
	mount_at "$(block)"
	says "not persistent memory" pmem_journal check "$MNT/journal" 1000
	umount "$MNT"
}

journal_on_devdax()
{
	make_namespace devdax
	pmem_journal append "$(dax)" 2000
	reenable
	pmem_journal check "$(dax)" 2000
}

begin 13.1 "libpmem" 6
without_udevd
needs_helper pmem_journal
result "the module loads" load size=1G && {
	MNT=$TMP/mnt
	step "ext4 with -o dax" mounted
	step "a file is persistent memory and keeps a journal" journal_on_file
	step "the journal survives remount and region disable and enable" \
		journal_survives
	step "a file without -o dax is not persistent memory" not_persistent
	if has_devdax; then
		step "so is a devdax device, and survives, too" \
			journal_on_devdax
	else
		skip_result "so is a devdax device, and survives, too" \
			"the kernel has no device_dax"
	fi
}
finish
