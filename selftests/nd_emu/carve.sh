# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What cases share that have a run of two memory blocks fail on its upper one,
# PLACE, with as many blocks below for the next run. The blocks of a run go offline
# one by one, from the lowest up; which went and came back, the kernel tells.

. "${BASH_SOURCE[0]%/*}/common.sh"

SIZE=$((2 * BLOCK))
BLOCKS=4
HOLDER=
MONITOR=
LOADER=
PLACE=

undo()
{
	let_go
	watch_ends
	! is_loaded || unload
	kernel_again
}

# The blocks that a case may have moved to ZONE_MOVABLE
kernel_again()
{
	local addr
	[ -n "$PLACE" ] || return 0
	for ((addr = PLACE; addr > PLACE - BLOCKS * BLOCK; addr -= BLOCK)); do
		not in_zone $addr Movable ||
			move_block kernel "$(block_at $addr)"
	done
}

# A load shows where the search begins, if all above it goes offline. The block above
# PLACE goes for certain, as it has just been taken: with one that does not, PLACE would
# be the lower half of a run.
choose_place()
{
	local _
	for _ in 1 2 3; do
		load size=$(((BLOCKS + 1) * BLOCK / MIB))M || return
		PLACE=$(($(attr nd_emu/base) + (BLOCKS - 1) * BLOCK))
		unload || return
		! offline_block "$(block_at $((PLACE + BLOCK)))" || return 0
	done
	return 1
}

# move_run ADDRESS: to ZONE_MOVABLE, from that block down. No page that stays can get
# in there meanwhile: so which run is the next one is certain.
move_run()
{
	local addr
	for ((addr = $1; addr > PLACE - BLOCKS * BLOCK; addr -= BLOCK)); do
		move_block movable "$(block_at $addr)" || return
	done
}

# Nothing is left for the search but this run and what is below.
begin_search_here()
{
	offline_above $((PLACE + BLOCK))
	blocks_state
	# shellcheck disable=SC2034 # for the case
	BEFORE=$REPLY
}

# pages FLAG: those of the upper block that have it
pages()
{
	perl -e 'open(F, "<", "/proc/kpageflags"); binmode(F);
		seek(F, $ARGV[0] * 8, 0);
		sysread(F, $b, $ARGV[1] * 8);
		for (unpack("Q<*", $b)) {
			print $ARGV[0], "\n" if $_ & (1 << $ARGV[2]);
			$ARGV[0]++;
		}' $((PLACE / 4096)) $((BLOCK / 4096)) "$1"
}

# hold PROGRAM ARGUMENT...: it holds a page in the upper block, and says where.
hold()
{
	"$DIR/$1" "${@:2}" >"$TMP/held" 2>"$TMP/hold.err" &
	HOLDER=$!
	within 600 is_held || {
		diag "$(<"$TMP/hold.err")"
		return 1
	}
	equal "block of the page" $(($(<"$TMP/held") / BLOCK * BLOCK)) "$PLACE"
}

is_held()
{
	[ -s "$TMP/held" ] || not kill -0 "$HOLDER" 2>/dev/null
}

# stop PID: it may be gone already
stop()
{
	[ -n "$1" ] && kill "$1" 2>/dev/null || return 0
	wait "$1" 2>/dev/null
	return 0
}

let_go()
{
	stop "$HOLDER"
	HOLDER=
}

watch_blocks()
{
	: >"$TMP/events"
	udevadm monitor --kernel --subsystem-match=memory >"$TMP/events" &
	MONITOR=$!
	within 20 grep -q "^KERNEL - " "$TMP/events"
}

watch_ends()
{
	stop "$MONITOR"
	MONITOR=
}

# was ACTION ADDRESS: what the kernel told about the block
was()
{
	local line
	while read -r line; do
		[[ $line != *" $1 "*"/memory$(($2 / BLOCK)) ("* ]] || return 0
	done <"$TMP/events"
	return 1
}

in_zone()
{
	read_text "$MEMORY/memory$(($1 / BLOCK))/valid_zones"
	[ "$REPLY" = "$2" ]
}

# A page that cannot be moved is in the upper block. Memory of processes comes from
# ZONE_MOVABLE, if there is one.
page_in_upper()
{
	choose_place && move_block movable "$(block_at "$PLACE")" &&
		in_zone "$PLACE" Movable && hold hold_page &&
		move_run $((PLACE - BLOCK)) || return
	begin_search_here
}

# It has the lower block offline, and waits for the page.
start_load()
{
	kmsg "load over a page that is pinned"
	watch_blocks || return
	env --default-signal=INT modprobe nd_emu size=$((SIZE / MIB))M \
		2>"$TMP/modprobe" &
	# shellcheck disable=SC2034 # for the case
	LOADER=$!
	within 60 was offline $((PLACE - BLOCK))
}
