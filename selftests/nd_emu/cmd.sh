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
	local bytes=$1 number i
	shift
	for number; do
		for ((i = 0; i < bytes; i++)); do
			printf '%02x' $((number >> (8 * i) & 0xff))
		done
	done
}

# field HEX OFFSET BYTES: a number out of memory
field()
{
	local i text=
	for ((i = $3 - 1; i >= 0; i--)); do
		text+=${1:$((2 * ($2 + i))):2}
	done
	echo $((16#$text))
}

# devices: set $BUS_DEV and $DIMM_DEV, the latter to the first DIMM's
devices()
{
	BUS_DEV=/dev/ndctl${BUS##*ndbus}
	# shellcheck disable=SC2012 # nmem10 comes after nmem9
	DIMM_NAME=$(ls -d "$BUS"/nmem* | sort -V | head -n 1)
	DIMM_NAME=${DIMM_NAME##*/}
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
	[[ $(<"$TMP/err") == *"$text"* ]] && return
	diag "$*: $(<"$TMP/err")"
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
	local status=$1 answer
	shift
	answer=$("$@" 2>"$TMP/err") || {
		diag "$*: $(<"$TMP/err")"
		return 1
	}
	equal "status of $*" "$(field "${answer##* }" 0 4)" $((status))
}
