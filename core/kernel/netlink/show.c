// SPDX-License-Identifier: GPL-2.0-only
/*
 * show.c - programs, attachments and traps as netlink attributes.
 *
 * Guarantees: each fits its message; names are truncated, their number bounded.
 */
#include <crypto/sha2.h>

#include "kernel/machine/arch.h"
#include "netlink.h"

int kwasm_nl_put_name(struct sk_buff *skb, int attr, const struct kwasm_name *name)
{
	char text[KWASM_NAME_LEN];
	u32 len = min_t(u32, name->len, sizeof(text) - 1);

	memcpy(text, name->str, len);
	text[len] = 0;
	return nla_put_string(skb, attr, text);
}

static int put_import(struct sk_buff *skb, const struct kwasm_import *import)
{
	struct nlattr *nest = nla_nest_start(skb, KWASM_A_PROGRAM_IMPORT);

	if (!nest || kwasm_nl_put_name(skb, KWASM_A_IMPORT_MODULE, &import->module) ||
	    kwasm_nl_put_name(skb, KWASM_A_IMPORT_NAME, &import->field) ||
	    nla_put_u8(skb, KWASM_A_IMPORT_KIND, import->kind))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_export(struct sk_buff *skb, const struct kwasm_export *export)
{
	struct nlattr *nest = nla_nest_start(skb, KWASM_A_PROGRAM_EXPORT);

	if (!nest || kwasm_nl_put_name(skb, KWASM_A_EXPORT_NAME, &export->name) ||
	    nla_put_u8(skb, KWASM_A_EXPORT_KIND, export->kind))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/*
 * The manifest is informative: if imports or exports exceed a message, the rest is omitted rather
 * than the program.
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

int kwasm_nl_put_program(struct sk_buff *skb, const struct kwasm_program *prog, bool detail)
{
	u64 memory = (u64)prog->limits.memory_pages * KWASM_PAGE_SIZE;

	return nla_put_string(skb, KWASM_A_PROGRAM_NAME, prog->name) ?:
	       nla_put_u32(skb, KWASM_A_PROGRAM_ID, prog->id) ?:
	       nla_put(skb, KWASM_A_PROGRAM_TAG, sizeof(prog->digest), prog->digest) ?:
	       kwasm_nl_put_u64(skb, KWASM_A_PROGRAM_AGE_NS,
				ktime_get_boottime_ns() - prog->loaded_ns) ?:
	       nla_put_u32(skb, KWASM_A_PROGRAM_WASM_BYTES, prog->image.module->size) ?:
	       nla_put_u32(skb, KWASM_A_PROGRAM_CODE_BYTES, prog->image.code->text_used) ?:
	       kwasm_nl_put_u64(skb, KWASM_A_PROGRAM_MEMORY_BYTES,
				kwasm_instances_memory_bytes(prog->instances)) ?:
	       kwasm_nl_put_u64(skb, KWASM_A_PROGRAM_COMPILE_NS, prog->image.code->compile_ns) ?:
	       nla_put_u32(skb, KWASM_A_PROGRAM_INSTANCES, num_possible_cpus()) ?:
	       nla_put_u32(skb, KWASM_A_PROGRAM_ATTACHMENTS, prog->num_handlers) ?:
	       nla_put_u8(skb, KWASM_A_PROGRAM_FLOATS, prog->image.module->float_code) ?:
	       nla_put_u8(skb, KWASM_A_PROGRAM_LINKED, prog->linked) ?:
	       kwasm_nl_put_u64(skb, KWASM_A_PROGRAM_TIME_LIMIT, prog->time_limit_ns) ?:
	       kwasm_nl_put_u64(skb, KWASM_A_PROGRAM_MEMORY_LIMIT, memory) ?:
	       kwasm_nl_put_u64(skb, KWASM_A_PROGRAM_TOTAL_BYTES,
				kwasm_account_used(prog->account)) ?:
	       kwasm_nl_put_u64(skb, KWASM_A_PROGRAM_TOTAL_LIMIT,
				kwasm_account_limit(prog->account)) ?:
	       kwasm_nl_put_u64(skb, KWASM_A_PROGRAM_LOST, READ_ONCE(prog->log.lost)) ?:
	       (detail ? put_manifest(skb, prog->image.module) : 0);
}

int kwasm_nl_put_trap(struct sk_buff *skb, int attr, const struct kwasm_module *module,
		      const struct kwasm_trap_info *trap)
{
	struct nlattr *nest = nla_nest_start(skb, attr);
	bool located = trap->offset != KWASM_DIAG_NONE;
	const struct kwasm_name *name;

	if (!nest || nla_put_u8(skb, KWASM_A_TRAP_KIND, trap->kind) ||
	    (located && (nla_put_u32(skb, KWASM_A_TRAP_FUNC, trap->func) ||
			 nla_put_u32(skb, KWASM_A_TRAP_OFFSET, trap->offset))))
		return -EMSGSIZE;
	name = located && trap->func < module->num_funcs ? &module->funcs[trap->func].name : NULL;
	if (name && name->len && kwasm_nl_put_name(skb, KWASM_A_TRAP_FUNC_NAME, name))
		return -EMSGSIZE;
	if (trap->kind == KWASM_TRAP_MEMORY &&
	    kwasm_nl_put_u64(skb, KWASM_A_TRAP_ADDRESS, trap->address))
		return -EMSGSIZE;
	if (trap->kind == KWASM_TRAP_VERDICT &&
	    nla_put_u32(skb, KWASM_A_TRAP_VALUE, trap->value))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static void stats_sum(const struct kwasm_handler *h, struct kwasm_handler_stats *sum)
{
	const u64 *from;
	u64 *to = (u64 *)sum;
	u64 max_cycles = 0;
	int cpu;
	u32 i;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		from = (const u64 *)per_cpu_ptr(h->stats, cpu);
		for (i = 0; i < offsetof(struct kwasm_handler_stats, handler) / sizeof(u64); i++)
			to[i] += READ_ONCE(from[i]);
		max_cycles = max(max_cycles,
				 READ_ONCE(per_cpu_ptr(h->stats, cpu)->run_max_cycles));
	}
	sum->run_max_cycles = max_cycles;
}

/* Each handled packet ended in a verdict, which repeat is not, or in a trap. */
static u64 count_packets(const struct kwasm_handler_stats *stats)
{
	u64 total = 0;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(stats->verdicts); i++)
		total += stats->verdicts[i];
	for (i = 0; i < ARRAY_SIZE(stats->traps); i++)
		total += stats->traps[i];
	return total - stats->verdicts[KWASM_VERDICT_REPEAT];
}

/* @drops: what the trap policy did with their packets */
static int put_trap_counts(struct sk_buff *skb, const struct kwasm_handler_stats *stats, bool drops)
{
	struct nlattr *nest;
	u64 total = 0;
	u32 i;

	for (i = 0; i < KWASM_NUM_TRAPS; i++) {
		if (!stats->traps[i])
			continue;
		total += stats->traps[i];
		nest = nla_nest_start(skb, KWASM_A_STATS_TRAP_COUNT);
		if (!nest || nla_put_u8(skb, KWASM_A_TRAP_COUNT_KIND, i) ||
		    kwasm_nl_put_u64(skb, KWASM_A_TRAP_COUNT_COUNT, stats->traps[i]))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return kwasm_nl_put_u64(skb, KWASM_A_STATS_TRAPS, total) ?:
	       kwasm_nl_put_u64(skb, KWASM_A_STATS_ACCEPTED_BY_POLICY, drops ? 0 : total) ?:
	       kwasm_nl_put_u64(skb, KWASM_A_STATS_DROPPED_BY_POLICY, drops ? total : 0);
}

static int put_stats(struct sk_buff *skb, const struct kwasm_handler *h)
{
	struct nlattr *nest = nla_nest_start(skb, KWASM_A_ATTACHMENT_STATS);
	struct kwasm_handler_stats sum;
	const u64 *verdicts = sum.verdicts;

	if (!nest)
		return -EMSGSIZE;
	stats_sum(h, &sum);
	if (kwasm_nl_put_u64(skb, KWASM_A_STATS_PACKETS, count_packets(&sum)) ||
	    kwasm_nl_put_u64(skb, KWASM_A_STATS_BYTES, sum.bytes) ||
	    kwasm_nl_put_u64(skb, KWASM_A_STATS_ACCEPTED, verdicts[KWASM_VERDICT_ACCEPT]) ||
	    kwasm_nl_put_u64(skb, KWASM_A_STATS_DROPPED, verdicts[KWASM_VERDICT_DROP]) ||
	    kwasm_nl_put_u64(skb, KWASM_A_STATS_QUEUED, verdicts[KWASM_VERDICT_QUEUE]) ||
	    kwasm_nl_put_u64(skb, KWASM_A_STATS_REPEATED, verdicts[KWASM_VERDICT_REPEAT]) ||
	    kwasm_nl_put_u64(skb, KWASM_A_STATS_REENTERED, sum.reentered) ||
	    kwasm_nl_put_u64(skb, KWASM_A_STATS_SKIPPED, sum.skipped) ||
	    kwasm_nl_put_u64(skb, KWASM_A_STATS_RESTARTS, h->restarts) ||
	    kwasm_nl_put_u64(skb, KWASM_A_STATS_RUN_NS, kwasm_cycles_to_ns(sum.run_cycles)) ||
	    kwasm_nl_put_u64(skb, KWASM_A_STATS_RUN_MAX_NS,
			     kwasm_cycles_to_ns(sum.run_max_cycles)) ||
	    put_trap_counts(skb, &sum, kwasm_verdict_trapped(h->policy) == KWASM_VERDICT_DROP))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static u8 attachment_state(const struct kwasm_attachment *at)
{
	/* A trap of the previous run may have written its state late. */
	if (!rcu_access_pointer(at->handler.run))
		return READ_ONCE(at->handler.state);
	return at->device.name[0] && !READ_ONCE(at->device.ifindex) ? KWASM_STATE_WAITING :
	       KWASM_STATE_ACTIVE;
}

int kwasm_nl_put_attachment(struct sk_buff *skb, struct kwasm_attachment *at)
{
	struct kwasm_handler *h = &at->handler;
	u8 state = attachment_state(at);
	struct kwasm_trap_info trap;
	char dev[IFNAMSIZ];

	kwasm_device_name(&at->device, dev);
	spin_lock_bh(&h->trap_lock);
	trap = h->last_trap;
	spin_unlock_bh(&h->trap_lock);
	return nla_put_u32(skb, KWASM_A_ATTACHMENT_ID, at->id) ?:
	       nla_put_string(skb, KWASM_A_ATTACHMENT_NAME, h->prog->name) ?:
	       nla_put_string(skb, KWASM_A_ATTACHMENT_HOOK, at->type->name) ?:
	       nla_put_string(skb, KWASM_A_ATTACHMENT_ENTRY, h->entry) ?:
	       nla_put_u8(skb, KWASM_A_ATTACHMENT_FAMILY, at->family) ?:
	       nla_put_s32(skb, KWASM_A_ATTACHMENT_PRIORITY, at->priority) ?:
	       nla_put_u8(skb, KWASM_A_ATTACHMENT_ON_TRAP, h->policy) ?:
	       nla_put_u8(skb, KWASM_A_ATTACHMENT_STATE, state) ?:
	       kwasm_nl_put_u64(skb, KWASM_A_ATTACHMENT_AGE_NS,
				ktime_get_boottime_ns() - at->attached_ns) ?:
	       (dev[0] ? nla_put_string(skb, KWASM_A_ATTACHMENT_DEV, dev) : 0) ?:
	       put_stats(skb, h) ?:
	       (trap.kind ? kwasm_nl_put_trap(skb, KWASM_A_ATTACHMENT_TRAP, h->prog->image.module,
					      &trap) : 0);
}

/*
 * The most that each of them takes: an attribute of each kind, a number with its padding, a name
 * that is cut, and nests.
 */
#define ATTR(bytes) (NLA_HDRLEN + NLA_ALIGN(bytes))
#define NUMBERS(space) (KWASM_A_##space##_MAX * (ATTR(sizeof(u64)) + NLA_HDRLEN))
#define NAMED ATTR(KWASM_NAME_LEN)
#define TRAP_BYTES (NUMBERS(TRAP) + NAMED)
#define STATS_BYTES (NUMBERS(STATS) + KWASM_NUM_TRAPS * (NLA_HDRLEN + NUMBERS(TRAP_COUNT)))
#define ATTACHMENT_BYTES (NUMBERS(ATTACHMENT) + 4 * NAMED + STATS_BYTES + TRAP_BYTES)
#define PROGRAM_BYTES (NUMBERS(PROGRAM) + NAMED + ATTR(SHA256_DIGEST_SIZE))
#define MANIFEST_BYTES (MANIFEST_MAX * (2 * NLA_HDRLEN + NUMBERS(IMPORT) + 2 * NAMED + \
					NUMBERS(EXPORT) + NAMED))
#define CALL_BYTES (NUMBERS(CALL) + TRAP_BYTES + KWASM_MAX_ARGS * (NLA_HDRLEN + NUMBERS(VALUE)))

static_assert(PROGRAM_BYTES <= KWASM_NL_SMALL);
static_assert(ATTACHMENT_BYTES <= KWASM_NL_SMALL);
static_assert(CALL_BYTES <= KWASM_NL_SMALL);
static_assert(NUMBERS(INFO) + NAMED <= KWASM_NL_SMALL);
static_assert(PROGRAM_BYTES + MANIFEST_BYTES <= KWASM_NL_DETAIL);
