#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/users.sh"
. "$(dirname "$0")/fs.sh"

FS=xfs

fs_check()
{
	xfs_repair -n "$1"
}

begin 11.2 "xfs with -o dax" 14
without_udevd
needs xfs_repair
fs_case
finish
