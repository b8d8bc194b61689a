# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# nd-emu list: sourced by nd-emu, never run.

# The tree: a line each, and how deep it is.
TREE=()
DEPTH=()

# leaf DEPTH TEXT
leaf()
{
	DEPTH+=("$1")
	TREE+=("$2")
}

# is_last I: no sibling comes after it
is_last()
{
	local i
	for ((i = $1 + 1; i < ${#DEPTH[@]}; i++)); do
		[ "${DEPTH[i]}" -ne "${DEPTH[$1]}" ] || return 1
		[ "${DEPTH[i]}" -ge "${DEPTH[$1]}" ] || return 0
	done
}

draw()
{
	local i depth fork="├── " end="└── " bar="│   " bars=()
	# Four characters only where the locale has UTF-8
	if [ ${#bar} -ne 4 ]; then
		fork="|-- " end="\`-- " bar="|   "
	fi
	for ((i = 0; i < ${#TREE[@]}; i++)); do
		depth=${DEPTH[i]}
		bars=("${bars[@]:0:depth}")
		[ "$depth" -eq 0 ] || printf '%s' "${bars[@]:1:depth-1}"
		if [ "$depth" -eq 0 ]; then
			bars=("")
		elif is_last "$i"; then
			printf '%s' "$end"
			bars+=("    ")
		else
			printf '%s' "$fork"
			bars+=("$bar")
		fi
		printf '%s\n' "${TREE[i]}"
	done
}

# size BYTES: for people
size()
{
	local bytes=${1:-0} unit=0 units=(B KiB MiB GiB TiB)
	while [ "$bytes" -ge 1024 ] && [ $((bytes % 1024)) -eq 0 ] &&
	      [ "$unit" -lt 4 ]; do
		bytes=$((bytes / 1024))
		unit=$((unit + 1))
	done
	REPLY="$bytes ${units[unit]}"
}

# fail_rules DEPTH DIRECTORY: of debugfs; without those options that say nothing
fail_rules()
{
	local words word rule
	[ -r "$2/fail" ] || return 0
	while read -r -a words; do
		rule=
		for word in "${words[@]}"; do
			case $word in
			errno=0|status=0|status=0x0|skip=0|delay=0) ;;
			*)	rule+=" $word" ;;
			esac
		done
		leaf "$1" "fails:$rule"
	done <"$2/fail"
}

# list_dimm NDBUS NAME NMEM
list_dimm()
{
	local dir=$DEVICES/$3 flag flags=
	read_file "$dir/nfit/flags"
	for flag in $REPLY; do
		[ "$flag" = smart_notify ] || flags+=" $flag"
	done
	read_file "$dir/nfit/id"
	leaf 1 "$2: $3, $REPLY${flags:+,$flags}"
	fail_rules 2 "$DEBUGFS/$1/$3"
}

# device_of DIRECTORY: the device that a namespace, or what claims it, has made;
# fails if there is none
device_of()
{
	local dev
	for dev in "$1"/block/* "$1"/dax[0-9]*.[0-9]*; do
		REPLY=/dev/${dev##*/}
		return
	done
	return 1
}

mode_of()
{
	read_file "$1/mode"
	case $REPLY in
	safe)	REPLY=sector ;;
	memory)	REPLY=fsdax ;;
	dax)	REPLY=devdax ;;
	*)	REPLY=raw ;;
	esac
}

# bad_sectors FILE: what a list of bad blocks adds up to
bad_sectors()
{
	local count sum=0
	REPLY=
	[ -r "$1" ] || return 0
	while read -r _ count; do
		sum=$((sum + count))
	done <"$1"
	[ $sum -eq 0 ] || REPLY=", $sum bad sectors"
}

# mount_point DEVICE: fails if there is none. That of a device without one, the
# kernel tells faster than findmnt.
mount_point()
{
	local mounts
	mapfile -t mounts </proc/self/mounts
	[[ "${mounts[*]%% *} " == *"$1 "* ]] &&
		REPLY=$(findmnt -rnfo TARGET "$1")
}

list_namespace()
{
	local dir=$1 dev size text
	read_file "$dir/size"
	[ "$REPLY" != 0 ] || return 0
	size "$REPLY"
	size=$REPLY
	mode_of "$dir"
	text="$REPLY, $size"
	read_file "$dir/holder"
	if device_of "${dir%/*}/${REPLY:-${dir##*/}}"; then
		dev=$REPLY
		text+=", $dev"
		! mount_point "$dev" || text+=" on $REPLY"
		bad_sectors "/sys/class/block/${dev#/dev/}/badblocks"
		text+=$REPLY
	fi
	leaf 2 "${dir##*/}: $text"
}

# list_region NDBUS NAME REGION
list_region()
{
	local dir=$DEVICES/$3 text kind namespace
	read_file "$dir/size"
	size "$REPLY"
	text="$2: $3, $REPLY"
	read_file "$dir/persistence_domain"
	kind=$REPLY
	read_file "$dir/devtype"
	[[ $REPLY != *volatile* ]] || kind=volatile
	text+=${kind:+, $kind}
	read_file "$dir/read_only"
	[ "$REPLY" = 0 ] || text+=", read-only"
	[ -e "$dir/driver" ] || text+=", disabled"
	leaf 1 "$text"
	fail_rules 2 "$DEBUGFS/$1/$3"
	for namespace in "$dir"/namespace*.*; do
		list_namespace "$namespace"
	done
}

# list_live NDBUS NAME
list_live()
{
	local dir=$DEVICES/$1 dev text
	read_file "$dir/nd_emu/size"
	size "$REPLY"
	text="$2: $1, $REPLY"
	read_file "$dir/nd_emu/source"
	text+=" $REPLY"
	read_file "$dir/provider"
	leaf 0 "$text, provider $REPLY"
	fail_rules 1 "$DEBUGFS/$1"
	for dev in "$dir"/nmem*; do
		dev=${dev##*/}
		config_name "/$2/dimms" "$dev" || REPLY=$dev
		list_dimm "$1" "$REPLY" "$dev"
	done
	for dev in "$dir"/region*; do
		dev=${dev##*/}
		config_name "/$2/regions" "$dev" || REPLY=$dev
		list_region "$1" "$REPLY" "$dev"
	done
}

# list_pending NAME: what is described, and does not live
list_pending()
{
	local dir
	leaf 0 "$1: not live"
	for dir in "$CONFIG/$1"/dimms/*/ "$CONFIG/$1"/regions/*/; do
		dir=${dir%/}
		leaf 1 "${dir##*/}"
	done
}

# What is no bus's own
list_platform()
{
	read_file "$DEBUGFS/fail"
	[ -n "$REPLY" ] || return 0
	leaf 0 platform
	fail_rules 1 "$DEBUGFS"
}

cmd_list()
{
	local bus name dev
	for bus; do
		find_live "$bus" || check_configured "$bus"
	done
	live_buses
	for bus in "${LIVE[@]}"; do
		dev=${bus%%:*}
		name=${bus#*:}
		[ $# -eq 0 ] || [[ " $* " == *" $name "* ]] ||
			[[ " $* " == *" $dev "* ]] || continue
		list_live "$dev" "$name"
	done
	configured
	for name in "${CONFIGURED[@]}"; do
		read_file "$CONFIG/$name/dev_name"
		[ -z "$REPLY" ] || continue
		[ $# -eq 0 ] || [[ " $* " == *" $name "* ]] || continue
		list_pending "$name"
	done
	[ $# -gt 0 ] || list_platform
	draw
}
