/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * leave.h - what leaves the lists under kwasm_lock, and is freed after a grace period without it.
 */
#ifndef KWASM_KERNEL_LEAVE_H
#define KWASM_KERNEL_LEAVE_H

#include <linux/list.h>
#include <linux/llist.h>

struct kwasm_actor;
struct kwasm_attachment;
struct kwasm_program;

/**
 * struct kwasm_leave - things on their way out, of one task
 * @attachments: stopped: no new packet reaches them
 * @programs: not in a namespace's list any more
 * @runs: replaced by others
 */
struct kwasm_leave {
	struct list_head attachments;
	struct list_head programs;
	struct llist_head runs;
};

/** kwasm_leave_init() - nothing leaves so far. */
void kwasm_leave_init(struct kwasm_leave *leave);

/** kwasm_leave_attachment() - stop an attachment and take it out.  kwasm_lock held. */
void kwasm_leave_attachment(struct kwasm_leave *leave, struct kwasm_attachment *at);

/** kwasm_leave_program() - take a program out of its namespace.  kwasm_lock held. */
void kwasm_leave_program(struct kwasm_leave *leave, struct kwasm_program *prog);

/** kwasm_leave_attachments_of() - all attachments of @prog.  kwasm_lock held. */
void kwasm_leave_attachments_of(struct kwasm_leave *leave, struct kwasm_program *prog);

/**
 * kwasm_leave_linked() - the programs that came with an attachment and have none any more.
 * @by: who asked for it, NULL for the kernel
 *
 * Listeners are notified.  Context: kwasm_lock held.
 */
void kwasm_leave_linked(struct kwasm_leave *leave, const struct kwasm_actor *by);

/**
 * kwasm_leave_finish() - wait for a grace period, if anything leaves, and free it.
 *
 * One wait, however many they are.  Context: process, may sleep; kwasm_lock not held.
 */
void kwasm_leave_finish(struct kwasm_leave *leave);

/** kwasm_leave_free() - the same after the caller has waited. */
void kwasm_leave_free(struct kwasm_leave *leave);

#endif /* KWASM_KERNEL_LEAVE_H */
