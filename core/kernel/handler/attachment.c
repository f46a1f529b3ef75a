// SPDX-License-Identifier: GPL-2.0-only
/*
 * attachment.c - handlers at hooks: attach, replace, detach, and the handling of traps.
 *
 * Guarantees: a packet sees either the old run or the new one; when an attachment is destroyed, no
 * packet uses it and its work is no longer running.
 *
 * A trap happens with BH off; the attachment's work does everything beyond the verdict (detaching,
 * new instances).  The trap removes the run from the attachment, so that no further packet enters,
 * and the work installs a new one.
 */
#define pr_fmt(fmt) "kwasm: " fmt

#include <linux/percpu.h>
#include <linux/slab.h>

#include "kernel/netlink/event.h"
#include "hook.h"
#include "kernel/program/provider.h"
#include "kernel/limits.h"
#include "kernel/work.h"
#include "kernel/machine/watchdog.h"

#define BACKOFF_MIN_MS 100u
#define BACKOFF_MAX_MS 60000u
/* A handler that went this many milliseconds without a trap starts over with the shortest wait. */
#define BACKOFF_FORGET_MS 60000u

static u32 next_attachment_id;		/* kwasm_lock */
static LIST_HEAD(hook_types);		/* kwasm_lock */

static struct kwasm_hook_type *hook_type_find(const char *name)
{
	struct kwasm_hook_type *type;

	list_for_each_entry(type, &hook_types, node)
		if (!strcmp(type->name, name))
			return type;
	return NULL;
}

bool kwasm_hook_known(const char *name)
{
	bool known;

	mutex_lock(&kwasm_lock);
	known = hook_type_find(name);
	mutex_unlock(&kwasm_lock);
	return known;
}

int kwasm_hook_register(struct kwasm_hook_type *type)
{
	int err = 0;

	mutex_lock(&kwasm_lock);
	if (hook_type_find(type->name))
		err = -EEXIST;
	else
		list_add_tail(&type->node, &hook_types);
	mutex_unlock(&kwasm_lock);
	return err;
}
EXPORT_SYMBOL_GPL(kwasm_hook_register);

void kwasm_hook_unregister(struct kwasm_hook_type *type)
{
	struct kwasm_attachment *at, *tmp;
	struct kwasm_net *knet;
	LIST_HEAD(doomed);

	mutex_lock(&kwasm_lock);
	list_del(&type->node);
	list_for_each_entry(knet, &kwasm_nets, node)
		list_for_each_entry_safe(at, tmp, &knet->attachments, node)
			if (at->type == type)
				list_move_tail(&at->node, &doomed);
	kwasm_attachments_detach(&doomed);
	mutex_unlock(&kwasm_lock);
}
EXPORT_SYMBOL_GPL(kwasm_hook_unregister);

/* After a grace period: no packet uses it. */
static void run_destroy(struct kwasm_run *run)
{
	if (!run)
		return;
	kwasm_instances_put(run->instances);
	kwasm_program_put(run->prog);
	free_percpu(run->cpus);
	kfree(run);
}

static void run_init(struct kwasm_run *run, struct kwasm_attachment *at,
		     struct kwasm_program *prog)
{
	int cpu;

	run->needs = prog->needs;
	run->hook_number = at->type->number;
	run->prog = prog;
	run->instances = prog->instances;
	kwasm_program_get(prog);
	kwasm_instances_get(run->instances);
	for_each_possible_cpu(cpu) {
		struct kwasm_run_cpu *c = per_cpu_ptr(run->cpus, cpu);

		c->ctx = per_cpu_ptr(run->instances->slots, cpu)->ctx;
		c->stats = per_cpu_ptr(at->stats, cpu);
		if (c->ctx->env[KWASM_ENV_LIMIT] < kwasm_watchdog_period())
			run->needs |= KWASM_NEEDS_WATCH;
	}
}

static struct kwasm_run *run_create(struct kwasm_attachment *at, struct kwasm_program *prog,
				    struct kwasm_diag *diag)
{
	struct kwasm_run *run;
	const void *code;

