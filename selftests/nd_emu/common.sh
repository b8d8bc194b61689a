# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What every case here shares: sourced, never run.
#
# A case is one file and reads like this:
#
#	begin 2.4 "dimms= is 1..32" 2		# number, title, results
#	needs ndctl
#	result "32 DIMMs are 32 devices" ...	# "2.4.1 32 DIMMs are ..."
#	result "33 are refused" ...
#	finish
#
# Two results are added to those announced: the kernel logged no complaint, and
# the system is as it was. Whatever happens, the module is unloaded at the end.

# On a kernel that checks itself, programs take most of the time to start, and
# subshells are little better. What every case does goes without them where it can,
# and what is called often sets $REPLY, as "read" does.
DIR=${BASH_SOURCE[0]%/*}
[[ $DIR = /* ]] || DIR=$PWD/$DIR
# shellcheck source=/dev/null
. "$DIR/../kselftest/ktap_helpers.sh"

export LC_ALL=C

MEMORY=/sys/devices/system/memory
read -r BLOCK <$MEMORY/block_size_bytes
# shellcheck disable=SC2034 # for those who source this file
BLOCK=$((0x$BLOCK))
# shellcheck disable=SC2034
MIB=$((1 << 20))
# shellcheck disable=SC2034
GIB=$((1 << 30))

# What a kernel says when something is wrong with it.
COMPLAINTS='WARNING:|BUG:|Oops|Call Trace|KASAN|UBSAN|KFENCE|INFO: task |'
COMPLAINTS+='possible .* locking|suspicious RCU|general protection|'
COMPLAINTS+='Bad page|DEBUG_LOCKS|refcount_t|rcu.*stall'

# Kernels that check themselves are an order of magnitude slower. There, each value
# is tried, but not with each of the others, and what is repeated is so less often.
checks_itself()
{
	[ -e /proc/lockdep ]
}

NUMBER=
COUNT=0
MARK=0
TMP=
FINISHED=

diag()
{
	local line
	while IFS= read -r line; do
		printf '# %s\n' "$line"
	done <<<"$*"
}

# A case may find out late, and others come after it.
skip_all()
{
	if [ -n "$TMP" ]; then
		clean_up
		rm -rf "$TMP"
	fi
	ktap_skip_all "$*"
	FINISHED=1
	exit "$KSFT_SKIP"
}

# --- one case ----------------------------------------------------------------

begin()
{
	NUMBER=$1
	ktap_print_header
	echo "# $NUMBER $2"
	PLAN=$(($3 + 2))
	[ "$EUID" -eq 0 ] || skip_all "needs root"
	modprobe -nq nd_emu || skip_all "no module nd_emu for $(uname -r)"
	! is_loaded || skip_all "nd_emu is loaded, and in use for all we know"
	needs udevadm ndctl
	trap on_exit EXIT
	trap 'exit 1' INT TERM HUP
	TMP=$(mktemp -d /tmp/nd_emu.XXXXXX)
	system_state
	STATE=$REPLY
	meminfo MemTotal
	TOTAL=$REPLY
	kmsg "begin $NUMBER $2"
	BEGUN=$MARK_TEXT
	PLANNED=
}

# Printed with the first result, so that "needs" can still skip all of them.
plan()
{
	[ -z "$PLANNED" ] || return 0
	ktap_set_plan "$PLAN"
	PLANNED=1
}

needs()
{
	local tool
	for tool; do
		command -v "$tool" >/dev/null || skip_all "no $tool"
	done
}

# Kernels with PREEMPT_RT have no device DAX.
has_devdax()
{
	modprobe -nq device_dax
}

title()
{
	COUNT=$((COUNT + 1))
	TITLE="$NUMBER.$COUNT $1"
}

# result TITLE COMMAND...: the case passes if COMMAND succeeds, and is skipped
# if that returns 4.
result()
{
	local status=0
	plan
	title "$1"
	shift
	"$@" || status=$?
	case $status in
	0)	ktap_test_pass "$TITLE" ;;
	4)	ktap_test_skip "$TITLE" ;;
	*)	ktap_test_fail "$TITLE" ;;
	esac
	return "$status"
}

# skip_result TITLE REASON
skip_result()
{
	plan
	title "$1"
	diag "$2"
	ktap_test_skip "$TITLE"
}

finish()
{
	plan
	clean_up
	result "the kernel had no complaint" no_complaint
	result "the system is as it was before" system_unchanged
	FINISHED=1
	kmsg "end $NUMBER"
	rm -rf "$TMP"
	ktap_finished
}

on_exit()
{
	trap - EXIT INT TERM HUP
	[ -z "$FINISHED" ] || return
	clean_up
	rm -rf "$TMP"
	kmsg "end $NUMBER, not finished"
	echo "Bail out! $NUMBER ended early"
}

# A case that needs more than the module undone redefines this.
undo()
{
	:
}

clean_up()
{
	local jobs
	jobs -p >"$TMP/jobs"
	mapfile -t jobs <"$TMP/jobs"
	if [ ${#jobs[@]} -gt 0 ]; then
		kill "${jobs[@]}" 2>/dev/null
		wait
	fi
	undo
	! is_loaded || unload || diag "cannot unload nd_emu"
	online_again
	[ -z "$WITHOUT_UDEVD" ] || start_udevd
}

# --- memory blocks -----------------------------------------------------------

OFFLINED=()

block_at()
{
	echo "$MEMORY/memory$(($1 / BLOCK))"
}

is_online()
{
	local state
	read -r state <"$1/state"
	[ "$state" = online ]
}

offline_block()
{
	is_online "$1" || return
	echo offline 2>/dev/null >"$1/state" && OFFLINED+=("$1")
}

# move_block kernel|movable BLOCK: put it into that zone
move_block()
{
	echo offline >"$2/state" && echo "online_$1" >"$2/state"
}

# offline_above ADDRESS: leave a carve no choice but what is below. A block that
# does not go here does not go there either.
offline_above()
{
	local block addr
	for block in "$MEMORY"/memory[0-9]*; do
		read -r addr <"$block/phys_index"
		addr=$((0x$addr * BLOCK))
		[ "$addr" -lt $(($1)) ] || offline_block "$block"
	done
}

online_again()
{
	local block
	for block in "${OFFLINED[@]}"; do
		is_online "$block" || echo online >"$block/state"
	done
	OFFLINED=()
}

# --- waiting -----------------------------------------------------------------

# Nothing ever comes out of it, and so "read" can wait.
NEVER=

# within SECONDS COMMAND...: repeat COMMAND until it succeeds; the last time when
# they are over, however long one takes.
within()
{
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		if [ "$SECONDS" -ge "$end" ]; then
			"$@"
			return
		fi
		[ -n "$NEVER" ] || exec {NEVER}<> <(:)
		read -rt 0.05 -u "$NEVER" _ || :
	done
}

# not COMMAND...: a "!" that can be an argument.
not()
{
	! "$@"
}

# --- the kernel log ----------------------------------------------------------

# The kernel takes a line of less than 1000 characters.
kmsg()
{
	MARK=$((MARK + 1))
	MARK_TEXT="nd_emu selftest: ${1:0:500} ($$-$MARK)"
	echo "$MARK_TEXT" >/dev/kmsg
}

# log_since MARK_TEXT: what the kernel has said from there on
log_since()
{
	dmesg | awk -v mark="$1" 'seen; index($0, mark) { seen = 1 }'
}

# none_in_log CONDITION [OPTION...]: no line since the case began meets awk's
# CONDITION, as dmesg prints it with these options
none_in_log()
{
	local found
	found=$(dmesg "${@:2}" | awk -v mark="$BEGUN" \
			-v complaints="$COMPLAINTS" '
		seen && '"$1"'
		index($0, mark) { seen = 1 }
		END { exit !seen }') || {
		diag "the log has lost the beginning of this case"
		return 1
	}
	[ -z "$found" ] || diag "$found"
	[ -z "$found" ]
}

no_complaint()
{
	# shellcheck disable=SC2016 # for awk
	none_in_log '$0 ~ complaints && ++n <= 20'
}

# In a case that does nothing unusual, no driver of NVDIMMs has a reason to warn,
# either. Not of the module is that it is not from the kernel's tree.
no_warning()
{
	none_in_log '/^kern *:(emerg|alert|crit|err|warn) *:/ &&
		/nd_pmem|nd_region|nvdimm|nmem|ndbus|namespace|nd_emu/ &&
		!/taint/' -x
}

# What the module itself said since the mark; the module loader uses its name
# as well.
module_log()
{
	dmesg | awk -v mark="$1" '
		index($0, mark) { seen = 1 }
		seen && sub(/^\[[^]]*\] nd_emu: /, "") &&
			!/^(loading out-of-tree|module verification)/'
}

# --- udevd -------------------------------------------------------------------

# settle: until all devices on the nd bus are bound, and udev has seen all that
# has happened since the last time
settle()
{
	local file events
	for file in /sys/bus/nd/devices/ndbus*/wait_probe; do
		# Reading it waits.
		[ ! -e "$file" ] || read -r _ <"$file"
	done
	[ -z "$WITHOUT_UDEVD" ] || return 0
	read -r events </sys/kernel/uevent_seqnum
	[ "$events" != "$SETTLED" ] || return 0
	udevadm settle
	SETTLED=$events
}

