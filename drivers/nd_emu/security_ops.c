// SPDX-License-Identifier: GPL-2.0-only
/*
 * Security of a DIMM, as libnvdimm asks for it; and a power cycle, which has to
 * go through libnvdimm, since that remembers the state.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/debugfs.h>
#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/libnvdimm.h>
#include <linux/sched.h>
#include <linux/string.h>

#include <nd_emu/type_attr.h>

#include "bus.h"
#include "cmd.h"
#include "dimm.h"
#include "dsm.h"
#include "region.h"
#include "security.h"

static int send(struct nvdimm *nvdimm, enum nd_emu_dsm_dimm function, void *buf,
		size_t len)
{
	return nd_emu_cmd_kernel(nd_emu_bus_of(nvdimm),
				 nvdimm_provider_data(nvdimm), function, buf,
				 len);
}

static int send_passphrase(struct nvdimm *nvdimm,
			   enum nd_emu_dsm_dimm function,
			   const struct nvdimm_key_data *key)
{
	struct nd_emu_dsm_passphrase cmd = { };
	int rc;

	memcpy(cmd.passphrase, key->data, sizeof(cmd.passphrase));
	rc = send(nvdimm, function, &cmd, sizeof(cmd));
	memzero_explicit(&cmd, sizeof(cmd));
	return rc;
}

static unsigned long user_flags(const struct nd_emu_dsm_security *cmd)
{
	unsigned long flags = 0;

	if (cmd->state & (ND_EMU_SEC_FROZEN | ND_EMU_SEC_LIMIT))
		flags |= BIT(NVDIMM_SECURITY_FROZEN);
	if (!(cmd->state & ND_EMU_SEC_ENABLED))
		return flags | BIT(NVDIMM_SECURITY_DISABLED);
	if (cmd->state & ND_EMU_SEC_LOCKED)
		return flags | BIT(NVDIMM_SECURITY_LOCKED);
	return flags | BIT(NVDIMM_SECURITY_UNLOCKED);
}

static unsigned long master_flags(const struct nd_emu_dsm_security *cmd)
{
	unsigned long flags = 0;

	if (cmd->master & ND_EMU_SEC_MASTER_LIMIT)
		flags |= BIT(NVDIMM_SECURITY_FROZEN);
	if (cmd->master & ND_EMU_SEC_MASTER_ENABLED)
		return flags | BIT(NVDIMM_SECURITY_UNLOCKED);
	return flags | BIT(NVDIMM_SECURITY_DISABLED);
}

static unsigned long ops_flags(struct nvdimm *nvdimm,
			       enum nvdimm_passphrase_type type)
{
	struct nd_emu_dsm_security cmd = { };

	/* None of them set is a DIMM without security. */
	if (send(nvdimm, ND_EMU_DSM_SECURITY_STATE, &cmd, sizeof(cmd)))
		return 0;
	return type == NVDIMM_MASTER ? master_flags(&cmd) : user_flags(&cmd);
}

static int ops_change_key(struct nvdimm *nvdimm,
			  const struct nvdimm_key_data *old,
			  const struct nvdimm_key_data *new,
			  enum nvdimm_passphrase_type type)
{
	struct nd_emu_dsm_passphrases cmd = { };
	int rc;

	memcpy(cmd.old, old->data, sizeof(cmd.old));
	memcpy(cmd.new, new->data, sizeof(cmd.new));
	rc = send(nvdimm, type == NVDIMM_MASTER ? ND_EMU_DSM_SET_MASTER :
						  ND_EMU_DSM_SET_PASSPHRASE,
		  &cmd, sizeof(cmd));
	memzero_explicit(&cmd, sizeof(cmd));
	return rc;
}

/*
 * A success that is not 0: at 0, libnvdimm takes what CPU caches hold of the
 * DIMM for stale, and does not enable a region before they are invalidated, which
 * it cannot do in a virtual machine. Here nothing has changed behind the caches.
 */
static int ops_unlock(struct nvdimm *nvdimm, const struct nvdimm_key_data *key)
{
	return send_passphrase(nvdimm, ND_EMU_DSM_UNLOCK, key) ?: 1;
}

