// SPDX-License-Identifier: GPL-2.0-only
/*
 * env.c - memory, time, hashing and scheduling for the portable core inside the kernel.
 *
 * Allocations are charged to the memory cgroup of the caller and fail quietly.
 */
#include <linux/mm.h>
#include <linux/once.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/siphash.h>
#include <linux/timekeeping.h>

#include "env.h"

void *kwasm_zalloc(size_t n, size_t size)
{
	size_t bytes;

	/* Beyond INT_MAX the allocator would warn. */
	if (check_mul_overflow(n, size, &bytes) || bytes > INT_MAX)
		return NULL;
	return kvzalloc(bytes, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
}

void kwasm_free(const void *p)
{
	kvfree(p);
}

u64 kwasm_now_ns(void)
{
	return ktime_get_mono_fast_ns();
}

u32 kwasm_hash(const void *p, size_t len)
{
	static hsiphash_key_t key __read_mostly;

	get_random_once(&key, sizeof(key));
	return hsiphash(p, len, &key);
}

int kwasm_checkpoint(void)
{
	cond_resched();
	return fatal_signal_pending(current) ? -EINTR : 0;
}