	code = kwasm_program_entry(prog, at->entry, diag);
	if (!code)
		return ERR_PTR(-ENOENT);
	run = kzalloc(sizeof(*run), GFP_KERNEL_ACCOUNT);
	if (!run)
		return ERR_PTR(-ENOMEM);
	run->cpus = alloc_percpu_gfp(struct kwasm_run_cpu, GFP_KERNEL_ACCOUNT);
	if (!run->cpus) {
		kfree(run);
		return ERR_PTR(-ENOMEM);
	}
	run->code = code;
	run_init(run, at, prog);
	return run;
}

/* Free runs that traps took out of the attachment; a grace period has passed. */
static void runs_destroy(struct llist_node *list)
{
	struct kwasm_run *run, *tmp;

	llist_for_each_entry_safe(run, tmp, list, trapped)
		run_destroy(run);
}

/* Replace the current run with @new (may be NULL); returns when the old one is unused. */
static void run_swap(struct kwasm_attachment *at, struct kwasm_run *new)
{
	struct kwasm_run *old = unrcu_pointer(xchg(&at->run, RCU_INITIALIZER(new)));

	synchronize_rcu();
	run_destroy(old);
}

static void attachment_release(struct kref *ref)
{
	struct kwasm_attachment *at = container_of(ref, struct kwasm_attachment, ref);

	free_percpu(at->stats);
	kfree(at);
}

void kwasm_attachment_put(struct kwasm_attachment *at)
{
	kref_put(&at->ref, attachment_release);
}

/* How long to wait before a restart: doubles while failures follow each other. */
static u32 backoff_next(struct kwasm_attachment *at)
{
	u64 now = ktime_get_mono_fast_ns();

	lockdep_assert_held(&at->trap_lock);
	if (now - at->failed_ns > (at->backoff_ms + BACKOFF_FORGET_MS) * (u64)NSEC_PER_MSEC)
		at->backoff_ms = BACKOFF_MIN_MS;
	else
		at->backoff_ms = clamp(at->backoff_ms * 2, BACKOFF_MIN_MS, BACKOFF_MAX_MS);
	at->failed_ns = now;
	return at->backoff_ms;
}

/* Queue the work after a trap, or to retry a failure.  The caller holds a reference. */
static void work_queue(struct kwasm_attachment *at)
{
	u32 delay = 0;

	spin_lock_bh(&at->trap_lock);
	if (at->policy == KWASM_POLICY_RESTART)
		delay = backoff_next(at);
	spin_unlock_bh(&at->trap_lock);
	kref_get(&at->ref);
	if (!queue_delayed_work(kwasm_wq, &at->work, msecs_to_jiffies(delay)))
		kwasm_attachment_put(at);
}

/* The others of its program that run get the new instances too. */
static void restart_others(struct kwasm_attachment *restarted)
{
	struct kwasm_program *prog = restarted->prog;
	struct kwasm_attachment *at;
	struct kwasm_diag diag;
	struct kwasm_run *run;

	kwasm_diag_init(&diag);
	list_for_each_entry(at, &prog->knet->attachments, node) {
		if (at == restarted || at->prog != prog || !rcu_access_pointer(at->run))
			continue;
		run = run_create(at, prog, &diag);
		if (!IS_ERR(run))	/* else it keeps its run */
			run_swap(at, run);
	}
}

/* Return: 0, or -errno and nothing has changed. */
static int restart(struct kwasm_attachment *at, struct kwasm_instances **instances,
		   struct kwasm_diag *diag)
{
	struct kwasm_program *prog = at->prog;
	struct kwasm_run *run;

	swap(prog->instances, *instances);
	run = run_create(at, prog, diag);
	if (IS_ERR(run)) {
		swap(prog->instances, *instances);
		return PTR_ERR(run);
	}
	at->restarts++;
	WRITE_ONCE(at->state, KWASM_STATE_ACTIVE);
	run_swap(at, run);
	restart_others(at);
	return 0;
}

