/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verdict.h - verdicts of handlers, and the verdict for one that trapped.
 */
#ifndef KWASM_VERDICT_H
#define KWASM_VERDICT_H

#include "env.h"

/* Verdicts as the guest returns them (kwasm_guest.h); netfilter's own numbers. */
#define KWASM_VERDICT_DROP 0u
#define KWASM_VERDICT_ACCEPT 1u
#define KWASM_VERDICT_QUEUE 3u
#define KWASM_VERDICT_REPEAT 4u
#define KWASM_VERDICT_KIND(v) ((v) & 0xffffu)
#define KWASM_VERDICT_KINDS 5u	/* length of an array by KWASM_VERDICT_KIND() */

/*
 * How often a handler sees one packet at most.  One that asks for it again for ever must not hang
 * the CPU.
 */
#define KWASM_VERDICT_RUNS_MAX 8u

/**
 * kwasm_verdict_valid() - is it one of the four, with a queue number only on QUEUE?
 * @queues: QUEUE is one
 */
static inline bool kwasm_verdict_valid(u32 v, bool queues)
{
	return v <= KWASM_VERDICT_ACCEPT || v == KWASM_VERDICT_REPEAT ||
	       (queues && KWASM_VERDICT_KIND(v) == KWASM_VERDICT_QUEUE);
}

/** kwasm_verdict_again() - may the handler run again on a packet after @runs runs? */
static inline bool kwasm_verdict_again(u32 v, u32 runs)
{
	return v == KWASM_VERDICT_REPEAT && runs < KWASM_VERDICT_RUNS_MAX;
}

/** kwasm_verdict_final() - @v, or the verdict for a handler that exceeded the repeat limit. */
static inline u32 kwasm_verdict_final(u32 v)
{
	return v == KWASM_VERDICT_REPEAT ? KWASM_VERDICT_DROP : v;
}

/** kwasm_verdict_trapped() - the verdict for a handler that trapped, by enum kwasm_policy. */
u32 kwasm_verdict_trapped(u32 policy);

/** kwasm_verdict_name() - "accept"; NULL for none.  Any context. */
const char *kwasm_verdict_name(u32 verdict);

#endif /* KWASM_VERDICT_H */
