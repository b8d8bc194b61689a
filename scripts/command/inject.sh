# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# nd-emu inject: what ndctl has no command for. Sourced by nd-emu, never run.

# Names for those numbers that somebody may want
declare -A ERRNO=(
	[EPERM]=1 [ENOENT]=2 [EINTR]=4 [EIO]=5 [ENXIO]=6 [EAGAIN]=11
	[ENOMEM]=12 [EACCES]=13 [EBUSY]=16 [ENODEV]=19 [EINVAL]=22 [ENOTTY]=25
	[ENOSPC]=28 [EOPNOTSUPP]=95 [ETIMEDOUT]=110
)

# What a DIMM measures, and what it measured when it was new
declare -A HEALTHY=(
	[media_temperature]=368 [ctrl_temperature]=400 [spares]=100
	[life_used]=0 [health]=0 [alarms]=0
)

cmd_inject()
{
	local what=${1:-}
	case $what in
	fail|health|error|scrub|off) ;;
	*)	wrong "inject: ${what:-what}: must be fail, health, error," \
			"scrub or off" ;;
	esac
	need_root
	shift
	# shellcheck disable=SC2034 # for reason()
	LOGGED=$(last_logged)
	"inject_$what" "$@"
}

# find_object NAME: its directory in debugfs. NAME is that of a bus, or a DIMM or
# region in it (BUS/NAME), or of a device; or "platform".
find_object()
{
	local bus=${1%%/*} member=${1#*/} dev dir
	dir=$DEBUGFS
	if [ "$1" != platform ]; then
		dev=$(find_live "$bus")
		[[ $1 != */* ]] || member=$(find_member "$bus" "$dev" "$member")
		if [ -n "$dev" ] && [[ $1 == */* ]]; then
			dir=$DEBUGFS/$dev/${member:-none}
		elif [ -n "$dev" ]; then
			dir=$DEBUGFS/$dev
		else
			dir=$(echo "$DEBUGFS"/ndbus*/"$bus")
		fi
	fi
	[[ -n $1 && -f $dir/fail ]] ||
		die "inject: $1: must be platform, or a live BUS, BUS/DIMM," \
			"BUS/REGION, or the device of one (and debugfs mounted)"
	echo "$dir"
}

# find_member BUS NDBUS NAME: the device of a DIMM or region
find_member()
{
	local dir name
	name=$(live_buses | awk -F: -v dev="$2" '$1 == dev { print $2; exit }')
	for dir in dimms regions; do
		dir=$(read_file "$CONFIG/$name/$dir/$3/dev_name")
		[ -z "$dir" ] || { echo "$dir"; return; }
	done
	[ ! -d "$DEVICES/$2/$3" ] || echo "$3"
}

# --- operations that fail ----------------------------------------------------

inject_fail()
{
	local dir word rule=()
	[ $# -ge 3 ] || wrong "inject fail: takes OBJECT OPERATION RULE..."
	dir=$(find_object "$1")
	for word in "${@:3}"; do
		if [[ $word =~ ^errno=(E[A-Z]+)$ ]]; then
			[ -n "${ERRNO[${BASH_REMATCH[1]}]:-}" ] ||
				die "inject fail: $word: must be a number, or" \
					"one of ${!ERRNO[*]}"
			word=errno=${ERRNO[${BASH_REMATCH[1]}]}
		fi
		rule+=("$word")
	done
	write_to "$dir/fail" "$2 ${rule[*]}" ||
		die "inject fail: $1: $2 ${*:3}: $(reason)"
}

# --- health ------------------------------------------------------------------

# health_value NAME VALUE: the number for it, or nothing
health_value()
{
	case $1,$2 in
	health,ok)		echo 0 ;;
	health,non-critical)	echo 1 ;;
	health,critical)	echo 2 ;;
	health,fatal)		echo 4 ;;
	*_temperature,[0-9]|*_temperature,[1-9][0-9]|*_temperature,[1-9][0-9][0-9])
				echo $(($2 * 16)) ;;
	spares,[0-9]|spares,[1-9][0-9]|spares,100)
				echo "$2" ;;
	life_used,[0-9]|life_used,[1-9][0-9]|life_used,1[0-9][0-9])
				echo "$2" ;;
	esac
}

