#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"
. "${0%/*}/configfs.sh"

begin 18.5 "DIMMs come to a live bus and go" 13
without_udevd

start()
{
	open_configfs && make_dirs a a/dimms/d a/regions/r &&
	put a/regions/r/size 32M && go_live a
}

pending()
{
	make_dirs a/dimms/e && equal live "$(get a/dimms/e/live)" 0 &&
	equal dev_name "$(get a/dimms/e/dev_name)" "" &&
	put a/dimms/e/serial 0x1234
}

plugged()
{
	local dimm
	put a/dimms/e/live 1 && dimm=$(get a/dimms/e/dev_name) &&
	equal serial "$(<"/sys/bus/nd/devices/$dimm/nfit/serial")" 0x00001234 &&
	ndctl list -D | grep -q "\"$dimm\""
}

pinned()
{
	denied EBUSY rmdir $CONFIG/a/dimms/e &&
	denied EBUSY write_to a/dimms/e/serial 1
}

works()
{
	ndctl init-labels -f "$(get a/dimms/e/dev_name)" >/dev/null 2>&1 &&
	ndctl read-labels "$(get a/dimms/e/dev_name)" 2>/dev/null |
		cmp -n 16 - <(printf 'NAMESPACE_INDEX\0')
}

# Somebody has its device open all the time.
pulled()
{
	local dimm
	dimm=$(get a/dimms/e/dev_name)
	exec 5<"/dev/$dimm"
	put a/dimms/e/live 0 && equal live "$(get a/dimms/e/live)" 0 &&
	not ls -d "/sys/bus/nd/devices/$dimm" 2>/dev/null
}

closed()
{
	exec 5<&-
	rmdir $CONFIG/a/dimms/e
}

same_handle()
{
	make_dirs a/dimms/f && put a/dimms/f/handle 0 &&
	explained EEXIST "a: dimms/f: handle" write_to a/dimms/f/live 1 &&
	equal live "$(get a/dimms/f/live)" 0 && put a/dimms/f/handle 7 &&
	put a/dimms/f/live 1
}

in_region()
{
	explained EBUSY "a: dimms/d: live" write_to a/dimms/d/live 0 &&
	equal live "$(get a/dimms/d/live)" 1
}

follows()
{
	take_down a && equal live "$(get a/dimms/f/live)" 0 && go_live a &&
	equal live "$(get a/dimms/f/live)" 1
}

# While two programs ask the DIMM without pause; what they saw of it is not 0.
asked()
{
	local dimm pids status=0
	dimm=/dev/$(get a/dimms/d/dev_name)
	disable_bus a
	rm -f "$TMP"/ask[12]
	"$DIR/ndcmd" "$dimm" ask >"$TMP/ask1" & pids=$!
	"$DIR/ndcmd" "$dimm" ask >"$TMP/ask2" & pids+=" $!"
	within 60 [ -s "$TMP/ask1" ] && within 60 [ -s "$TMP/ask2" ] || return
	put a/live 0 || return
	# shellcheck disable=SC2086 # a list of numbers
	wait $pids || status=1
	go_live a && return $status
}

# A deadlock of the kernel's own; the more often, the more likely.
asked_often()
{
	local i
	for ((i = 0; i < 8; i++)); do
		asked || return
	done
}

not_live()
{
	take_down a && denied ENODEV write_to a/dimms/d/live 1
}

result "a bus goes live" start
result "a DIMM is described meanwhile" pending
result "and plugged in" plugged
result "from then on it is like any other" pinned
result "its labels work" works
result "it can be pulled while its device is open" pulled
result "and its directory removed" closed
result "one with the handle of another is refused" same_handle
result "one that a region is on stays" in_region
result "what was plugged in is there when the bus is live again" follows
result "a bus can go while its DIMMs are asked something" asked_often
result "there is nothing to plug into a bus that is not live" not_live
result "the bus can be removed" remove_bus a
finish
