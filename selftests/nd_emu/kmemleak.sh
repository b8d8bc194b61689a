# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Memory that is lost: allocated, and nothing points to it any more.  Sourced, by
# cases and by what runs them.

KMEMLEAK=/sys/kernel/debug/kmemleak

# With kmemleak=off the file is there, and says no.
has_kmemleak()
{
	[ -w $KMEMLEAK ] && echo scan=off 2>/dev/null >$KMEMLEAK
}

# An object is reported when it is 5 seconds old, and was the same in two scans.
scan_memory()
{
	echo scan >$KMEMLEAK
	sleep 6
	echo scan >$KMEMLEAK
}

# What is lost by now is somebody else's.
forget_lost()
{
	scan_memory
	echo clear >$KMEMLEAK
}

# A pointer may have been where kmemleak does not look, on its way, or an object
# waits to be freed in the background; so look again before it is said of one.
no_object_lost()
{
	has_kmemleak || return 4
	for _ in 1 2 3 4 5; do
		scan_memory
		[ -n "$(head -n 1 $KMEMLEAK)" ] || return 0
	done
	sed 's/^/# /; 200q' $KMEMLEAK
	return 1
}