inject_health()
{
	local dir word value name values=()
	[ $# -ge 2 ] || wrong "inject health: takes DIMM NAME=VALUE..."
	dir=$(find_object "$1")
	[ -f "$dir/spares" ] || die "inject health: $1: must be a DIMM"
	for word in "${@:2}"; do
		value=$(health_value "${word%%=*}" "${word#*=}")
		[ -n "$value" ] || die "inject health: $word: must be" \
			"media_temperature=0..999 or ctrl_temperature=0..999" \
			"(Celsius), spares=0..100, life_used=0..199 (percent)," \
			"health=ok, non-critical, critical or fatal"
		values+=("${word%%=*} $value")
	done
	for word in "${values[@]}"; do
		read -r name value <<<"$word"
		write_to "$dir/$name" "$value" ||
			die "inject health: $name: cannot be written"
	done
}

# --- bad sectors -------------------------------------------------------------

# The offset that ndctl takes is that of the block device, but for those in
# sector mode.
inject_error()
{
	local name=${1##*/} dir sector=${2:-} count=${3:-1} start=0 size namespace
	[[ $# -ge 2 && $# -le 3 ]] ||
		wrong "inject error: takes BLOCKDEV SECTOR [COUNT]"
	dir=$(readlink -f "/sys/class/block/$name")
	[[ -n $name && -d $dir ]] ||
		die "inject error: $1: must be a block device"
	size=$(<"$dir/size")
	[[ $sector =~ ^(0|[1-9][0-9]{0,17})$ && $count =~ ^[1-9][0-9]{0,17}$ &&
	   $((sector + count)) -le $size ]] ||
		die "inject error: $sector $count: must be sectors of 512 bytes" \
			"in $1, which has $size"
	if [ -e "$dir/partition" ]; then
		start=$(<"$dir/start")
		dir=${dir%/*}
	fi
	[[ $dir == */ndbus*/region*/block/* && -d ${dir%%/region*}/nd_emu ]] ||
		die "inject error: $1: must be on a bus of nd_emu"
	dir=${dir%/block/*}
	namespace=${dir##*/}
	[ ! -e "$dir/namespace" ] || namespace=$(<"$dir/namespace")
	[[ $dir != */btt* ]] || die "inject error: $1: must not be in sector" \
		"mode; of $namespace, ndctl inject-error takes raw blocks"
	ndctl inject-error -B $((start + sector)) -n "$count" "$namespace" \
		>/dev/null 2>&1 || die "inject error: $1: ndctl inject-error failed"
}

# --- the rest ----------------------------------------------------------------

inject_scrub()
{
	local dir
	[ $# -eq 2 ] || wrong "inject scrub: takes BUS MS"
	dir=$(find_object "$1")
	[ -f "$dir/scrub_ms" ] || die "inject scrub: $1: must be a bus"
	[[ $2 =~ ^(0|[1-9][0-9]{0,8})$ ]] ||
		die "inject scrub: $2: must be 0..999999999 (ms)"
	write_to "$dir/scrub_ms" "$2" || die "inject scrub: $1: cannot be written"
}

inject_off()
{
	local dir sub
	[ $# -eq 1 ] || wrong "inject off: takes a BUS, DIMM, REGION or platform"
	dir=$(find_object "$1")
	object_off "$dir"
	[ "$dir" != "$DEBUGFS" ] || return 0
	for sub in "$dir"/*/; do
		object_off "${sub%/}"
	done
}

object_off()
{
	local operation name
	while read -r operation _; do
		write_to "$1/fail" "$operation off"
	done < <(cat "$1/fail")
	[ ! -f "$1/scrub_ms" ] || write_to "$1/scrub_ms" 100
	[ -f "$1/spares" ] || return 0
	for name in "${!HEALTHY[@]}"; do
		write_to "$1/$name" "${HEALTHY[$name]}"
	done
	ndctl inject-smart --uninject-all "${1##*/}" >/dev/null 2>&1 || true
}
