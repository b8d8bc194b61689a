#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# QEMU as a user: a VM inside the VM has a devdax device of nd_emu for its
# NVDIMM. What the inner one writes is there when it is gone, for the outer
# one and for the next inner one.

# shellcheck source=../common.sh
. "$(dirname "$0")/../common.sh"

LENGTH=$((8 << 20))

# An initramfs with what an NVDIMM needs, and a program to write or compare.
make_initramfs()
{
	local dir=/tmp/l2
	mkdir -p $dir/{bin,modules,dev,proc,sys}
	cp /bin/busybox $dir/bin/
	cp "$SHARED/dax_map_static" $dir/bin/dax_map
	cp "/lib/modules/$(uname -r)"/kernel/drivers/nvdimm/{libnvdimm,nd_btt,nd_pmem}.ko \
		"/lib/modules/$(uname -r)/kernel/drivers/acpi/nfit/nfit.ko" \
		$dir/modules/
	inner_init >$dir/init
	chmod +x $dir/init
	(cd $dir && find . | cpio -o -H newc --quiet | gzip -1) >/tmp/l2.gz
}

# What it finds is on its kernel's command line: "nd_emu_do=-w 7"
inner_init()
{
	cat <<-'END'
	#!/bin/busybox sh
	busybox mount -t devtmpfs dev /dev
	busybox mount -t proc proc /proc
	busybox mount -t sysfs sysfs /sys
	for name in libnvdimm nd_btt nd_pmem nfit; do
		busybox insmod /modules/$name.ko
	done
	i=0
	until [ -b /dev/pmem0 ] || [ $i -ge 60 ]; do
		busybox sleep 1
		i=$((i + 1))
	done
	echo "L2: $(busybox cat /sys/bus/nd/devices/ndbus0/provider)"
	echo "L2: $(busybox cat /sys/block/pmem0/size) sectors"
	what=$(busybox sed 's/.*nd_emu_do=\([^ ]*\).*/\1/' /proc/cmdline)
	dax_map -m -l 8388608 $what /dev/pmem0
	echo "L2: status $?"
	busybox poweroff -f
	END
}

# inner IMAGE OPTION: boot it; it calls dax_map with that option
inner()
{
	local size
	size=$(cat "/sys/bus/dax/devices/${DAX#/dev/}/size")
	say "inner VM: dax_map $2"
	timeout 400 qemu-system-x86_64 -nodefaults -no-user-config \
		-display none -no-reboot -accel kvm -accel tcg -cpu max \
		-machine q35,nvdimm=on -m 512M,slots=1,maxmem=4G \
		-object "memory-backend-file,id=nv,share=on,pmem=on,mem-path=$DAX,size=$size,align=2M" \
		-device nvdimm,memdev=nv \
		-kernel "$1" -initrd /tmp/l2.gz \
		-append "console=ttyS0 quiet panic=-1 nd_emu_do=$2" \
		-serial stdio </dev/null | tr -d '\r' | tee /tmp/l2.log
	grep -qx 'L2: ACPI.NFIT' /tmp/l2.log || fail "no NVDIMM inside"
	grep -qx "L2: $((size / 512)) sectors" /tmp/l2.log ||
		fail "the NVDIMM has another size inside"
	grep -qx 'L2: status 0' /tmp/l2.log || fail "inside, dax_map failed"
}

guest()
{
	local image
	image=$("$TOP/scripts/kernels" show "$KERNEL" | sed -n 's/^image=//p')
	# An emulated CPU virtualizes well; emulating within emulation does not.
	modprobe -q kvm_amd || modprobe -q kvm_intel || true
	make_initramfs
	load size=1G
	ndctl create-namespace -f -e namespace0.0 -m devdax >/dev/null
	udevadm settle
	DAX=$(echo /dev/dax*)
	inner "$image" -w7
	say "what it wrote is in $DAX"
	"$SHARED/dax_map" -l $LENGTH -r 7 "$DAX"
	"$SHARED/dax_map" -l $LENGTH -w 8 "$DAX"
	say "what is written there is in the next one"
	inner "$image" -r8
	unload
}

host()
{
	gcc -O2 -D_GNU_SOURCE -static -o "$SHARED/dax_map_static" \
		"$HOST_DIR/../nd_emu_users/dax_map.c"
	in_vm -t 900 -- guest
}

run_case host "$@"
