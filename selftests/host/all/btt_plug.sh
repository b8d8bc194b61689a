#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The machine loses power twenty times while BTT disks are written to; and
# without a BTT until a sector is mixed.

set -e
case=$(dirname "$0")/../btt_plug.sh
TIMES=20 "$case"
TIMES=20 MODE=raw "$case"
