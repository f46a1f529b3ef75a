// SPDX-License-Identifier: GPL-2.0-only
/*
 * env.c - memory, time, hashing and scheduling for the portable core inside the kernel.
 *
 * Allocations count in the account of the caller's scope and are charged to its memory cgroup; they
 * fail quietly, and rather than that the kernel kills somebody for them.
 */
#include <linux/mm.h>
#include <linux/once.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/siphash.h>
#include <linux/timekeeping.h>

#include "account.h"
#include "env.h"

/**
 * struct block - an allocation
 * @account: in which it counts, a reference; NULL for the total only
 * @bytes: that count
 */
struct block {
	struct kwasm_account *account;
	u64 bytes;
	u64 data[];
};

static_assert(sizeof(struct block) == KWASM_ZALLOC_HEADER);

void *kwasm_zalloc(size_t n, size_t size)
{
	struct kwasm_account *account;
	struct block *b;
	size_t bytes;

	/* Beyond INT_MAX the allocator would warn. */
	if (check_mul_overflow(n, size, &bytes) || bytes > INT_MAX - 2 * PAGE_SIZE)
		return NULL;
	bytes += sizeof(*b);
	if (bytes > PAGE_SIZE)
		bytes = PAGE_ALIGN(bytes);
	account = kwasm_account_current();
	if (!kwasm_account_charge(account, bytes))
		return NULL;
	b = kvzalloc(bytes, GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
	if (!b) {
		kwasm_account_uncharge(account, bytes);
		return NULL;
	}
	b->account = kwasm_account_get(account);
	b->bytes = bytes;
	return b->data;
}

void kwasm_free(const void *p)
{
	struct kwasm_account *account;
	struct block *b;

	if (!p)
		return;
	b = container_of(p, struct block, data);
	account = b->account;
	kwasm_account_uncharge(account, b->bytes);
	kvfree(b);
	kwasm_account_put(account);
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
