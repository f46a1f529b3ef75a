// SPDX-License-Identifier: GPL-2.0-only
/*
 * tally.c - counts, times and log lines of `kwasmctl test`.
 *
 * Guarantees: bookkeeping never ends a run: without memory, times and lines are dropped, but never
 * counts.
 */
#include "ctl.h"
#include "out.h"
#include "tally.h"

#include "../core/run/verdict.h"

#define LINES_MAX 1000

static const struct {
	const char *key;
	const char *text;
} sights[] = {
#define SIGHT(name, key, text) { key, text },
	CTL_SIGHTS(SIGHT)
#undef SIGHT
};

const char *ctl_sight_key(enum ctl_sight sight)
{
	return sights[sight].key;
}

const char *ctl_sight_text(enum ctl_sight sight)
{
	return sights[sight].text;
}

void ctl_tally_time(struct ctl_tally *t, u64 ns)
{
	u64 room = t->room_times ? 2 * t->room_times : 1024;
	u64 *times;

	t->stats.run_ns += ns;
	t->stats.run_max_ns = max(t->stats.run_max_ns, ns);
	if (t->num_times == t->room_times) {
		times = realloc(t->times, room * sizeof(*times));
		if (!times)
			return;
		t->times = times;
		t->room_times = room;
	}
	t->times[t->num_times++] = ns;
}

void ctl_tally_log(struct ctl_tally *t, const char *text, u32 len)
{
	char **lines;

	t->all_lines++;
	if (t->num_lines == LINES_MAX)
		return;
	lines = realloc(t->lines, (t->num_lines + 1) * sizeof(*lines));
	if (!lines)
		return;
	t->lines = lines;
	lines[t->num_lines] = strndup(text, len);
	t->num_lines += !!lines[t->num_lines];
}

static bool same_trap(const struct ctl_trap *a, const struct ctl_trap *b)
{
	return a->kind == b->kind && a->value == b->value && a->located == b->located &&
	       a->func == b->func && a->offset == b->offset;
}

void ctl_tally_verdict(struct ctl_tally *t, u32 verdict)
{
	struct ctl_stats *s = &t->stats;

	s->packets++;
	switch (KWASM_VERDICT_KIND(verdict)) {
	case KWASM_VERDICT_ACCEPT:
		s->accepted++;
		break;
	case KWASM_VERDICT_QUEUE:
		s->queued++;
		break;
	default:
		s->dropped++;
	}
}

void ctl_tally_trap(struct ctl_tally *t, const struct ctl_trap *trap, u32 verdict)
{
	struct ctl_stats *s = &t->stats;
	u32 i;

	s->packets++;
	s->traps++;
	s->by_kind[trap->kind]++;
	if (verdict == KWASM_VERDICT_ACCEPT)
		s->accepted_by_policy++;
	else
		s->dropped_by_policy++;
	for (i = 0; i < t->num_traps; i++)
		if (same_trap(&t->traps[i].trap, trap))
			break;
	if (i == CTL_TALLY_TRAPS) {
		t->elsewhere++;
		return;
	}
	if (i == t->num_traps)
		t->traps[t->num_traps++].trap = *trap;
	t->traps[i].count++;
}

static u64 percent(u64 part, u64 whole)
{
	return whole ? (part * 100 + whole / 2) / whole : 0;
}

static void print_share(const struct ctl_tally *t, const char *what, u64 count)
{
	ctl_out_text("  %-24s%8llu  %3llu%%\n", what, (unsigned long long)count,
		     (unsigned long long)percent(count, t->sights[CTL_SIGHT_SEEN]));
}

/* Unusual ones are only listed if there are any. */
static void print_verdicts(const struct ctl_tally *t)
{
	const struct ctl_stats *s = &t->stats;
	const struct {
		const char *what;
		u64 count;
		bool always;
	} rows[] = {
		{ "accept", s->accepted, true }, { "drop", s->dropped, true },
		{ "queue", s->queued, true }, { "accepted by trap policy", s->accepted_by_policy },
		{ "dropped by trap policy", s->dropped_by_policy },
		{ "skipped: detached", s->skipped },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].always || rows[i].count)
			print_share(t, rows[i].what, rows[i].count);
	if (s->repeated)
		ctl_out_text("  repeated runs           %8llu\n", (unsigned long long)s->repeated);
	ctl_stats_out(s);
}

static void print_unseen(const struct ctl_tally *t)
{
	u32 i;

	ctl_out_uint("unseen", "unseen %llu\n", t->frames - t->sights[CTL_SIGHT_SEEN]);
	ctl_out_object("unseen_by_reason");
	for (i = CTL_SIGHT_SEEN + 1; i < CTL_NUM_SIGHTS; i++) {
		if (!t->sights[i])
			continue;
		ctl_out_text("  %-41s", ctl_sight_text(i));
		ctl_out_uint(ctl_sight_key(i), "%8llu\n", t->sights[i]);
	}
	ctl_out_end();
}

static void print_traps(const struct ctl_tally *t)
{
	char text[400];
	u32 i;

	ctl_out_text("traps %llu\n", (unsigned long long)t->stats.traps);
	ctl_out_array("traps_by_place");
	for (i = 0; i < t->num_traps; i++) {
		ctl_out_object(NULL);
		ctl_trap_out(&t->traps[i].trap);
		ctl_out_uint("count", "  %8llu", t->traps[i].count);
		ctl_out_text("  %s\n",
			     ctl_trap_format(&t->traps[i].trap, text, sizeof(text)));
		ctl_out_end();
	}
	ctl_out_end();
	ctl_out_uint("traps_elsewhere", t->elsewhere ? "  %8llu  elsewhere\n" : NULL,
		     t->elsewhere);
}

static int compare_times(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return (x > y) - (x < y);
}

static void print_times(struct ctl_tally *t)
{
	if (!t->num_times)
		return;
	qsort(t->times, t->num_times, sizeof(*t->times), compare_times);
	ctl_out_object("time");
	ctl_out_time("median_ns", "time %s median", t->times[t->num_times / 2]);
	ctl_out_time("max_ns", ", %s at most\n", t->times[t->num_times - 1]);
	ctl_out_end();
}

static void print_log(const struct ctl_tally *t)
{
	u32 i;

	if (!t->all_lines)
		return;
	ctl_out_uint("log_lines", "log lines %llu (--verbose shows them)\n", t->all_lines);
	ctl_out_array("log");
	for (i = 0; i < t->num_lines; i++)
		ctl_out_string(NULL, NULL, t->lines[i]);
	ctl_out_end();
}

void ctl_tally_print(struct ctl_tally *t)
{
	ctl_out_uint("frames", "frames %llu\n", t->frames);
	ctl_out_text("packets %llu\n", (unsigned long long)t->sights[CTL_SIGHT_SEEN]);
	print_verdicts(t);
	print_unseen(t);
	print_traps(t);
	print_times(t);
	print_log(t);
}

void ctl_tally_release(struct ctl_tally *t)
{
	u32 i;

	for (i = 0; i < t->num_lines; i++)
		free(t->lines[i]);
	free(t->lines);
	free(t->times);
}
