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
	local i depth fork="|-- " end="\`-- " bar="|   " bars=()
	if [ "$(locale charmap 2>/dev/null)" = UTF-8 ]; then
		fork="├── " end="└── " bar="│   "
	fi
	for ((i = 0; i < ${#TREE[@]}; i++)); do
		depth=${DEPTH[i]}
		bars=("${bars[@]:0:depth}")
		(IFS=; printf '%s' "${bars[*]:1:depth-1}")
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
	echo "$bytes ${units[unit]}"
}

# fail_rules DEPTH DIRECTORY: of debugfs; without those options that say nothing
fail_rules()
{
	local rule
	[ -r "$2/fail" ] || return 0
	while IFS= read -r rule; do
		leaf "$1" "fails: $rule"
	done < <(sed -E 's/ (errno|status|skip|delay)=(0|0x0)( |$)/ /g
		s/ (errno|status|skip|delay)=(0|0x0)( |$)/ /g' "$2/fail")
}

# list_dimm NDBUS NAME NMEM
list_dimm()
{
	local dir=$DEVICES/$3 flags
	flags=$(sed 's/smart_notify//; s/ *$//; s/^\(.\)/, \1/' "$dir/nfit/flags")
	leaf 1 "$2: $3, $(read_file "$dir/nfit/id")$flags"
	fail_rules 2 "$DEBUGFS/$1/$3"
}

# device_of DIRECTORY: the device that a namespace, or what claims it, has made
device_of()
{
	local dev
	for dev in "$1"/block/* "$1"/dax[0-9]*.[0-9]*; do
		echo "/dev/${dev##*/}"
		return
	done
}

mode_of()
{
	case $(read_file "$1/mode") in
	safe)	echo sector ;;
	memory)	echo fsdax ;;
	dax)	echo devdax ;;
	*)	echo raw ;;
	esac
}

# bad_sectors FILE: what a list of bad blocks adds up to
bad_sectors()
{
	[ -r "$1" ] || return 0
	awk '{ sum += $2 } END { if (sum) print ", " sum " bad sectors" }' "$1"
}

list_namespace()
{
	local dir=$1 holder dev mounted bad
	[ "$(read_file "$dir/size")" != 0 ] || return 0
	holder=$(read_file "$dir/holder")
	dev=$(device_of "${dir%/*}/${holder:-${dir##*/}}")
	mounted=$(findmnt -rnfo TARGET "${dev:-none}" || true)
	bad=$(bad_sectors "/sys/class/block/${dev#/dev/}/badblocks")
	leaf 2 "${dir##*/}: $(mode_of "$dir"), $(size "$(<"$dir/size")")$(
		)${dev:+, $dev}${mounted:+ on $mounted}$bad"
}

# list_region NDBUS NAME REGION
list_region()
{
	local dir=$DEVICES/$3 kind namespace
	kind=$(read_file "$dir/persistence_domain")
	[[ $(read_file "$dir/devtype") != *volatile* ]] || kind=volatile
	leaf 1 "$2: $3, $(size "$(<"$dir/size")")${kind:+, $kind}$(
		)$([ "$(read_file "$dir/read_only")" = 0 ] || echo ", read-only")$(
		)$([ -e "$dir/driver" ] || echo ", disabled")"
	fail_rules 2 "$DEBUGFS/$1/$3"
	for namespace in "$dir"/namespace*.*; do
		list_namespace "$namespace"
	done
}

# list_live NDBUS NAME
list_live()
{
	local dir=$DEVICES/$1 dev name
	leaf 0 "$2: $1, $(size "$(<"$dir/nd_emu/size")") $(<"$dir/nd_emu/source")$(
		), provider $(<"$dir/provider")"
	fail_rules 1 "$DEBUGFS/$1"
	for dev in "$dir"/nmem*; do
		name=$(config_name "/$2/dimms" "${dev##*/}")
		list_dimm "$1" "${name:-${dev##*/}}" "${dev##*/}"
	done
	for dev in "$dir"/region*; do
		name=$(config_name "/$2/regions" "${dev##*/}")
		list_region "$1" "${name:-${dev##*/}}" "${dev##*/}"
	done
}

# list_pending NAME: what is described, and does not live
list_pending()
{
	local dir
	leaf 0 "$1: not live"
	for dir in "$CONFIG/$1"/dimms/*/ "$CONFIG/$1"/regions/*/; do
		leaf 1 "$(basename "$dir")"
	done
}

# What is no bus's own
list_platform()
{
	grep -qs . "$DEBUGFS/fail" || return 0
	leaf 0 platform
	fail_rules 1 "$DEBUGFS"
}

cmd_list()
{
	local bus name dev
	for bus; do
		[ -n "$(find_live "$bus")" ] || check_configured "$bus"
	done
	while IFS=: read -r dev name; do
		[ $# -eq 0 ] || [[ " $* " == *" $name "* ]] ||
			[[ " $* " == *" $dev "* ]] || continue
		list_live "$dev" "$name"
	done < <(live_buses)
	for name in $(configured); do
		[ -z "$(read_file "$CONFIG/$name/dev_name")" ] || continue
		[ $# -eq 0 ] || [[ " $* " == *" $name "* ]] || continue
		list_pending "$name"
	done
	[ $# -gt 0 ] || list_platform
	draw
}
