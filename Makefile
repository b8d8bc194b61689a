# SPDX-License-Identifier: GPL-2.0-only
#
# For people: `make help`.  The kernel's build system reads Kbuild instead.

KDIR ?= /lib/modules/$(shell uname -r)/build
KERNEL ?= 6.12
RELEASE = $(shell cat $(KDIR)/include/config/kernel.release 2>/dev/null)
MODDIR = build/$(RELEASE)
# Where the command goes; DESTDIR is put in front of everything.
PREFIX ?= /usr/local
ROOT = $(DESTDIR)$(PREFIX)
SHARE = $(ROOT)/share/nd_emu
# To remove the modules, the headers need not be there any more.
INSTALLED = $(or $(patsubst /lib/modules/%/build,%,\
		$(filter /lib/modules/%/build,$(KDIR))),$(RELEASE),\
	$(error KDIR=$(KDIR) is not a configured kernel build directory))
UPDATES = $(DESTDIR)/lib/modules/$(INSTALLED)/updates

.PHONY: all
all: modules

.PHONY: help
help:
	@echo 'On this machine:'
	@echo '  make                build the modules for the running kernel (KDIR=,'
	@echo '                      W=1, C=2 and V=1 as in the kernel)'
	@echo '  make install        install them and the command nd-emu, as root;'
	@echo '                      then: nd-emu up single  (PREFIX=$(PREFIX), DESTDIR=)'
	@echo '  make uninstall      remove them again'
	@echo '  make clean          remove what was built'
	@echo
	@echo 'In a VM (KERNEL=$(KERNEL); scripts/kernels list):'
	@echo '  make demo           the whole story in a minute'
	@echo '  make shell          a shell in a VM with the modules'
	@echo '  make selftests      the selftests on that kernel'
	@echo '  make bench          the BTT engine, load times, and fio against the'
	@echo '                      memmap=! and the nd_btt of the kernel;'
	@echo '                      build/bench/summary.tsv'
	@echo
	@echo 'Checks:'
	@echo '  make check          static checks, the proof of the BTT engine, the selftests'
	@echo '                      on 6.1 and 6.12, the tests of ndctl on 6.12, the demo'
	@echo '  make check-debug    the selftests on a kernel with KASAN, lockdep, ...'
	@echo '  make check-ndctl    the tests of ndctl on that kernel'
	@echo '  make check-all      make check, and 6.12-rt, 6.12-cloud and 7.3, dkms,'
	@echo '                      slow tests'
	@echo '  make fuzz           hostile BTT media, for FUZZ_SECONDS (600)'
	@echo '  make docs           the documentation, in build/docs'

.PHONY: modules
modules:
	scripts/build $(KDIR) $(MAKEOVERRIDES)

.PHONY: install install-modules install-command
install: install-modules install-command

install-modules: modules
	$(MAKE) -C $(KDIR) M=$(CURDIR)/$(MODDIR) INSTALL_MOD_DIR=updates \
		$(if $(DESTDIR),INSTALL_MOD_PATH=$(DESTDIR)) modules_install
	[ -n "$(DESTDIR)" ] || depmod $(RELEASE)

COMPLETIONS = $(ROOT)/share/bash-completion/completions
MAN8 = $(ROOT)/share/man/man8

install-command:
	install -d $(ROOT)/sbin $(SHARE)/profiles $(SHARE)/command \
		$(COMPLETIONS) $(MAN8)
	install -m 755 scripts/nd-emu $(ROOT)/sbin/nd-emu
	cp scripts/profiles/* $(SHARE)/profiles/
	install -m 644 scripts/command/*.sh $(SHARE)/command/
	install -m 644 scripts/command/completion.bash $(COMPLETIONS)/nd-emu
	install -m 644 Documentation/nd-emu.8 $(MAN8)/nd-emu.8

.PHONY: uninstall uninstall-modules uninstall-command
uninstall: uninstall-modules uninstall-command

uninstall-command:
	rm -rf $(SHARE)
	rm -f $(ROOT)/sbin/nd-emu $(COMPLETIONS)/nd-emu $(MAN8)/nd-emu.8

uninstall-modules:
	rm -rf $(UPDATES)/drivers/nd_emu*
	[ ! -d $(UPDATES)/drivers ] || \
		rmdir -p --ignore-fail-on-non-empty $(UPDATES)/drivers
	[ -n "$(DESTDIR)" ] || [ ! -d $(dir $(UPDATES)) ] || depmod $(INSTALLED)

.PHONY: clean
clean:
	rm -rf build

.PHONY: demo
demo:
	scripts/demo

.PHONY: shell
shell:
	scripts/build $(KERNEL)
	scripts/vm --shell $(KERNEL)

.PHONY: selftests
selftests:
	scripts/selftests $(KERNEL)

.PHONY: bench
bench: bench-engine
	scripts/bench $(KERNEL)

.PHONY: bench-engine
bench-engine:
	scripts/deps engine
	mkdir -p build/bench
	rm -f build/bench/summary.tsv
	$(MAKE) -s -C selftests/engine O=$(CURDIR)/build/engine \
		SUMMARY=$(CURDIR)/build/bench/summary.tsv bench

FUZZ_SECONDS ?= 600

.PHONY: fuzz
fuzz:
	scripts/deps engine
	$(MAKE) -s -C selftests/engine O=$(CURDIR)/build/engine \
		FUZZ_SECONDS=$(FUZZ_SECONDS) fuzz

.PHONY: check check-all check-debug
check check-all check-debug:
	scripts/check $@

.PHONY: check-ndctl
check-ndctl:
	scripts/check-ndctl $(KERNEL)

.PHONY: docs
docs:
	scripts/checks/docs
