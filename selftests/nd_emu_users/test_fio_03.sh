#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/users.sh"
. "$(dirname "$0")/fio.sh"

survives()
{
	reenable
	verify_only 2m dev-dax "$(dax)"
}

begin 14.3 "fio verify on devdax" 5
without_udevd
needs fio
fio --enghelp | grep -qw dev-dax || skip_all "fio has no dev-dax engine"
has_devdax || skip_all "the kernel has no device_dax"
result "the module loads" load size=1G && {
	step "devdax namespace" make_namespace devdax
	step "dev-dax, 4 KiB" verify 4k dev-dax "$(dax)"
	step "dev-dax, 2 MiB" verify 2m dev-dax "$(dax)"
	step "it survives region disable and enable" survives
}
finish
