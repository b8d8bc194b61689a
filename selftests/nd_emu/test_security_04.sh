#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"
. "${0%/*}/cmd.sh"
. "${0%/*}/security.sh"

# Run this on a kernel booted with memmap=1G$0x140000000, or the like.
begin 34.4 "a reserved range is loaded locked" 7
without_udevd

SIZE=$((256 * MIB))

again()
{
	unload && load base="$BASE" size=$SIZE dimms=2 && devices
}

one_namespace()
{
	settle
	set -- "$BUS/$REGION"/*/block/*
	equal disks "$#" 1 && [ -b "/dev/${1##*/}" ]
}

locked()
{
	forget_key "$DIMM_NAME" && again && security_is locked &&
		equal driver "$(readlink "$BUS/$REGION/driver")" ""
}

unlocked()
{
	run ndctl load-keys && run ndctl enable-dimm "$DIMM_NAME" &&
		security_is unlocked && run ndctl enable-region "$REGION" &&
		one_namespace &&
		disable_regions && holds 255 255
}

by_itself()
{
	again && security_is unlocked &&
		one_namespace
}

fewer()
{
	unload && load base="$BASE" size=$SIZE labels=0 && again &&
		attr_is "$DIMM_NAME/nfit/id" "$ID" &&
		security_is unlocked
}

erased()
{
	disable_regions
	run ndctl sanitize-dimm --crypto-erase "$DIMM_NAME" && again &&
		security_is disabled && disable_regions && holds 0 255
}

back()
{
	disable_regions
	run ndctl enable-region "$REGION" &&
		one_namespace
}

overwritten()
{
	local second=nmem$((${DIMM_NAME#nmem} + 1))
	disable_regions
	echo 60000 >"$BUS_DEBUG/$second/overwrite_ms" &&
		ask "$second" "overwrite 0" && security_is overwrite "$second" &&
		again && disable_regions && holds 0 0
}

BASE=$(reserved_range $SIZE)
[ -n "$BASE" ] || skip_all "no range of memory reserved at boot"
keys
load base="$BASE" size=$SIZE dimms=2
devices
namespace
disable_regions
run ndctl setup-passphrase "$DIMM_NAME" -k "user:$MASTER"
ID=$(attr "$DIMM_NAME/nfit/id")
result "without the key, it is loaded locked" locked
result "ndctl unlocks it, and the data is there" unlocked
result "with the key in the keyring, the kernel does" by_itself
result "a load without labels leaves the passphrase alone" fewer
result "what was erased is still erased, and nothing is locked" erased
result "the region takes it back, with its namespace" back
result "the module does not go before a DIMM is overwritten" overwritten
finish
