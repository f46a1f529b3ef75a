/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * user.h - the library's user-space interface beyond the portable core, and internals of its files.
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
 * kwasm_user_deadline_init() - prepare the thread's first deadline in advance.
 *
 * Lets a caller check that a deadline can be armed: if it cannot, a call that is limited by struct
 * kwasm_limits.call_ms does not start and ends with KWASM_TRAP_TIME.
 * Return: 0 or -errno.
 */
int kwasm_user_deadline_init(void);

/** kwasm_user_deadline_disarm() - the guest has returned; a request that came too late is void. */
void kwasm_user_deadline_disarm(struct kwasm_ctx *ctx);

/* ---- inside core/user/ ---- */

/** kwasm_user_siphash() - SipHash-1-3 of @len bytes with @key. */
u64 kwasm_user_siphash(const u64 key[2], const void *p, size_t len);

/** kwasm_user_deadline_armed() - has the calling thread armed a deadline? */
bool kwasm_user_deadline_armed(void);

/** kwasm_user_text_add() - compiled code may run in [@start, @end) from now on.  Or -ENOSPC. */
int kwasm_user_text_add(const void *start, const void *end);

/** kwasm_user_text_del() - unregister the range that starts at @start. */
void kwasm_user_text_del(const void *start);

/** kwasm_user_thread_init() - signal stack and handlers for the calling thread.  0 or -errno. */
int kwasm_user_thread_init(void);

#endif /* KWASM_USER_H */
