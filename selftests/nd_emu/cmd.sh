# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Commands of a bus and its DIMMs, as the kernel takes them: sourced, after
# common.sh.

# shellcheck disable=SC2034 # for those who source this file
NFIT=0
INTEL=0
DEBUGFS=/sys/kernel/debug/nd_emu

# le BYTES NUMBER...: numbers in hexadecimal, as they are in memory
le()
{
	local bytes=$1 number i byte text=
	shift
	for number; do
		for ((i = 0; i < bytes; i++)); do
			printf -v byte '%02x' $((number >> (8 * i) & 0xff))
			text+=$byte
		done
	done
	printf '%s' "$text"
}

# read_field HEX OFFSET BYTES: set $REPLY to one out of memory
read_field()
{
	local i text=
	for ((i = $3 - 1; i >= 0; i--)); do
		text+=${1:$((2 * ($2 + i))):2}
	done
	REPLY=$((16#$text))
}

# field HEX OFFSET BYTES: the same, for use in a substitution
field()
{
	read_field "$@"
	echo "$REPLY"
}

# field_is WHAT HEX OFFSET BYTES EXPECTED
field_is()
{
	read_field "${@:2:3}"
	equal "$1" "$REPLY" "$5"
}

# devices: set $BUS_DEV and $DIMM_DEV, the latter to the first DIMM's
devices()
{
	BUS_DEV=/dev/ndctl${BUS##*ndbus}
	local dimm
	DIMM_NAME=
	for dimm in "$BUS"/nmem*; do
		dimm=${dimm##*/}
		[ -n "$DIMM_NAME" ] && [ "${dimm#nmem}" -gt "${DIMM_NAME#nmem}" ] ||
			DIMM_NAME=$dimm
	done
	DIMM_DEV=/dev/$DIMM_NAME
	BUS_DEBUG=$DEBUGFS/${BUS##*/}
	DIMM_DEBUG=$BUS_DEBUG/$DIMM_NAME
}

dimm_call()
{
	"$DIR/ndcmd" "$DIMM_DEV" call "$INTEL" "$@"
}

bus_call()
{
	"$DIR/ndcmd" "$BUS_DEV" call "$NFIT" "$@"
}

# bus_calls ARGUMENT...: one for each line of input
bus_calls()
{
	"$DIR/ndcmd" "$BUS_DEV" calls "$NFIT" "$@"
}

dimm_ioctl()
{
	"$DIR/ndcmd" "$DIMM_DEV" ioctl "$@"
}

bus_ioctl()
{
	"$DIR/ndcmd" "$BUS_DEV" ioctl "$@"
}

# fails_with TEXT COMMAND...: COMMAND fails, and says TEXT
fails_with()
{
	local text=$1
	shift
	if "$@" >"$TMP/out" 2>"$TMP/err"; then
		diag "$* succeeded: $(<"$TMP/out")"
		return 1
	fi
	read_text "$TMP/err"
	[[ $REPLY == *"$text"* ]] && return
	diag "$*: $REPLY"
	return 1
}

invalid()
{
	fails_with "Invalid argument" "$@"
}

unknown()
{
	fails_with "Inappropriate ioctl" "$@"
}

# status_is STATUS COMMAND...: the firmware's answer begins with STATUS
status_is()
{
	local status=$1
	shift
	"$@" >"$TMP/answer" 2>"$TMP/err" || {
		diag "$*: $(<"$TMP/err")"
		return 1
	}
	read_text "$TMP/answer"
	field_is "status of $*" "${REPLY##* }" 0 4 $((status))
}
