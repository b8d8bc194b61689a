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

TOTAL=0
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
	local buses
	if [ $# -gt 1 ]; then
		NDBUS=$(find_live "$2")
		[ -n "$NDBUS" ] || check_configured "$2"
		[ -n "$NDBUS" ] || die "$1: $2: is not live"
		return
	fi
	mapfile -t buses < <(live_buses)
	[ ${#buses[@]} -gt 0 ] || die "$1: there is no live bus"
	[ ${#buses[@]} -eq 1 ] ||
		die "$1: of which bus: ${buses[*]#*:}?"
	NDBUS=${buses[0]%%:*}
}

# list_images FILE: set DIMMS, and IMAGES to the file of each. That of the only
# DIMM is FILE; of several, the number of the DIMM on the bus is behind it.
list_images()
{
	local dimm
	mapfile -t DIMMS < <(cd "$DEVICES/$NDBUS" && printf '%s\n' nmem* | sort -V)
	[ ${#DIMMS[@]} -gt 0 ] || die "$NDBUS has no DIMM"
	IMAGES=()
	for dimm in "${DIMMS[@]}"; do
		[ -e "$(media_of "$dimm")" ] || die "there is no" \
			"$(media_of "$dimm"): must have debugfs mounted"
		if [ ${#DIMMS[@]} -eq 1 ]; then
			IMAGES=("$1")
		else
			IMAGES+=("$1.$(($(<"$DEVICES/$dimm/nfit/phys_id")))")
		fi
	done
}

media_of()
{
	echo "$DEBUGFS/$NDBUS/$1/media"
}

media_size()
{
	stat -c %s "$(media_of "$1")"
}

# read_labels DIMM FILE: its label storage area; nothing if it has none
read_labels()
{
	: >"$2"
	[[ $(<"$DEVICES/$1/commands") != *get_data* ]] ||
		ndctl read-labels "$1" -o "$2" >/dev/null 2>&1 ||
		die "$1: ndctl read-labels: failed"
}

# extents DIMM: its shares of regions, start and length
extents()
{
	local file dimm start length
	for file in "$DEVICES/$NDBUS"/region*/mapping[0-9]*; do
		IFS=, read -r dimm start length _ <"$file"
		[ "$dimm" != "$1" ] || echo "$start $length"
	done
}

count_total()
{
	local dimm
	for dimm in "${DIMMS[@]}"; do
		extents "$dimm"
	done | awk '{ sum += $2 } END { print sum + 0 }'
}

# copy FROM TO DIMM OPTION...: all that the DIMM has
copy()
{
	local start length step
	while read -r start length; do
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
	done < <(extents "$3")
}

# disable_all COMMAND: the regions of the bus, until the program ends
disable_all()
{
	local enabled
	enabled=$(enabled_regions "$NDBUS")
	quiesce "$NDBUS" || die "$1: $NDBUS: must not be in use$(
		users_of "$NDBUS" | sed 's/^/: /')"
	DISABLED=$enabled
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
		[ -d "$(dirname "$file")" ] ||
			die "save: $file: must be in a directory that is there"
	done
	image_begin
	disable_all save
	TOTAL=$(count_total)
	labels=$(mktemp)
	TEMPORARY=("$labels")
	for ((i = 0; i < ${#DIMMS[@]}; i++)); do
		temporary=$(mktemp "${IMAGES[i]}.XXXXXX") ||
			die "save: ${IMAGES[i]}: cannot be created"
		TEMPORARY+=("$temporary")
		save_dimm "${DIMMS[i]}" "$temporary" "$labels" ||
			die "save: ${IMAGES[i]}: ${ERROR##*: }"
	done
	for ((i = 0; i < ${#DIMMS[@]}; i++)); do
		chmod 600 "${TEMPORARY[i + 1]}"
		mv -f "${TEMPORARY[i + 1]}" "${IMAGES[i]}"
	done
	end_progress
}

# save_dimm DIMM FILE LABELS
save_dimm()
{
	local size
	size=$(media_size "$1")
	read_labels "$1" "$3"
	truncate -s $((size + $(stat -c %s "$3"))) "$2" &&
	copy "$(media_of "$1")" "$2" "$1" conv=notrunc,sparse &&
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
	TOTAL=$(count_total)
	for ((i = 0; i < ${#DIMMS[@]}; i++)); do
		restore_dimm "${DIMMS[i]}" "${IMAGES[i]}" "$labels"
	done
	end_progress
	for ((i = 0; i < ${#DIMMS[@]}; i++)); do
		warn_of_labels "${DIMMS[i]}"
	done
}

# cookies_of DIMM: of the interleave sets that it is in, as ndctl prints them
cookies_of()
{
	local file
	for file in "$DEVICES/$NDBUS"/region*/mapping[0-9]*; do
		[ "$(cut -d, -f1 "$file")" != "$1" ] ||
			echo "\"isetcookie\":\"$(<"${file%/*}/set_cookie")\""
	done
}

# warn_of_labels DIMM: the kernel does not believe the labels of other sets, and
# does not say so. There may be such in free slots as well, of which one is
# always left.
warn_of_labels()
{
	local labels slots
	labels=$(ndctl read-labels -ju "$1" 2>/dev/null) || return 0
	slots=$(sed -n '/"nslot":/ { s/.*"nslot":\([0-9]*\).*/\1/p; q }' \
		<<<"$labels")
	[ -n "$slots" ] || return 0
	[ "$(<"$DEVICES/$1/available_slots")" -lt $((slots - 1)) ] || return 0
	! grep -qFf <(cookies_of "$1") <<<"$labels" || return 0
	echo "nd-emu: restore: $1: the labels are those of other DIMMs: their" \
		"namespaces are not there as long as identities and positions" \
		"are not the same" >&2
}

# check_image DIMM FILE LABELS: it is one of a DIMM like this
check_image()
{
	local size area
	[ -f "$2" ] || die "restore: $2: must be a file"
	size=$(media_size "$1")
	read_labels "$1" "$3"
	area=$(stat -c %s "$3")
	[ "$(stat -c %s "$2")" -eq $((size + area)) ] ||
		die "restore: $2: must be of $((size + area)) bytes" \
			"($size, and $area of labels), is of $(stat -c %s "$2")"
	[ "$area" -eq 0 ] || is_label_area "$2" "$area" ||
		die "restore: $2: must end in a label storage area, or in zeroes"
}

# is_label_area FILE SIZE: are the last bytes labels, or blank? Of two index
# blocks, one may be damaged. All is read: tail does not like to be left alone.
is_label_area()
{
	tail -c "$2" "$1" | grep -ac NAMESPACE_INDEX >/dev/null ||
		[ "$(tail -c "$2" "$1" | tr -d '\0' | wc -c)" -eq 0 ]
}

# restore_dimm DIMM FILE LABELS: the labels come last, so that they are never
# those of data that is not there yet
restore_dimm()
{
	local size regions=$DISABLED
	size=$(media_size "$1")
	DISABLED=
	STATE="restore: not finished: $1 is half old and half new, with the\
 labels it had, and its regions are disabled; restore it again"
	copy "$2" "$(media_of "$1")" "$1" conv=notrunc || {
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
