// SPDX-License-Identifier: GPL-2.0-only
/*
 * memory.c - linear memories inside the kernel.
 *
 * A memory reserves its whole range of addresses, of which only the pages it has grown to are
 * mapped, zeroed, writable and not executable; an access elsewhere faults.  Pages, and page tables
 * prepared for them, count in the account of the task that made the reservation, and against a
 * limit on all memories.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>

#include "kernel/compat.h"
#include "account.h"
#include "memory.h"
#include "symbols.h"
#include "watchdog.h"

/* With 4-level paging the kernel has room for about 4000 reservations of 8 GiB. */
#define MEMORIES_CEILING 3500u
#define HOST_PAGES (KWASM_PAGE_SIZE >> PAGE_SHIFT)	/* in a WebAssembly page */

static unsigned int max_memories = 2048;
module_param(max_memories, uint, 0644);
MODULE_PARM_DESC(max_memories, "maximum number of linear memories of all instances (2048, at most 3500)");

static unsigned long max_total_pages = 16384;
module_param(max_total_pages, ulong, 0644);
MODULE_PARM_DESC(max_total_pages,
		 "maximum total size of all linear memories in 64 KiB pages (16384, which is 1 GiB)");

static atomic_t num_memories;
static atomic_long_t num_pages;

/**
 * struct backing - private data of a struct kwasm_linear
 * @area: the reservation
 * @pages: struct page.lru of the mapped pages
 * @account: in which all of it counts, a reference
 * @tables: bytes of page tables prepared
 * @atomic: may grow in softirq
 */
struct backing {
	struct vm_struct *area;
	struct list_head pages;
	struct kwasm_account *account;
	u64 tables;
	bool atomic;
};

static unsigned int memories_limit(void)
{
	return min(READ_ONCE(max_memories), MEMORIES_CEILING);
}

void kwasm_linear_usage_get(struct kwasm_linear_usage *used, struct kwasm_linear_usage *max)
{
	used->memories = atomic_read(&num_memories);
	used->pages = atomic_long_read(&num_pages);
	max->memories = memories_limit();
	max->pages = READ_ONCE(max_total_pages);
}

/*
 * The program's own ceiling comes first, and nothing is ever counted beyond the limit: a guest that
 * asks in vain, again and again, must not be what refuses the pages of another.
 */
static bool charge_pages(struct kwasm_account *account, u32 n)
{
	unsigned long limit = READ_ONCE(max_total_pages);
	long old = atomic_long_read(&num_pages);

	if (!kwasm_account_charge(account, (u64)n * KWASM_PAGE_SIZE))
		return false;
	do {
		if (old + n > limit) {
			kwasm_account_refused(KWASM_CEILING_PAGES, n, old, limit);
			kwasm_account_uncharge(account, (u64)n * KWASM_PAGE_SIZE);
			return false;
		}
	} while (!atomic_long_try_cmpxchg(&num_pages, &old, old + n));
	return true;
}

static void uncharge_pages(struct kwasm_account *account, u32 n)
{
	kwasm_account_uncharge(account, (u64)n * KWASM_PAGE_SIZE);
	atomic_long_sub(n, &num_pages);
}

static int touch_pte(pte_t *pte, unsigned long addr, void *data)
{
	return 0;
}

/* Make the page tables for the first @pages pages, so that mapping there allocates nothing. */
static int prepare_tables(struct backing *b, u32 pages)
{
	unsigned long base = (unsigned long)b->area->addr;
	unsigned long end = base + (unsigned long)pages * KWASM_PAGE_SIZE;
	u64 bytes = DIV_ROUND_UP((u64)pages * KWASM_PAGE_SIZE, PMD_SIZE) * PAGE_SIZE;
	unsigned long addr;
	int err;

	if (!kwasm_account_charge(b->account, bytes))
		return -EDQUOT;
	b->tables = bytes;
	for (addr = base; addr < end; addr = ALIGN_DOWN(addr, PMD_SIZE) + PMD_SIZE) {
		err = apply_to_page_range(kwasm_sym_init_mm(), addr, PAGE_SIZE, touch_pte, NULL);
		if (!err)
			err = kwasm_checkpoint();
		if (err)
			return err;
	}
	return 0;
}

static void free_pages_on(struct list_head *pages)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, pages, lru) {
		list_del(&page->lru);
		__free_page(page);
	}
}

/*
 * In softirq the guest must neither sleep nor use the kernel's reserves, and it gives up as soon as
 * the watchdog requests it.
 */
