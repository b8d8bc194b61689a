// SPDX-License-Identifier: GPL-2.0-only
/*
 * mapsync FILE - map FILE with MAP_SYNC and store to it
 *
 * Exit status 1 and the error's text if the mapping is refused.
 */
#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define SIZE	4096

int main(int argc, char **argv)
{
	char *map;
	int fd;

	if (argc != 2)
		errx(2, "usage: mapsync FILE");
	fd = open(argv[1], O_RDWR);
	if (fd < 0)
		err(2, "%s", argv[1]);
	map = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
		   MAP_SHARED_VALIDATE | MAP_SYNC, fd, 0);
	if (map == MAP_FAILED)
		err(1, "mmap");
	memset(map, 0x5a, SIZE);
	return 0;
}
