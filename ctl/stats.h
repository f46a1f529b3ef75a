/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stats.h - counters of a handler: the same names and meanings in show, stats and test.
 */
#ifndef KWASM_CTL_STATS_H
#define KWASM_CTL_STATS_H

#include "env.h"

#include "../core/run/trap.h"

struct ctl_fields;

/**
 * struct ctl_stats - counters of a handler, in the kernel or in this process
 * @packets: that it handled: accepted + dropped + queued + accepted and dropped by policy
 * @bytes: of the packet, for each run
 * @accepted: by a verdict of the handler; like @dropped and @queued
 * @repeated: runs that returned repeat; the packet's last run counts elsewhere, too
 * @traps: runs that trapped, each the last one of its packet
 * @by_kind: of those
 * @accepted_by_policy: packets of such runs, by the trap policy; like @dropped_by_policy
 * @reentered: packets accepted because the handler was running already
 * @skipped: packets accepted because the handler was detached or backing off
 * @restarts: with fresh instances
 */
struct ctl_stats {
	u64 packets;
	u64 bytes;
	u64 accepted;
	u64 dropped;
	u64 queued;
	u64 repeated;
	u64 traps;
	u64 by_kind[KWASM_NUM_TRAPS];
	u64 accepted_by_policy;
	u64 dropped_by_policy;
	u64 reentered;
	u64 skipped;
	u64 restarts;
	u64 run_ns;
	u64 run_max_ns;
};

/** ctl_stats_from_fields() - from a STATS nest. */
void ctl_stats_from_fields(struct ctl_stats *s, const struct ctl_fields *f);

/** ctl_stats_out() - the members of a JSON object; no text. */
void ctl_stats_out(const struct ctl_stats *s);

/** ctl_stats_print() - JSON as ctl_stats_out(), and the lines of `show`. */
void ctl_stats_print(const struct ctl_stats *s);

/** ctl_stats_mean() - ns per packet, 0 without any. */
u64 ctl_stats_mean(const struct ctl_stats *s);

#endif /* KWASM_CTL_STATS_H */
