// SPDX-License-Identifier: GPL-2.0-only
/*
 * handler.c - handlers from their first run to their last, and how another program takes over.
 *
 * Guarantees: an event sees either the old run or the new one; when a handler has ended, no event
 * uses it and its work is no longer running.
 */
#include <linux/percpu.h>
#include <linux/slab.h>

#include "handler.h"
#include "kernel/machine/invocation.h"
#include "kernel/machine/watchdog.h"

static void run_destroy(struct kwasm_run *run)
{
	kwasm_instances_put(run->instances);
	kwasm_program_put(run->prog);
	free_percpu(run->cpus);
	kfree(run);
}

static void run_init(struct kwasm_run *run, struct kwasm_handler *h, struct kwasm_program *prog)
{
	int cpu;

	run->needs = prog->needs;
	run->hook_number = h->hook_number;
	run->prog = prog;
	run->instances = prog->instances;
	kwasm_program_get(prog);
	kwasm_instances_get(run->instances);
	for_each_possible_cpu(cpu) {
		struct kwasm_run_cpu *c = per_cpu_ptr(run->cpus, cpu);

		c->ctx = per_cpu_ptr(run->instances->slots, cpu)->ctx;
		c->stats = per_cpu_ptr(h->stats, cpu);
		if (c->ctx->env[KWASM_ENV_LIMIT] < kwasm_watchdog_period())
			run->needs |= KWASM_NEEDS_WATCH;
	}
}

/* Its size is the kernel's; it is charged to the loader of @prog. */
static struct kwasm_run *run_alloc(struct kwasm_program *prog)
{
	struct kwasm_account_scope scope;
	struct kwasm_run *run;

	kwasm_account_enter(&scope, prog->account);
	run = kzalloc(sizeof(*run), GFP_KERNEL_ACCOUNT);
	if (run)
		run->cpus = alloc_percpu_gfp(struct kwasm_run_cpu, GFP_KERNEL_ACCOUNT);
	kwasm_account_leave(&scope);
	if (!run || run->cpus)
		return run;
	kfree(run);
	return NULL;
}

struct kwasm_run *kwasm_run_create(struct kwasm_handler *h, struct kwasm_program *prog,
				   struct kwasm_diag *diag)
{
	const struct kwasm_handler_kind *kind = h->ops->kind;
	struct kwasm_run *run;
	const void *code;

	lockdep_assert_held(&kwasm_lock);
	code = kwasm_program_entry(prog, h->entry, kind->sig, kind->rule, diag);
	if (!code)
		return ERR_PTR(-ENOENT);
	run = run_alloc(prog);
	if (!run)
		return ERR_PTR(-ENOMEM);
	run->code = code;
	run_init(run, h, prog);
	return run;
}

void kwasm_runs_destroy(struct llist_node *list)
{
	struct kwasm_run *run, *tmp;

	llist_for_each_entry_safe(run, tmp, list, trapped)
		run_destroy(run);
}

void kwasm_run_swap(struct kwasm_handler *h, struct kwasm_run *new, struct llist_head *replaced)
{
	struct kwasm_run *old = unrcu_pointer(xchg(&h->run, RCU_INITIALIZER(new)));

	if (old)
		llist_add(&old->trapped, replaced);
}

int kwasm_handler_init(struct kwasm_handler *h, const struct kwasm_handler_ops *ops,
		       struct kwasm_program *prog, const char *entry, u8 policy)
{
	int cpu;

	h->stats = alloc_percpu_gfp(struct kwasm_handler_stats, GFP_KERNEL_ACCOUNT);
	if (!h->stats)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		per_cpu_ptr(h->stats, cpu)->handler = h;
	kref_init(&h->ref);
	spin_lock_init(&h->trap_lock);
	INIT_LIST_HEAD(&h->node);
	INIT_DELAYED_WORK(&h->work, kwasm_handler_work);
	h->ops = ops;
	h->prog = prog;
	h->policy = policy;
	h->state = KWASM_STATE_ACTIVE;
	strscpy(h->entry, entry ?: KWASM_ENTRY_DEFAULT, sizeof(h->entry));
	kwasm_handler_backoff_reset(h);
	return 0;
}

