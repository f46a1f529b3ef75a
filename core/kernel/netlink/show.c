// SPDX-License-Identifier: GPL-2.0-only
/*
 * nl_put.c - programs and attachments as netlink attributes.
 */
#include <linux/math64.h>

#include <asm/tsc.h>

#include "netlink.h"

static int put_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, KWASM_A_PAD);
}

/* A name from the binary, which need not be terminated or short. */
static int put_name(struct sk_buff *skb, int attr, const struct kwasm_name *name)
{
	char text[KWASM_NAME_LEN];
	u32 len = min_t(u32, name->len, sizeof(text) - 1);

	memcpy(text, name->str, len);
	text[len] = 0;
	return nla_put_string(skb, attr, text);
}

static int put_import(struct sk_buff *skb, const struct kwasm_import *import)
{
	struct nlattr *nest = nla_nest_start(skb, KWASM_A_IMPORT);

	if (!nest || put_name(skb, KWASM_A_MODULE, &import->module) ||
	    put_name(skb, KWASM_A_ENTRY, &import->field) ||
	    nla_put_u8(skb, KWASM_A_KIND, import->kind)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int put_export(struct sk_buff *skb, const struct kwasm_export *export)
{
	struct nlattr *nest = nla_nest_start(skb, KWASM_A_EXPORT);

	if (!nest || put_name(skb, KWASM_A_ENTRY, &export->name) ||
	    nla_put_u8(skb, KWASM_A_KIND, export->kind)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

/*
 * The manifest is informative: where a module imports or exports more than a message holds, the
 * rest is left out rather than the program.
 */
#define MANIFEST_MAX 32u

static int put_manifest(struct sk_buff *skb, const struct kwasm_module *m)
{
	u32 i;

	for (i = 0; i < min(m->num_imports, MANIFEST_MAX); i++)
		if (put_import(skb, &m->imports[i]))
			return -EMSGSIZE;
	for (i = 0; i < min(m->num_exports, MANIFEST_MAX); i++)
		if (put_export(skb, &m->exports[i]))
			return -EMSGSIZE;
	return 0;
}

static int put_program_fields(struct sk_buff *skb, const struct kwasm_program *prog)
{
	if (nla_put_string(skb, KWASM_A_NAME, prog->name) ||
	    nla_put_u32(skb, KWASM_A_ID, prog->id) ||
	    nla_put(skb, KWASM_A_TAG, sizeof(prog->digest), prog->digest) ||
	    put_u64(skb, KWASM_A_AGE_NS, ktime_get_ns() - prog->loaded_ns) ||
	    nla_put_u32(skb, KWASM_A_WASM_BYTES, prog->module->size) ||
	    nla_put_u32(skb, KWASM_A_CODE_BYTES, prog->code->text_used) ||
	    put_u64(skb, KWASM_A_MEMORY_BYTES, kwasm_program_memory_bytes(prog)) ||
	    put_u64(skb, KWASM_A_COMPILE_NS, prog->code->compile_ns) ||
	    nla_put_u32(skb, KWASM_A_INSTANCES, num_possible_cpus()) ||
	    nla_put_u32(skb, KWASM_A_ATTACHMENTS, prog->attachments) ||
	    nla_put_u8(skb, KWASM_A_FLOATS, prog->module->float_code) ||
	    nla_put_u8(skb, KWASM_A_LINKED, prog->linked) ||
	    put_u64(skb, KWASM_A_TIME_LIMIT, prog->time_limit_ns) ||
	    put_u64(skb, KWASM_A_MEMORY_LIMIT,
		    (u64)prog->limits.memory_pages * KWASM_PAGE_SIZE) ||
	    put_u64(skb, KWASM_A_LOST, READ_ONCE(prog->log.lost)))
		return -EMSGSIZE;
	return 0;
}

int kwasm_nl_put_program(struct sk_buff *skb, const struct kwasm_program *prog, bool detail)
{
	struct nlattr *nest = nla_nest_start(skb, KWASM_A_PROGRAM);

	if (!nest)
		return -EMSGSIZE;
	if (put_program_fields(skb, prog) || (detail && put_manifest(skb, prog->module))) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

int kwasm_nl_put_trap(struct sk_buff *skb, const struct kwasm_module *module,
		      const struct kwasm_trap_info *trap)
{
	struct nlattr *nest = nla_nest_start(skb, KWASM_A_TRAP);

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u8(skb, KWASM_A_TRAP_KIND, trap->kind))
		goto cancel;
	if (trap->offset != KWASM_DIAG_NONE &&
	    (nla_put_u32(skb, KWASM_A_FUNC, trap->func) ||
	     nla_put_u32(skb, KWASM_A_OFFSET, trap->offset)))
		goto cancel;
	if (trap->offset != KWASM_DIAG_NONE && trap->func < module->num_funcs &&
	    module->funcs[trap->func].name.len &&
	    put_name(skb, KWASM_A_FUNC_NAME, &module->funcs[trap->func].name))
		goto cancel;
	if (trap->kind == KWASM_TRAP_MEMORY && put_u64(skb, KWASM_A_ADDRESS, trap->address))
		goto cancel;
	nla_nest_end(skb, nest);
	return 0;
cancel:
	nla_nest_cancel(skb, nest);
	return -EMSGSIZE;
}

static void stats_sum(const struct kwasm_attachment *at, struct kwasm_hook_stats *sum)
{
	const u64 *from;
	u64 *to = (u64 *)sum;
	u64 max_cycles = 0;
	int cpu;
	u32 i;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		from = (const u64 *)per_cpu_ptr(at->stats, cpu);
		for (i = 0; i < offsetof(struct kwasm_hook_stats, at) / sizeof(u64); i++)
			to[i] += READ_ONCE(from[i]);
		max_cycles = max(max_cycles,
				 READ_ONCE(per_cpu_ptr(at->stats, cpu)->run_max_cycles));
	}
	sum->run_max_cycles = max_cycles;
}

static u64 cycles_to_ns(u64 cycles)
{
	return tsc_khz ? mul_u64_u64_div_u64(cycles, 1000000, tsc_khz) : 0;
}

/* Each packet that was handled ended in a verdict, repeating is none, or in a trap. */
static u64 count_packets(const struct kwasm_hook_stats *stats)
{
	u64 total = 0;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(stats->verdicts); i++)
		total += stats->verdicts[i];
	for (i = 0; i < ARRAY_SIZE(stats->traps); i++)
		total += stats->traps[i];
	return total - stats->verdicts[KWASM_VERDICT_REPEAT];
}

static int put_trap_counts(struct sk_buff *skb, const struct kwasm_hook_stats *stats)
{
	struct nlattr *nest;
	u64 total = 0;
	u32 i;

	for (i = 0; i < KWASM_NUM_TRAPS; i++) {
		if (!stats->traps[i])
			continue;
		total += stats->traps[i];
		nest = nla_nest_start(skb, KWASM_A_TRAP_COUNT);
		if (!nest || nla_put_u8(skb, KWASM_A_TRAP_KIND, i) ||
		    put_u64(skb, KWASM_A_COUNT, stats->traps[i]))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return put_u64(skb, KWASM_A_TRAPS, total);
}

static int put_stats(struct sk_buff *skb, const struct kwasm_attachment *at)
{
	struct nlattr *nest = nla_nest_start(skb, KWASM_A_STATS);
	struct kwasm_hook_stats sum;

	if (!nest)
		return -EMSGSIZE;
	stats_sum(at, &sum);
	if (put_u64(skb, KWASM_A_PACKETS, count_packets(&sum)) ||
	    put_u64(skb, KWASM_A_BYTES, sum.bytes) ||
	    put_u64(skb, KWASM_A_ACCEPTED, sum.verdicts[KWASM_VERDICT_ACCEPT]) ||
	    put_u64(skb, KWASM_A_DROPPED, sum.verdicts[KWASM_VERDICT_DROP]) ||
	    put_u64(skb, KWASM_A_QUEUED, sum.verdicts[KWASM_VERDICT_QUEUE]) ||
	    put_u64(skb, KWASM_A_REPEATED, sum.verdicts[KWASM_VERDICT_REPEAT]) ||
	    put_u64(skb, KWASM_A_REENTERED, sum.reentered) ||
	    put_u64(skb, KWASM_A_SKIPPED, sum.skipped) ||
	    put_u64(skb, KWASM_A_RESTARTS, at->restarts) ||
	    put_u64(skb, KWASM_A_RUN_NS, cycles_to_ns(sum.run_cycles)) ||
	    put_u64(skb, KWASM_A_RUN_MAX_NS, cycles_to_ns(sum.run_max_cycles)) ||
	    put_trap_counts(skb, &sum)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int put_attachment_fields(struct sk_buff *skb, struct kwasm_attachment *at)
{
	/* A trap of the run before may have written its state late. */
	u8 state = rcu_access_pointer(at->run) ? KWASM_STATE_ACTIVE : READ_ONCE(at->state);

	if (nla_put_u32(skb, KWASM_A_ID, at->id) ||
	    nla_put_string(skb, KWASM_A_NAME, at->prog->name) ||
	    nla_put_string(skb, KWASM_A_HOOK, at->type->name) ||
	    nla_put_string(skb, KWASM_A_ENTRY, at->entry) ||
	    nla_put_u8(skb, KWASM_A_FAMILY, at->family) ||
	    nla_put_s32(skb, KWASM_A_PRIORITY, at->priority) ||
	    nla_put_u8(skb, KWASM_A_ON_TRAP, at->policy) ||
	    nla_put_u8(skb, KWASM_A_STATE, state) ||
	    put_u64(skb, KWASM_A_AGE_NS, ktime_get_ns() - at->attached_ns) ||
	    (at->dev[0] && nla_put_string(skb, KWASM_A_DEV, at->dev)))
		return -EMSGSIZE;
	return 0;
}

int kwasm_nl_put_attachment(struct sk_buff *skb, struct kwasm_attachment *at)
{
	struct nlattr *nest = nla_nest_start(skb, KWASM_A_ATTACHMENT);
	struct kwasm_trap_info trap;

	if (!nest)
		return -EMSGSIZE;
	spin_lock_bh(&at->trap_lock);
	trap = at->last_trap;
	spin_unlock_bh(&at->trap_lock);
	if (put_attachment_fields(skb, at) || put_stats(skb, at) ||
	    (trap.kind && kwasm_nl_put_trap(skb, at->prog->module, &trap))) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}
