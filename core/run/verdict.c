// SPDX-License-Identifier: GPL-2.0-only
/*
 * verdict.c - names of verdicts, and the verdict for a handler that trapped.
 */
#include "uapi/kwasm.h"
#include "verdict.h"

u32 kwasm_verdict_trapped(u32 policy)
{
	return policy == KWASM_POLICY_DROP ? KWASM_VERDICT_DROP : KWASM_VERDICT_ACCEPT;
}

const char *kwasm_verdict_name(u32 verdict)
{
	switch (KWASM_VERDICT_KIND(verdict)) {
	case KWASM_VERDICT_DROP:
		return "drop";
	case KWASM_VERDICT_ACCEPT:
		return "accept";
	case KWASM_VERDICT_QUEUE:
		return "queue";
	case KWASM_VERDICT_REPEAT:
		return "repeat";
	}
	return NULL;
}
