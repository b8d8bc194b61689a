/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

#define DEVICES		"/sys/bus/nd/devices"
#define DRIVERS		"/sys/bus/nd/drivers"
#define CONFIGFS	"/sys/kernel/config/nd_emu"
#define DEBUGFS		"/sys/kernel/debug/nd_emu"

/* What all buses that we make are in, if there is a reserved range */
#define RANGE_SIZE	(256UL << 20)
#define HOME_SIZE	(64UL << 20)
#define SLOT_SIZE	(48UL << 20)
#define SLOTS		4

#define WORKERS_MAX	16
#define BUFFER_SIZE	(8UL << 20)

/* --- fuzz.c --- */

extern unsigned long base;

/* --- fuzz_chance.c --- */

void seed_chance(uint64_t seed, unsigned int stream);
uint64_t rnd(void);
uint64_t below(uint64_t limit);
bool one_in(unsigned int n);
uint64_t boundary(void);
void random_bytes(void *to, size_t length);

/* --- fuzz_shared.c --- */

void shared_init(unsigned int count);
void shared_work(unsigned int worker);
void *share(size_t size);
void buses_stay(void);
void buses_change(void);
void buses_done(void);
unsigned char *buffer_of(unsigned int worker);
unsigned char *my_buffer(void);
unsigned int neighbour(void);
uint32_t *firmware_context(unsigned int dimm);

/* --- fuzz_tally.c --- */

/**
 * enum need - what has to be seen of an operation for the run to count
 * @NEED_NOTHING: that it was there to be seen
 * @NEED_SUCCESS: a call that succeeded
 * @NEED_BOTH: and one that was refused, by an error or by the firmware
 */
enum need {
	NEED_NOTHING,
	NEED_SUCCESS,
	NEED_BOTH,
};

void tally_init(void);
unsigned int tally_add(const char *group, const char *name, enum need need);
void tally(unsigned int operation, int error, bool refused);
int tally_judge(bool few);

/* --- fuzz_workers.c --- */

void workers_init(void);
void workers_start(unsigned long calls, bool configfs, unsigned int count,
		   uint64_t seed);
bool workers_watch(double limit);
void workers_end(void);
unsigned long workers_total(bool configfs);
void workers_print_broken(void);
double now(void);
void doing(const char *operation);
void broken(const char *format, ...);

/* --- fuzz_devices.c: what is live --- */

struct device {
	unsigned int number;
	char bus[16];
	int rw;
	int ro;
};

struct region {
	char name[16];
	char bus[16];
	uint64_t start;
	uint64_t size;
};

struct devices {
	struct device buses[8];
	struct device dimms[32];
	struct region regions[16];
	unsigned int bus_count;
	unsigned int dimm_count;
	unsigned int region_count;
};

extern struct devices devices;
void devices_scan(void);
const struct device *some_bus(void);
const struct device *some_dimm(void);
const struct region *some_region(void);

/* --- the workers: true if the call has reached something --- */

void cmd_init(void);
bool cmd_step(void);
int cmd_check_table(void);
void files_init(void);
bool files_step(void);
void configfs_init(void);
int configfs_build_home(void);
bool configfs_step(void);
void configfs_clean_up(void);

int write_file(const char *path, const void *text, size_t length);
int write_text(const char *path, const char *text);
int read_text(const char *path, char *text, size_t size);

#endif
