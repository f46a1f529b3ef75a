// SPDX-License-Identifier: GPL-2.0-only
/*
 * stats.c - print the counters of a handler, in the kernel or in this process, in the same way.
 */
#include "nl.h"
#include "out.h"
#include "stats.h"

/* In the order of JSON output. */
static const struct {
	int attr;
	const char *key;
	size_t at;
} counts[] = {
	{ KWASM_A_STATS_PACKETS, "packets", offsetof(struct ctl_stats, packets) },
	{ KWASM_A_STATS_BYTES, "bytes", offsetof(struct ctl_stats, bytes) },
	{ KWASM_A_STATS_ACCEPTED, "accepted", offsetof(struct ctl_stats, accepted) },
	{ KWASM_A_STATS_DROPPED, "dropped", offsetof(struct ctl_stats, dropped) },
	{ KWASM_A_STATS_QUEUED, "queued", offsetof(struct ctl_stats, queued) },
	{ KWASM_A_STATS_REPEATED, "repeated", offsetof(struct ctl_stats, repeated) },
	{ KWASM_A_STATS_TRAPS, "traps", offsetof(struct ctl_stats, traps) },
	{ KWASM_A_STATS_ACCEPTED_BY_POLICY, "accepted_by_policy",
	  offsetof(struct ctl_stats, accepted_by_policy) },
	{ KWASM_A_STATS_DROPPED_BY_POLICY, "dropped_by_policy",
	  offsetof(struct ctl_stats, dropped_by_policy) },
	{ KWASM_A_STATS_SKIPPED, "skipped", offsetof(struct ctl_stats, skipped) },
	{ KWASM_A_STATS_REENTERED, "reentered", offsetof(struct ctl_stats, reentered) },
	{ KWASM_A_STATS_RESTARTS, "restarts", offsetof(struct ctl_stats, restarts) },
	{ KWASM_A_STATS_RUN_NS, "run_ns", offsetof(struct ctl_stats, run_ns) },
	{ KWASM_A_STATS_RUN_MAX_NS, "run_max_ns", offsetof(struct ctl_stats, run_max_ns) },
};

void ctl_stats_from_fields(struct ctl_stats *s, const struct ctl_fields *f)
{
	struct nlattr *at = NULL;
	struct ctl_fields t;
	u64 kind;
	size_t i;

	memset(s, 0, sizeof(*s));
	for (i = 0; i < ARRAY_SIZE(counts); i++)
		*(u64 *)((u8 *)s + counts[i].at) = ctl_field_uint(f, counts[i].attr);
	while ((at = ctl_field_next(f, KWASM_A_STATS_TRAP_COUNT, at))) {
		ctl_attr_nest(at, &t);
		kind = ctl_field_uint(&t, KWASM_A_TRAP_COUNT_KIND);
		if (kind < KWASM_NUM_TRAPS)
			s->by_kind[kind] = ctl_field_uint(&t, KWASM_A_TRAP_COUNT_COUNT);
	}
}

u64 ctl_stats_mean(const struct ctl_stats *s)
{
	return s->packets ? s->run_ns / s->packets : 0;
}

void ctl_stats_out(const struct ctl_stats *s)
{
	u32 kind;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(counts); i++)
		ctl_out_uint(counts[i].key, NULL, *(const u64 *)((const u8 *)s + counts[i].at));
	ctl_out_uint("run_mean_ns", NULL, ctl_stats_mean(s));
	ctl_out_object("traps_by_kind");
	for (kind = 0; kind < KWASM_NUM_TRAPS; kind++)
		if (s->by_kind[kind])
			ctl_out_uint(kwasm_trap_word(kind), NULL, s->by_kind[kind]);
	ctl_out_end();
}

static void print_traps(const struct ctl_stats *s)
{
	const char *comma = " (";
	u32 kind;

	ctl_out_text("    traps %llu", (unsigned long long)s->traps);
	for (kind = 0; kind < KWASM_NUM_TRAPS; kind++) {
		if (!s->by_kind[kind])
			continue;
		ctl_out_text("%s%s %llu", comma, kwasm_trap_word(kind),
			     (unsigned long long)s->by_kind[kind]);
		comma = ", ";
	}
	if (*comma == ',')
		ctl_out_text(")");
	if (s->accepted_by_policy)
		ctl_out_text(", accepted by policy %llu",
			     (unsigned long long)s->accepted_by_policy);
	if (s->dropped_by_policy)
		ctl_out_text(", dropped by policy %llu",
			     (unsigned long long)s->dropped_by_policy);
}

void ctl_stats_print(const struct ctl_stats *s)
{
	char all[32], mean[32], most[32];

	ctl_stats_out(s);
	ctl_out_text("    packets %llu (%llu bytes): accepted %llu, dropped %llu, queued %llu, repeated %llu\n",
		     (unsigned long long)s->packets, (unsigned long long)s->bytes,
		     (unsigned long long)s->accepted, (unsigned long long)s->dropped,
		     (unsigned long long)s->queued, (unsigned long long)s->repeated);
	print_traps(s);
	ctl_out_text(", skipped %llu, reentered %llu, restarts %llu\n",
		     (unsigned long long)s->skipped, (unsigned long long)s->reentered,
		     (unsigned long long)s->restarts);
	ctl_out_text("    time %s in all, %s mean, %s at most\n",
		     ctl_time_format(all, s->run_ns), ctl_time_format(mean, ctl_stats_mean(s)),
		     ctl_time_format(most, s->run_max_ns));
}
