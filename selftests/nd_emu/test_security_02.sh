#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"
. "${0%/*}/cmd.sh"
. "${0%/*}/security.sh"

begin 34.2 "what is erased is gone" 15
without_udevd

# new_bus: two DIMMs with blank labels
new_bus()
{
	load size=256M dimms=2 || return
	devices
	SECOND=nmem$((${DIMM_NAME#nmem} + 1))
}

# labels DIMM: 512 bytes of the area
labels()
{
	"$DIR/ndcmd" "/dev/$1" ioctl 5 524 "$(le 4 0 512)"
}

in_use()
{
	disable_regions
	run ndctl setup-passphrase "$DIMM_NAME" -k "user:$MASTER" &&
		run ndctl enable-region "$REGION" || return
	asks_in_vain busy "$DIMM_NAME" "erase $(key)" &&
		asks_in_vain busy "$DIMM_NAME" "overwrite $(key)" &&
		security_is unlocked
}

key()
{
	keyctl search @u encrypted "nvdimm:$(attr "$DIMM_NAME/nfit/id")"
}

wrong()
{
	local wrong
	wrong=$(passphrase wrong) || return
	disable_regions
	asks_in_vain "Invalid argument" "$DIMM_NAME" "erase $wrong" &&
		asks_in_vain "Invalid argument" "$DIMM_NAME" "overwrite $wrong" &&
		security_is unlocked && holds 255 255
}

erased()
{
	LABELS=$(labels "$DIMM_NAME")
	run ndctl sanitize-dimm --crypto-erase "$DIMM_NAME" &&
		security_is disabled && holds 0 255
}

labels_stay()
{
	equal labels "$(labels "$DIMM_NAME")" "$LABELS"
}

no_master()
{
	asks_in_vain "not supported" "$SECOND" "master_erase 0"
}

master()
{
	# The kernel reads whether there is one when it creates the DIMM, and
	# when it has set one.
	MASTER_KEY=$(passphrase master) && USER_KEY=$(passphrase user) &&
		ask "$SECOND" "master_update 0 $MASTER_KEY" &&
		ask "$SECOND" "update 0 $USER_KEY" &&
		asks_in_vain "Invalid argument" "$SECOND" \
			"master_update $USER_KEY $USER_KEY"
}

not_the_users()
{
	disable "$SECOND" && cycle "$SECOND" && security_is locked "$SECOND" &&
		asks_in_vain "Invalid argument" "$SECOND" "erase $MASTER_KEY" &&
		asks_in_vain "Invalid argument" "$SECOND" \
			"master_erase $USER_KEY" &&
		holds 0 255
}

master_erased()
{
	ask "$SECOND" "master_erase $MASTER_KEY" &&
		security_is disabled "$SECOND" && holds 0 0 &&
		run ndctl enable-dimm "$SECOND"
}

# Only the kernel's own way back to its regions is missing in a virtual machine.
fill()
{
	new_bus && namespace && disable_regions && holds 255 255
}

begun()
{
	echo 9000 >"$BUS_DEBUG/$SECOND/overwrite_ms" &&
		run ndctl sanitize-dimm --overwrite "$SECOND" &&
		security_is overwrite "$SECOND"
}

meanwhile()
{
	equal write "$(label_status "$SECOND" set)" 1 &&
		not cycle "$SECOND" &&
		asks_in_vain busy "$SECOND" freeze &&
		asks_in_vain busy "$SECOND" "erase 0" &&
		region_refuses &&
		security_is overwrite "$SECOND"
}

over()
{
	run timeout 60 ndctl wait-overwrite "$SECOND" &&
		security_is disabled "$SECOND" && holds 255 0
}

labels_go()
{
	equal labels "$(labels "$SECOND")" "$(le 4 0 512 0)$(printf '%01024d' 0)"
}

ndctl_master()
{
	run ndctl setup-passphrase -m "$DIMM_NAME" -k "user:$MASTER" &&
		run ndctl setup-passphrase "$DIMM_NAME" -k "user:$MASTER" &&
		disable "$DIMM_NAME" && cycle "$DIMM_NAME" &&
		security_is locked && holds 255 0 &&
		run ndctl sanitize-dimm --crypto-erase -m "$DIMM_NAME" &&
		security_is disabled && holds 0 0
}

# A region that comes up while its DIMMs have no driver is none that libnvdimm counts.
uncounted()
{
	new_bus && fill_disk && disable "$DIMM_NAME" "$SECOND" &&
		enable_regions && settle || return
	[ -e "$BUS/$REGION/driver" ] &&
		asks_in_vain "Input/output" "$DIMM_NAME" "erase 0" &&
		asks_in_vain "Input/output" "$DIMM_NAME" "overwrite 0" &&
		disable_regions && holds 255 255 &&
		ask "$DIMM_NAME" "erase 0" && holds 0 255
}

keys
new_bus
namespace
result "a DIMM in use is neither erased nor overwritten" in_use
result "nor is one without its passphrase" wrong
result "ndctl erases a DIMM: its lines of the set, and its passphrase" erased
result "its labels stay" labels_stay
result "a DIMM without a master passphrase is not erased with one" no_master
result "only the old master passphrase sets another" master
result "it is not the user's, and the user's is not it" not_the_users
result "it erases a DIMM that nobody can unlock" master_erased
result "a DIMM with data" fill
result "ndctl begins to overwrite a DIMM" begun
result "meanwhile, it takes nothing else" meanwhile
result "ndctl waits for the end; its lines of the set are gone" over
result "its labels as well" labels_go
result "ndctl sets a master passphrase, and erases a DIMM with it" ndctl_master
result "a DIMM in use of which the kernel does not know is not erased either" \
	uncounted
finish