/* kwasm_lock held.  The state may have changed since @prog trapped. */
static bool restart_wanted(const struct kwasm_attachment *at, const struct kwasm_program *prog)
{
	return !at->dead && at->prog == prog && !prog->killed && !rcu_access_pointer(at->run);
}

/*
 * Instances are created without the lock, since their start functions are guest code; if they are
 * no longer needed then, they are discarded.  The program's host functions stay registered
 * meanwhile: unregistering waits for kwasm_providers_unlock(), and has removed the program
 * afterwards.
 */
static void work_restart(struct kwasm_attachment *at, struct kwasm_program *prog)
{
	const struct kwasm_provider *const *providers;
	struct kwasm_instances *instances = NULL;
	struct kwasm_diag diag;
	bool wanted;
	int err;
	u32 num;

	kwasm_diag_init(&diag);
	kwasm_providers_lock(&providers, &num);
	mutex_lock(&kwasm_lock);
	wanted = restart_wanted(at, prog);
	mutex_unlock(&kwasm_lock);
	if (!wanted)
		goto unlock;
	instances = kwasm_instances_create(prog, &diag);
	err = PTR_ERR_OR_ZERO(instances);
	if (err)
		instances = NULL;
	mutex_lock(&kwasm_lock);
	if (restart_wanted(at, prog)) {
		if (!err)
			err = restart(at, &instances, &diag);
		if (err) {
			pr_notice_ratelimited("cannot restart program %s yet: %s\n",
					      prog->name, diag.text[0] ? diag.text :
									 "out of memory");
			work_queue(at);
		}
	}
	mutex_unlock(&kwasm_lock);
unlock:
	kwasm_providers_unlock();
	kwasm_instances_put(instances);
}

static void attachment_work(struct work_struct *work)
{
	struct kwasm_attachment *at = container_of(work, struct kwasm_attachment, work.work);
	struct kwasm_program *restart = NULL;
	struct llist_node *trapped;

	mutex_lock(&kwasm_lock);
	trapped = llist_del_all(&at->trapped);
	if (!at->dead && !rcu_access_pointer(at->run)) {
		if (trapped)
			kwasm_event_attachment(KWASM_EVENT_TRAP, at);
		if (at->policy == KWASM_POLICY_RESTART) {
			restart = at->prog;
			kwasm_program_get(restart);
		} else if (at->hooked) {
			at->type->detach(at);
			at->hooked = false;
			kwasm_event_attachment(KWASM_EVENT_DETACH, at);
		}
	}
	mutex_unlock(&kwasm_lock);
	synchronize_rcu();
	runs_destroy(trapped);
	if (restart) {
		work_restart(at, restart);
		kwasm_program_put(restart);
	}
	kwasm_attachment_put(at);
}

static void trap_log(const struct kwasm_program *prog, const struct kwasm_hook_type *type,
		     const struct kwasm_trap_info *trap)
{
	struct kwasm_diag diag = { .func = trap->func, .offset = trap->offset };
	char text[160];

	strscpy(diag.text, kwasm_trap_text(trap->kind), sizeof(diag.text));
	kwasm_diag_format(&diag, text, sizeof(text));
	pr_notice_ratelimited("program %s at %s trapped: %s\n", prog->name, type->name, text);
}

/*
 * Remove the run that belongs to the instances of @ctx, and leave it to the work.  If several CPUs
 * trap, the first one removes it; if the program has been replaced meanwhile, nothing is removed.
 */
static void take_out(struct kwasm_attachment *at, const struct kwasm_ctx *ctx)
{
	struct kwasm_run *run = rcu_dereference(at->run);

	if (!run || this_cpu_read(run->cpus->ctx) != ctx ||
	    cmpxchg(&at->run, RCU_INITIALIZER(run), NULL) != RCU_INITIALIZER(run))
		return;
	WRITE_ONCE(at->state, at->policy == KWASM_POLICY_RESTART ? KWASM_STATE_BACKOFF :
								   KWASM_STATE_DETACHED);
	llist_add(&run->trapped, &at->trapped);
	work_queue(at);
}

