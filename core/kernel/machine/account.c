// SPDX-License-Identifier: GPL-2.0-only
/*
 * account.c - memory that programs take, counted against ceilings and charged to their loaders.
 *
 * Guarantees: every allocation of the environment counts while it lives, in the account of the
 * scope in which it was made and in the total; neither exceeds its ceiling.  Whoever makes it, also
 * a worker or a softirq, charges the memory cgroup of the account.
 */
#include <linux/kref.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "kernel/kernel.h"
#include "account.h"

static unsigned int max_total_mb;
module_param(max_total_mb, uint, 0644);
MODULE_PARM_DESC(max_total_mb,
		 "maximum memory of all programs in MiB (0 at load: a quarter of the machine's)");

/**
 * struct kwasm_account - memory of one program or invocation
 * @ref: of its owner, and of each allocation
 * @used: bytes
 * @limit: of @used
 * @memcg: charged; a reference; NULL without memory cgroups
 */
struct kwasm_account {
	struct kref ref;
	atomic64_t used;
	u64 limit;
	struct mem_cgroup *memcg;
};

static atomic64_t total;
static DEFINE_SPINLOCK(scopes_lock);	/* innermost; process context only */
static LIST_HEAD(scopes);		/* scopes_lock */

int __init kwasm_accounts_init(void)
{
	if (!max_total_mb)
		max_total_mb = totalram_pages() >> (22 - PAGE_SHIFT);
	return 0;
}

struct kwasm_account *kwasm_account_create(u64 limit)
{
	struct kwasm_account *account = kzalloc(sizeof(*account), GFP_KERNEL_ACCOUNT);

	if (!account)
		return NULL;
	kref_init(&account->ref);
	account->limit = limit;
	account->memcg = get_mem_cgroup_from_mm(NULL);
	return account;
}

struct kwasm_account *kwasm_account_get(struct kwasm_account *account)
{
	if (account)
		kref_get(&account->ref);
	return account;
}

static void account_release(struct kref *ref)
{
	struct kwasm_account *account = container_of(ref, struct kwasm_account, ref);

	mem_cgroup_put(account->memcg);
	kfree(account);
}

void kwasm_account_put(struct kwasm_account *account)
{
	if (account)
		kref_put(&account->ref, account_release);
}

/* Interrupts are not part of the task that they interrupt. */
static struct kwasm_account_scope *current_scope(void)
{
	struct kwasm_account_scope *scope, *found = NULL;

	if (!in_task())
		return NULL;
	spin_lock(&scopes_lock);
	list_for_each_entry(scope, &scopes, node) {
		if (scope->task == current) {
			found = scope;
			break;
		}
	}
	spin_unlock(&scopes_lock);
	return found;
}

void kwasm_account_enter(struct kwasm_account_scope *scope, struct kwasm_account *account)
{
	memset(scope, 0, sizeof(*scope));
	scope->task = current;
	scope->account = account;
	scope->memcg = set_active_memcg(account->memcg);
	spin_lock(&scopes_lock);
	list_add(&scope->node, &scopes);
	spin_unlock(&scopes_lock);
}

void kwasm_account_leave(struct kwasm_account_scope *scope)
{
	spin_lock(&scopes_lock);
	list_del(&scope->node);
	spin_unlock(&scopes_lock);
	set_active_memcg(scope->memcg);
}

struct kwasm_account *kwasm_account_current(void)
{
	struct kwasm_account_scope *scope = current_scope();

	return scope ? scope->account : NULL;
}

struct mem_cgroup *kwasm_account_memcg(const struct kwasm_account *account)
{
	return account ? account->memcg : NULL;
}

void kwasm_account_refused(enum kwasm_ceiling ceiling, u64 asked, u64 used, u64 limit)
{
	struct kwasm_account_scope *scope = current_scope();

	if (!scope)
		return;
	scope->ceiling = ceiling;
	scope->asked = asked;
	scope->used = used;
	scope->limit = limit;
}

/*
 * Never beyond @limit, not even for a moment: what one asks for in vain must not be what refuses
 * another's.
 */
static bool take(atomic64_t *used, u64 bytes, u64 limit, enum kwasm_ceiling ceiling)
{
	s64 old = atomic64_read(used);

	do {
		if (old + bytes > limit) {
			kwasm_account_refused(ceiling, bytes, old, limit);
			return false;
		}
	} while (!atomic64_try_cmpxchg(used, &old, old + bytes));
	return true;
}

bool kwasm_account_charge(struct kwasm_account *account, u64 bytes)
{
	if (account && !take(&account->used, bytes, account->limit, KWASM_CEILING_PROGRAM))
		return false;
	if (take(&total, bytes, kwasm_account_limit(NULL), KWASM_CEILING_TOTAL))
		return true;
	if (account)
		atomic64_sub(bytes, &account->used);
	return false;
}

void kwasm_account_uncharge(struct kwasm_account *account, u64 bytes)
{
	atomic64_sub(bytes, &total);
	if (account)
		atomic64_sub(bytes, &account->used);
}

u64 kwasm_account_used(const struct kwasm_account *account)
{
	return atomic64_read(account ? &account->used : &total);
}

u64 kwasm_account_limit(const struct kwasm_account *account)
{
	return account ? account->limit : (u64)READ_ONCE(max_total_mb) << 20;
}

/* The unit of a ceiling, whose it is, and what changes it. */
static const struct {
	const char *unit;
	const char *whose;
	const char *knob;
} ceilings[] = {
	[KWASM_CEILING_PROGRAM] = { "bytes", "the program", "--total-limit, parameter program_mb" },
	[KWASM_CEILING_TOTAL] = { "bytes", "all programs", "parameter max_total_mb" },
	[KWASM_CEILING_PAGES] = { "pages", "all memories", "parameter max_total_pages" },
	[KWASM_CEILING_MEMORIES] = { "memories", "the kernel", "parameter max_memories" },
	[KWASM_CEILING_TEXT] = { "KiB", "all machine code", "parameter max_text_kb" },
};

int kwasm_account_explain(const struct kwasm_account_scope *scope, int err,
			  struct kwasm_diag *diag)
{
	enum kwasm_ceiling c = scope->ceiling;
	char what[80];

	if (!c || (err != -ENOMEM && err != -EDQUOT))
		return err;
	strscpy(what, diag->text[0] ? diag->text : "out of memory", sizeof(what));
	diag->text[0] = 0;
	return kwasm_diag_set(diag, -EDQUOT, diag->func, diag->offset,
			      "%s: %llu %s more exceed the limit of %s, %llu, of which %llu are used (%s)",
			      what, scope->asked, ceilings[c].unit, ceilings[c].whose, scope->limit,
			      scope->used, ceilings[c].knob);
}
