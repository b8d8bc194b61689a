#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

begin 4.3 "with labels=N there are none, and the region is one namespace" 7
needs jq
without_udevd

labels_fail()
{
	disable_regions
	not ndctl read-labels -b nd_emu all >/dev/null 2>&1 &&
		not ndctl init-labels -b nd_emu all >/dev/null 2>&1 &&
		enable_regions
}

ioctl_fails()
{
	local dimm
	for dimm in "$BUS"/nmem*; do
		if "$DIR/labelcmd" "/dev/${dimm##*/}" size; then
			return 1
		fi 2>"$TMP/err"
		grep -qE "Inappropriate ioctl|not supported|Invalid" \
			"$TMP/err" || return
	done
}

one_namespace()
{
	equal namespaces "$(ndctl list -b nd_emu -N | jq -c \
		'[ .[] | [ .mode, .size ] ]')" \
		"[[\"fsdax\",$(attr nd_emu/capacity)]]"
}

no_second()
{
	not ndctl create-namespace -b nd_emu -m raw -s 16M >/dev/null 2>&1
}

converted()
{
	ndctl create-namespace -f -e namespace"${REGION#region}".0 -m sector \
		>"$TMP/out" 2>&1 || { diag "$(<"$TMP/out")"; return 1; }
	equal mode "$(ndctl list -b nd_emu -N | jq -r '.[0].mode')" sector
}

load size=128M dimms=2 labels=N
result "the DIMMs have no label commands" no_label_commands
result "a label command is refused" ioctl_fails
result "ndctl cannot read or initialize labels" labels_fail
result "the region is one namespace" one_namespace
result "there is no room for a second" no_second
result "its mode can be changed all the same" converted
result "the DIMMs have identities" equal ids \
	"$(sort -u "$BUS"/nmem*/nfit/id | wc -l)" 2
finish
