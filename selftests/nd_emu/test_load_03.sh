#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

begin 1.3 "a module whose region is enabled cannot be unloaded" 4

refuses_unload()
{
	not remove_module &&
	grep -q "Module nd_emu is in use" "$TMP/rmmod"
}

still_works()
{
	region_attr_is size "$(attr nd_emu/capacity)" &&
	dd if=/dev/zero of=/dev/pmem0 bs=1M count=8 oflag=direct status=none
}

disable()
{
	settle
	ndctl disable-region -b nd_emu all >/dev/null 2>&1
}

comes_back()
{
	disable
	not [ -e /dev/pmem0 ] && ndctl enable-region -b nd_emu all 2>/dev/null &&
	within 60 [ -e /dev/pmem0 ]
}

disabled_unload()
{
	disable
	within 60 remove_module
}

load size=128M
result "rmmod is refused while the region is enabled" refuses_unload
result "the refusal has harmed nothing" still_works
result "a disabled region can be enabled again" comes_back
result "after ndctl disable-region the module goes" disabled_unload
finish
