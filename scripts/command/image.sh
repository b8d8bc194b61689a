# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# nd-emu save and restore: sourced by nd-emu, never run.
#
# An image is what QEMU takes for the memory of an nvdimm device with
# label-size=: what is in the DIMM, by DPA, and then its label storage area.

# Moved between looks at the progress
STEP=$((16 << 20))

# What there is to undo when the program ends, however it does
TEMPORARY=()
DISABLED=
STATE=
ERROR=

image_exit()
{
	trap - EXIT INT TERM HUP
	[ ${#TEMPORARY[@]} -eq 0 ] || rm -f "${TEMPORARY[@]}"
	[ -z "$STATE" ] || echo "nd-emu: $STATE" >&2
	[ -z "$DISABLED" ] || enable_again "$DISABLED"
}

image_begin()
{
	trap image_exit EXIT
	trap 'end_progress; exit 130' INT
	trap 'end_progress; exit 143' TERM HUP
}

# --- progress ----------------------------------------------------------------

DONE=0

progress()
{
	local i bar=
	DONE=$((DONE + $1))
	[ -t 2 ] || return 0
	for ((i = 0; i < 40; i++)); do
		[ $((i * TOTAL)) -lt $((DONE * 40)) ] && bar+="#" || bar+=" "
	done
	printf '\r[%s] %3d %%' "$bar" $((DONE * 100 / (TOTAL ? TOTAL : 1))) >&2
}

end_progress()
{
	[ ! -t 2 ] || [ "$DONE" -eq 0 ] || echo >&2
}

# --- what there is -----------------------------------------------------------

# find_bus COMMAND [BUS]: set NDBUS to the one that is meant
find_bus()
{
	if [ $# -gt 1 ]; then
		find_live "$2" || {
			check_configured "$2"
			die "$1: $2: is not live"
		}
		NDBUS=$REPLY
		return
	fi
	live_buses
	[ ${#LIVE[@]} -gt 0 ] || die "$1: there is no live bus"
	[ ${#LIVE[@]} -eq 1 ] ||
		die "$1: of which bus: ${LIVE[*]#*:}?"
	NDBUS=${LIVE[0]%%:*}
}

# list_images FILE: set DIMMS, and IMAGES to the file of each. That of the only
# DIMM is FILE; of several, the number of the DIMM on the bus is behind it.
list_images()
{
	local dimm dimms=()
	for dimm in "$DEVICES/$NDBUS"/nmem*; do
		dimms[${dimm##*/nmem}]=${dimm##*/}
	done
	DIMMS=("${dimms[@]}")
	[ ${#DIMMS[@]} -gt 0 ] || die "$NDBUS has no DIMM"
	MEDIA=$DEBUGFS/$NDBUS
	IMAGES=()
	for dimm in "${DIMMS[@]}"; do
		[ -e "$MEDIA/$dimm/media" ] || die "there is no" \
			"$MEDIA/$dimm/media: must have debugfs mounted"
		read_file "$DEVICES/$dimm/nfit/phys_id"
		IMAGES+=("$1.$((REPLY))")
	done
	[ ${#DIMMS[@]} -gt 1 ] || IMAGES=("$1")
}

# sizes_of FILE...: in bytes
sizes_of()
{
	REPLY=$(stat -c %s "$@")
	REPLY=${REPLY//$'\n'/ }
}

# read_labels DIMM FILE: its label storage area; nothing if it has none
read_labels()
{
	: >"$2"
	read_file "$DEVICES/$1/commands"
	[[ $REPLY != *get_data* ]] ||
		ndctl read-labels "$1" -o "$2" >/dev/null 2>&1 ||
		die "$1: ndctl read-labels: failed"
}

# find_extents: set $EXTENTS to the shares that the DIMMs have of regions, and
# $TOTAL to the sum. An extent is DIMM,START,LENGTH.
find_extents()
{
	local file dimm start length
	EXTENTS=()
	TOTAL=0
	for file in "$DEVICES/$NDBUS"/region*/mapping[0-9]*; do
		IFS=, read -r dimm start length _ <"$file"
		EXTENTS+=("$dimm,$start,$length")
		TOTAL=$((TOTAL + length))
	done
}

# copy FROM TO DIMM OPTION...: all that the DIMM has
copy()
{
	local extent dimm start length step
	for extent in "${EXTENTS[@]}"; do
		IFS=, read -r dimm start length <<<"$extent"
		[ "$dimm" = "$3" ] || continue
		while [ "$length" -gt 0 ]; do
			step=$((length < STEP ? length : STEP))
			ERROR=$(dd if="$1" of="$2" bs=64K status=none \
				iflag=fullblock,skip_bytes,count_bytes \
				oflag=seek_bytes skip="$start" seek="$start" \
				count="$step" "${@:4}" 2>&1) || return
			start=$((start + step))
			length=$((length - step))
			progress "$step"
		done
	done
}

# disable_all COMMAND: the regions of the bus, until the program ends
disable_all()
{
	local regions
	enabled_regions "$NDBUS" || :
	regions=$ENABLED
	quiesce "$NDBUS" || die "$1: $NDBUS: must not be in use$(
		users_of "$NDBUS" | sed 's/^/: /')"
	DISABLED=$regions
}

# --- save --------------------------------------------------------------------

cmd_save()
{
	local i temporary labels file
	[[ $# -ge 1 && $# -le 2 ]] || wrong "save: takes a FILE, or a BUS and a FILE"
	need_root
	file=${*: -1}
	find_bus save "${@:1:$#-1}"
	list_images "$file"
	for file in "${IMAGES[@]}"; do
		[ ! -e "$file" ] || [ -f "$file" ] ||
			die "save: $file: must be a regular file, or not be there"
		[[ $file != */* || -d ${file%/*}/ ]] ||
			die "save: $file: must be in a directory that is there"
	done
	image_begin
	disable_all save
	find_extents
	labels=$(mktemp)
	TEMPORARY=("$labels")
	for ((i = 0; i < ${#DIMMS[@]}; i++)); do
		temporary=$(mktemp "${IMAGES[i]}.XXXXXX") ||
			die "save: ${IMAGES[i]}: cannot be created"
		TEMPORARY+=("$temporary")
		save_dimm "${DIMMS[i]}" "$temporary" "$labels" ||
			die "save: ${IMAGES[i]}: ${ERROR##*: }"
	done
	chmod 600 "${TEMPORARY[@]:1}"
	for ((i = 0; i < ${#DIMMS[@]}; i++)); do
		mv -f "${TEMPORARY[i + 1]}" "${IMAGES[i]}"
	done
	end_progress
}

# save_dimm DIMM FILE LABELS
save_dimm()
{
	local size area
	read_labels "$1" "$3"
	sizes_of "$MEDIA/$1/media" "$3"
	read -r size area <<<"$REPLY"
	truncate -s $((size + area)) "$2" &&
	copy "$MEDIA/$1/media" "$2" "$1" conv=notrunc,sparse &&
	dd if="$3" of="$2" bs=64K oflag=seek_bytes seek="$size" \
		conv=notrunc,fsync status=none
}

# --- restore -----------------------------------------------------------------

cmd_restore()
{
	local i labels file
	[[ $# -ge 1 && $# -le 2 ]] ||
		wrong "restore: takes a FILE, or a BUS and a FILE"
	need_root
	file=${*: -1}
	find_bus restore "${@:1:$#-1}"
	list_images "$file"
	image_begin
	labels=$(mktemp)
	TEMPORARY=("$labels")
	for ((i = 0; i < ${#DIMMS[@]}; i++)); do
		check_image "${DIMMS[i]}" "${IMAGES[i]}" "$labels"
	done
	disable_all restore
	find_extents
	for ((i = 0; i < ${#DIMMS[@]}; i++)); do
		restore_dimm "${DIMMS[i]}" "${IMAGES[i]}" "$labels"
	done
	end_progress
	for ((i = 0; i < ${#DIMMS[@]}; i++)); do
		warn_of_labels "${DIMMS[i]}"
	done
}

# has_cookie DIMM LABELS: are those, as ndctl prints them, of one of the
# interleave sets that it is in?
has_cookie()
{
	local file dimm
	for file in "$DEVICES/$NDBUS"/region*/mapping[0-9]*; do
		IFS=, read -r dimm _ <"$file"
		[ "$dimm" = "$1" ] || continue
		read_file "${file%/*}/set_cookie"
		[[ $2 != *"\"isetcookie\":\"$REPLY\""* ]] || return 0
	done
	return 1
}

# warn_of_labels DIMM: the kernel does not believe the labels of other sets, and
# does not say so. There may be such in free slots as well, of which one is
# always left.
warn_of_labels()
{
	local labels
	labels=$(ndctl read-labels -ju "$1" 2>/dev/null) || return 0
	[[ $labels =~ \"nslot\":([0-9]+) ]] || return 0
	read_file "$DEVICES/$1/available_slots"
	[ "$REPLY" -lt $((BASH_REMATCH[1] - 1)) ] || return 0
	! has_cookie "$1" "$labels" || return 0
	echo "nd-emu: restore: $1: the labels are those of other DIMMs: their" \
		"namespaces are not there as long as identities and positions" \
		"are not the same" >&2
}

# check_image DIMM FILE LABELS: it is one of a DIMM like this
check_image()
{
	local size area found
	[ -f "$2" ] || die "restore: $2: must be a file"
	read_labels "$1" "$3"
	sizes_of "$MEDIA/$1/media" "$3" "$2"
	read -r size area found <<<"$REPLY"
	[ "$found" -eq $((size + area)) ] ||
		die "restore: $2: must be of $((size + area)) bytes" \
			"($size, and $area of labels), is of $found"
	tail -c "$area" "$2" >"$3"
	is_label_area "$3" ||
		die "restore: $2: must end in a label storage area, or in zeroes"
}

# is_label_area FILE: does it hold labels, or nothing? Of two index blocks, one
# may be damaged.
is_label_area()
{
	grep -aq NAMESPACE_INDEX "$1" ||
		[ "$(tr -d '\0' <"$1" | wc -c)" -eq 0 ]
}

# restore_dimm DIMM FILE LABELS: the labels come last, so that they are never
# those of data that is not there yet
restore_dimm()
{
	local size regions=$DISABLED
	sizes_of "$MEDIA/$1/media"
	size=$REPLY
	DISABLED=
	STATE="restore: not finished: $1 is half old and half new, with the\
 labels it had, and its regions are disabled; restore it again"
	copy "$2" "$MEDIA/$1/media" "$1" conv=notrunc || {
		STATE+=" (${ERROR##*: })"
		exit 1
	}
	tail -c +$((size + 1)) "$2" >"$3"
	[ ! -s "$3" ] || ndctl write-labels "$1" -i "$3" >/dev/null 2>&1 || {
		STATE+=" (ndctl write-labels: failed)"
		exit 1
	}
	STATE=
	DISABLED=$regions
}