SETTLED=
WITHOUT_UDEVD=

# On a kernel that checks itself, what udev does with a device, and after each write
# to it, takes longer than all that is done to the device. There, this case does
# without, and with nobody to load the drivers; that we get along with udev is seen
# in those that do not call this.
without_udevd()
{
	if ! checks_itself || [ -d /run/systemd/system ]; then
		return
	fi
	modprobe -aq nd_pmem dax_pmem device_dax
	udevadm settle
	stop_udevd
	WITHOUT_UDEVD=1
}

# Nobody but udevd wants to know which devices come and go, and where they do so
# all the time, most of it is spent on that. Where systemd has started it, systemd
# would start it again.
stop_udevd()
{
	[ -d /run/systemd/system ] || udevadm control --exit
}

start_udevd()
{
	[ -d /run/systemd/system ] ||
		/lib/systemd/systemd-udevd --daemon 2>/dev/null
}

# --- the system --------------------------------------------------------------

# meminfo NAME: set $REPLY to what /proc/meminfo says of it, in kB
meminfo()
{
	local name value
	while read -r name value _; do
		[ "$name" != "$1:" ] || REPLY=$value
	done </proc/meminfo
}

# blocks_state: set $REPLY to the state of all memory blocks. In valid_zones, one
# that is online has its zone; one that is not, all it could get into.
blocks_state()
{
	local file line
	REPLY=
	for file in "$MEMORY"/memory*/valid_zones; do
		IFS= read -r line <"$file" && REPLY+="$file $line"$'\n'
	done 2>/dev/null
}

