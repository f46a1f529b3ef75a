// SPDX-License-Identifier: GPL-2.0-only
/*
 * restart.c - the handling of traps: verdict, back-off, new instances, or detaching the handler.
 *
 * Guarantees: after a trap that has to stop a handler, no further event enters its run; the wait
 * before a restart doubles while failures follow each other.
 *
 * A trap happens with BH off; the handler's work does everything beyond the verdict.  The trap
 * removes the run from the handler, and the work installs a new one.
 */
#define pr_fmt(fmt) "kwasm: " fmt

#include "handler.h"
#include "kernel/machine/invocation.h"
#include "kernel/program/notify.h"
#include "kernel/work.h"
#include "leave.h"

#define BACKOFF_MIN_MS 100u
#define BACKOFF_MAX_MS 60000u
/* A handler that went this many milliseconds without a trap starts over with the shortest wait. */
#define BACKOFF_FORGET_MS 60000u

void kwasm_handler_backoff_reset(struct kwasm_handler *h)
{
	h->backoff_ms = BACKOFF_MIN_MS / 2;
}

/* How long to wait before a restart: doubles while failures follow each other. */
static u32 backoff_next(struct kwasm_handler *h)
{
	u64 now = ktime_get_mono_fast_ns();

	lockdep_assert_held(&h->trap_lock);
	if (now - h->failed_ns > (h->backoff_ms + BACKOFF_FORGET_MS) * (u64)NSEC_PER_MSEC)
		h->backoff_ms = BACKOFF_MIN_MS;
	else
		h->backoff_ms = clamp(h->backoff_ms * 2, BACKOFF_MIN_MS, BACKOFF_MAX_MS);
	h->failed_ns = now;
	return h->backoff_ms;
}

/* Let the work run after @delay_ms.  Any context but NMI; the caller holds a reference. */
static void work_queue(struct kwasm_handler *h, u32 delay_ms)
{
	kref_get(&h->ref);
	if (mod_delayed_work(kwasm_wq, &h->work, msecs_to_jiffies(delay_ms)))
		kwasm_handler_put(h);
}

/* Restart later.  kwasm_lock held, so that who destroys the handler finds the work. */
static void restart_queue(struct kwasm_handler *h)
{
	u32 delay_ms;

	lockdep_assert_held(&kwasm_lock);
	spin_lock_bh(&h->trap_lock);
	delay_ms = backoff_next(h);
	spin_unlock_bh(&h->trap_lock);
	work_queue(h, delay_ms);
}

/* The others of its program that run get the new instances too. */
static void restart_others(struct kwasm_handler *restarted, struct llist_head *replaced)
{
	struct kwasm_program *prog = restarted->prog;
	struct kwasm_handler *h;
	struct kwasm_diag diag;
	struct kwasm_run *run;

	kwasm_diag_init(&diag);
	list_for_each_entry(h, &prog->handlers, node) {
		if (h == restarted || !rcu_access_pointer(h->run))
			continue;
		run = kwasm_run_create(h, prog, &diag);
		if (!IS_ERR(run))	/* else it keeps its run */
			kwasm_run_swap(h, run, replaced);
	}
}

/* Return: 0, or -errno and nothing has changed. */
static int restart(struct kwasm_handler *h, struct kwasm_instances **instances,
		   struct llist_head *replaced, struct kwasm_diag *diag)
{
	struct kwasm_program *prog = h->prog;
	struct kwasm_run *run;

	swap(prog->instances, *instances);
	run = kwasm_run_create(h, prog, diag);
	if (IS_ERR(run)) {
		swap(prog->instances, *instances);
		return PTR_ERR(run);
	}
	h->restarts++;
	WRITE_ONCE(h->state, KWASM_STATE_ACTIVE);
	kwasm_run_swap(h, run, replaced);
	restart_others(h, replaced);
	return 0;
}

/* The state may have changed since @prog trapped. */
static bool restart_wanted(const struct kwasm_handler *h, const struct kwasm_program *prog)
{
	lockdep_assert_held(&kwasm_lock);
	return !h->dead && h->prog == prog && !prog->killed && !rcu_access_pointer(h->run);
}

/*
 * Instances are created without the lock, since their start functions are guest code; if they are
 * no longer needed then, they are discarded.  The reference to the program keeps its providers.
 */
