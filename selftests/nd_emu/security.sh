# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Passphrases of DIMMs: sourced, after common.sh and cmd.sh. They are keys in
# root's user keyring, where the kernel looks for them, and files in
# /etc/ndctl/keys, where ndctl does.

KEYS=/etc/ndctl/keys
MASTER=nvdimm-master

# keys: a key to encrypt passphrases with, and an empty place for these
keys()
{
	needs keyctl jq
	[ ! -e "$KEYS/$MASTER.blob" ] || skip_all "this system has keys in $KEYS"
	keyctl link @u @s 2>/dev/null
	mkdir -p "$KEYS"
	keyctl add user $MASTER "$(head -c 24 /dev/urandom | base64)" @u \
		>/dev/null && keyctl pipe "%user:$MASTER" >"$KEYS/$MASTER.blob"
}

no_keys()
{
	local key
	for key in $(keyctl rlist @u); do
		case $(keyctl rdescribe "$key") in
		*";nvdimm"*|*";test"*)	keyctl unlink "$key" @u >/dev/null ;;
		esac
	done
	rm -f "$KEYS"/nvdimm*.blob
}

undo()
{
	no_keys
}

# passphrase NAME: a new one, as a key; prints its serial number
passphrase()
{
	keyctl add encrypted "test$1" "new enc32 user:$MASTER 32" @u
}

# forget_key DIMM: the kernel cannot find the passphrase any more
forget_key()
{
	keyctl unlink "%encrypted:nvdimm:$(attr "$1/nfit/id")" @u >/dev/null
}

# ask DIMM COMMAND: as ndctl does, without looking at the keys
ask()
{
	echo "$2" 2>"$TMP/err" >"$BUS/$1/security"
}

# asks_in_vain ERRNO-TEXT DIMM COMMAND
asks_in_vain()
{
	if ask "$2" "$3"; then
		diag "$2: $3 succeeded"
		return 1
	fi
	read_text "$TMP/err"
	[[ $REPLY == *"$1"* ]] && return
	diag "$2: $3: $REPLY"
	return 1
}

# security_is STATE [DIMM]
security_is()
{
	attr_is "${2:-$DIMM_NAME}/security" "$1"
}

# run COMMAND...: its output matters only when it fails
run()
{
	"$@" >"$TMP/out" 2>&1 && return
	diag "$*: $(<"$TMP/out")"
	return 1
}

# label_status DIMM get|set: of reading or writing four bytes of the area
label_status()
{
	local answer
	case $2 in
	get)	answer=$("$DIR/ndcmd" "/dev/$1" ioctl 5 16 "$(le 4 0 4)") &&
			field "$answer" 8 4 ;;
	set)	answer=$("$DIR/ndcmd" "/dev/$1" ioctl 6 16 "$(le 4 0 4)") &&
			field "$answer" 12 4 ;;
	esac
}

disable()
{
	disable_regions
	run ndctl disable-dimm "$@"
}

cycle()
{
	echo 1 2>"$TMP/err" >"$BUS_DEBUG/$1/power_cycle"
}

# region_refuses: ndctl may say that it has enabled none, and succeed
region_refuses()
{
	ndctl enable-region "$REGION" >"$TMP/out" 2>&1
	equal driver "$(readlink "$BUS/$REGION/driver")" ""
}

# memory OFFSET LENGTH: what is in the region, whether it is enabled or not
memory()
{
	dd if=/dev/mem bs=64K iflag=skip_bytes,count_bytes status=none \
		skip=$(($(region_attr resource) + $1)) count="$2"
}

# How much of the media is looked at
LENGTH=$((8 * MIB))
! checks_itself || LENGTH=$MIB

# lines BYTE BYTE: of an interleave set of two DIMMs
lines()
{
	perl -e 'print +((chr($ARGV[0]) x 4096) . (chr($ARGV[1]) x 4096)) x $ARGV[2]' \
		"$1" "$2" $((LENGTH / 8192))
}

# holds BYTE BYTE: what the two DIMMs have at 8 MiB of the region
holds()
{
	cmp <(memory $((8 * MIB)) "$LENGTH") <(lines "$1" "$2") \
		>"$TMP/out" 2>&1 && return
	diag "$(<"$TMP/out")"
	return 1
}

# fill_disk: all ones where holds() looks, by the only disk there is
fill_disk()
{
	first_disk
	lines 255 255 | dd of="$REPLY" bs=1M oflag=direct seek=8 \
		iflag=fullblock status=none
}

# namespace: a raw one over all of the region, with data in it
namespace()
{
	disable_regions
	run ndctl init-labels -f -b nd_emu all &&
		enable_regions &&
		run ndctl create-namespace -b nd_emu -m raw || return
	settle
	fill_disk
}
