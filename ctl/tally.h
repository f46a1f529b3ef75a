/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tally.h - counters that `kwasmctl test` prints at the end.
 */
#ifndef KWASM_CTL_TALLY_H
#define KWASM_CTL_TALLY_H

#include "capture.h"
#include "stats.h"
#include "trap.h"

#define CTL_TALLY_TRAPS 64	/* maximum number of distinct trap places */

/**
 * struct ctl_tally - counts of a run
 * @frames: frames of the capture so far
 * @sights: of those, by enum ctl_sight
 * @stats: of the handler
 * @traps: by place
 * @elsewhere: traps at other places, for lack of room
 * @times: of each run, ns
 * @lines: log lines of the guest
 */
struct ctl_tally {
	u64 frames;
	u64 sights[CTL_NUM_SIGHTS];
	struct ctl_stats stats;
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
/** ctl_tally_verdict() - of a packet that the handler has decided on. */
void ctl_tally_verdict(struct ctl_tally *t, u32 verdict);
/** ctl_tally_trap() - of a packet that the trap policy gives @verdict. */
void ctl_tally_trap(struct ctl_tally *t, const struct ctl_trap *trap, u32 verdict);
void ctl_tally_print(struct ctl_tally *t);
void ctl_tally_release(struct ctl_tally *t);

#endif /* KWASM_CTL_TALLY_H */
