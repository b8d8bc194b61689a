// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the arenas of a BTT look like, for ndctl's tests and for people.
 *
 * The directory "btt" is nd_btt's. That module refuses to load if somebody
 * else has made it, so without nd_btt there is nothing here.
 */
#include <linux/dcache.h>
#include <linux/debugfs.h>
#include <linux/slab.h>

#include "debugfs.h"

/**
 * struct btt_arena_view - what the files of an arena show
 * @size: bytes
 * @external_lba_start: number of its first sector
 * @infooff: its info block; this and all that follow count from the first one
 * @nextoff: see &struct btt_info
 * @dataoff: see &struct btt_info
 * @mapoff: see &struct btt_info
 * @logoff: see &struct btt_info
 * @info2off: see &struct btt_info
 * @internal_nlba: see &struct btt_info
 * @internal_lbasize: see &struct btt_info
 * @external_nlba: see &struct btt_info
 * @external_lbasize: see &struct btt_info
 * @nfree: see &struct btt_info
 * @flags: see &struct btt_info
 * @log_index_0: index in a flog group of the first record
 * @log_index_1: and of the second
 * @version_major: of the format
 * @version_minor: of the format
 */
struct btt_arena_view {
	u64 size;
	u64 external_lba_start;
	u64 infooff;
	u64 nextoff;
	u64 dataoff;
	u64 mapoff;
	u64 logoff;
	u64 info2off;
	u32 internal_nlba;
	u32 internal_lbasize;
	u32 external_nlba;
	u32 external_lbasize;
	u32 nfree;
	u32 flags;
	u32 log_index_0;
	u32 log_index_1;
	u16 version_major;
	u16 version_minor;
};

static void view_fill(struct btt_arena_view *view, const struct btt *btt,
		      unsigned int arena, u16 major)
{
	const struct btt_geometry *geo;
	u64 first, off;
	u32 second;

	btt_arena_geometry(btt, 0, &first, &second);
	geo = btt_arena_geometry(btt, arena, &off, &second);
	off -= first;
	view->size = geo->size;
	view->infooff = off;
	view->nextoff = geo->nextoff ? off + geo->nextoff : 0;
	view->dataoff = off + geo->dataoff;
	view->mapoff = off + geo->mapoff;
	view->logoff = off + geo->logoff;
	view->info2off = off + geo->info2off;
	view->internal_nlba = geo->internal_nlba;
	view->internal_lbasize = geo->internal_lbasize;
	view->external_nlba = geo->external_nlba;
	view->external_lbasize = geo->external_lbasize;
	view->nfree = geo->nfree;
	view->flags = geo->flags;
	view->log_index_1 = second;
	view->version_major = major;
	view->version_minor = major == 1 ? 1 : 0;
}

static void view_add(struct btt_arena_view *view, struct dentry *dir)
{
	const umode_t mode = 0444;

	debugfs_create_x64("size", mode, dir, &view->size);
	debugfs_create_x64("external_lba_start", mode, dir,
			   &view->external_lba_start);
	debugfs_create_x32("internal_nlba", mode, dir, &view->internal_nlba);
	debugfs_create_u32("internal_lbasize", mode, dir,
			   &view->internal_lbasize);
	debugfs_create_x32("external_nlba", mode, dir, &view->external_nlba);
	debugfs_create_u32("external_lbasize", mode, dir,
			   &view->external_lbasize);
	debugfs_create_u32("nfree", mode, dir, &view->nfree);
	debugfs_create_u16("version_major", mode, dir, &view->version_major);
	debugfs_create_u16("version_minor", mode, dir, &view->version_minor);
	debugfs_create_x64("nextoff", mode, dir, &view->nextoff);
	debugfs_create_x64("infooff", mode, dir, &view->infooff);
	debugfs_create_x64("dataoff", mode, dir, &view->dataoff);
	debugfs_create_x64("mapoff", mode, dir, &view->mapoff);
	debugfs_create_x64("logoff", mode, dir, &view->logoff);
	debugfs_create_x64("info2off", mode, dir, &view->info2off);
	debugfs_create_x32("flags", mode, dir, &view->flags);
	debugfs_create_u32("log_index_0", mode, dir, &view->log_index_0);
	debugfs_create_u32("log_index_1", mode, dir, &view->log_index_1);
}

/**
 * btt_debugfs_add() - make the directory of a BTT
 * @dev: the BTT device; what the files show lives until it is unbound
 * @btt: the BTT
 * @major: of its format
 *
 * What fails is just not there.
 *
 * Context: may sleep.
 */
void btt_debugfs_add(struct device *dev, const struct btt *btt, u16 major)
{
	struct dentry *root = debugfs_lookup("btt", NULL);
	struct btt_arena_view *views;
	unsigned int i, n = btt_arenas(btt);
	struct dentry *dir;
	char name[16];
	u64 start = 0;

	if (!root)
		return;
	views = devm_kcalloc(dev, n, sizeof(*views), GFP_KERNEL);
	dir = debugfs_create_dir(dev_name(dev), root);
	dput(root);
	for (i = 0; views && i < n; i++) {
		view_fill(&views[i], btt, i, major);
		views[i].external_lba_start = start;
		start += views[i].external_nlba;
		snprintf(name, sizeof(name), "arena%u", i);
		view_add(&views[i], debugfs_create_dir(name, dir));
	}
}

/**
 * btt_debugfs_del() - remove the directory of a BTT
 * @dev: the BTT device
 *
 * By name: if nd_btt was unloaded meanwhile, it took the directory with it.
 *
 * Context: may sleep, until nobody reads the files.
 */
void btt_debugfs_del(struct device *dev)
{
	struct dentry *root = debugfs_lookup("btt", NULL);

	if (!root)
		return;
	debugfs_lookup_and_remove(dev_name(dev), root);
	dput(root);
}