static void work_restart(struct kwasm_handler *h, struct kwasm_program *prog)
{
	struct kwasm_instances *instances = NULL;
	struct kwasm_leave leave;
	struct kwasm_diag diag;
	bool wanted;
	int err;

	kwasm_leave_init(&leave);
	kwasm_diag_init(&diag);
	mutex_lock(&kwasm_lock);
	wanted = restart_wanted(h, prog);
	mutex_unlock(&kwasm_lock);
	if (!wanted)
		return;
	instances = kwasm_instances_create(prog, &diag);
	err = PTR_ERR_OR_ZERO(instances);
	if (err)
		instances = NULL;
	mutex_lock(&kwasm_lock);
	if (restart_wanted(h, prog)) {
		if (!err)
			err = restart(h, &instances, &leave.runs, &diag);
		if (err) {
			pr_notice_ratelimited("cannot restart program %s yet: %s\n",
					      prog->name, diag.text[0] ? diag.text :
									 "out of memory");
			restart_queue(h);
		}
	}
	mutex_unlock(&kwasm_lock);
	kwasm_leave_finish(&leave);
	kwasm_instances_put(instances);
}

/* A trap has taken the run out: tell, and detach or wait for the restart. */
static void trap_handle(struct kwasm_handler *h)
{
	kwasm_notify_handler(KWASM_EVENT_TRAP, NULL, h->prog, h);
	if (h->policy == KWASM_POLICY_RESTART) {
		restart_queue(h);
	} else if (h->attached) {
		h->ops->detach(h);
		h->attached = false;
		kwasm_notify_handler(KWASM_EVENT_DETACH, NULL, h->prog, h);
	}
}

/*
 * Comes twice for each trap under the policy restart: at once, when there are runs to free, and
 * after the back-off, to restart.
 */
void kwasm_handler_work(struct work_struct *work)
{
	struct kwasm_handler *h = container_of(work, struct kwasm_handler, work.work);
	struct kwasm_program *restart = NULL;
	struct llist_node *trapped;

	mutex_lock(&kwasm_lock);
	trapped = llist_del_all(&h->trapped);
	if (!h->dead && !rcu_access_pointer(h->run)) {
		if (trapped) {
			trap_handle(h);
		} else if (h->policy == KWASM_POLICY_RESTART) {
			restart = h->prog;
			kwasm_program_get(restart);
		}
	}
	mutex_unlock(&kwasm_lock);
	if (trapped) {
		synchronize_rcu();
		kwasm_runs_destroy(trapped);
	}
	if (restart) {
		work_restart(h, restart);
		kwasm_program_put(restart);
	}
	kwasm_handler_put(h);
}

static void trap_log(const struct kwasm_program *prog, const struct kwasm_handler *h,
		     const struct kwasm_trap_info *trap)
{
	struct kwasm_diag diag = { .func = trap->func, .offset = trap->offset };
	char text[160];

	if (trap->kind == KWASM_TRAP_VERDICT)
		snprintf(diag.text, sizeof(diag.text), "%s: %d", kwasm_trap_text(trap->kind),
			 (s32)trap->value);
	else
		strscpy(diag.text, kwasm_trap_text(trap->kind), sizeof(diag.text));
	kwasm_diag_format(&diag, text, sizeof(text));
	pr_notice_ratelimited("program %s at %s trapped: %s\n", prog->name, h->ops->place(h),
			      text);
}

/*
 * Remove the run that belongs to the instances of @ctx, and leave it to the work.  If several CPUs
 * trap, the first one removes it; if the program has been replaced meanwhile, nothing is removed.
 */
static void take_out(struct kwasm_handler *h, const struct kwasm_ctx *ctx)
{
	struct kwasm_run *run = rcu_dereference(h->run);

	if (!run || this_cpu_read(run->cpus->ctx) != ctx ||
	    cmpxchg(&h->run, RCU_INITIALIZER(run), NULL) != RCU_INITIALIZER(run))
		return;
	WRITE_ONCE(h->state, h->policy == KWASM_POLICY_RESTART ? KWASM_STATE_BACKOFF :
								 KWASM_STATE_DETACHED);
	llist_add(&run->trapped, &h->trapped);
	work_queue(h, 0);
}

u32 kwasm_handler_trapped(struct kwasm_handler *h, const struct kwasm_ctx *ctx,
			  const struct kwasm_trap_info *trap)
{
	const struct kwasm_program *prog = (void *)ctx->env[KWASM_ENV_PROGRAM];
	u32 verdict = kwasm_verdict_trapped(h->policy);

	if (trap->kind == KWASM_TRAP_KILLED)
		return verdict;
	spin_lock_bh(&h->trap_lock);
	h->last_trap = *trap;
	spin_unlock_bh(&h->trap_lock);
	trap_log(prog, h, trap);
	if (h->policy == KWASM_POLICY_DETACH || h->policy == KWASM_POLICY_RESTART)
		take_out(h, ctx);
	return verdict;
}