static void handler_release(struct kref *ref)
{
	struct kwasm_handler *h = container_of(ref, struct kwasm_handler, ref);

	free_percpu(h->stats);
	h->ops->release(h);
}

void kwasm_handler_put(struct kwasm_handler *h)
{
	kref_put(&h->ref, handler_release);
}

static void handler_list(struct kwasm_handler *h, struct kwasm_program *prog)
{
	h->prog = prog;
	list_add_tail(&h->node, &prog->handlers);
	prog->num_handlers++;
}

static void handler_unlist(struct kwasm_handler *h)
{
	if (list_empty(&h->node))
		return;
	list_del_init(&h->node);
	h->prog->num_handlers--;
}

int kwasm_handler_start(struct kwasm_handler *h, struct kwasm_diag *diag)
{
	struct kwasm_run *run;
	int err;

	run = kwasm_run_create(h, h->prog, diag);
	if (IS_ERR(run))
		return PTR_ERR(run);
	rcu_assign_pointer(h->run, run);
	handler_list(h, h->prog);
	err = h->ops->attach(h, diag);
	/* If there are two families, one may have been attached briefly and have seen packets. */
	if (!err)
		h->attached = true;
	return err;
}

void kwasm_handler_stop(struct kwasm_handler *h)
{
	lockdep_assert_held(&kwasm_lock);
	h->dead = true;
	if (h->attached)
		h->ops->detach(h);
	h->attached = false;
	kwasm_run_swap(h, NULL, &h->trapped);
	handler_unlist(h);
}

/* No event uses it any more, so no trap adds to the list of runs. */
void kwasm_handler_end(struct kwasm_handler *h)
{
	kwasm_runs_destroy(llist_del_all(&h->trapped));
	if (cancel_delayed_work(&h->work))
		kwasm_handler_put(h);
}

/* Create a run of @prog for @h, and attach it again if a trap has detached it. */
static int prepare(struct kwasm_handler *h, struct kwasm_program *prog, struct kwasm_diag *diag)
{
	struct kwasm_run *run = kwasm_run_create(h, prog, diag);
	int err;

	if (IS_ERR(run))
		return PTR_ERR(run);
	if (!h->attached) {
		err = h->ops->attach(h, diag);
		if (err) {
			run_destroy(run);
			return err;
		}
		h->attached = true;
		h->reattached = true;
	}
	h->next = run;
	return 0;
}

static void cancel(struct kwasm_handler *h)
{
	if (h->reattached) {
		h->ops->detach(h);
		h->attached = false;
		h->reattached = false;
	}
	run_destroy(h->next);
	h->next = NULL;
}

/*
 * What the old program's traps left is of no concern to the new one: its runs go with the one that
 * is replaced, and no restart is pending.
 */
static void commit(struct kwasm_handler *h, struct llist_head *replaced)
{
	struct llist_node *trapped = llist_del_all(&h->trapped), *next;
	struct kwasm_run *run = h->next;

	if (cancel_delayed_work(&h->work))
		kwasm_handler_put(h);
	h->next = NULL;
	h->reattached = false;
	handler_unlist(h);
	handler_list(h, run->prog);
	spin_lock_bh(&h->trap_lock);
	memset(&h->last_trap, 0, sizeof(h->last_trap));
	kwasm_handler_backoff_reset(h);
	spin_unlock_bh(&h->trap_lock);
	WRITE_ONCE(h->state, KWASM_STATE_ACTIVE);
	kwasm_run_swap(h, run, replaced);
	for (; trapped; trapped = next) {
		next = llist_next(trapped);
		llist_add(trapped, replaced);
	}
}

int kwasm_handlers_replace(struct kwasm_program *old, struct kwasm_program *new,
			   struct llist_head *replaced, struct kwasm_diag *diag)
{
	struct kwasm_handler *h, *tmp;
	int err;

	lockdep_assert_held(&kwasm_lock);
	list_for_each_entry(h, &old->handlers, node) {
		err = prepare(h, new, diag);
		if (err)
			goto cancel;
	}
	list_for_each_entry_safe(h, tmp, &old->handlers, node)
		commit(h, replaced);
	return 0;
cancel:
	list_for_each_entry_continue_reverse(h, &old->handlers, node)
		cancel(h);
	return err;
}
