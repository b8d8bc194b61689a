# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034
#
# What every script here needs: sourced, never run.

set -euo pipefail

# The caller's name stands in front of its messages.
ME=${0##*/}
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/nd_emu

say()
{
	printf '%s: %s\n' "$ME" "$*" >&2
}

die()
{
	say "$*"
	exit 1
}

is_root()
{
	[ "$(id -u)" -eq 0 ]
}

# with_lock FILE COMMAND...: one run at a time of whatever FILE stands for.
# The lock goes with the process, so a killed run leaves nothing to clean up;
# its children must not inherit it, or a daemon would hold it for ever.  A
# COMMAND that fails ends the script, as anywhere else.
with_lock()
{
	local file=$1
	shift
	mkdir -p "${file%/*}"
	exec 9>"$file"
	if ! flock -n 9; then
		say "waiting for another run (${file##*/})"
		flock 9
	fi
	"$@" 9>&-
	exec 9>&-
}

# kernel_load NAME: set release, image, modules, kdir and chroot to what
# scripts/kernels knows about a kernel, fetching it if need be.
kernel_load()
{
	local info key value
	info=$("$TOP/scripts/kernels" show "$1" 2>/dev/null) ||
		info=$("$TOP/scripts/kernels" get "$1") || exit 1
	while IFS='=' read -r key value; do
		case $key in
		release)	release=$value ;;
		image)		image=$value ;;
		modules)	modules=$value ;;
		kdir)		kdir=$value ;;
		chroot)		chroot=$value ;;
		esac
	done <<<"$info"
}

# mirror: the one that this machine uses for its own release; nothing if apt has
# no lists
mirror()
{
	local codename
	# shellcheck source=/dev/null
	codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
	# shellcheck disable=SC2016 # for apt-get
	apt-get indextargets --format '$(RELEASE) $(REPO_URI)' \
		'Created-By: Packages' |
		awk -v r="$codename" '$1 == r { print $2; exit }'
}
