/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tally.h - counters that `kwasmctl test` prints at the end.
 */
#ifndef KWASM_CTL_TALLY_H
#define KWASM_CTL_TALLY_H

#include "capture.h"
#include "trap.h"

#include "../core/run/verdict.h"

#define CTL_TALLY_TRAPS 64	/* maximum number of distinct trap places */

/**
 * struct ctl_tally - counts of a run
 * @frames: frames of the capture so far
 * @sights: of those, by enum ctl_sight
 * @verdicts: packets by KWASM_VERDICT_KIND, after trap policies
 * @repeats: runs with a repeat verdict
 * @skipped: packets not handled because the handler was detached
 * @traps: by place
 * @elsewhere: traps at other places, for lack of room
 * @times: of each run, ns
 * @lines: log lines of the guest
 */
struct ctl_tally {
	u64 frames;
	u64 sights[CTL_NUM_SIGHTS];
	u64 verdicts[KWASM_VERDICT_KINDS];
	u64 repeats;
	u64 skipped;
	struct {
		struct ctl_trap trap;
		u64 count;
	} traps[CTL_TALLY_TRAPS];
	u32 num_traps;
	u64 elsewhere;
	u64 *times;
	u64 num_times;
	u64 room_times;
	char **lines;
	u32 num_lines;
	u64 all_lines;
};

const char *ctl_sight_key(enum ctl_sight sight);
const char *ctl_sight_text(enum ctl_sight sight);

void ctl_tally_time(struct ctl_tally *t, u64 ns);
void ctl_tally_log(struct ctl_tally *t, const char *text, u32 len);
void ctl_tally_trap(struct ctl_tally *t, const struct ctl_trap *trap);
void ctl_tally_print(struct ctl_tally *t);
void ctl_tally_release(struct ctl_tally *t);

#endif /* KWASM_CTL_TALLY_H */
