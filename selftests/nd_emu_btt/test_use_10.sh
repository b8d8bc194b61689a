#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/btt.sh"

# dm-crypt with authentication is a user of the metadata: it keeps a tag of each
# sector there, without which no sector can be read.
CRYPT=nd_emu_btt_crypt
KEY=$(printf '5a%.0s' {1..32})

made()
{
	use_driver nd_btt
	make_btt "$1"
	driver_is nd_btt
}

map_crypt()
{
	local ss=$1
	dmsetup create $CRYPT <<-END
		0 $((1000 * ss / 512)) crypt capi:gcm(aes)-plain64 $KEY 0 $DISK 0 2 integrity:16:aead sector_size:$ss
	END
	settle
}

unmap_crypt()
{
	settle
	dmsetup remove --retry $CRYPT
}

undo_btt()
{
	dmsetup remove --retry $CRYPT >/dev/null 2>&1
}

# Kernels before 6.11 have it for dm-integrity alone.
crypt_takes()
{
	find_disk
	modprobe -q dm-crypt && map_crypt "$1" && unmap_crypt
}

# in_crypt COMMAND...: with what is behind the tags as $DISK
in_crypt()
{
	local disk=$DISK status
	sector_size
	map_crypt "$REPLY"
	DISK=/dev/mapper/$CRYPT
	set +e
	(
		set -e
		"$@"
	)
	status=$?
	set -e
	unmap_crypt
	DISK=$disk
	return "$status"
}

written_by()
{
	disk_of "$1"
	in_crypt put 0 300 "$2"
	in_crypt put 100 100 $(($2 + 1)) -c 7
}

read_by()
{
	disk_of "$1"
	in_crypt has 0 100 "$2" 100 100 $(($2 + 1)) 200 100 "$2" -c 7
}

# Data without its metadata is not authentic.
written_around()
{
	disk_of nd_emu_btt
	put 50 1 9
	says EILSEQ in_crypt has 50 1 9
	in_crypt has 49 1 1 51 1 1
	disk_of nd_btt
	says EILSEQ in_crypt has 50 1 9
}

steps()
{
	local ss=$1 t=$2
	if ! crypt_takes "$ss"; then
		for _ in 1 2 3 4 5; do
			skip_result "$t: dm-crypt" "it takes no such disk"
		done
		return
	fi
	disk_step "$t: nd_emu_btt keeps the metadata" eval \
		"written_by nd_emu_btt 1; read_by nd_emu_btt 1"
	disk_step "$t: nd_btt reads it" read_by nd_btt 1
	disk_step "$t: data written without metadata has none" written_around
	disk_step "$t: nd_btt writes it" written_by nd_btt 3
	disk_step "$t: nd_emu_btt reads that" read_by nd_emu_btt 3
}

begin_btt 21.20 "the metadata of sectors" 13
needs dmsetup
result "the module loads" load_with nd_btt size=128M && {
	for lbasize in 528 4160; do
		disk_step "$lbasize B: there is a disk" made $lbasize
		steps $((lbasize / 512 * 512)) "$lbasize B"
	done
}
finish
