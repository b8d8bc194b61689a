#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"
. "${0%/*}/cmd.sh"

begin 33.1 "firmware is sent, verified, armed and activated" 16
without_udevd

NEW=0xffffffffabcd

start()
{
	local answer
	answer=$(dimm_call 13 0 8)
	answer=${answer##* }
	read_field "$answer" 4 4
	CONTEXT=$REPLY
	field_is status "$answer" 0 4 0
}

# send OFFSET LENGTH [CONTEXT]
send()
{
	dimm_call 14 $((12 + $2)) 4 "$(le 4 "${3:-$CONTEXT}" "$1" "$2")"
}

# end CONTROL [CONTEXT]
end()
{
	dimm_call 15 8 4 "$(le 4 "$1" "${2:-$CONTEXT}")"
}

query()
{
	dimm_call 16 4 12 "$(le 4 "$1")"
}

# versions_are RUNNING WAITING
versions_are()
{
	local answer
	answer=$(dimm_call 12 0 44)
	answer=${answer##* }
	field_is "version that runs" "$answer" 28 8 "$1" &&
		field_is "version that waits" "$answer" 36 8 "$2"
}

info()
{
	equal "sizes and times" "$(dimm_call 12 0 44)" \
		"44 $(le 4 0 0x100000 0xffec 250000 3000000 0 0x105)$(le 8 1 0)"
}

in_order()
{
	status_is 0x40007 send 0 256 0 && start &&
		status_is 0x10007 dimm_call 13 0 8 &&
		status_is 0x40007 query "$CONTEXT"
}

context()
{
	status_is 0x10007 send 0 256 $((CONTEXT + 1)) &&
		status_is 0x10007 end 0 $((CONTEXT + 1)) &&
		status_is 0x10007 query $((CONTEXT + 1))
}

bounds()
{
	status_is 3 send 0x100000 1 && status_is 3 send 0xfffff 2 &&
		status_is 3 send 0 0xffed && status_is 3 send 0xffffffff 1 &&
		status_is 3 end 2
}

# The length inside says something else than the envelope.
length()
{
	invalid dimm_call 14 268 4 "$(le 4 "$CONTEXT" 0 255)" &&
		invalid dimm_call 14 268 4 "$(le 4 "$CONTEXT" 0 0xffffffff)" &&
		invalid dimm_call 14 11 4 "$(le 4 "$CONTEXT" 0)"
}

aborted()
{
	status_is 0x40007 end 1 && start && status_is 0x40007 end 1
}

# As status_is, without a word: it is asked again and again.
query_is()
{
	local answer
	answer=$(query "$CONTEXT")
	read_field "${answer##* }" 0 4
	[ "$REPLY" -eq $(($1)) ]
}

empty()
{
	start && status_is 0 end 0 && status_is 0x20007 query "$CONTEXT" || return
	within 20 query_is 0x30007
}

sent()
{
	start && status_is 0 send 0 4096 && status_is 0 send 4096 0xf000 &&
		status_is 0 end 0 && status_is 0x20007 query "$CONTEXT" || return
	within 20 query_is 0 && status_is 0x20007 end 0 &&
		versions_are 1 $((NEW))
}

# each_is FIRMWARE-ATTRIBUTE VALUE...: of all DIMMs, first DIMM first
each_is()
{
	local i values=("${@:2}")
	for i in 0 1 2 3; do
		attr_is "nmem$((${DIMM_NAME#nmem} + i))/firmware/$1" \
			"${values[i]}" || return
	done
}

states_are()
{
	each_is activate "$@"
}

arm()
{
	echo "${2:-arm}" >"$BUS/$1/firmware/activate"
}

activate()
{
	echo live >"$BUS/firmware/activate"
}

bus_is()
{
	read_text "$BUS/firmware/activate"
	[ "$REPLY" = "$1" ]
}

DIMM()
{
	echo "nmem$((${DIMM_NAME#nmem} + $1))"
}

updates()
{
	local image=$TMP/image
	head -c 196608 /dev/zero >"$image"
	ndctl update-firmware -f "$image" "$(DIMM 1)" >"$TMP/out" 2>&1 || {
		diag "$(<"$TMP/out")"
		return 1
	}
	states_are idle armed idle idle
}

armed()
{
	arm "$(DIMM 0)" && attr_is firmware/activate armed &&
		arm "$(DIMM 2)" &&
		states_are armed armed armed idle &&
		arm "$(DIMM 3)" && attr_is firmware/activate overflow &&
		arm "$(DIMM 3)" disarm && attr_is firmware/activate armed
}

activated()
{
	activate &&
		versions_are 1 $((NEW)) &&
		attr_is firmware/activate busy &&
		not arm "$(DIMM 3)" 2>/dev/null || return
	within 20 bus_is idle &&
		each_is result success success not_staged none &&
		versions_are $((NEW)) 0
}

not_armed()
{
	not activate 2>/dev/null
}

by_ndctl()
{
	arm "$(DIMM 3)" || return
	ndctl activate-firmware nd_emu --force >"$TMP/out" 2>&1 || {
		diag "$(<"$TMP/out")"
		return 1
	}
	within 20 bus_is idle &&
		attr_is "$(DIMM 3)/firmware/result" not_staged
}

too_long_fails()
{
	local i
	for i in 0 1 2 3; do
		arm "$(DIMM $i)" || return
	done
	bus_is overflow && echo "fwa_activate errno=5 times=1" >"$BUS_DEBUG/fail" &&
		not activate 2>/dev/null && within 20 bus_is idle
}

noidle()
{
	local file=nfit/firmware_activate_noidle
	attr_is $file N && echo 1 >"$BUS/$file" && attr_is $file Y &&
		not sh -c "echo 2 >$BUS/$file" 2>/dev/null && attr_is $file Y &&
		echo n >"$BUS/$file" && attr_is $file N
}

kernel_only()
{
	fails_with "not supported" dimm_call 29 0 14 &&
		fails_with "not supported" dimm_call 30 1 4 01 &&
		fails_with "not supported" "$DIR/ndcmd" "$BUS_DEV" \
			call 1 2 1 4 &&
		states_are idle idle idle idle
}

load size=256M dimms=4
devices
result "the DIMM says what an update takes" info
result "an image is not sent, and not looked for, before it is begun" in_order
result "only with the number of the update" context
result "only as much as there is room for" bounds
result "only as much as there is" length
result "an update is given up" aborted
result "an empty image is not good" empty
result "any other is, after some time" sent
result "ndctl updates a DIMM, and arms it" updates
result "more DIMMs than there is time for are too many" armed
result "activation runs what is staged, and says so of each DIMM" activated
result "without a DIMM that is armed there is none" not_armed
result "ndctl activates, live" by_ndctl
result "an activation that takes too long can fail as well" too_long_fails
result "whether the platform holds I/O can be said, and nothing else" noidle
result "programs cannot arm or activate by ioctl" kernel_only
finish
