#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# domain=none in a machine that had no DAX device before: only there does the
# kernel tell whether MAP_SYNC is refused (see test_refuse_02.sh).

# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

host()
{
	local log=$SHARED/log
	"$TOP/scripts/selftests" "$KERNEL" nd_emu_users:test_refuse_02.sh |
		tee "$log"
	! grep -q 'MAP_SYNC is refused # SKIP' "$log" || fail "was skipped"
	grep -q 'MAP_SYNC is refused *$' "$log" || fail "did not run"
}

run_case host "$@"
