/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * program.h - loaded programs: a compiled module with an instance on each CPU.
 *
 * A program belongs to a network namespace, has a unique name there, and lives as long as somebody
 * holds a reference: the namespace's list (until unload, kill or replace) and each run.  Packets
 * reach it by RCU through struct kwasm_run, never through the list.
 */
#ifndef KWASM_KERNEL_PROGRAM_H
#define KWASM_KERNEL_PROGRAM_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>

#include "kernel/machine/account.h"
#include "run/instance.h"
#include "uapi/kwasm.h"
#include "image.h"
#include "instances.h"
#include "log.h"

/*
 * Every change of a program list, attachment list or hook list of any namespace.  Process context;
 * never held while guest code is compiled or run.
 *
 * Lock order, outermost first: pernet_ops_rwsem and rtnl, which a caller may hold, so that nothing
 * may take them under kwasm_lock; kwasm_lock; netfilter's and the CPU hotplug lock, taken by
 * attaching; a handler's trap_lock, a log's lock, devices_lock, no two of which are held together.
 */
extern struct mutex kwasm_lock;

/* Setup that a program requires for each packet. */
enum kwasm_needs {
	KWASM_NEEDS_PACKET = 1 << 0,	/* pkt_data, pkt_linear, pkt_len, packet */
	KWASM_NEEDS_META = 1 << 1,	/* meta_* */
	KWASM_NEEDS_FPU = 1 << 2,	/* floats; see fpu.h */
	KWASM_NEEDS_WATCH = 1 << 3,	/* a limit shorter than the watchdog's period */
};

/**
 * struct kwasm_program - a loaded program
 * @node: in the namespace's list; kwasm_lock
 * @account: of all memory that it takes
 * @instances: the current generation; kwasm_lock
 * @needs: enum kwasm_needs
 * @time_limit_ns: of one invocation, as requested; time_scale is applied at load
 * @digest: SHA-256 of the binary
 * @linked: loaded by an attach: unloaded with its last attachment; kwasm_lock
 * @gone: it was removed from the list and never returns there; set under kwasm_lock
 * @killed: its text is no longer executable; kwasm_lock
 * @handlers: its users, @num_handlers of them; kwasm_lock
 * @log_work: sends new lines of @log to listeners of events, starting at number @log_sent
 */
struct kwasm_program {
	struct kref ref;
	struct list_head node;
	struct kwasm_net *knet;
	u32 id;
	char name[KWASM_NAME_LEN];
	u8 digest[32];
	bool linked;
	struct kwasm_account *account;
	struct kwasm_image image;
	struct kwasm_instances *instances;
	struct kwasm_limits limits;
	u32 needs;
	u64 time_limit_ns;
	u64 loaded_ns;
	bool gone;
	bool killed;
	struct list_head handlers;
	u32 num_handlers;
	struct kwasm_log log;
	struct work_struct log_work;
	u64 log_sent;
};

/**
 * struct kwasm_net - a network namespace's programs and attachments; all under kwasm_lock, except
 * @leaving: how many of its objects are in no list any more, but not freed yet
 */
struct kwasm_net {
	struct net *net;
	struct list_head programs;
	struct list_head attachments;
	u32 num_programs;
	u32 num_attachments;
	struct list_head node;		/* in kwasm_nets */
	atomic_t leaving;
};

extern struct list_head kwasm_nets;	/* kwasm_lock */

struct kwasm_net *kwasm_net_of(struct net *net);
int kwasm_nets_init(void);
void kwasm_nets_exit(void);

/** kwasm_net_hold() - the namespace does not end before kwasm_net_drop().  kwasm_lock held. */
void kwasm_net_hold(struct kwasm_net *knet);
/** kwasm_net_drop() - any context; @knet may be gone afterwards. */
void kwasm_net_drop(struct kwasm_net *knet);

/**
 * struct kwasm_load_request - a program to load
 * @time_limit_ns: of one invocation, 0: the default
 * @memory_limit: bytes of one instance's memory, 0: the default
 * @total_limit: bytes of all that it takes, 0: the default
 * @deny: import patterns ("module.name", shell wildcards) that are refused
 */
struct kwasm_load_request {
	const char *name;
	const u8 *bytes;
	size_t size;
	u64 time_limit_ns;
	u64 memory_limit;
	u64 total_limit;
	const char *deny[KWASM_DENY_MAX];
	u32 num_deny;
};

/**
 * kwasm_program_create() - validate, compile and instantiate a program, without listing it.
 * @knet: its namespace
 * @req: the program; no reference to it is kept
 * @diag: the message if it is rejected
 * @out: the program with one reference
 *
 * Context: process, may sleep; kwasm_lock not held.
 * Return: 0 or -errno.
 */
int kwasm_program_create(struct kwasm_net *knet, const struct kwasm_load_request *req,
			 struct kwasm_diag *diag, struct kwasm_program **out);

/**
 * kwasm_program_add() - enter it into its namespace, which takes over the caller's reference.
 *
 * Context: kwasm_lock held.  Return: 0, -EEXIST, -ENOSPC; then the reference stays the caller's.
 */
int kwasm_program_add(struct kwasm_program *prog, struct kwasm_diag *diag);

/**
 * kwasm_program_unlist() - take it out of the list, if it is there; its start functions end.
 *
 * After a grace period kwasm_program_retire() drops the list's reference.  kwasm_lock held.
 */
void kwasm_program_unlist(struct kwasm_program *prog);

/**
 * kwasm_program_retire() - drop the list's reference of a program that nothing runs any more.
 *
 * Its namespace is still there, which its work needs.  Process context, may sleep; kwasm_lock not
 * held.
 */
void kwasm_program_retire(struct kwasm_program *prog);

/** kwasm_program_find() - find by name; NULL if there is none.  kwasm_lock held; no reference. */
struct kwasm_program *kwasm_program_find(struct kwasm_net *knet, const char *name);

static inline void kwasm_program_get(struct kwasm_program *prog)
{
	kref_get(&prog->ref);
}

/** kwasm_program_put() - drop a reference; the last one frees it.  Process context, may sleep. */
void kwasm_program_put(struct kwasm_program *prog);

/** kwasm_program_kill() - make its text non-executable: every CPU in it leaves.  May sleep. */
void kwasm_program_kill(struct kwasm_program *prog);

/**
 * kwasm_program_entry() - machine code of an exported function.
 * @name: export to look for
 * @sig: its required type, as in kwasm_abi.def
 * @rule: end of the sentence about a function of another type, "is not ..."
 *
 * Return: NULL with @diag set if there is none, if it has another type, or if its direct calls lead
 * to a function that may sleep.
 */
const void *kwasm_program_entry(const struct kwasm_program *prog, const char *name,
				const char *sig, const char *rule, struct kwasm_diag *diag);

/** kwasm_program_name_valid() - letters, digits, '_', '-', '.', at most KWASM_NAME_LEN - 1. */
bool kwasm_program_name_valid(const char *name);

#endif /* KWASM_KERNEL_PROGRAM_H */
