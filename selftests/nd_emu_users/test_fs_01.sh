#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/users.sh"
. "$(dirname "$0")/fs.sh"

FS=ext4

fs_check()
{
	e2fsck -f -n "$1"
}

begin 11.1 "ext4 with -o dax" 14
without_udevd
needs e2fsck
fs_case
finish
