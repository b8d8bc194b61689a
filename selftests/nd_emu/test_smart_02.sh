#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"
. "${0%/*}/cmd.sh"

begin 31.2 "an alarm wakes those who wait for it" 6
without_udevd

# events: set $REPLY to the number of them
events()
{
	local line
	REPLY=0
	while read -r line; do
		[[ $line != *'"event"'* ]] || REPLY=$((REPLY + 1))
	done <"$TMP/events"
}

# events_are NUMBER: so many, and no more
events_are()
{
	events
	equal events "$REPLY" "$1"
}

# seen NUMBER: at least so many events of the first DIMM
seen()
{
	events
	[ "$REPLY" -ge "$1" ]
}

same_for_2_seconds()
{
	events
	if [ "$REPLY" != "$LAST" ]; then
		LAST=$REPLY
		SINCE=$SECONDS
	fi
	[ $((SECONDS - SINCE)) -ge 2 ]
}

# What is on its way to the monitor has arrived.
settled()
{
	LAST=
	within 30 same_for_2_seconds
}

limits()
{
	status_is 0 dimm_call 17 7 4 "$(le 2 "$1")$(le 1 "$2")$(le 2 640 480)"
}

# The monitor does not say when it has begun to wait.
wakes()
{
	ndctl inject-smart "$DIMM_NAME" --spares=1 >/dev/null 2>&1 &&
		within 1 seen 1
}

begins()
{
	ndctl monitor -l "$TMP/events" -d "$DIMM_NAME" >"$TMP/monitor" 2>&1 &
	within 20 wakes
}

named()
{
	local event
	event=$(grep -m 1 '"event"' "$TMP/events")
	json dimm-spares-remaining "$event"
	equal event "$REPLY" true || return
	json dev "$event"
	equal DIMM "$REPLY" "$DIMM_NAME"
}

# That nothing came is seen by what comes after it.
silent()
{
	local before
	ndctl inject-smart "$DIMM_NAME" --uninject-all >/dev/null 2>&1
	settled
	events
	before=$REPLY
	limits 1 50 && limits 3 99 && dimm_call 1 0 132 >/dev/null || return
	ndctl inject-smart "$DIMM_NAME" --spares=100 >/dev/null 2>&1
	events_are "$before" && limits 1 100 &&
		within 30 seen $((before + 1)) &&
		events_are $((before + 1))
}

# A function that fails for other reasons is not an event.
refused_is_silent()
{
	local before
	limits 0 0 || return
	settled
	events
	before=$REPLY
	status_is 3 dimm_call 17 7 4 "$(le 2 9)$(le 1 100)$(le 2 0 0)" || return
	limits 1 100 && within 30 seen $((before + 1)) &&
		events_are $((before + 1))
}

fatal()
{
	local before
	events
	before=$REPLY
	limits 0 0 && ndctl inject-smart "$DIMM_NAME" --fatal >/dev/null 2>&1 &&
		within 30 seen $((before + 1))
}

# What the DIMM has claimed since it was made is not news; that a limit is
# reached is.
claimed()
{
	local before
	limits 0 0 && ndctl inject-smart "$DIMM_NAME" --uninject-all \
		>/dev/null 2>&1 && echo 1 >"$DIMM_DEBUG/alarms" || return
	settled
	events
	before=$REPLY
	limits 1 50 && attr_is "$DIMM_NAME/nfit/flags" \
		"smart_notify " && events_are "$before" || return
	limits 1 100 && within 30 seen $((before + 1)) &&
		attr_is "$DIMM_NAME/nfit/flags" \
			"smart_event smart_notify "
}

mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
load size=128M dimms=2
devices
: >"$TMP/events"
result "ndctl monitor is woken by an alarm" begins
result "and says which alarm of which DIMM" named
result "no alarm, no event" silent
result "a command that is refused is no event" refused_is_silent
result "a DIMM about to fail is one without any alarm" fatal
result "an alarm that the DIMM has claimed before wakes as well" claimed
finish
