/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * user.h - what the library offers in user space beyond the portable core, and what its files
 * share.
 */
#ifndef KWASM_USER_H
#define KWASM_USER_H

#include "run/instance.h"

/**
 * kwasm_user_deadline_arm() - end a guest that runs for too long.
 * @ctx: context of the function that is about to be called
 * @ns: nanoseconds of wall-clock time from now
 *
 * The guest leaves with KWASM_TRAP_TIME.  One deadline per thread; the signal SIGRTMAX - 1 belongs
 * to the library.  Context: the thread that will run the guest.
 * Return: 0 or -errno.
 */
int kwasm_user_deadline_arm(struct kwasm_ctx *ctx, u64 ns);

/**
 * kwasm_user_deadline_init() - what the thread's first deadline needs, ahead of it.
 *
 * For those who want to know before a guest runs that one can be armed: where it cannot, a call
 * that struct kwasm_limits.call_ms limits does not begin and ends with KWASM_TRAP_TIME.
 * Return: 0 or -errno.
 */
int kwasm_user_deadline_init(void);

/** kwasm_user_deadline_disarm() - the guest has returned; a request that came too late is void. */
void kwasm_user_deadline_disarm(struct kwasm_ctx *ctx);

/* ---- inside core/user/ ---- */

/** kwasm_user_deadline_armed() - is one of the calling thread's under way? */
bool kwasm_user_deadline_armed(void);

/** kwasm_user_text_add() - compiled code may run in [@start, @end) from now on.  Or -ENOSPC. */
int kwasm_user_text_add(const void *start, const void *end);

/** kwasm_user_text_del() - the range that begins at @start is gone. */
void kwasm_user_text_del(const void *start);

/** kwasm_user_thread_init() - signal stack and handlers for the calling thread.  0 or -errno. */
int kwasm_user_thread_init(void);

#endif /* KWASM_USER_H */
