#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"
. "${0%/*}/configfs.sh"

begin 18.1 "what is written to a file is what it shows" 15
without_udevd

# each FILE VALUE...: VALUE comes back as it was written
each()
{
	local file=$1 value
	shift
	for value; do
		shown "$file" "$value" "$value" || return
	done
}

# shown FILE VALUE SHOWN
shown()
{
	put "$1" "$2" && read_text "$CONFIG/$1" && equal "$1" "$REPLY" "$3"
}

# refused_values FILE VALUE...: each is EINVAL, and changes nothing
refused_values()
{
	local file=$1 before value where
	shift
	read_text "$CONFIG/$file"
	before=$REPLY
	where="${file/\// }"
	where="${where%% *}: "
	[[ $file != */*/* ]] || where+="${file#*/}"
	REASONS=()
	for value; do
		denied_for EINVAL "${where%/*}" write_to "$file" "$value" &&
		read_text "$CONFIG/$file" &&
		equal "$file" "$REPLY" "$before" || return
	done
	reasons_logged
}

of_bus()
{
	each b/provider ACPI.NFIT nd_emu && each b/device x.y-z_0 nd_emu.b &&
	each b/node -1 0 && shown b/size 1G 1073741824 && shown b/size 0 0 &&
	shown b/base 0x140000000 0x140000000 && shown b/base 0 0x0 &&
	each b/hwpoison 1 0
}

of_dimm()
{
	local file
	for file in phys_id vendor device rev_id subsystem_vendor \
		    subsystem_device subsystem_rev_id format format1 \
		    manufacturing_date; do
		each b/dimms/d/$file 0xffff 0x0001 || return
	done
	each b/dimms/d/manufacturing_location 0xff 0x0e &&
	each b/dimms/d/handle 0xffffffff 0x00010000 &&
	each b/dimms/d/serial 0xfeffffff 0x00000000 &&
	each b/dimms/d/label_size 0 16384 131072 &&
	each b/dimms/d/dirty_shutdown 42 4294967295 0 &&
	each b/dimms/d/flush_hints 64 0 &&
	each b/dimms/d/flags "save_fail restore_fail flush_fail not_armed smart_event map_fail smart_notify" "not_armed" ""
}

of_region()
{
	each b/regions/r/type volatile pmem &&
	each b/regions/r/domain cpu_cache none memory_controller &&
	each b/regions/r/node 0 -1 && each b/regions/r/pagemap 0 1 &&
	each b/regions/r/range_index 65535 0 &&
	shown b/regions/r/size 96M 100663296 &&
	shown b/regions/r/align 1G 1073741824 &&
	shown b/regions/r/interleave 256 256
}

of_mappings()
{
	shown b/regions/r/mappings "d 16M 16M 1 64K,e 0 16M 0 1" \
		$'d 0x1000000 16777216 1 0x10000\ne 0x0 16777216 0 0x1' &&
	shown b/regions/r/mappings "d 16M 16M 0,e 0 16M 1" \
		$'d 0x1000000 16777216 0\ne 0x0 16777216 1' &&
	each b/regions/r/mappings ""
}

defaults()
{
	local i
	for ((i = 0; i < 4; i++)); do
		make_dirs "c/dimms/$i" &&
		equal handle "$(get "c/dimms/$i/handle")" \
			"$(printf '0x%08x' $((i % 2 | i / 2 << 4)))" &&
		equal phys_id "$(get "c/dimms/$i/phys_id")" \
			"$(printf '0x%04x' $i)" || return
	done
	equal device "$(get c/device)" nd_emu.c
}

slot_again()
{
	rmdir $CONFIG/c/dimms/1 && make_dirs c/dimms/new &&
	equal phys_id "$(get c/dimms/new/phys_id)" 0x0001
}

too_many()
{
	make_dirs c/dimms/{4..31} || return
	denied ENOSPC mkdir $CONFIG/c/dimms/32
}

bad_names()
{
	local name
	REASONS=()
	for name in 'a b' 'a:b' 'a+b' "$(printf 'x%.0s' {1..32})"; do
		denied_for EINVAL "$name" mkdir "$CONFIG/$name" &&
		denied_for EINVAL "$name" mkdir "$CONFIG/b/dimms/$name" &&
		denied_for EINVAL "$name" mkdir "$CONFIG/b/regions/$name" ||
			return
	done
	reasons_logged
}

bad_of_bus()
{
	refused_values b/provider "" "a b" "$(printf 'x%.0s' {1..32})" &&
	refused_values b/device "" a/b . .. && refused_values b/node -2 99999 x &&
	refused_values b/size 1M 65T x && refused_values b/base 1 8M
}

bad_of_dimm()
{
	refused_values b/dimms/d/handle 0x100000000 -1 x "" &&
	refused_values b/dimms/d/vendor 0x10000 &&
	refused_values b/dimms/d/format 0 &&
	refused_values b/dimms/d/manufacturing_location 0x100 &&
	refused_values b/dimms/d/label_size 8K 17K 144K &&
	refused_values b/dimms/d/flush_hints 65 &&
	refused_values b/dimms/d/flags "not_armed dead"
}

bad_of_region()
{
	refused_values b/regions/r/type dram &&
	refused_values b/regions/r/domain adr &&
	refused_values b/regions/r/size 8M 65T &&
	refused_values b/regions/r/align 8M 48M 2G 0 &&
	refused_values b/regions/r/interleave 128 300 32M &&
	refused_values b/regions/r/range_index 65536 &&
	refused_values b/regions/r/pagemap maybe &&
	refused_values b/regions/r/mappings "d" "d 0 16M" "d 0 16M 32" \
		"d 0 0 0" "d 1 16M 0" "d 0 16M 0 0 0" "d/e 0 16M 0"
}

features()
{
	read_text $CONFIG/features
	equal features "$REPLY" "dimms regions mapping_offset node \
shared_memory dimm_live security hwpoison "
}

read_only()
{
	local file
	for file in features b/dev_name b/dimms/d/dev_name \
		    b/regions/r/dev_name; do
		not chmod u+w "$CONFIG/$file" 2>/dev/null
		not write_to "$file" x 2>/dev/null || return
	done
}

result "configfs is there" open_configfs
make_dirs b b/dimms/d b/dimms/e b/regions/r c
result "the files of a bus" of_bus
result "those of a DIMM" of_dimm
result "those of a region" of_region
result "mappings" of_mappings
result "DIMMs differ by default" defaults
result "the slot of a DIMM that was removed is free again" slot_again
result "there are no more than 32 DIMMs" too_many
result "a name that no device could have is refused" bad_names
result "a bad value of a bus is refused and changes nothing" bad_of_bus
result "of a DIMM" bad_of_dimm
result "of a region" bad_of_region
result "what there is can be asked for" features
result "names of devices and features cannot be written" read_only
result "a bus that never was live goes without a trace" remove_bus b
finish
