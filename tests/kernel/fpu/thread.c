// SPDX-License-Identifier: GPL-2.0-only
/* A guest for threads: see work.h. */
#include "work.h"

__attribute__((import_module("test"), import_name("nap"))) void nap(void);

__attribute__((export_name("work"))) uint64_t work_through(uint32_t rounds, uint32_t seed)
{
	return work(rounds, seed, 0);
}

/* A host function sleeps while there are live values. */
__attribute__((export_name("work_and_nap"))) uint64_t work_and_nap(uint32_t rounds, uint32_t seed)
{
	return work(rounds, seed, nap);
}
