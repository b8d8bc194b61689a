# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# fio writes blocks in random order, each with its checksum, and reads them
# again; then another run reads them, by read() where there is one.

# fio_run BLOCK-SIZE ENGINE FILE [OPTION...]
fio_run()
{
	local block=$1 engine=$2 file=$3 size=4m
	shift 3
	# Not less: a devdax device is mapped in steps of 2 MiB.
	! checks_itself || size=2m
	[ "$block" != 2m ] || size=$((8 * ${size%m}))m
	fio --name=verify --filename="$file" --ioengine="$engine" --thread \
		--bsrange="${block%-*}-${block#*-}" --size=$size \
		--rw=randwrite --randseed=7 --verify=crc32c --verify_fatal=1 \
		--output="$TMP/fio" "$@"
}

verify()
{
	fio_run "$@" --do_verify=1
	verify_only "$@"
}

# The libpmem engine of fio 3.33 writes even when it is told to verify only.
verify_only()
{
	local block=$1 engine=$2 file=$3
	shift 3
	[ "$engine" = dev-dax ] || engine=psync
	fio_run "$block" "$engine" "$file" "$@" --verify_only
}
