#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/cmd.sh"

begin 31.1 "ndctl sees the health of a DIMM, and can change what it says" 14
needs jq

# health FIELD...: of the first DIMM, as ndctl says it
health()
{
	ndctl list -D -H -d "$DIMM_NAME" | jq -c ".[0].health | [$1]"
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
	equal health "$(health '.health_state, .temperature_celsius,
		.controller_temperature_celsius, .spares_percentage,
		.life_used_percentage, .shutdown_state, .shutdown_count,
		.alarm_enabled_media_temperature, .alarm_enabled_spares')" \
		'["ok",23,25,100,0,"clean",0,true,true]' &&
		equal flags "$(attr "$DIMM_NAME/nfit/flags")" "smart_notify "
}

temperature()
{
	inject --media-temperature=38 || return
	equal health "$(health .temperature_celsius,.alarm_temperature)" \
		'[38,false]' || return
	inject --media-temperature=42 || return
	equal health "$(health .temperature_celsius,.alarm_temperature)" \
		'[42,true]' &&
		equal flags "$(attr "$DIMM_NAME/nfit/flags")" \
			"smart_event smart_notify "
}

spares()
{
	inject --spares=6 || return
	equal health "$(health .spares_percentage,.alarm_spares)" '[6,false]' ||
		return
	inject --spares=5 || return
	equal health "$(health .spares_percentage,.alarm_spares)" '[5,true]'
}

fatal()
{
	inject --fatal && equal health "$(health .health_state)" '["fatal"]'
}

unsafe()
{
	inject --unsafe-shutdown || return
	equal health "$(health .shutdown_state,.shutdown_count)" '["dirty",1]' &&
		equal "dirty shutdowns" \
			"$(attr "$DIMM_NAME/nfit/dirty_shutdown")" 1
}

restored()
{
	inject --uninject-all || return
	equal health "$(health '.health_state, .temperature_celsius,
		.spares_percentage, .shutdown_state, .shutdown_count')" \
		'["ok",23,100,"clean",1]' &&
		equal flags "$(attr "$DIMM_NAME/nfit/flags")" "smart_notify "
}

thresholds()
{
	inject --media-temperature-threshold=55 --spares-threshold=12 &&
	inject --ctrl-temperature-threshold=66 || return
	equal limits "$(health '.temperature_threshold,
		.spares_threshold')" '[55,12]' &&
		equal limits "$(dimm_call 2 0 12)" \
			"12 $(le 4 0)$(le 2 3)$(le 1 12)$(le 2 880 1056)00"
}

armed_only()
{
	status_is 0 dimm_call 17 7 4 "$(le 2 0)$(le 1 100)$(le 2 0 0)" &&
		equal alarms "$(field "$(dimm_call 1 0 132 | cut -d' ' -f2)" \
			15 1)" 0 &&
	status_is 0 dimm_call 17 7 4 "$(le 2 7)$(le 1 100)$(le 2 0 0)" &&
		equal alarms "$(field "$(dimm_call 1 0 132 | cut -d' ' -f2)" \
			15 1)" 7
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
	equal smart "$(dimm_ioctl 1 132)" "$(dimm_call 1 0 132 | cut -d' ' -f2)" &&
		equal limits "$(dimm_ioctl 2 12)" \
			"$(dimm_call 2 0 12 | cut -d' ' -f2)"
}

measured()
{
	echo 75 >"$DIMM_DEBUG/spares" && echo 1 >"$DIMM_DEBUG/health" &&
		echo 5 >"$DIMM_DEBUG/life_used" || return
	equal health "$(health .health_state,.spares_percentage,.life_used_percentage)" \
		'["non-critical",75,5]'
}

persists()
{
	local start
	start=$(reserved_range $((64 * MIB)))
	[ -n "$start" ] || return 4
	load "base=$start" size=64M || return
	devices
	inject --unsafe-shutdown || return
	load "base=$start" size=64M || return
	devices
	between "dirty shutdowns" "$(attr "$DIMM_NAME/nfit/dirty_shutdown")" \
		1 1000
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
result "what the DIMM measures can be set" measured
result "the count survives a load from a reserved range" persists
finish
