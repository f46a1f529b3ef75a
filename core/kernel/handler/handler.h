/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * handler.h - an exported function of a program that is called for events.
 *
 * It is embedded in the object that its events come from, its owner, such as an attachment.  Events
 * reach it by RCU through its run, which is immutable and replaced as a whole.
 */
#ifndef KWASM_KERNEL_HANDLER_H
#define KWASM_KERNEL_HANDLER_H

#include <linux/kref.h>
#include <linux/llist.h>
#include <linux/rcupdate.h>
#include <linux/workqueue.h>

#include "kernel/program/program.h"
#include "run/verdict.h"
#include "uapi/kwasm.h"

struct kwasm_arrival;
struct kwasm_handler;
struct sk_buff;

/**
 * struct kwasm_handler_kind - a kind of event
 * @sig: type of the function, as in kwasm_abi.def
 * @rule: end of the sentence about a function of another type, "is not ..."
 */
struct kwasm_handler_kind {
	const char *sig;
	const char *rule;
};

/**
 * struct kwasm_handler_ops - operations of a handler's owner
 * @kind: of the events
 * @place: name of their source, for the log; BH off
 * @attach: start passing events to the handler; process context, kwasm_lock held
 * @detach: after this and a grace period, which it does not wait for, no event reaches the handler;
 *	process context, kwasm_lock held
 * @release: free the object that embeds the handler, after the last reference; any context
 */
struct kwasm_handler_ops {
	const struct kwasm_handler_kind *kind;
	const char *(*place)(const struct kwasm_handler *h);
	int (*attach)(struct kwasm_handler *h, struct kwasm_diag *diag);
	void (*detach)(struct kwasm_handler *h);
	void (*release)(struct kwasm_handler *h);
};

/* Per CPU; counters, written by that CPU with BH off only, and at the end whose they are. */
struct kwasm_handler_stats {
	u64 bytes;
	u64 verdicts[KWASM_VERDICT_KINDS];	/* by KWASM_VERDICT_KIND */
	u64 run_cycles;
	u64 run_max_cycles;
	u64 reentered;
	u64 skipped;
	u64 traps[KWASM_NUM_TRAPS];
	struct kwasm_handler *handler;
};

/**
 * struct kwasm_run_cpu - a run's part on one CPU
 * @ctx: the program's instance
 * @stats: the handler's counters
 */
struct kwasm_run_cpu {
	struct kwasm_ctx *ctx;
	struct kwasm_handler_stats *stats;
};

/**
 * struct kwasm_run - data of the hot path: immutable, replaced as a whole by RCU
 * @code: the function, of the type that the handler's kind says
 * @needs: enum kwasm_needs
 * @hook_number: result of kwasm_pkt_hook()
 * @trapped: in the handler's list once a trap has removed it, or in a list of replaced ones
 */
struct kwasm_run {
	struct kwasm_run_cpu __percpu *cpus;
	const void *code;
	u32 needs;
	u32 hook_number;
	struct kwasm_program *prog;
	struct kwasm_instances *instances;
	struct llist_node trapped;
};

/**
 * struct kwasm_handler - a program's function and its events
 * @run: NULL while the handler must not run (backing off, detached)
 * @stats: per CPU
 * @describe: describes an arrival, for the slow paths; see run.h
 * @ops: like @describe, @hook_number, @policy and @entry fixed
 * @hook_number: result of kwasm_pkt_hook()
 * @no_queue: fixed; the verdict queue is a trap
 * @policy: enum kwasm_policy
 * @state: enum kwasm_state, for show; written under kwasm_lock and by traps
 * @attached: ops->attach() has been called; kwasm_lock
 * @reattached: it has been called for @next only; kwasm_lock
 * @dead: being destroyed; kwasm_lock
 * @ref: one for the owner, and one while @work is queued or running
 * @prog: its current or last program; kwasm_lock
 * @node: in the program's list; kwasm_lock
 * @next: run prepared for kwasm_handlers_replace(); kwasm_lock
 * @entry: name of the export
 * @trap_lock: BH off while held; protects @last_trap, @failed_ns and @backoff_ms
 * @failed_ns: time when its run was last removed, or a restart failed
 * @backoff_ms: wait before the last restart
 * @restarts: number of restarts; kwasm_lock
 * @trapped: runs removed by traps, freed by @work
 * @work: handles a trap in process context: restart or detach
 */
