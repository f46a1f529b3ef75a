/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * step.h - work whose length a guest's numbers decide, in steps.
 *
 * Every loop over what a module contains takes a step per round, or as many as a round is long; so
 * that others run, a fatal signal and a deadline are noticed after a bounded amount of work.
 */
#ifndef KWASM_STEP_H
#define KWASM_STEP_H

#include "env.h"

/* A step is a few dozen instructions: that many take some microseconds. */
#define KWASM_STEPS_PER_CHECKPOINT 1024u

/* Bytes that are copied, compared or hashed in one step. */
#define KWASM_STEP_BYTES 64u

/**
 * struct kwasm_steps - the steps of one piece of work; owned by who does it
 * @taken: steps since the last checkpoint
 * @deadline_ns: kwasm_now_ns() at which the work has to end, 0: none
 * @stopped: why it has to end, 0 while it has not; every further step returns it
 */
struct kwasm_steps {
	u64 taken;
	u64 deadline_ns;
	int stopped;
};

/**
 * kwasm_steps_check() - a checkpoint now.
 *
 * Context: process, may sleep.
 * Return: 0; -EINTR the caller has been killed, -ETIME the deadline has passed: abandon the work.
 */
int kwasm_steps_check(struct kwasm_steps *steps);

/**
 * kwasm_steps_take() - @n steps of work, with a checkpoint when one is due; as above.
 *
 * A loop that cannot end early may ignore the result: others have run, and the next one that can
 * ends.
 */
static inline int kwasm_steps_take(struct kwasm_steps *steps, u64 n)
{
	steps->taken += n;
	return steps->taken < KWASM_STEPS_PER_CHECKPOINT ?
		steps->stopped : kwasm_steps_check(steps);
}

/** kwasm_steps_bytes() - the steps of going through @n bytes, at least one. */
static inline u64 kwasm_steps_bytes(u64 n)
{
	return 1 + n / KWASM_STEP_BYTES;
}

#endif /* KWASM_STEP_H */
