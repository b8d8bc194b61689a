#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# nfit_test.sh up | down                       the buses
# nfit_test.sh fail BUS HANDLE MASK CODE       let commands of a DIMM fail
# nfit_test.sh lock BUS HANDLE MASK CODE       lock a DIMM
#
# nfit_test.ko calls this.

TOP=$(cd "$(dirname "$0")/../.." && pwd -P)

case $1 in
up|down)
	"$TOP/scripts/profiles/nfit_test" "$1" ;;
*)
	exit 1 ;;
esac
