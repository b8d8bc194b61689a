# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The command nd-emu: sourced after common.sh and configfs.sh.

NDEMU=$DIR/nd-emu

# The command is no test: in a kernel tree, it is not beside them by itself.
needs_command()
{
	local file
	for file in nd-emu command/list.sh profiles/lib.sh; do
		[ -e "$DIR/$file" ] || skip_all "no $file beside the tests"
	done
}

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
	local status=0 said system tree
	system_state
	system=$REPLY
	config_tree
	tree=$REPLY
	"$NDEMU" "${@:3}" >"$TMP/out" 2>"$TMP/err" </dev/null || status=$?
	mapfile -t said <"$TMP/err"
	equal "status of nd-emu ${*:3}" "$status" "$1" &&
	equal "lines it says" "${#said[@]}" 1 &&
	read_text "$TMP/out" && equal "its output" "$REPLY" "" &&
	system_is "$system" && config_tree && same_text "$REPLY" "$tree" ||
		return
	[[ ${said[0]} == *": "*"$2"* ]] && return
	diag "nd-emu ${*:3} should say '$2': ${said[0]}"
	return 1
}

# config_tree: set $REPLY to what there is in configfs
config_tree()
{
	printf -v REPLY '%s\n' "$CONFIG"/* "$CONFIG"/*/* "$CONFIG"/*/*/* \
		"$CONFIG"/*/*/*/*
}

# lines_like PATTERN: set $REPLY to the number of those in $TMP/out
lines_like()
{
	local line count=0
	while IFS= read -r line; do
		[[ ! $line =~ $1 ]] || count=$((count + 1))
	done <"$TMP/out"
	REPLY=$count
}

# says PATTERN...: $TMP/out has a line that matches each of the patterns
says()
{
	local pattern
	for pattern; do
		lines_like "$pattern"
		[ "$REPLY" -eq 0 ] || continue
		diag "no line is like '$pattern': $(<"$TMP/out")"
		return 1
	done
}

# says_no PATTERN: no line does
says_no()
{
	lines_like "$1"
	equal "lines like '$1'" "$REPLY" 0
}

