// SPDX-License-Identifier: GPL-2.0-only
/*
 * verdict_test.c - verdicts: their kinds, the bound on repeats, the verdict of a trap.
 */
#include "run/verdict.h"
#include "uapi/kwasm.h"

#include "tap.h"

static void test_valid(void)
{
	static const u32 valid[] = { 0, 1, 3, 4, 3 | 7 << 16, 3 | 0xffffu << 16 };
	static const u32 invalid[] = { 2, 5, 1 | 1 << 16, 4 | 1 << 16, 0x10000, U32_MAX };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(valid); i++)
		ok(kwasm_verdict_valid(valid[i], true) && kwasm_verdict_name(valid[i]),
		   "%#x is a verdict", valid[i]);
	for (i = 0; i < ARRAY_SIZE(invalid); i++)
		ok(!kwasm_verdict_valid(invalid[i], true), "%#x is none", invalid[i]);
	ok(!kwasm_verdict_valid(KWASM_VERDICT_QUEUE, false), "queue is none where there are no queues");
	ok(kwasm_verdict_valid(KWASM_VERDICT_REPEAT, false), "repeat is one there");
	ok(!kwasm_verdict_name(2), "2 has no name");
}

static void test_repeat(void)
{
	u32 runs = 1;

	while (kwasm_verdict_again(KWASM_VERDICT_REPEAT, runs))
		runs++;
	ok(runs == 8, "a packet is seen eight times at most");
	ok(!kwasm_verdict_again(KWASM_VERDICT_ACCEPT, 1), "and once where that is enough");
	ok(kwasm_verdict_final(KWASM_VERDICT_REPEAT) == KWASM_VERDICT_DROP,
	   "then it is dropped");
	ok(kwasm_verdict_final(KWASM_VERDICT_ACCEPT) == KWASM_VERDICT_ACCEPT,
	   "any other verdict stands");
}

static void test_trapped(void)
{
	u32 policy;

	for (policy = 0; policy < KWASM_NUM_POLICIES; policy++)
		ok(kwasm_verdict_trapped(policy) == (policy == KWASM_POLICY_DROP ?
			KWASM_VERDICT_DROP : KWASM_VERDICT_ACCEPT), "policy %u", policy);
}

int main(void)
{
	test_valid();
	test_repeat();
	test_trapped();
	return tap_done();
}