u32 kwasm_attachment_trapped(struct kwasm_attachment *at, const struct kwasm_ctx *ctx,
			     const struct kwasm_trap_info *trap)
{
	const struct kwasm_program *prog = (void *)ctx->env[KWASM_ENV_PROGRAM];
	u32 verdict = kwasm_verdict_trapped(at->policy);

	if (trap->kind == KWASM_TRAP_KILLED)
		return verdict;
	spin_lock_bh(&at->trap_lock);
	at->last_trap = *trap;
	at->trap_time_ns = ktime_get_mono_fast_ns();
	spin_unlock_bh(&at->trap_lock);
	trap_log(prog, at->type, trap);
	if (at->policy == KWASM_POLICY_DETACH || at->policy == KWASM_POLICY_RESTART)
		take_out(at, ctx);
	return verdict;
}

static int attachment_check(struct kwasm_net *knet, const struct kwasm_attach_request *req,
			    const struct kwasm_hook_type *type, u8 family, struct kwasm_diag *diag)
{
	if (!type)
		return kwasm_diag_set(diag, -ENOENT, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
				      "unknown hook %.32s", req->hook);
	if (family >= 32 || !(type->families & BIT(family)))
		return kwasm_diag_set(diag, -EAFNOSUPPORT, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
				      "hook %s does not support protocol family %u", type->name,
				      family);
	if (req->policy >= KWASM_NUM_POLICIES)
		return kwasm_diag_set(diag, -EINVAL, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
				      "unknown trap policy %u", req->policy);
	if (knet->num_attachments >= kwasm_limit_attachments())
		return kwasm_diag_set(diag, -ENOSPC, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
				      "too many attachments, the limit is %u (parameter max_attachments)",
				      knet->num_attachments);
	return 0;
}

static struct kwasm_attachment *attachment_alloc(struct kwasm_program *prog,
						 const struct kwasm_attach_request *req,
						 struct kwasm_hook_type *type, u8 family)
{
	struct kwasm_attachment *at = kzalloc(sizeof(*at), GFP_KERNEL_ACCOUNT);
	int cpu;

	if (!at)
		return NULL;
	at->stats = alloc_percpu_gfp(struct kwasm_hook_stats, GFP_KERNEL_ACCOUNT);
	if (!at->stats) {
		kfree(at);
		return NULL;
	}
	for_each_possible_cpu(cpu)
		per_cpu_ptr(at->stats, cpu)->at = at;
	kref_init(&at->ref);
	spin_lock_init(&at->trap_lock);
	INIT_DELAYED_WORK(&at->work, attachment_work);
	at->policy = req->policy;
	at->state = KWASM_STATE_ACTIVE;
	at->family = family;
	at->priority = req->priority;
	at->type = type;
	at->knet = prog->knet;
	at->prog = prog;
	at->attached_ns = ktime_get_ns();
	at->backoff_ms = BACKOFF_MIN_MS / 2;
	strscpy(at->entry, req->entry ?: KWASM_ENTRY_DEFAULT, sizeof(at->entry));
	if (req->dev)
		strscpy(at->dev, req->dev, sizeof(at->dev));
	return at;
}

int kwasm_attachment_create(struct kwasm_program *prog, const struct kwasm_attach_request *req,
			    struct kwasm_diag *diag, struct kwasm_attachment **out)
{
	struct kwasm_net *knet = prog->knet;
	struct kwasm_hook_type *type;
	struct kwasm_attachment *at;
	struct kwasm_run *run;
	u8 family;
	int err;

