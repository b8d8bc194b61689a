// SPDX-License-Identifier: GPL-2.0-only
/*
 * The devices of the buses that are live, of this module only: nothing else on
 * the machine is touched.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"

struct devices devices;

int write_file(const char *path, const void *text, size_t length)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int error = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, length) < 0)
		error = errno;
	close(fd);
	return error;
}

int write_text(const char *path, const char *text)
{
	return write_file(path, text, strlen(text));
}

/* The first line of it */
int read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int error = 0;
	ssize_t got;

	*text = '\0';
	if (fd < 0)
		return errno;
	got = read(fd, text, size - 1);
	if (got < 0)
		error = errno;
	else
		text[got] = '\0';
	close(fd);
	text[strcspn(text, "\n")] = '\0';
	return error;
}

static void close_devices(struct device *list, unsigned int *count)
{
	while (*count) {
		struct device *device = &list[--*count];

		if (device->rw >= 0)
			close(device->rw);
		if (device->ro >= 0)
			close(device->ro);
	}
}

static void add_device(struct device *list, unsigned int *count,
		       unsigned int limit, const char *node,
		       unsigned int number, const char *bus)
{
	struct device *device = &list[*count];
	char path[64];

	if (*count == limit)
		return;
	snprintf(path, sizeof(path), "/dev/%s%u", node, number);
	device->number = number;
	snprintf(device->bus, sizeof(device->bus), "%s", bus);
	device->rw = open(path, O_RDWR | O_CLOEXEC);
	if (device->rw < 0)
		return;
	device->ro = open(path, O_RDONLY | O_CLOEXEC);
	++*count;
}

static void add_region(const char *name, const char *bus)
{
	struct region *region = &devices.regions[devices.region_count];
	char path[128], text[32];

	if (devices.region_count == ARRAY_SIZE(devices.regions))
		return;
	snprintf(region->name, sizeof(region->name), "%.15s", name);
	snprintf(region->bus, sizeof(region->bus), "%s", bus);
	snprintf(path, sizeof(path), DEVICES "/%s/resource", region->name);
	if (read_text(path, text, sizeof(text)))
		return;
	region->start = strtoull(text, NULL, 0);
	snprintf(path, sizeof(path), DEVICES "/%s/size", region->name);
	if (read_text(path, text, sizeof(text)))
		return;
	region->size = strtoull(text, NULL, 0);
	if (region->start && region->size)
		devices.region_count++;
}

/* The bus that a device is on, or that it is; false if it is not ours. */
static bool bus_of(const char *name, char *bus, size_t size)
{
	char path[128], target[256], *at, *end;
	ssize_t length;

	snprintf(path, sizeof(path), DEVICES "/%.31s", name);
	length = readlink(path, target, sizeof(target) - 1);
	if (length < 0)
		return false;
	target[length] = '\0';
	at = strstr(target, "/ndbus");
	if (!at)
		return false;
	end = strchr(at + 1, '/');
	if (end)
		*end = '\0';
	snprintf(bus, size, "%.15s", at + 1);
	snprintf(path, sizeof(path), DEVICES "/%.15s/nd_emu", bus);
	return !access(path, F_OK);
}

static void add(const char *name)
{
	unsigned int number;
	char bus[16];

	if (!bus_of(name, bus, sizeof(bus)))
		return;
	if (sscanf(name, "ndbus%u", &number) == 1)
		add_device(devices.buses, &devices.bus_count,
			   ARRAY_SIZE(devices.buses), "ndctl", number, bus);
	else if (sscanf(name, "nmem%u", &number) == 1)
		add_device(devices.dimms, &devices.dimm_count,
			   ARRAY_SIZE(devices.dimms), "nmem", number, bus);
	else if (!strncmp(name, "region", 6))
		add_region(name, bus);
}

void devices_scan(void)
{
	DIR *dir = opendir(DEVICES);
	struct dirent *entry;

	close_devices(devices.buses, &devices.bus_count);
	close_devices(devices.dimms, &devices.dimm_count);
	devices.region_count = 0;
	if (!dir)
		return;
	while ((entry = readdir(dir)))
		add(entry->d_name);
	closedir(dir);
}

const struct device *some_bus(void)
{
	return devices.bus_count ? &devices.buses[below(devices.bus_count)] :
				   NULL;
}

const struct device *some_dimm(void)
{
	return devices.dimm_count ? &devices.dimms[below(devices.dimm_count)] :
				    NULL;
}

const struct region *some_region(void)
{
	return devices.region_count ?
	       &devices.regions[below(devices.region_count)] : NULL;
}
