#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"
. "${0%/*}/cmd.sh"

begin 31.1 "ndctl sees the health of a DIMM, and can change what it says" 15
without_udevd

# health NAME VALUE...: of the first DIMM, as ndctl says it
health()
{
	local said
	said=$(ndctl list -D -H -d "$DIMM_NAME")
	while [ $# -gt 0 ]; do
		json "$1" "$said"
		equal "$1" "${REPLY%.0}" "$2" || return
		shift 2
	done
}

inject()
{
	ndctl inject-smart "$DIMM_NAME" "$@" >"$TMP/out" 2>&1 || {
		diag "ndctl inject-smart $*: $(<"$TMP/out")"
		return 1
	}
}

new()
{
	health health_state ok temperature_celsius 23 \
		controller_temperature_celsius 25 spares_percentage 100 \
		life_used_percentage 0 shutdown_state clean shutdown_count 0 \
		alarm_enabled_media_temperature true \
		alarm_enabled_spares true &&
		attr_is "$DIMM_NAME/nfit/flags" "smart_notify "
}

temperature()
{
	inject --media-temperature=38 || return
	health temperature_celsius 38 alarm_temperature false || return
	inject --media-temperature=42 || return
	health temperature_celsius 42 alarm_temperature true &&
		attr_is "$DIMM_NAME/nfit/flags" \
			"smart_event smart_notify "
}

spares()
{
	inject --spares=6 || return
	health spares_percentage 6 alarm_spares false || return
	inject --spares=5 || return
	health spares_percentage 5 alarm_spares true
}

fatal()
{
	inject --fatal && health health_state fatal
}

unsafe()
{
	inject --unsafe-shutdown || return
	health shutdown_state dirty shutdown_count 1 &&
		attr_is "$DIMM_NAME/nfit/dirty_shutdown" 1
}

restored()
{
	inject --uninject-all || return
	health health_state ok temperature_celsius 23 spares_percentage 100 \
		shutdown_state clean shutdown_count 1 &&
		attr_is "$DIMM_NAME/nfit/flags" "smart_notify "
}

thresholds()
{
	inject --media-temperature-threshold=55 --spares-threshold=12 &&
	inject --ctrl-temperature-threshold=66 || return
	health temperature_threshold 55 spares_threshold 12 &&
		equal limits "$(dimm_call 2 0 12)" \
			"12 $(le 4 0)$(le 2 3)$(le 1 12)$(le 2 880 1056)00"
}

alarms_are()
{
	local answer
	answer=$(dimm_call 1 0 132)
	field_is alarms "${answer##* }" 15 1 "$1"
}

armed_only()
{
	status_is 0 dimm_call 17 7 4 "$(le 2 0)$(le 1 100)$(le 2 0 0)" &&
		alarms_are 0 &&
	status_is 0 dimm_call 17 7 4 "$(le 2 7)$(le 1 100)$(le 2 0 0)" &&
		alarms_are 7
}

# A function that does not make sense has a status, and changes nothing.
unchanged()
{
	local before
	before=$(dimm_call 1 0 132)$(dimm_call 2 0 12)
	"$@" && equal state "$(dimm_call 1 0 132)$(dimm_call 2 0 12)" "$before"
}

bad_limits()
{
	status_is 3 dimm_call 17 7 4 "$(le 2 8)$(le 1 1)$(le 2 0 0)" &&
		status_is 3 dimm_call 17 7 4 "$(le 2 0x8001)$(le 1 1)$(le 2 0 0)" &&
		status_is 3 dimm_call 17 7 4 "$(le 2 1)$(le 1 101)$(le 2 0 0)"
}

bad_injections()
{
	status_is 3 dimm_call 18 15 4 "$(le 8 16)$(le 1 1 1 1 1 1 1 1)" &&
		status_is 3 dimm_call 18 15 4 "$(le 8 0x8000000000000001)" &&
		status_is 3 dimm_call 18 15 4 \
			"$(le 8 3)$(le 1 1)$(le 2 9)$(le 1 1 101)"
}

latch()
{
	status_is 0 dimm_call 10 1 4 01 && status_is 3 dimm_call 10 1 4 00 &&
		status_is 3 dimm_call 10 1 4 02
}

same_by_number()
{
	equal smart "132 $(dimm_ioctl 1 132)" "$(dimm_call 1 0 132)" &&
		equal limits "12 $(dimm_ioctl 2 12)" "$(dimm_call 2 0 12)"
}

# failing HEALTH: the DIMM itself is, without anything injected
failing()
{
	echo "$1" >"$DIMM_DEBUG/health" &&
		attr_is "$DIMM_NAME/nfit/flags" "$2" &&
		echo 0 >"$DIMM_DEBUG/health"
}

events()
{
	inject --uninject-all &&
		status_is 0 dimm_call 17 7 4 "$(le 2 0)$(le 1 0)$(le 2 0 0)" &&
		failing 1 "smart_notify " &&
		failing 2 "smart_event smart_notify " &&
		failing 4 "smart_event smart_notify "
}

measured()
{
	echo 75 >"$DIMM_DEBUG/spares" && echo 1 >"$DIMM_DEBUG/health" &&
		echo 5 >"$DIMM_DEBUG/life_used" || return
	health health_state non-critical spares_percentage 75 \
		life_used_percentage 5
}

persists()
{
	local start before
	start=$(reserved_range $((64 * MIB)))
	[ -n "$start" ] || return 4
	load "base=$start" size=64M || return
	devices
	before=$(attr "$DIMM_NAME/nfit/dirty_shutdown")
	inject --unsafe-shutdown || return
	load "base=$start" size=64M || return
	devices
	attr_is "$DIMM_NAME/nfit/dirty_shutdown" $((before + 1))
}

mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
load size=128M
devices
result "a new DIMM is healthy" new
result "a media temperature, and its alarm" temperature
result "spares, and their alarm" spares
result "a DIMM that is about to fail" fatal
result "an unsafe shutdown is counted at once" unsafe
result "all of it is taken back, but not the count" restored
result "thresholds" thresholds
result "an alarm goes off only if it is armed" armed_only
result "an alarm that there is not, or more than 100% are refused" \
	unchanged bad_limits
result "an injection that there is not, or more than 100% are refused" \
	unchanged bad_injections
result "the shutdown state is latched, and not for any other value" latch
result "the generic commands say the same" same_by_number
result "a DIMM that is critical has something to say, by itself" events
result "what the DIMM measures can be set" measured
result "the count survives a load from a reserved range" persists
finish