	lockdep_assert_held(&kwasm_lock);
	type = hook_type_find(req->hook);
	family = req->family ?: (type ? type->default_family : 0);
	err = attachment_check(knet, req, type, family, diag);
	if (err)
		return err;
	at = attachment_alloc(prog, req, type, family);
	if (!at)
		return -ENOMEM;
	run = run_create(at, prog, diag);
	if (IS_ERR(run)) {
		err = PTR_ERR(run);
		goto put;
	}
	rcu_assign_pointer(at->run, run);
	at->id = ++next_attachment_id;
	list_add_tail(&at->node, &knet->attachments);
	knet->num_attachments++;
	prog->attachments++;
	err = type->attach(at, diag);
	if (err) {
		/*
		 * If there are two families, one may have been attached briefly and have seen
		 * packets.
		 */
		kwasm_attachment_destroy(at);
		return err;
	}
	at->hooked = true;
	*out = at;
	return 0;
put:
	kwasm_attachment_put(at);
	return err;
}

/* No packet is inside any more, so nothing is added to the list of runs. */
static void attachment_end(struct kwasm_attachment *at)
{
	runs_destroy(llist_del_all(&at->trapped));
	if (cancel_delayed_work(&at->work))
		kwasm_attachment_put(at);
	list_del(&at->node);
	at->knet->num_attachments--;
	at->prog->attachments--;
	kwasm_attachment_put(at);
}

void kwasm_attachments_destroy(struct list_head *doomed)
{
	struct kwasm_attachment *at, *tmp;
	struct kwasm_run *run;

	lockdep_assert_held(&kwasm_lock);
	list_for_each_entry(at, doomed, node) {
		at->dead = true;
		if (at->hooked)
			at->type->detach(at);
		run = unrcu_pointer(xchg(&at->run, NULL));
		if (run)
			llist_add(&run->trapped, &at->trapped);
	}
	if (list_empty(doomed))
		return;
	synchronize_rcu();
	list_for_each_entry_safe(at, tmp, doomed, node)
		attachment_end(at);
}

void kwasm_attachment_destroy(struct kwasm_attachment *at)
{
	LIST_HEAD(doomed);

	list_move(&at->node, &doomed);
	kwasm_attachments_destroy(&doomed);
}

void kwasm_attachments_detach(struct list_head *doomed)
{
	struct kwasm_program *prog, *tmp;
	struct kwasm_attachment *at;
	struct kwasm_net *knet;

	list_for_each_entry(at, doomed, node)
		kwasm_event_attachment(KWASM_EVENT_DETACH, at);
	kwasm_attachments_destroy(doomed);
	list_for_each_entry(knet, &kwasm_nets, node) {
		list_for_each_entry_safe(prog, tmp, &knet->programs, node) {
			if (!prog->linked || prog->attachments)
				continue;
			kwasm_event_program(KWASM_EVENT_UNLOAD, prog);
			kwasm_program_remove(prog);
		}
	}
}

int kwasm_attachment_prepare(struct kwasm_attachment *at, struct kwasm_program *prog,
			     struct kwasm_diag *diag)
{
	struct kwasm_run *run = run_create(at, prog, diag);
	int err;

	lockdep_assert_held(&kwasm_lock);
	if (IS_ERR(run))
		return PTR_ERR(run);
	if (!at->hooked) {
		err = at->type->attach(at, diag);
		if (err) {
			run_destroy(run);
			return err;
		}
		at->hooked = true;
		at->rehooked = true;
	}
	at->next = run;
	return 0;
}

void kwasm_attachment_cancel(struct kwasm_attachment *at)
{
	if (at->rehooked) {
		at->type->detach(at);
		at->hooked = false;
		at->rehooked = false;
	}
	run_destroy(at->next);
	at->next = NULL;
}

void kwasm_attachment_commit(struct kwasm_attachment *at)
{
	struct kwasm_run *run = at->next;

	lockdep_assert_held(&kwasm_lock);
	at->next = NULL;
	at->rehooked = false;
	at->prog->attachments--;
	at->prog = run->prog;
	at->prog->attachments++;
	spin_lock_bh(&at->trap_lock);
	memset(&at->last_trap, 0, sizeof(at->last_trap));
	at->backoff_ms = BACKOFF_MIN_MS / 2;
	spin_unlock_bh(&at->trap_lock);
	WRITE_ONCE(at->state, KWASM_STATE_ACTIVE);
	run_swap(at, run);
}
