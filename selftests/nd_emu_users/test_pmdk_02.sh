#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/users.sh"

mounted()
{
	make_fs xfs "$(block)"
	mount_at "$(block)" -o dax
}

transactions()
{
	pmemobj_bank create "$1"
	pmemobj_bank transfer "$1"
	equal transfers "$(pmemobj_bank check "$1")" 450
}

# A transfer is cut in two by SIGKILL; opening the pool rolls it back.
killed()
{
	status 137 pmemobj_bank die "$1"
	equal transfers "$(pmemobj_bank check "$1")" 676
}

survives()
{
	umount "$MNT"
	reenable
	mount_at "$(block)" -o dax
	equal transfers "$(pmemobj_bank check "$MNT/pool")" 676
}

pool_is_sound()
{
	pmempool info "$MNT/pool" | grep -E 'Layout +: nd_emu bank'
	pmempool check -v "$MNT/pool"
}

on_devdax()
{
	umount "$MNT"
	make_namespace devdax
	pmempool rm -f "$(dax)"
	transactions "$(dax)"
	killed "$(dax)"
	reenable
	equal transfers "$(pmemobj_bank check "$(dax)")" 676
}

begin 13.2 "libpmemobj" 7
without_udevd
needs pmempool
needs_helper pmemobj_bank
result "the module loads" load size=1G && {
	MNT=$TMP/mnt
	step "xfs with -o dax" mounted
	step "transactions commit and abort on a file" \
		transactions "$MNT/pool"
	step "a killed transaction is rolled back" killed "$MNT/pool"
	step "the pool survives remount and region disable and enable" survives
	step "pmempool finds nothing wrong with it" pool_is_sound
	if has_devdax; then
		step "all of this on a devdax device" on_devdax
	else
		skip_result "all of this on a devdax device" \
			"the kernel has no device_dax"
	fi
}
finish