# blocks_are STATE: as blocks_state has seen them
blocks_are()
{
	blocks_state
	same_text "$REPLY" "$1"
}

# system_state: set $REPLY to what is to be the same again afterwards
system_state()
{
	local iomem policy text
	mapfile -t iomem </proc/iomem
	read -r policy <$MEMORY/auto_online_blocks
	printf -v text '%s\n' "${iomem[@]}" /sys/devices/platform/nd_emu* \
		"policy $policy"
	blocks_state
	REPLY=$text$REPLY
}

# system_is STATE: as system_state has seen it
system_is()
{
	system_state
	same_text "$REPLY" "$1"
}

system_unchanged()
{
	if is_loaded; then
		diag "nd_emu is still loaded"
		return 1
	fi
	system_is "$STATE" || return
	meminfo MemTotal
	if [ "$REPLY" -lt "$TOTAL" ]; then
		diag "MemTotal was $TOTAL kB and is $REPLY kB"
		return 1
	fi
}

# --- the module --------------------------------------------------------------

is_loaded()
{
	[ -d /sys/module/nd_emu ]
}

# load PARAMETER...: load the module, and wait until udev has seen all of it.
# What a failed step has left loaded is unloaded first.
load()
{
	local regions
	! is_loaded || unload || return
	modprobe nd_emu "$@" >"$TMP/modprobe" 2>&1 || {
		diag "modprobe nd_emu $*: $(<"$TMP/modprobe")"
		return 1
	}
	settle
	find_bus
	BUS=$REPLY
	regions=("$BUS"/region*)
	REGION=${regions[-1]##*/}
}

# unbind_regions BUS: as "ndctl disable-region" does
unbind_regions()
{
	local region status=0
	for region in "$1"/region*; do
		[ -e "$region/driver" ] || continue
		echo "${region##*/}" >"$region/driver/unbind" || status=1
	done 2>/dev/null
	return $status
}

disable_regions()
{
	find_bus || return 0
	settle
	unbind_regions "$REPLY"
}

# enable_regions: as "ndctl enable-region -b nd_emu all" does
enable_regions()
{
	local region status=0
	find_bus || return
	for region in "$REPLY"/region*; do
		[ ! -e "$region/driver" ] || continue
		echo "${region##*/}" >/sys/bus/nd/drivers/nd_region/bind ||
			status=1
	done 2>/dev/null
	read -r _ <"$REPLY/wait_probe"
	return $status
}

remove_module()
{
	rmmod nd_emu 2>"$TMP/rmmod"
}

# Whoever looks at the device (udev does, whenever it changes) may hold it for
# a moment.
try_unload()
{
	disable_regions
	remove_module
}

unload()
{
	within 20 try_unload || {
		diag "rmmod: $(<"$TMP/rmmod")"
		return 1
	}
}

# find_bus: set $REPLY to the nd_emu bus, as a path in /sys
find_bus()
{
	local provider
	for REPLY in /sys/bus/nd/devices/ndbus*; do
		IFS= read -r provider 2>/dev/null <"$REPLY/provider" || continue
		[ "$provider" != nd_emu ] || return 0
	done
	REPLY=
	return 1
}

attr()
{
	text_of "$BUS/$1"
}

# attr_is ATTRIBUTE EXPECTED: what it is, is in $REPLY afterwards
attr_is()
{
	read_text "$BUS/$1"
	equal "${1##*/}" "$REPLY" "$2"
}

# reserved_range BYTES: the first range above 4 GiB that was reserved at boot,
# is that large, and is memory. Other things are reserved as well, and only a
# load tells.
reserved_range()
{
	local line range start
	while IFS= read -r line; do
		[[ $line =~ ^[0-9a-f].*\ :\ Reserved$ ]] || continue
		range=${line%% : *}
		start=$((0x${range%-*}))
		if [ $start -ge $((4 * GIB)) ] && [ $((start % (16 * MIB))) -eq 0 ] &&
		   [ $((0x${range#*-} - start + 1)) -ge "$1" ]; then
			! is_loaded || unload >&2 || return
			modprobe nd_emu base=$start size="$1" 2>/dev/null || continue
			unload >&2 || return
			echo $start
			return
		fi
	done </proc/iomem
}

# json NAME TEXT: set $REPLY to the first value that goes by that NAME in TEXT,
# which is what ndctl says. jq takes twice as long to start as ndctl does.
json()
{
	REPLY=
	[[ ! $2 =~ \"$1\":\"?([^\",}[:space:]]*) ]] || REPLY=${BASH_REMATCH[1]}
}

# first_disk: set $REPLY to that on the region
first_disk()
{
	read -r _ <"$BUS/wait_probe"
	set -- "$BUS/$REGION"/*/block/*
	REPLY=/dev/${1##*/}
}

# Whatever else the DIMMs can do: none has a label command.
no_label_commands()
{
	local dimm commands
	for dimm in "$BUS"/nmem*; do
		read -r commands <"$dimm/commands" || return
		case $commands in
		*get_size*|*get_data*|*set_data*)
			diag "${dimm##*/}: $commands"
			return 1 ;;
		esac
	done
}

region_attr()
{
	attr "$REGION/$1"
}

region_attr_is()
{
	attr_is "$REGION/$1" "$2"
}

# keeps_data MIB: what is written to the disk is read from it
keeps_data()
{
	dd if=/dev/urandom of="$TMP/data" bs=1M count="$1" status=none &&
	dd if="$TMP/data" of=/dev/pmem0 bs=1M oflag=direct status=none &&
	cmp -n $(($1 * MIB)) "$TMP/data" /dev/pmem0
}

# reports_node NODE: region and namespaces do, both attributes. Those with no
# target node have no such attribute.
reports_node()
{
	local dir
	for dir in "$BUS/$REGION" "$BUS/$REGION"/namespace[0-9]*; do
		read_text "$dir/numa_node"
		equal "node of ${dir##*/}" "$REPLY" "$1" || return
		read_text "$dir/target_node"
		equal "its target" "$REPLY" "$1" || return
	done
}

# The ids of the DIMMs of the region, in the order of the set
dimm_ids()
{
	local i dimm mappings id
	read -r mappings <"$BUS/$REGION/mappings"
	for ((i = 0; i < mappings; i++)); do
		IFS=, read -r dimm _ <"$BUS/$REGION/mapping$i"
		read -r id <"$BUS/$dimm/nfit/id"
		echo "$id"
	done
}

# read_text FILE: set $REPLY to what is in it
read_text()
{
	REPLY=$(<"$1")
}

# text_of FILE: the same, for use in a substitution
text_of()
{
	read_text "$1"
	printf '%s' "$REPLY"
}

# equal WHAT FOUND EXPECTED
equal()
{
	[ "$2" = "$3" ] && return
	diag "$1: is '$2', should be '$3'"
	return 1
}

# between WHAT FOUND LOWEST HIGHEST
between()
{
	if [ "$2" -lt "$3" ] || [ "$2" -gt "$4" ]; then
		diag "$1: is $2, should be $3..$4"
		return 1
	fi
}

# same_text FOUND EXPECTED
same_text()
{
	[ "$1" = "$2" ] && return
	diag "$(diff <(echo "$2") <(echo "$1"))"
	return 1
}

# --- loads that fail ---------------------------------------------------------

# errno_text ERRNO: set $REPLY to what programs say
errno_text()
{
	case $1 in
	EINVAL)	REPLY="Invalid argument" ;;
	EBUSY)	REPLY="Device or resource busy" ;;
	EEXIST)	REPLY="File exists" ;;
	ENODEV)	REPLY="No such device" ;;
	ENOSPC)	REPLY="No space left on device" ;;
	ENOTEMPTY) REPLY="Directory not empty" ;;
	ENXIO)	REPLY="No such device or address" ;;
	ENOMEM)	REPLY="Cannot allocate memory" ;;
	EINTR)	REPLY="Interrupted system call" ;;
	*)	REPLY="unknown error $1" ;;
	esac
}

