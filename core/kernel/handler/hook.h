/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hook.h - hook types that modules register, attachments, and the path of a packet through a
 * handler.
 */
#ifndef KWASM_KERNEL_HOOK_H
#define KWASM_KERNEL_HOOK_H

#include <linux/if.h>
#include <linux/llist.h>
#include <linux/rcupdate.h>
#include <linux/skbuff.h>
#include <linux/timex.h>
#include <linux/workqueue.h>

#include "run/verdict.h"
#include "kernel/program/program.h"

struct kwasm_attachment;

/**
 * struct kwasm_hook_type - a hook in the kernel to which handlers can be attached
 * @name: "nf_pre"
 * @number: result of kwasm_pkt_hook()
 * @place: the hook module's own number of it
 * @families: supported families, bit mask over NFPROTO_*
 * @default_family: used if the request does not name one
 * @attach: start passing packets to the handler; process context, kwasm_lock held
 * @detach: after this and a grace period, which it does not wait for, no packet reaches the handler
 */
struct kwasm_hook_type {
	const char *name;
	u32 number;
	u32 place;
	u32 families;
	u8 default_family;
	int (*attach)(struct kwasm_attachment *at, struct kwasm_diag *diag);
	void (*detach)(struct kwasm_attachment *at);
	struct list_head node;
};

/** kwasm_hook_register() - offer a hook.  Process context.  Return: 0 or -EEXIST. */
int kwasm_hook_register(struct kwasm_hook_type *type);

/** kwasm_hook_unregister() - unregister a hook type, detach its handlers everywhere. */
void kwasm_hook_unregister(struct kwasm_hook_type *type);

/** kwasm_hook_known() - is a hook of this name registered? */
bool kwasm_hook_known(const char *name);

int kwasm_provider_register(const struct kwasm_provider *provider);
void kwasm_provider_unregister(const struct kwasm_provider *provider);

/* Per CPU; counters, written by that CPU with BH off only, and at the end whose they are. */
struct kwasm_hook_stats {
	u64 bytes;
	u64 verdicts[KWASM_VERDICT_KINDS];	/* by KWASM_VERDICT_KIND */
	u64 run_cycles;
	u64 run_max_cycles;
	u64 reentered;
	u64 skipped;
	u64 traps[KWASM_NUM_TRAPS];
	struct kwasm_attachment *at;
};

/**
 * struct kwasm_run_cpu - a run's part on one CPU
 * @ctx: the program's instance
 * @stats: the attachment's counters
 */
struct kwasm_run_cpu {
	struct kwasm_ctx *ctx;
	struct kwasm_hook_stats *stats;
};

/**
 * struct kwasm_run - data of the hot path: immutable, replaced as a whole by RCU
 * @code: the handler: () -> i32
 * @needs: enum kwasm_needs
 * @hook_number: result of kwasm_pkt_hook()
 * @trapped: in the attachment's list, once a trap has removed it
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
 * struct kwasm_attachment - a handler at a hook
 * @run: NULL while the handler must not run (backing off, detached)
 * @stats: per CPU
 * @ref: one for the list, and one while @work is queued or running
 * @policy: enum kwasm_policy, like @family, @priority, @type, @entry and @dev fixed
 * @state: enum kwasm_state, for show; written under kwasm_lock and by traps
 * @hooked: type->attach() has been called; kwasm_lock
 * @dead: being destroyed; kwasm_lock
 * @prog: its current or last program; kwasm_lock
 * @next: run prepared for kwasm_attachment_commit(); kwasm_lock
 * @rehooked: type->attach() has been called for @next only; kwasm_lock
 * @trap_lock: protects @last_trap, @trap_time_ns, @failed_ns and @backoff_ms
 * @failed_ns: time when its run was last removed, or a restart failed
 * @trapped: runs removed by traps, freed by @work
 * @work: handles a trap in process context: restart or detach
 * @hook_priv: owned by the hook module
 */
struct kwasm_attachment {
	struct kwasm_run __rcu *run;
	struct kwasm_hook_stats __percpu *stats;
	u8 policy;
	u8 state;
	u8 family;
	bool hooked;
	bool rehooked;
	bool dead;
	s32 priority;
	u32 id;
	struct kref ref;
	struct kwasm_hook_type *type;
	struct kwasm_net *knet;
	struct kwasm_program *prog;
	struct kwasm_run *next;
	struct list_head node;
	char entry[KWASM_NAME_LEN];
	char dev[IFNAMSIZ];
	u64 attached_ns;
	spinlock_t trap_lock;
	struct kwasm_trap_info last_trap;
	u64 trap_time_ns;
	u64 failed_ns;
	u32 backoff_ms;
	u64 restarts;
	struct llist_head trapped;
	struct delayed_work work;
	void *hook_priv;
};

/** kwasm_attachment_put() - drop a reference; any context that may free. */
void kwasm_attachment_put(struct kwasm_attachment *at);

/**
 * kwasm_attachment_trapped() - handle a trap.
 * @ctx: the context of the instance that trapped
 *
 * Context: BH off, inside the RCU read section of the invocation.  Return: the packet's verdict.
 */
u32 kwasm_attachment_trapped(struct kwasm_attachment *at, const struct kwasm_ctx *ctx,
			     const struct kwasm_trap_info *trap);

/**
 * struct kwasm_attach_request - where to attach what
 */
struct kwasm_attach_request {
	const char *hook;
	const char *entry;	/* NULL: KWASM_ENTRY_DEFAULT */
	const char *dev;	/* NULL: any */
	u8 family;		/* 0: the hook's default */
	u8 policy;
	s32 priority;
};

/** kwasm_attachment_create() - attach @prog.  kwasm_lock held.  Return: 0 or -errno. */
int kwasm_attachment_create(struct kwasm_program *prog, const struct kwasm_attach_request *req,
			    struct kwasm_diag *diag, struct kwasm_attachment **out);

/** kwasm_attachment_destroy() - detach and free.  kwasm_lock held; waits for a grace period. */
void kwasm_attachment_destroy(struct kwasm_attachment *at);

/** kwasm_attachments_destroy() - the same for those moved to a list, in one grace period. */
void kwasm_attachments_destroy(struct list_head *doomed);

/**
 * kwasm_attachments_detach() - destroy the attachments on a list, as if each had been requested.
 *
 * Listeners are notified, and linked programs are unloaded with their last attachment.
 * Context: kwasm_lock held; waits for a grace period.
 */
void kwasm_attachments_detach(struct list_head *doomed);

/*
 * Replacing a program is all or nothing over its attachments: prepare each, then commit each; or
 * cancel those that are prepared.  kwasm_lock held throughout.
 */
int kwasm_attachment_prepare(struct kwasm_attachment *at, struct kwasm_program *prog,
			     struct kwasm_diag *diag);
void kwasm_attachment_cancel(struct kwasm_attachment *at);
void kwasm_attachment_commit(struct kwasm_attachment *at);

#endif /* KWASM_KERNEL_HOOK_H */
