#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"
. "${0%/*}/cmd.sh"
. "${0%/*}/security.sh"

begin 34.1 "a DIMM is locked when power comes back, until it gets its passphrase" 15
without_udevd

new()
{
	security_is disabled && attr_is "$DIMM_NAME/frozen" 0 &&
		equal ndctl "$(ndctl list -d "$DIMM_NAME" -D |
			jq -r '.[0].security')" disabled
}

set_up()
{
	disable_regions
	run ndctl setup-passphrase "$DIMM_NAME" -k "user:$MASTER" &&
		security_is unlocked
}

in_use()
{
	not cycle "$DIMM_NAME" && run ndctl enable-region "$REGION" &&
		not cycle "$DIMM_NAME" && security_is unlocked
}

turned_off()
{
	disable "$DIMM_NAME" && forget_key "$DIMM_NAME" && cycle "$DIMM_NAME" &&
		security_is locked
}

no_key()
{
	not ndctl enable-dimm "$DIMM_NAME" >/dev/null 2>&1 &&
		security_is locked && equal state \
		"$(readlink "$BUS/$DIMM_NAME/driver")" ""
}

# 3: locked (ACPI 6.5, 6.5.10)
labels()
{
	equal read "$(label_status "$DIMM_NAME" get)" 3 &&
		equal write "$(label_status "$DIMM_NAME" set)" 3
}

# Whatever reads and writes it past the region
media()
{
	local media=$BUS_DEBUG/$DIMM_NAME/media
	not dd if="$media" of=/dev/null bs=4k count=1 2>"$TMP/read" &&
		not dd if=/dev/zero of="$media" bs=4k count=1 conv=notrunc \
			2>"$TMP/write" &&
		grep -q "Permission denied" "$TMP/read" &&
		grep -q "Permission denied" "$TMP/write" && holds 255 255
}

no_region()
{
	region_refuses &&
		equal namespaces "$(ls -d "$BUS/$REGION"/namespace[0-9]* 2>/dev/null)" ""
}

other_dimm()
{
	security_is disabled "$SECOND" &&
		equal read "$(label_status "$SECOND" get)" 0
}

another_key()
{
	local wrong
	wrong=$(passphrase wrong) || return
	asks_in_vain "Input/output" "$DIMM_NAME" "disable $wrong" &&
		asks_in_vain "Input/output" "$DIMM_NAME" "update $wrong $wrong" &&
		asks_in_vain "Invalid argument" "$DIMM_NAME" "erase $wrong" &&
		security_is locked && holds 255 255
}

given()
{
	run ndctl load-keys && run ndctl enable-dimm "$DIMM_NAME" &&
		security_is unlocked
}

as_before()
{
	run ndctl enable-region "$REGION" || return
	settle
	first_disk
	cmp <(dd if="$REPLY" bs=1M skip=8 count=$((LENGTH / MIB)) status=none) \
		<(lines 255 255)
}

changed()
{
	disable_regions
	run ndctl update-passphrase "$DIMM_NAME" && security_is unlocked &&
		disable "$DIMM_NAME" && cycle "$DIMM_NAME" && security_is locked &&
		run ndctl enable-dimm "$DIMM_NAME" && security_is unlocked
}

wrong_one()
{
	local wrong
	wrong=$(keyctl search @u encrypted testwrong) || return
	asks_in_vain "Invalid argument" "$DIMM_NAME" "disable $wrong" &&
		asks_in_vain "Invalid argument" "$DIMM_NAME" \
			"update $wrong $wrong" &&
		security_is unlocked
}

removed()
{
	run ndctl remove-passphrase "$DIMM_NAME" && security_is disabled &&
		disable "$DIMM_NAME" && cycle "$DIMM_NAME" && security_is disabled &&
		run ndctl enable-dimm "$DIMM_NAME"
}

keys
load size=256M dimms=2
devices
SECOND=nmem$((${DIMM_NAME#nmem} + 1))
namespace
result "a new DIMM has no passphrase" new
result "ndctl sets one" set_up
result "a DIMM that is enabled, or in a region that is, keeps its power" in_use
result "power off and on locks it" turned_off
result "it is not enabled without the key" no_key
result "its labels are neither read nor written" labels
result "nor is its media" media
result "its region is not enabled" no_region
result "the other DIMM of the set is not locked" other_dimm
result "another passphrase does not open, change or erase anything" another_key
result "with the key in the keyring, enabling unlocks it" given
result "the data is there" as_before
result "ndctl changes the passphrase, and the new one opens" changed
result "another one changes nothing" wrong_one
result "ndctl removes it, and nothing is locked any more" removed
finish
