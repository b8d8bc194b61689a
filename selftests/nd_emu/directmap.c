// SPDX-License-Identifier: GPL-2.0-only
/*
 * directmap PHYS... - size of the direct-map leaf behind each address
 * directmap -l      - every 1 GiB leaf of System RAM, one address a line
 *
 * Walks the kernel's page tables through /proc/kcore: what a leaf is shall not
 * be asked of the module that must not cut one. A size of 0 means that nothing
 * is mapped there. Exit status 4 where the kernel does not let us look.
 */
#include <elf.h>
#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/types.h>

#define EXIT_SKIP	4

#define PAGE_PRESENT	(1ULL << 0)
#define PAGE_LEAF	(1ULL << 7)
#define PHYS_MASK	0x000ffffffffff000ULL

#define SHIFT_4K	12
#define SHIFT_1G	30

static int kcore;
static Elf64_Phdr *segments;
static unsigned int segment_count;
static __u64 direct_map;
static __u64 top_table;
static int top_shift = 39;

static void kcore_open(void)
{
	Elf64_Ehdr header;
	size_t size;

	kcore = open("/proc/kcore", O_RDONLY);
	if (kcore < 0 ||
	    pread(kcore, &header, sizeof(header), 0) != sizeof(header))
		err(EXIT_SKIP, "/proc/kcore");
	size = header.e_phnum * sizeof(*segments);
	segments = malloc(size);
	if (!segments || pread(kcore, segments, size, header.e_phoff) !=
			 (ssize_t)size)
		err(EXIT_SKIP, "/proc/kcore");
	segment_count = header.e_phnum;
}

/* Read 64 bits of the kernel's memory by their virtual address. */
static bool kcore_read(__u64 addr, __u64 *value)
{
	unsigned int i;

	for (i = 0; i < segment_count; i++) {
		Elf64_Phdr *seg = &segments[i];

		if (seg->p_type != PT_LOAD || addr < seg->p_vaddr ||
		    addr - seg->p_vaddr >= seg->p_memsz)
			continue;
		return pread(kcore, value, sizeof(*value), seg->p_offset +
			     (addr - seg->p_vaddr)) == sizeof(*value);
	}
	return false;
}

/* A line is "ADDRESS TYPE NAME", or more for a symbol of a module. */
static __u64 symbol(const char *wanted)
{
	FILE *file = fopen("/proc/kallsyms", "r");
	size_t length = strlen(wanted);
	__u64 found = 0;
	char line[1024];

	if (!file)
		err(EXIT_SKIP, "/proc/kallsyms");
	while (!found && fgets(line, sizeof(line), file)) {
		char *name = strchr(line, ' ');

		if (name && !strncmp(name + 3, wanted, length) &&
		    name[3 + length] == '\n')
			found = strtoull(line, NULL, 16);
	}
	fclose(file);
	return found;
}

/* The flag is in the list only if the kernel makes use of it. */
static bool five_levels(void)
{
	FILE *file = fopen("/proc/cpuinfo", "r");
	bool found = false;
	char word[64];

	while (file && !found && fscanf(file, "%63s", word) == 1)
		found = !strcmp(word, "la57");
	if (file)
		fclose(file);
	return found;
}

static void find_tables(void)
{
	__u64 at = symbol("page_offset_base");

	if (five_levels())
		top_shift = 48;
	direct_map = top_shift == 48 ? 0xff11000000000000 : 0xffff888000000000;
	if (at && !kcore_read(at, &direct_map))
		errx(EXIT_SKIP, "page_offset_base cannot be read");
	top_table = symbol("init_top_pgt");
	if (!top_table)
		errx(EXIT_SKIP, "no symbol init_top_pgt");
}

static __u64 leaf_size(__u64 phys)
{
	__u64 table = top_table, addr = direct_map + phys, entry;
	int shift;

	for (shift = top_shift; ; shift -= 9) {
		if (!kcore_read(table + (addr >> shift & 511) * 8, &entry))
			errx(EXIT_SKIP, "no page table at %#llx", table);
		if (!(entry & PAGE_PRESENT))
			return 0;
		if (shift == SHIFT_4K ||
		    (shift <= SHIFT_1G && (entry & PAGE_LEAF)))
			return 1ULL << shift;
		table = direct_map + (entry & PHYS_MASK);
	}
}

/* The top-level entries of /proc/iomem are those that are not indented. */
static void list_gigabytes(void)
{
	FILE *file = fopen("/proc/iomem", "r");
	__u64 start, end, addr;
	char line[256];

	if (!file)
		err(EXIT_SKIP, "/proc/iomem");
	while (fgets(line, sizeof(line), file)) {
		if (line[0] == ' ' || !strstr(line, " : System RAM") ||
		    sscanf(line, "%llx-%llx", &start, &end) != 2)
			continue;
		addr = (start + (1ULL << SHIFT_1G) - 1) >> SHIFT_1G << SHIFT_1G;
		for (; addr + (1ULL << SHIFT_1G) - 1 <= end;
		     addr += 1ULL << SHIFT_1G)
			if (leaf_size(addr) == 1ULL << SHIFT_1G)
				printf("%#llx\n", addr);
	}
	fclose(file);
}

int main(int argc, char **argv)
{
	int i;

	if (argc < 2)
		errx(EXIT_FAILURE, "usage: directmap -l | PHYS...");
	kcore_open();
	find_tables();
	if (!strcmp(argv[1], "-l")) {
		list_gigabytes();
		return 0;
	}
	for (i = 1; i < argc; i++)
		printf("%#llx %llu\n", strtoull(argv[i], NULL, 0),
		       leaf_size(strtoull(argv[i], NULL, 0)));
	return 0;
}
