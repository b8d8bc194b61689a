#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"
. "${0%/*}/cmd.sh"

begin 35.1 "with hwpoison=1, an injected error takes the page away from processes" 12
needs jq mkfs.ext4 mkfs.xfs filefrag
without_udevd
[ -e /proc/sys/vm/memory_failure_recovery ] || skip_all "no CONFIG_MEMORY_FAILURE"

# si_code of a page that was taken away while nobody looked
BUS_MCEERR_AO=5
PAGE=$((8 * 4096))
declare -A PID
MNT=$TMP/mnt
mkdir "$MNT"

undo()
{
	# Whoever has a page mapped keeps the file system.
	[ ${#PID[@]} -eq 0 ] || kill "${PID[@]}" 2>/dev/null
	wait
	PID=()
	! mountpoint -q "$MNT" || umount "$MNT"
}

run()
{
	"$@" >"$TMP/out" 2>&1 && return
	diag "$*: $(<"$TMP/out")"
	return 1
}

# create OPTION...: sets $NS, and $MADE to what ndctl says of it
create()
{
	disable_regions
	run ndctl init-labels -f -b nd_emu all &&
		enable_regions || return
	MADE=$(ndctl create-namespace -f -b nd_emu -a 4096 "$@" 2>"$TMP/err")
	settle
	json dev "$MADE"
	NS=$REPLY
	[ -n "$NS" ] && return
	diag "$(<"$TMP/err")"
	return 1
}

# first_block: of the file, in 512-byte blocks of the namespace, were all of it as
# its page at $PAGE is
first_block()
{
	filefrag -v -b512 "$FILE" | awk -v at=$((PAGE / 512)) '
		$1 ~ /^[0-9]+:$/ && $2 + 0 <= at && at <= $3 + 0 {
			print $4 - $2
		}'
}

# on FILESYSTEM MKFS...: with a file on it; sets $FILE and $BLOCK
on()
{
	local device
	undo
	create -m fsdax || return
	json blockdev "$MADE"
	device=/dev/$REPLY
	FILE=$MNT/file
	run "${@:2}" "$device" && run mount -t "$1" -o dax "$device" "$MNT" &&
		head -c 1M /dev/urandom >"$FILE" && sync || return
	BLOCK=$(first_block)
	[ -n "$BLOCK" ]
}

# start NAME OFFSET [late]: a process that has that page of the file mapped, and
# asks for the signal, or does not
start()
{
	"$DIR/mce" "${3:-early}" "$FILE" "$2" >"$TMP/$1" 2>&1 &
	PID[$1]=$!
	within 20 grep -q mapped "$TMP/$1"
}

inject()
{
	run ndctl inject-error "$NS" --block=$((BLOCK + PAGE / 512)) --count=8
}

# sigbus NAME: what that process got
sigbus()
{
	wait "${PID[$1]}"
	equal "si_code and offset" "$(tail -n 1 "$TMP/$1")" \
		"$BUS_MCEERR_AO $PAGE"
}

# Whoever has another page is still there, without a signal.
spared()
{
	kill -0 "${PID[$1]}" && kill "${PID[$1]}" &&
		equal output "$(<"$TMP/$1")" mapped
}

mapped()
{
	start hit $PAGE && start other $((PAGE + 4096)) &&
		start deaf $PAGE late && inject && sigbus hit && spared other &&
		spared deaf
}

twice()
{
	start first $PAGE && start second $PAGE && inject && sigbus first &&
		sigbus second
}

known()
{
	undo_error && start hit $((PAGE + 8192)) || return
	PAGE=$((PAGE + 8192)) inject || return
	PAGE=$((PAGE + 8192)) sigbus hit || return
	# It is no news to the next scrub.
	start hit $((PAGE + 4096)) && run ndctl start-scrub nd_emu &&
		run ndctl wait-scrub nd_emu && spared hit
}

bad_block()
{
	equal "of the page" "$("$DIR/sigbus" "$FILE" $PAGE | cut -d' ' -f2)" \
		$PAGE
}

undo_error()
{
	dd if=/dev/zero of="$FILE" bs=4096 seek=$((PAGE / 4096)) count=1 \
		conv=notrunc,fsync status=none
}

written()
{
	undo_error && equal "of the page" "$("$DIR/sigbus" "$FILE" $PAGE)" none
}

again()
{
	start hit $PAGE && inject && sigbus hit
}

ext4()
{
	on ext4 mkfs.ext4 -q -b 4096 && mapped
}

xfs()
{
	on xfs mkfs.xfs -q -f -m reflink=0 && mapped
}

devdax()
{
	undo
	has_devdax || return 4
	create -m devdax || return
	json chardev "$MADE"
	FILE=/dev/$REPLY
	BLOCK=0
	mapped
}

devdax_cleared()
{
	has_devdax || return 4
	run ndctl clear-errors "$NS" &&
		equal errors "$(ndctl inject-error --status "$NS" |
			jq -c .badblocks)" "" &&
		start hit $PAGE && spared hit
}

# flags BEGIN END: pages of the range that are marked (bit 19)
marked()
{
	perl -e 'open(F, "<", "/proc/kpageflags"); binmode(F);
		seek(F, $ARGV[0] / 4096 * 8, 0);
		for ($n = ($ARGV[1] - $ARGV[0]) / 4096; $n; $n -= $m) {
			$m = $n > 4096 ? 4096 : $n;
			last unless sysread(F, $b, $m * 8);
			$bad += grep { $_ & (1 << 19) } unpack("Q<*", $b);
		}
		print 0 + $bad' "$1" "$2"
}

clean()
{
	unload && equal "pages marked" "$(marked "$START" "$END")" 0
}

# Without the parameter, nobody is told.
without()
{
	has_devdax || return 4
	load size=256M || return
	devices
	FILE=
	create -m devdax || return
	json chardev "$MADE"
	FILE=/dev/$REPLY
	BLOCK=0
	start other $PAGE && inject && spared other
}

load size=512M hwpoison=1
devices
START=$(($(attr nd_emu/base)))
END=$((START + $(attr nd_emu/size)))
result "ext4: SIGBUS with the address, to those that map the page and ask for it" ext4
result "then the page is a bad block, and a SIGBUS when touched" bad_block
result "until it is written" written
result "it can fail again, and all that map it are told" twice
result "an error that is known is no news" known
result "xfs: the same" xfs
result "until it is written" written
result "device DAX: the same" devdax
result "until ndctl clears it" devdax_cleared
result "after unload, the memory has no mark of it" clean
result "without hwpoison=, no process is told" without
unload
result "what is not a boolean is refused" refused EINVAL "hwpoison=2: must be" \
	size=256M hwpoison=2
finish
