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
	"inject_$what" "$@"
}

# find_object NAME: its directory in debugfs. NAME is that of a bus, or a DIMM
# or region in it (BUS/NAME), or of a device; or "platform".
find_object()
{
	local bus=${1%%/*} dir
	if [ "$1" = platform ]; then
		dir=$DEBUGFS
	elif find_live "$bus"; then
		dir=$DEBUGFS/$REPLY
		if [[ $1 == */* ]]; then
			find_member "$REPLY" "${1#*/}"
			dir+=/${REPLY:-none}
		fi
	else
		dir=$(echo "$DEBUGFS"/ndbus*/"$bus")
	fi
	[[ -n $1 && -f $dir/fail ]] ||
		die "inject: $1: must be platform, or a live BUS, BUS/DIMM," \
			"BUS/REGION, or the device of one (and debugfs mounted)"
	REPLY=$dir
}

# find_member NDBUS NAME: the device of a DIMM or region
find_member()
{
	local dir name=$LIVE_NAME
	for dir in dimms regions; do
		read_file "$CONFIG/$name/$dir/$2/dev_name"
		[ -z "$REPLY" ] || return 0
	done
	[ ! -d "$DEVICES/$1/$2" ] || REPLY=$2
}

# --- operations that fail ----------------------------------------------------

inject_fail()
{
	local dir word rule=()
	[ $# -ge 3 ] || wrong "inject fail: takes OBJECT OPERATION RULE..."
	find_object "$1"
	dir=$REPLY
	for word in "${@:3}"; do
		if [[ $word =~ ^errno=(E[A-Z]+)$ ]]; then
			[ -n "${ERRNO[${BASH_REMATCH[1]}]:-}" ] ||
				die "inject fail: $word: must be a number, or" \
					"one of ${!ERRNO[*]}"
			word=errno=${ERRNO[${BASH_REMATCH[1]}]}
		fi
		rule+=("$word")
	done
	# shellcheck disable=SC2034 # for reason()
	LOGGED=$(last_logged)
	write_to "$dir/fail" "$2 ${rule[*]}" ||
		die "inject fail: $1: $2 ${*:3}: $(reason)"
}

# --- health ------------------------------------------------------------------

# health_value NAME VALUE: the number for it; fails if there is none
health_value()
{
	case $1,$2 in
	health,ok)		REPLY=0 ;;
	health,non-critical)	REPLY=1 ;;
	health,critical)	REPLY=2 ;;
	health,fatal)		REPLY=4 ;;
	*_temperature,[0-9]|*_temperature,[1-9][0-9]|*_temperature,[1-9][0-9][0-9])
				REPLY=$(($2 * 16)) ;;
	spares,[0-9]|spares,[1-9][0-9]|spares,100)
				REPLY=$2 ;;
	life_used,[0-9]|life_used,[1-9][0-9]|life_used,1[0-9][0-9])
				REPLY=$2 ;;
	*)			return 1 ;;
	esac
}

inject_health()
{
	local dir word values=()
	[ $# -ge 2 ] || wrong "inject health: takes DIMM NAME=VALUE..."
	find_object "$1"
	dir=$REPLY
	[ -f "$dir/spares" ] || die "inject health: $1: must be a DIMM"
	for word in "${@:2}"; do
		health_value "${word%%=*}" "${word#*=}" ||
			die "inject health: $word: must be" \
			"media_temperature=0..999 or ctrl_temperature=0..999" \
			"(Celsius), spares=0..100, life_used=0..199 (percent)," \
			"health=ok, non-critical, critical or fatal"
		values+=("${word%%=*}=$REPLY")
	done
	for word in "${values[@]}"; do
		write_to "$dir/${word%%=*}" "${word#*=}" ||
			die "inject health: ${word%%=*}: cannot be written"
	done
}

# --- bad sectors -------------------------------------------------------------

# The offset that ndctl takes is that of the block device, but for those in
# sector mode.
inject_error()
{
	local name=${1##*/} dir sector=${2:-} count=${3:-1} start=0 size
	[[ $# -ge 2 && $# -le 3 ]] ||
		wrong "inject error: takes BLOCKDEV SECTOR [COUNT]"
	dir=$(readlink -f "/sys/class/block/$name")
	[[ -n $name && -d $dir ]] ||
		die "inject error: $1: must be a block device"
	read_file "$dir/size"
	size=$REPLY
	[[ $sector =~ ^(0|[1-9][0-9]{0,17})$ && $count =~ ^[1-9][0-9]{0,17}$ &&
	   $((sector + count)) -le $size ]] ||
		die "inject error: $sector $count: must be sectors of 512 bytes" \
			"in $1, which has $size"
	if [ -e "$dir/partition" ]; then
		read_file "$dir/start"
		start=$REPLY
		dir=${dir%/*}
	fi
	[[ $dir == */ndbus*/region*/block/* && -d ${dir%%/region*}/nd_emu ]] ||
		die "inject error: $1: must be on a bus of nd_emu"
	dir=${dir%/block/*}
	read_file "$dir/namespace"
	REPLY=${REPLY:-${dir##*/}}
	[[ $dir != */btt* ]] || die "inject error: $1: must not be in sector" \
		"mode; of $REPLY, ndctl inject-error takes raw blocks"
	ndctl inject-error -B $((start + sector)) -n "$count" "$REPLY" \
		>/dev/null 2>&1 || die "inject error: $1: ndctl inject-error failed"
}

# --- the rest ----------------------------------------------------------------

inject_scrub()
{
	local dir
	[ $# -eq 2 ] || wrong "inject scrub: takes BUS MS"
	find_object "$1"
	dir=$REPLY
	[ -f "$dir/scrub_ms" ] || die "inject scrub: $1: must be a bus"
	[[ $2 =~ ^(0|[1-9][0-9]{0,8})$ ]] ||
		die "inject scrub: $2: must be 0..999999999 (ms)"
	write_to "$dir/scrub_ms" "$2" || die "inject scrub: $1: cannot be written"
}

inject_off()
{
	local dir sub
	[ $# -eq 1 ] || wrong "inject off: takes a BUS, DIMM, REGION or platform"
	find_object "$1"
	dir=$REPLY
	object_off "$dir"
	[ "$dir" != "$DEBUGFS" ] || return 0
	for sub in "$dir"/*/; do
		object_off "${sub%/}"
	done
}

object_off()
{
	local rules rule name
	mapfile -t rules <"$1/fail"
	for rule in "${rules[@]}"; do
		write_to "$1/fail" "${rule%% *} off"
	done
	[ ! -f "$1/scrub_ms" ] || write_to "$1/scrub_ms" 100
	[ ! -f "$1/overwrite_ms" ] || write_to "$1/overwrite_ms" 1000
	[ -f "$1/spares" ] || return 0
	for name in "${!HEALTHY[@]}"; do
		write_to "$1/$name" "${HEALTHY[$name]}"
	done
	ndctl inject-smart --uninject-all "${1##*/}" >/dev/null 2>&1 || true
}
