#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/users.sh"
. "$(dirname "$0")/fio.sh"

namespace_is()
{
	equal namespace "$(ndctl list -b nd_emu -N |
		jq -r '.[0] | .mode + " " + .map')" "$1"
}

# Our regions have memory for struct pages, so libnvdimm makes "raw" DAX
# capable by itself; real raw has to be asked for.
make_raw()
{
	local namespace=namespace${REGION#region}.0
	echo "$namespace" >/sys/bus/nd/drivers/nd_pmem/unbind
	echo 1 >"/sys/bus/nd/devices/$namespace/force_raw"
	echo "$namespace" >/sys/bus/nd/drivers/nd_pmem/bind
	settle
	namespace_is "raw "
}

make_map_dev()
{
	make_namespace fsdax -M dev
	namespace_is "fsdax dev"
}

survives()
{
	reenable
	verify_only 4k psync "$(block)" --direct=1 --offset=64m
	verify_only 512-64k psync "$(block)" --direct=1 --offset=128m
	verify_only 2m psync "$(block)" --direct=1
}

begin 14.1 "fio verify on block devices" 11
without_udevd
needs fio jq
result "the module loads" load size=1G && {
	for mode in raw map_dev; do
		step "$mode: there is a namespace" make_$mode
		step "$mode: psync, 4 KiB" verify 4k psync "$(block)" \
			--direct=1 --offset=64m
		step "$mode: psync, 2 MiB" verify 2m psync "$(block)" --direct=1
		step "$mode: libaio, 512 B to 64 KiB, 16 in flight" \
			verify 512-64k libaio "$(block)" --direct=1 \
			--iodepth=16 --offset=128m
		step "$mode: survives region disable and enable" survives
	done
}
finish
