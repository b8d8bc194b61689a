# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The command nd-emu: sourced after common.sh and configfs.sh.

NDEMU=$DIR/nd-emu

# nd_emu_ok ARGUMENT...: it succeeds, and what it says is in $TMP/out
nd_emu_ok()
{
	"$NDEMU" "$@" >"$TMP/out" 2>"$TMP/err" && [ ! -s "$TMP/err" ] && return
	diag "nd-emu $*: $(<"$TMP/out") $(<"$TMP/err")"
	return 1
}

# nd_emu_refuses STATUS TEXT ARGUMENT...: it fails with that status and one line
# that has TEXT in it, and the system is as it was
nd_emu_refuses()
{
	local before status=0
	before=$(system_state; ls -R "$CONFIG")
	"$NDEMU" "${@:3}" >"$TMP/out" 2>"$TMP/err" </dev/null || status=$?
	equal "status of nd-emu ${*:3}" "$status" "$1" &&
	equal "lines it says" "$(wc -l <"$TMP/err")" 1 &&
	equal "its output" "$(<"$TMP/out")" "" &&
	same_text "$(system_state; ls -R "$CONFIG")" "$before" || return
	[[ $(<"$TMP/err") == *": "*"$2"* ]] && return
	diag "nd-emu ${*:3} should say '$2': $(<"$TMP/err")"
	return 1
}

# says PATTERN...: $TMP/out has a line that matches each of the patterns
says()
{
	local pattern
	for pattern; do
		grep -qE -e "$pattern" "$TMP/out" || {
			diag "no line is like '$pattern': $(<"$TMP/out")"
			return 1
		}
	done
}

