#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Selftests that a plain VM has to skip, or may: a crash kernel above the memory, two
# NUMA nodes, memory reserved at boot, another NVDIMM driver, NVDIMMs that are not
# ours, a DIMM that can be ejected, leaves of 1 GiB. Here none of them may be skipped.

# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

TESTS=('nd_emu/test_carve_03.sh' 'nd_emu/test_numa_*.sh'
	'nd_emu/test_base_0[12].sh' 'nd_emu/test_smart_01.sh'
	'nd_emu/test_security_04.sh')
NODES="nokaslr crashkernel=128M,high $RESERVED"

# The kernel splits leaves of the direct map for its own pages, modules for example:
# of 1 GiB, only those are sure to be whole that none of these can be in.
LEAVES=(-m 10G -a "nokaslr movablecore=3G")

# QEMU's own NVDIMM, on the bus of the kernel's ACPI driver
NVDIMM=(-machine "nvdimm=on" -m "slots=1,maxmem=16G"
	-object "memory-backend-memfd,id=nv,share=on,size=64M"
	-device "nvdimm,memdev=nv")

# Memory that can be ejected, above all other; pages of files may go there, which
# virtiofsd has to reach.
DIMM=(-m "slots=1,maxmem=16G"
	-object "memory-backend-memfd,id=dimm,share=on,size=512M"
	-device "pc-dimm,memdev=dimm")

# The tests next to the kernel's helpers, as they are in its tree
install_tests()
{
	local dir linux
	linux=$("$TOP/scripts/linux-tree")/tools/testing/selftests
	cp -r "$linux"/{lib.mk,kselftest,kselftest.h,kselftest_harness.h} \
		"$HOST_DIR"/../{nd_emu,nd_emu_users,nd_emu_btt} "$SHARED/"
	cp -r "$TOP"/scripts/{profiles,nd-emu,command} "$SHARED/nd_emu/"
	for dir in "$SHARED"/nd_emu*; do
		make -s -C "$dir" OUTPUT="$dir" >/dev/null
	done
}

# guest PATTERN...: run the tests that match
guest()
{
	local status=0 test pattern
	other_bus
	cd "$SHARED"
	for pattern; do
		for test in $pattern; do
			[ -e "$test" ] || continue
			"./$test" || status=1
		done
	done
	return $status
}

# qemu_args ARG...: as options of scripts/vm
qemu_args()
{
	local arg
	QEMU_ARGS=()
	for arg; do
		QEMU_ARGS+=(-q "$arg")
	done
}

host()
{
	install_tests
	in_vm --numa -t 900 -a "$NODES" -- guest "${TESTS[@]}" |
		tee "$SHARED/log" || fail "see above"
	in_vm -t 900 "${LEAVES[@]}" -a "memmap=64M!$BASE" -- guest nd_emu/test_base_03.sh \
		nd_emu/test_carve_02.sh nd_emu_btt/test_bind_02.sh |
		tee -a "$SHARED/log" || fail "see above"
	qemu_args "${NVDIMM[@]}"
	in_vm -t 600 "${QEMU_ARGS[@]}" -- guest nd_emu_btt/test_bind_02.sh |
		tee -a "$SHARED/log" || fail "see above"
	in_vm -t 600 -a "nogbpages nokaslr movablecore=2G $RESERVED" -- guest nd_emu/test_carve_08.sh |
		tee -a "$SHARED/log" || fail "see above"
	qemu_args "${DIMM[@]}"
	in_vm -t 600 "${QEMU_ARGS[@]}" -- guest nd_emu/test_carve_09.sh |
		tee -a "$SHARED/log" || fail "see above"
	grep -q '^ok' "$SHARED/log" || fail "nothing ran"
	# Not every kernel lists what the PCI configuration space takes (8.1.4).
	! grep '# SKIP' "$SHARED/log" | grep -v ' 8\.1\.4 ' ||
		fail "nothing else may be skipped here"
}

run_case host "$@"