struct kwasm_handler {
	struct kwasm_run __rcu *run;
	struct kwasm_handler_stats __percpu *stats;
	void (*describe)(const void *arrival, const struct sk_buff *skb, struct kwasm_arrival *to);
	const struct kwasm_handler_ops *ops;
	u32 hook_number;
	bool no_queue;
	u8 policy;
	u8 state;
	bool attached;
	bool reattached;
	bool dead;
	struct kref ref;
	struct kwasm_program *prog;
	struct list_head node;
	struct kwasm_run *next;
	char entry[KWASM_NAME_LEN];
	spinlock_t trap_lock;
	struct kwasm_trap_info last_trap;
	u64 failed_ns;
	u32 backoff_ms;
	u64 restarts;
	struct llist_head trapped;
	struct delayed_work work;
};

/**
 * kwasm_handler_init() - a handler without a run, with one reference.
 * @h: zeroed
 * @ops: its owner's
 * @prog: what it will run
 * @entry: NULL: KWASM_ENTRY_DEFAULT
 * @policy: enum kwasm_policy, a valid one
 *
 * Context: process.  Return: 0 or -ENOMEM; then there is nothing to put.
 */
int kwasm_handler_init(struct kwasm_handler *h, const struct kwasm_handler_ops *ops,
		       struct kwasm_program *prog, const char *entry, u8 policy);

/** kwasm_handler_put() - drop a reference; any context that may free. */
void kwasm_handler_put(struct kwasm_handler *h);

/**
 * kwasm_handler_start() - find its function, list it with its program, and attach it.
 *
 * Context: kwasm_lock held; may sleep.
 * Return: 0; or -errno with @diag set, and it has to be stopped nevertheless.
 */
int kwasm_handler_start(struct kwasm_handler *h, struct kwasm_diag *diag);

/** kwasm_handler_stop() - detach it and remove it from its program's list.  kwasm_lock held. */
void kwasm_handler_stop(struct kwasm_handler *h);

/**
 * kwasm_handler_end() - free the runs of a handler that was stopped a grace period ago.
 *
 * Context: process, may sleep; kwasm_lock not held.
 */
void kwasm_handler_end(struct kwasm_handler *h);

/** kwasm_handler_is_stopped() - has a trap detached it?  Then a replacement lets it run again. */
static inline bool kwasm_handler_is_stopped(const struct kwasm_handler *h)
{
	/* A trap of the previous run may have written its state late. */
	return !rcu_access_pointer(h->run) && READ_ONCE(h->state) == KWASM_STATE_DETACHED;
}

/**
 * kwasm_handlers_replace() - let all handlers of @old run @new, or none.
 * @replaced: receives the runs of @old, to be destroyed after a grace period
 *
 * Context: kwasm_lock held.  Return: 0 or -errno with @diag set.
 */
int kwasm_handlers_replace(struct kwasm_program *old, struct kwasm_program *new,
			   struct llist_head *replaced, struct kwasm_diag *diag);

/** kwasm_runs_destroy() - runs that no event uses any more.  Process context, may sleep. */
void kwasm_runs_destroy(struct llist_node *list);

/**
 * kwasm_handler_trapped() - handle a trap.
 * @ctx: the context of the instance that trapped
 *
 * Context: BH off, inside the RCU read section of the invocation.  Return: the packet's verdict.
 */
u32 kwasm_handler_trapped(struct kwasm_handler *h, const struct kwasm_ctx *ctx,
			  const struct kwasm_trap_info *trap);

/*
 * Shared by handler.c and restart.c.  kwasm_run_swap() installs @run, and adds the old one to
 * @replaced.
 */
struct kwasm_run *kwasm_run_create(struct kwasm_handler *h, struct kwasm_program *prog,
				   struct kwasm_diag *diag);
void kwasm_run_swap(struct kwasm_handler *h, struct kwasm_run *run, struct llist_head *replaced);
void kwasm_handler_backoff_reset(struct kwasm_handler *h);
void kwasm_handler_work(struct work_struct *work);

#endif /* KWASM_KERNEL_HANDLER_H */