static int alloc_pages_on(struct list_head *pages, unsigned long n, struct mem_cgroup *memcg,
			  bool atomic)
{
	gfp_t gfp = (atomic ? GFP_NOWAIT : GFP_KERNEL | __GFP_RETRY_MAYFAIL) | __GFP_ACCOUNT |
		    __GFP_ZERO | __GFP_NOWARN;
	struct mem_cgroup *old = set_active_memcg(memcg);
	int err = 0;

	for (; n; n--) {
		struct page *page;

		if (atomic ? kwasm_watchdog_expired() : kwasm_checkpoint()) {
			err = -EINTR;
			break;
		}
		page = alloc_page(gfp);
		if (!page) {
			err = -ENOMEM;
			break;
		}
		list_add_tail(&page->lru, pages);
	}
	set_active_memcg(old);
	if (err)
		free_pages_on(pages);
	return err;
}

/* @data: the page to map next, as a list position. */
static int map_pte(pte_t *pte, unsigned long addr, void *data)
{
	struct list_head **pos = data;
	struct page *page = list_entry(*pos, struct page, lru);

	set_pte(pte, mk_pte(page, PAGE_KERNEL));
	*pos = page->lru.next;
	return 0;
}

static int back_pages(struct kwasm_linear *linear, u32 delta, bool atomic)
{
	struct backing *b = linear->priv;
	unsigned long start = (unsigned long)linear->base +
			      (unsigned long)linear->pages * KWASM_PAGE_SIZE;
	unsigned long size = (unsigned long)delta * KWASM_PAGE_SIZE;
	struct list_head *pos;
	LIST_HEAD(pages);
	int err;

	if (!charge_pages(b->account, delta))
		return -EDQUOT;
	err = alloc_pages_on(&pages, (unsigned long)delta * HOST_PAGES,
			     kwasm_account_memcg(b->account), atomic);
	if (err)
		goto err_charge;
	pos = pages.next;
	err = apply_to_page_range(kwasm_sym_init_mm(), start, size, map_pte, &pos);
	if (err)
		goto err_map;
	list_splice_tail(&pages, &b->pages);
	linear->pages += delta;
	return 0;

err_map:
	/* Only a missing page table gets here, and in softirq none is missing. */
	kwasm_sym_vunmap_range(start, start + size);
	free_pages_on(&pages);
err_charge:
	uncharge_pages(b->account, delta);
	return err;
}

static struct backing *reserve_range(bool atomic_grow)
{
	struct backing *b = kwasm_zalloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->area = kwasm_sym_get_vm_area(KWASM_LINEAR_RESERVE, KWASM_VM_SPARSE);
	if (!b->area) {
		kwasm_free(b);
		return NULL;
	}
	INIT_LIST_HEAD(&b->pages);
	b->atomic = atomic_grow;
	b->account = kwasm_account_get(kwasm_account_current());
	return b;
}

int kwasm_linear_reserve(struct kwasm_linear *linear, u32 pages, u32 max_pages, bool atomic_grow)
{
	unsigned int limit = memories_limit();
	struct backing *b;
	int err, sum;

	memset(linear, 0, sizeof(*linear));
	if (pages > max_pages)
		return -ENOMEM;
	sum = atomic_inc_return(&num_memories);
	if (sum > limit) {
		atomic_dec(&num_memories);
		kwasm_account_refused(KWASM_CEILING_MEMORIES, 1, sum - 1, limit);
		return -EDQUOT;
	}
	b = reserve_range(atomic_grow);
	if (!b) {
		atomic_dec(&num_memories);
		return -ENOMEM;
	}
	linear->base = b->area->addr;
	linear->max_pages = max_pages;
	linear->priv = b;

	if (atomic_grow) {
		err = prepare_tables(b, max_pages);
		if (err)
			goto err_release;
	}
	if (pages) {
		err = back_pages(linear, pages, false);
		if (err)
			goto err_release;
	}
	return 0;

err_release:
	kwasm_linear_release(linear);
	return err;
}

s64 kwasm_linear_grow(struct kwasm_linear *linear, u32 delta)
{
	struct backing *b = linear->priv;
	u32 old = linear->pages;

	/* Without prepared page tables a memory cannot grow in atomic context. */
	if (delta > linear->max_pages - old || (!b->atomic && in_interrupt()))
		return -ENOMEM;
	if (delta && back_pages(linear, delta, b->atomic))
		return -ENOMEM;
	return old;
}

void kwasm_linear_release(struct kwasm_linear *linear)
{
	struct backing *b = linear->priv;
	unsigned long base = (unsigned long)linear->base;

	if (!b)
		return;
	if (linear->pages)
		kwasm_sym_vunmap_range(base, base + (unsigned long)linear->pages * KWASM_PAGE_SIZE);
	free_vm_area(b->area);
	free_pages_on(&b->pages);
	uncharge_pages(b->account, linear->pages);
	kwasm_account_uncharge(b->account, b->tables);
	kwasm_account_put(b->account);
	atomic_dec(&num_memories);
	kwasm_free(b);
	memset(linear, 0, sizeof(*linear));
}
