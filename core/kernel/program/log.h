/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * log.h - a program's log: a ring of lines with a rate limit.
 */
#ifndef KWASM_KERNEL_LOG_H
#define KWASM_KERNEL_LOG_H

#include <linux/spinlock.h>
#include <linux/types.h>

#define KWASM_LOG_LINE 256	/* bytes kept of one line */

/**
 * struct kwasm_log_line - one line
 * @time_ns: wall clock
 */
struct kwasm_log_line {
	u64 seq;
	u64 time_ns;
	u32 cpu;
	u16 len;
	char text[KWASM_LOG_LINE];
};

/**
 * struct kwasm_log - the ring
 * @lock: any context but NMI; irqs off while held
 * @next_seq: number of the next line; the ring holds the last @size ones
 * @window_start: start of the current one-second window, monotonic ns; @window_lines in it
 * @lost: lines over the rate
 */
struct kwasm_log {
	spinlock_t lock;
	struct kwasm_log_line *lines;
	u32 size;
	u64 next_seq;
	u64 window_start;
	u32 window_lines;
	u64 lost;
};

/**
 * kwasm_log_init() - room for the module parameter's number of lines, in the caller's account.
 *
 * Return: 0 or -ENOMEM.
 */
int kwasm_log_init(struct kwasm_log *log);
void kwasm_log_destroy(struct kwasm_log *log);

/**
 * kwasm_log_get() - copy the first line with a number of at least @seq.
 *
 * Return: true when there was one.
 */
bool kwasm_log_get(struct kwasm_log *log, u64 seq, struct kwasm_log_line *line);

#endif /* KWASM_KERNEL_LOG_H */
