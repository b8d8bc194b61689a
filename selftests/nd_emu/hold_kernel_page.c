// SPDX-License-Identifier: GPL-2.0-only
/*
 * hold_kernel_page ADDRESS LENGTH: have a page of the kernel in that range of
 * physical memory. Prints its address, and keeps it until killed.
 *
 * The kernel gives out its pages as it likes. So it is asked for the rings of
 * packet sockets, which are made of such pages, until one is in the range.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/kernel-page-flags.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define PAGE		4096UL
/* Of a ring: each is one compound page, aligned to its size. */
#define BLOCK		(1UL << 20)
#define BLOCKS		16UL
#define RINGS		1024
/* Of the range */
#define BLOCKS_MAX	2048

#define BIT(n)		(1ULL << (n))
#define PAGE_FLAGS	(BIT(KPF_COMPOUND_HEAD) | BIT(KPF_SLAB) | BIT(KPF_LRU) | \
			 BIT(KPF_ANON) | BIT(KPF_HUGE) | BIT(KPF_THP))

/* A socket with a ring; negative if there is no more memory for one. */
static int ring(void)
{
	const struct tpacket_req req = {
		.tp_block_size = BLOCK,
		.tp_block_nr = BLOCKS,
		.tp_frame_size = PAGE,
		.tp_frame_nr = BLOCK / PAGE * BLOCKS,
	};
	int sock = socket(AF_PACKET, SOCK_RAW, 0);

	if (sock < 0)
		err(1, "packet socket");
	return setsockopt(sock, SOL_PACKET, PACKET_RX_RING, &req,
			  sizeof(req)) ? -1 : sock;
}

/* Is there a compound page of the kernel? */
static bool kernel_page(int flags_fd, uint64_t addr)
{
	uint64_t flags;

	if (pread(flags_fd, &flags, sizeof(flags),
		  addr / PAGE * sizeof(flags)) != sizeof(flags))
		err(1, "/proc/kpageflags");
	return (flags & PAGE_FLAGS) == BIT(KPF_COMPOUND_HEAD);
}

/* Where in the range a ring has brought one; 0: nowhere. */
static uint64_t new_page(int flags_fd, uint64_t start, uint64_t len)
{
	static bool before[BLOCKS_MAX];
	static bool looked;
	uint64_t found = 0;
	unsigned int i;

	for (i = 0; i < len / BLOCK && i < BLOCKS_MAX; i++) {
		bool now = kernel_page(flags_fd, start + i * BLOCK);

		if (looked && now && !before[i])
			found = start + i * BLOCK;
		before[i] = now;
	}
	looked = true;
	return found;
}

int main(int argc, char **argv)
{
	int fd, last, socks[RINGS];
	uint64_t start, len, found = 0;
	unsigned int i;

	if (argc != 3)
		errx(1, "usage: hold_kernel_page ADDRESS LENGTH");
	start = strtoull(argv[1], NULL, 0);
	len = strtoull(argv[2], NULL, 0);
	fd = open("/proc/kpageflags", O_RDONLY);
	if (fd < 0)
		err(1, "/proc/kpageflags");
	new_page(fd, start, len);
	for (i = 0; i < RINGS && !found; i++) {
		last = ring();
		if (last < 0)
			break;
		socks[i] = last;
		found = new_page(fd, start, len);
	}
	if (!found)
		errx(1, "no page there in %u rings", i);
	/* What the others have is needed no more. */
	while (--i > 0)
		close(socks[i - 1]);
	if (!kernel_page(fd, found))
		errx(1, "the page there was not one of a ring");
	printf("%#llx\n", (unsigned long long)found);
	fflush(stdout);
	for (;;)
		pause();
}
