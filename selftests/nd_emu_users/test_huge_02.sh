#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/users.sh"
. "$(dirname "$0")/huge.sh"

make_devdax()
{
	make_namespace devdax -a "$1"
	[ -c "$(dax)" ]
	equal align "$(cat "$BUS/$REGION"/dax*/dax*.*/align)" "$2"
}

huge_pages()
{
	mapped $HUGE $PAGES dax_map -w 1 -l $LENGTH "$(dax)"
	mapped $HUGE $PAGES dax_map -r 1 -l $LENGTH "$(dax)"
}

# The end of the device is memory as well as its beginning.
last_pages()
{
	local size
	size=$(cat "$BUS/$REGION"/dax*/dax*.*/size)
	mapped $HUGE $PAGES dax_map -w 2 -l $LENGTH -o $((size - LENGTH)) "$(dax)"
	mapped $HUGE $PAGES dax_map -r 2 -l $LENGTH -o $((size - LENGTH)) "$(dax)"
}

small_pages()
{
	mapped "$PAGES" 0 dax_map -w 3 -l $LENGTH "$(dax)"
	mapped "$PAGES" 0 dax_map -r 3 -l $LENGTH "$(dax)"
}

survives()
{
	reenable
	dax_map -r "$1" -l $LENGTH "$(dax)"
}

begin 12.2 "devdax: faults of 2 MiB" 8
without_udevd
has_devdax || skip_all "the kernel has no device_dax"
[ -d /sys/kernel/mm/transparent_hugepage ] ||
	skip_all "the kernel has no CONFIG_TRANSPARENT_HUGEPAGE"
result "the module loads" load size=1G && {
	step "align 2 MiB: it is a character device" make_devdax 2M $((2 * MIB))
	step "align 2 MiB: loads and stores map 2 MiB" huge_pages
	step "align 2 MiB: the end of the device, too" last_pages
	step "align 2 MiB: it survives region disable and enable" survives 1
	step "align 4 KiB: it is a character device" make_devdax 4K 4096
	step "align 4 KiB: loads and stores map 4 KiB" small_pages
	step "align 4 KiB: it survives region disable and enable" survives 3
}
finish
