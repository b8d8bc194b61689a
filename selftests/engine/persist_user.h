/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The persistence primitives in userspace: the model's, or real ones.
 */
#ifndef _ENGINE_PERSIST_USER_H
#define _ENGINE_PERSIST_USER_H

#ifdef BTT_MODEL
#include "model_persist.h"
#else
#include "native_persist.h"
#endif

#endif
