#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Selftests that a plain VM has to skip: a crash kernel above the memory, two
# NUMA nodes, memory reserved at boot, another NVDIMM driver. Here none of them
# may be skipped.

# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

TESTS=('test_carve_03.sh' 'test_numa_*.sh' 'test_base_0[12].sh' 'test_smart_01.sh'
	'test_security_04.sh')
NODES="nokaslr crashkernel=128M,high $RESERVED"

# The tests next to the kernel's helpers, as they are in its tree
install_tests()
{
	local linux
	linux=$("$TOP/scripts/linux-tree")/tools/testing/selftests
	cp -r "$linux"/{lib.mk,kselftest,kselftest.h,kselftest_harness.h} \
		"$HOST_DIR/../nd_emu" "$SHARED/"
	make -s -C "$SHARED/nd_emu" OUTPUT="$SHARED/nd_emu" >/dev/null
}

# guest PATTERN...: run the tests that match
guest()
{
	local status=0 test pattern
	cd "$SHARED/nd_emu"
	for pattern; do
		for test in $pattern; do
			[ -e "$test" ] || continue
			"./$test" || status=1
		done
	done
	return $status
}

host()
{
	install_tests
	in_vm --numa -t 900 -a "$NODES" -- guest "${TESTS[@]}" |
		tee "$SHARED/log" || fail "see above"
	in_vm -t 300 -a "memmap=64M!$BASE" -- guest test_base_03.sh |
		tee -a "$SHARED/log" || fail "see above"
	grep -q '^ok' "$SHARED/log" || fail "nothing ran"
	# Not every kernel lists what the PCI configuration space takes (8.1.4).
	! grep '# SKIP' "$SHARED/log" | grep -v ' 8\.1\.4 ' ||
		fail "nothing else may be skipped here"
}

run_case host "$@"