static int ops_disable(struct nvdimm *nvdimm, const struct nvdimm_key_data *key)
{
	return send_passphrase(nvdimm, ND_EMU_DSM_DISABLE_PASSPHRASE, key);
}

static int ops_erase(struct nvdimm *nvdimm, const struct nvdimm_key_data *key,
		     enum nvdimm_passphrase_type type)
{
	return send_passphrase(nvdimm, type == NVDIMM_MASTER ?
				       ND_EMU_DSM_MASTER_ERASE :
				       ND_EMU_DSM_ERASE, key);
}

static int ops_overwrite(struct nvdimm *nvdimm,
			 const struct nvdimm_key_data *key)
{
	return send_passphrase(nvdimm, ND_EMU_DSM_OVERWRITE, key);
}

static int ops_query_overwrite(struct nvdimm *nvdimm)
{
	u32 status;

	return send(nvdimm, ND_EMU_DSM_QUERY_OVERWRITE, &status,
		    sizeof(status));
}

static struct device *device_of(const struct nd_emu_security *security)
{
	return kobj_to_dev(nvdimm_kobj(security->dimm->nvdimm));
}

/* libnvdimm holds the lock of the device, and nothing is being probed. */
static int cycle_power(struct nd_emu_security *security)
{
	struct device *dev = device_of(security);

	if (dev->driver ||
	    nd_emu_region_enabled_on(security->bus, security->dimm->index)) {
		pr_err("power_cycle: %s: must be disabled first: the kernel has its labels (ndctl disable-dimm)\n",
		       dev_name(dev));
		return -EBUSY;
	}
	return nd_emu_security_power_cycle(security);
}

static int ops_freeze(struct nvdimm *nvdimm)
{
	struct nd_emu_dimm *dimm = nvdimm_provider_data(nvdimm);
	u32 status;

	if (READ_ONCE(dimm->security.cycling) == current)
		return cycle_power(&dimm->security);
	return send(nvdimm, ND_EMU_DSM_FREEZE, &status, sizeof(status));
}

/* What libnvdimm asks a DIMM for; it holds the lock of the bus. */
const struct nvdimm_security_ops nd_emu_security_ops = {
	.get_flags = ops_flags,
	.freeze = ops_freeze,
	.change_key = ops_change_key,
	.unlock = ops_unlock,
	.disable = ops_disable,
	.erase = ops_erase,
	.overwrite = ops_overwrite,
	.query_overwrite = ops_query_overwrite,
};

/*
 * libnvdimm asks for the state only after what it has done itself, and "freeze"
 * is the one thing that it does in every state.
 */
static int set_power_cycle(void *data, u64 value)
{
	static const char command[] = "freeze";
	struct nd_emu_security *security = data;
	struct device *dev = device_of(security);
	struct device_attribute *attr = nd_emu_type_attr(dev, "security");
	ssize_t rc;

	if (value != 1)
		return -EINVAL;
	if (!attr || !attr->store)
		return -EOPNOTSUPP;
	if (cmpxchg(&security->cycling, NULL, current))
		return -EBUSY;
	rc = attr->store(dev, attr, command, strlen(command));
	WRITE_ONCE(security->cycling, NULL);
	return rc < 0 ? rc : 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(power_cycle_fops, NULL, set_power_cycle, "%llu\n");

/**
 * nd_emu_security_create_files - power, and how long overwriting takes, for
 * testing purposes
 * @security: of the DIMM; has to stay until the directory is removed
 * @dir: the directory of the DIMM in debugfs
 *
 * Nothing for a DIMM without labels, which has no security.
 *
 * Context: may sleep.
 */
void nd_emu_security_create_files(struct nd_emu_security *security,
				  struct dentry *dir)
{
	if (!security->dimm->label.area)
		return;
	debugfs_create_u32("overwrite_ms", 0600, dir, &security->duration);
	debugfs_create_file_unsafe("power_cycle", 0200, dir, security,
				   &power_cycle_fops);
}
