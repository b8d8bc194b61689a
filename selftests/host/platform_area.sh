#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The platform's own 16 MiB, as they lie in the memory that the host gave:
#
# - A flush writes the hint of its CPU, in the page of each DIMM.
# - The newest state is torn, as by a power failure in the middle of an update:
#   the one before is taken.
# - The state is of another version: the load is refused, and it stays as it is.

# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

DIMMS=2
HINTS=2
MIB=$((1 << 20))
SIZE=64
PARAMETERS=("base=$BASE" "size=${SIZE}M" "dimms=$DIMMS" "flush_hints=$HINTS")

# In the file of the machine's memory; see Documentation/media-layout.rst.
SLOTS=$((IN_FILE + (SIZE - 16) * MIB))
SLOT_SIZE=4096
PAGES=$((SLOTS + 0x10000))

# --- in the guest ------------------------------------------------------------

# pin CPU: all that is started from here on runs there
pin()
{
	taskset -pc "$1" $$ >/dev/null
}

identities()
{
	cat "$BUS"/nmem*/nfit/{id,serial}
}

# boot CPU SHUTDOWNS: flush, on that CPU and no other
boot()
{
	pin "$1"
	load "${PARAMETERS[@]}"
	equal "dirty shutdowns" "$(cat "$BUS"/nmem*/nfit/dirty_shutdown | xargs)" \
		"$2 $2"
	identities >"$SHARED/identities.$1"
	echo 1 >"$(echo "$BUS"/region*/deep_flush)"
	unload
}

other_version()
{
	refused "Protocol not supported" modprobe nd_emu "${PARAMETERS[@]}"
	equal log "$(dmesg | sed -n 's/.* nd_emu: \(base=.*\)/\1/p')" \
		"base=$BASE: holds a platform of version 2, this module knows version 1"
}

# --- on the host -------------------------------------------------------------

start()
{
	in_vm -c 2 -t 600 -a "$RESERVED" --ram-file "$ram" -- "$@"
}

# number OFFSET [SIZE]: a little-endian one in the memory
number()
{
	od -An -v -j "$1" -N "${2:-8}" -t "u${2:-8}" "$ram" | tr -d ' '
}

# zero OFFSET LENGTH
zero()
{
	dd if=/dev/zero of="$ram" bs=64 conv=notrunc status=none \
		oflag=seek_bytes seek="$1" count=$(($2 / 64))
}

# flushed CPU: its hint of each DIMM was written, and no other; then forget it.
flushed()
{
	local dimm hint
	for ((dimm = 0; dimm <= DIMMS; dimm++)); do
		for ((hint = 0; hint < HINTS; hint++)); do
			equal "hint $hint of DIMM $dimm" "$(number $((PAGES +
				dimm * 4096 + hint * 64)))" \
				$((dimm < DIMMS && hint == $1))
		done
	done
	zero "$PAGES" $((DIMMS * 4096))
}

sequence()
{
	number $((SLOTS + $1 * SLOT_SIZE + 0x18))
}

# No more than the first cache line of the last update has arrived.
tear_newest()
{
	local newest=0
	[ "$(sequence 1)" -lt "$(sequence 0)" ] || newest=1
	say "slot $newest is torn"
	zero $((SLOTS + newest * SLOT_SIZE + 64)) $((SLOT_SIZE - 64))
}

# Both slots, with checksums that are right
set_version()
{
	python3 - "$ram" "$SLOTS" "$1" <<-'END'
	import struct, sys
	path, offset, version = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
	with open(path, "r+b") as file:
	    for slot in range(2):
	        file.seek(offset + slot * 4096)
	        block = bytearray(file.read(4096))
	        assert block[:16] == b"ND_EMU platform\0", f"slot {slot}"
	        struct.pack_into("<I", block, 0x10, version)
	        struct.pack_into("<Q", block, 0xff8, 0)
	        low = high = 0
	        for word, in struct.iter_unpack("<I", block):
	            low = (low + word) & 0xffffffff
	            high = (high + low) & 0xffffffff
	        struct.pack_into("<Q", block, 0xff8, high << 32 | low)
	        file.seek(offset + slot * 4096)
	        file.write(block)
	END
}

slots()
{
	dd if="$ram" bs=$SLOT_SIZE count=2 status=none iflag=skip_bytes \
		skip="$SLOTS" | sha256sum
}

host()
{
	local before
	# In memory, not on a disk that would have to follow.
	ram=$(mktemp /dev/shm/nd_emu-area.XXXXXX)
	trap 'rm -rf "$SHARED" "$ram"' EXIT
	say "a flush on CPU 0"
	start boot 0 0
	flushed 0
	tear_newest
	say "the slot before counts, as after a dirty shutdown; a flush on CPU 1"
	start boot 1 1
	flushed 1
	cmp "$SHARED"/identities.[01] || fail "other DIMMs"
	say "version 1 is as it was, version 2 is refused"
	set_version 1
	start boot 1 1
	cmp "$SHARED"/identities.[01] || fail "other DIMMs"
	set_version 2
	before=$(slots)
	start other_version
	equal "what the slots hold" "$(slots)" "$before"
}

run_case host "$@"
