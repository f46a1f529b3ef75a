// SPDX-License-Identifier: GPL-2.0-only
/*
 * step.c - checkpoints of long work.
 */
#include "step.h"

int kwasm_steps_check(struct kwasm_steps *steps)
{
	steps->taken = 0;
	if (kwasm_checkpoint())
		steps->stopped = -EINTR;
	else if (!steps->stopped && steps->deadline_ns && kwasm_now_ns() > steps->deadline_ns)
		steps->stopped = -ETIME;
	return steps->stopped;
}