# load_fails ERRNO PARAMETER...: with that error, and no bus is left of it
load_fails()
{
	local errno
	errno_text "$1"
	errno=$REPLY
	shift
	if modprobe nd_emu "$@" >"$TMP/modprobe" 2>&1; then
		diag "modprobe nd_emu $* succeeded"
		unload
		return 1
	fi
	read_text "$TMP/modprobe"
	if [[ $REPLY != *"$errno"* ]]; then
		diag "modprobe nd_emu $*: $REPLY"
		return 1
	fi
	if find_bus; then
		diag "modprobe nd_emu $* failed and has left a bus"
		return 1
	fi
}

# fails ERRNO PARAMETER...: the load fails with that error, and no trace of it
# is left. The module's log is in $LOG afterwards.
fails()
{
	local before
	system_state
	before=$REPLY
	kmsg "modprobe nd_emu ${*:2}"
	load_fails "$@" || return
	# shellcheck disable=SC2034 # for the case
	LOG=$(module_log "$MARK_TEXT")
	system_is "$before"
}

# refused ERRNO TEXT PARAMETER...: fails, with one line in the log that begins
# with TEXT and says what the value must be, or do.
refused()
{
	REASONS=()
	refused_for "$@" && all_refused
}

# refused_for ERRNO TEXT PARAMETER...: the load fails. What is in the log, and
# that no trace is left, all_refused looks at, once for all that were refused.
refused_for()
{
	if [ ${#REASONS[@]} -eq 0 ]; then
		system_state
		UNREFUSED=$REPLY
	fi
	expect_reason "$2" "modprobe nd_emu ${*:3}"
	load_fails "$1" "${@:3}"
}

all_refused()
{
	reasons_logged && system_is "$UNREFUSED"
}

# Of each command that was refused, what the reason should begin with
REASONS=()

# expect_reason TEXT COMMAND...: of the COMMAND that comes now
expect_reason()
{
	kmsg "refused: ${*:2}"
	[ ${#REASONS[@]} -gt 0 ] || FIRST_REFUSED=$MARK_TEXT
	REASONS+=("$1")
}

# The log has one line for each, which says what must be.
reasons_logged()
{
	local log i reasons=("${REASONS[@]}")
	REASONS=()
	mapfile -t log < <(dmesg | awk -v mark="$FIRST_REFUSED" '
		index($0, mark) { seen = 1 }
		seen && (sub(/^\[[^]]*\] nd_emu: /, "") ||
			 sub(/^\[[^]]*\] nd_emu selftest: /, "--- ")) &&
			!/^(loading out-of-tree|module verification)/')
	for ((i = 0; i < ${#reasons[@]}; i++)); do
		[[ ${log[2 * i]} = "--- refused: "* &&
		   ${log[2 * i + 1]} = "${reasons[i]}"* &&
		   ${log[2 * i + 1]} = *": must "* ]] || break
	done
	[ $i -eq ${#reasons[@]} ] && [ ${#log[@]} -eq $((2 * i)) ] && return
	diag "the log should be a line each, '${reasons[*]}', is:"
	diag "$(printf '%s\n' "${log[@]}")"
	return 1
}
