/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fputest.h - the parts of kwasm_fputest.ko.
 */
#ifndef KWASM_FPUTEST_H
#define KWASM_FPUTEST_H

#include <linux/types.h>

/**
 * struct fpu_load - kernel code that uses the FPU beside guests
 *
 * @hashed, @wrong: digests that a thread computed
 * @ticks: softirqs; every other one makes a packet, the rest compute a digest
 * @ticks_wrong: digests
 * @sections: of the digests, those that found the FPU usable
 * @packets: made in softirq
 */
struct fpu_load {
	u64 hashed;
	u64 wrong;
	u64 ticks;
	u64 ticks_wrong;
	u64 sections;
	u64 packets;
};

/**
 * fpu_load_start() - start hashing in a thread and in softirq, and making packets.
 * @load: counters
 * @rounds: computation requested by each packet
 * @want: and its expected result
 *
 * Return: 0 or -errno.
 */
int fpu_load_start(struct fpu_load *load, u32 rounds, u64 want);
void fpu_load_stop(void);

/* Name of the implementation that hashes. */
const char *fpu_load_hash(void);

#endif /* KWASM_FPUTEST_H */
