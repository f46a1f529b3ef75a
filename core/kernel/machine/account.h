/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * account.h - memory that programs take, counted against ceilings and charged to their loaders.
 */
#ifndef KWASM_KERNEL_ACCOUNT_H
#define KWASM_KERNEL_ACCOUNT_H

#include <linux/list.h>
#include <linux/types.h>

#include "diag.h"

struct kwasm_account;
struct mem_cgroup;
struct task_struct;

/* What refuses memory. */
enum kwasm_ceiling {
	KWASM_CEILING_NONE,
	KWASM_CEILING_PROGRAM,	/* bytes of one account */
	KWASM_CEILING_TOTAL,	/* bytes of all */
	KWASM_CEILING_PAGES,	/* pages of all linear memories */
	KWASM_CEILING_MEMORIES,	/* linear memories */
	KWASM_CEILING_TEXT,	/* KiB of all machine code */
};

/**
 * struct kwasm_account_scope - what the current task allocates is an account's
 * @node: in the list of scopes, the newest first; under its lock
 * @task: whose stack this is on; only it reads and writes the rest
 * @account: which one
 * @memcg: charged before this scope
 * @ceiling: which refused memory last, enum kwasm_ceiling
 * @asked: how much more than @used, in the ceiling's unit
 * @used: of @limit
 */
struct kwasm_account_scope {
	struct list_head node;
	struct task_struct *task;
	struct kwasm_account *account;
	struct mem_cgroup *memcg;
	enum kwasm_ceiling ceiling;
	u64 asked;
	u64 used;
	u64 limit;
};

/**
 * kwasm_account_create() - an account, with one reference.
 * @limit: its ceiling in bytes
 *
 * Its memory is charged to the memory cgroup that the caller's is charged to: that of a remote
 * charging scope, else the caller's own.
 * Context: process, may sleep.  Return: NULL if out of memory.
 */
struct kwasm_account *kwasm_account_create(u64 limit);

/* Each allocation holds a reference.  Any context; NULL is allowed. */
struct kwasm_account *kwasm_account_get(struct kwasm_account *account);
void kwasm_account_put(struct kwasm_account *account);

/**
 * kwasm_account_enter() - what the current task allocates from now on is @account's.
 * @scope: until kwasm_account_leave(), by the same task; scopes nest
 *
 * The environment's allocations (env.h) are counted, and all accounted ones of the kernel are
 * charged to the account's memory cgroup.  Context: process.
 */
void kwasm_account_enter(struct kwasm_account_scope *scope, struct kwasm_account *account);
void kwasm_account_leave(struct kwasm_account_scope *scope);

/**
 * kwasm_account_explain() - if a ceiling refused memory, say so in @diag.
 * @err: result of what was done in @scope; the message so far says what needed the memory
 *
 * Return: -EDQUOT if @err says that memory is missing and a ceiling is the reason, else @err.
 */
int kwasm_account_explain(const struct kwasm_account_scope *scope, int err,
			  struct kwasm_diag *diag);

/** kwasm_account_current() - the account of the innermost scope, NULL without; no reference. */
struct kwasm_account *kwasm_account_current(void);

/** kwasm_account_memcg() - the memory cgroup of @account, NULL for none; lives as long. */
struct mem_cgroup *kwasm_account_memcg(const struct kwasm_account *account);

/**
 * kwasm_account_charge() - count @bytes, unless a ceiling is reached.
 * @account: NULL counts among the total only
 *
 * Context: any but NMI.  Return: false if they would exceed a ceiling.
 */
bool kwasm_account_charge(struct kwasm_account *account, u64 bytes);
void kwasm_account_uncharge(struct kwasm_account *account, u64 bytes);

/** kwasm_account_refused() - a ceiling of another file has refused memory.  Any context. */
void kwasm_account_refused(enum kwasm_ceiling ceiling, u64 asked, u64 used, u64 limit);

/* Bytes of an account and its ceiling; NULL: of all accounts.  Any context. */
u64 kwasm_account_used(const struct kwasm_account *account);
u64 kwasm_account_limit(const struct kwasm_account *account);

#endif /* KWASM_KERNEL_ACCOUNT_H */
