# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Completion of nd-emu's command line for bash

_nd_emu_words()
{
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "${COMP_WORDS[COMP_CWORD]}")
}

_nd_emu_files()
{
	compopt -o filenames 2>/dev/null
	mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(
		compgen -f -- "${COMP_WORDS[COMP_CWORD]}")
}

# The buses in configfs, and others by the names of their devices
_nd_emu_buses()
{
	local dir buses=()
	for dir in /sys/kernel/config/nd_emu/*/; do
		[ ! -d "$dir" ] || buses+=("$(basename "$dir")")
	done
	_nd_emu_words "${buses[*]} $*"
}

# What can be told to fail: of a DIMM, of a bus, of all buses, of a region
_nd_emu_operations()
{
	case ${COMP_WORDS[3]} in
	nmem*|*/*)
		_nd_emu_words "get_size get_data set_data smart smart_threshold
			smart_set_threshold smart_inject enable_lss fw_info
			fw_start fw_send fw_finish fw_query fwa_dimm_info
			fwa_arm security_state set_passphrase
			disable_passphrase unlock freeze erase overwrite
			query_overwrite set_master master_erase flush" ;;
	platform)
		_nd_emu_words live ;;
	region*)
		_nd_emu_words flush ;;
	*)
		_nd_emu_words "ars_cap ars_start ars_status clear_error
			translate_spa inject_set inject_clear inject_get
			fwa_bus_info fwa_activate" ;;
	esac
}

_nd_emu_inject()
{
	case $COMP_CWORD,${COMP_WORDS[2]} in
	2,*)		_nd_emu_words "fail health error scrub off" ;;
	3,error)	_nd_emu_files ;;
	3,*)		_nd_emu_buses "$(cd /sys/bus/nd/devices 2>/dev/null &&
				echo ndbus* nmem* region*)" platform ;;
	4,fail)		_nd_emu_operations ;;
	*,fail)		_nd_emu_words "off errno= status= skip= times= delay="
			compopt -o nospace 2>/dev/null ;;
	*,health)	_nd_emu_words "media_temperature= ctrl_temperature=
				spares= life_used= health="
			compopt -o nospace 2>/dev/null ;;
	esac
}

_nd_emu()
{
	local command=${COMP_WORDS[1]}
	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		_nd_emu_words "up down list inject save restore profiles --help"
		return
	fi
	case $command in
	up)
		[ "$COMP_CWORD" -eq 2 ] || return 0
		_nd_emu_words "$("${COMP_WORDS[0]}" profiles 2>/dev/null |
			sed 's/[ :].*//')"
		[[ ${COMP_WORDS[2]} != */* ]] || _nd_emu_files ;;
	down)	_nd_emu_buses --all ;;
	list)	_nd_emu_buses ;;
	inject)	_nd_emu_inject ;;
	save|restore)
		_nd_emu_buses
		[ "$COMP_CWORD" -eq 2 ] || COMPREPLY=()
		_nd_emu_files ;;
	esac
}

complete -F _nd_emu nd-emu
