// SPDX-License-Identifier: GPL-2.0-only
/*
 * log.c - a program's log.
 *
 * Guarantees: a line takes bounded time under an irq-safe lock, at most log_rate lines per second
 * are kept, the ring holds the newest log_lines of them, and lines above the rate are counted.
 */
#include <linux/ctype.h>
#include <linux/ktime.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/smp.h>

#include "abi/abi.h"
#include "kernel/machine/invocation.h"
#include "log.h"
#include "notify.h"
#include "program.h"
#include "run/store.h"

static unsigned int log_lines = 256;
module_param(log_lines, uint, 0644);
MODULE_PARM_DESC(log_lines, "number of lines kept in each program's log (applies to programs loaded later)");

static unsigned int log_rate = 100;
module_param(log_rate, uint, 0644);
MODULE_PARM_DESC(log_rate, "maximum number of lines a program may log per second");

#define LOG_LINES_MAX 65536u

int kwasm_log_init(struct kwasm_log *log)
{
	spin_lock_init(&log->lock);
	log->size = clamp(log_lines, 1u, LOG_LINES_MAX);
	log->lines = kwasm_zalloc(log->size, sizeof(*log->lines));
	return log->lines ? 0 : -ENOMEM;
}

void kwasm_log_destroy(struct kwasm_log *log)
{
	kwasm_free(log->lines);
	log->lines = NULL;
}

static bool over_rate(struct kwasm_log *log)
{
	u64 now = ktime_get_mono_fast_ns();

	if (now - log->window_start >= NSEC_PER_SEC) {
		log->window_start = now;
		log->window_lines = 0;
	}
	if (log->window_lines >= log_rate) {
		log->lost++;
		return true;
	}
	log->window_lines++;
	return false;
}

/* Control characters are replaced.  Return: the length that is kept, or -ENOSPC over the rate. */
static int log_add(struct kwasm_log *log, const char *text, u32 len)
{
	struct kwasm_log_line *line;
	unsigned long flags;
	u32 i;

	len = min_t(u32, len, KWASM_LOG_LINE);
	len = array_index_nospec(len, KWASM_LOG_LINE + 1);
	spin_lock_irqsave(&log->lock, flags);
	if (over_rate(log)) {
		spin_unlock_irqrestore(&log->lock, flags);
		return -ENOSPC;
	}
	line = &log->lines[log->next_seq % log->size];
	line->seq = log->next_seq++;
	line->time_ns = ktime_get_real_fast_ns();
	line->cpu = smp_processor_id();
	line->len = len;
	for (i = 0; i < len; i++)
		line->text[i] = isascii(text[i]) && isprint(text[i]) ? text[i] : '.';
	spin_unlock_irqrestore(&log->lock, flags);
	return len;
}

bool kwasm_log_get(struct kwasm_log *log, u64 seq, struct kwasm_log_line *line)
{
	unsigned long flags;
	bool found;
	u64 first;

	spin_lock_irqsave(&log->lock, flags);
	first = log->next_seq > log->size ? log->next_seq - log->size : 0;
	seq = max(seq, first);
	found = seq < log->next_seq;
	if (found)
		*line = log->lines[seq % log->size];
	spin_unlock_irqrestore(&log->lock, flags);
	return found;
}

/*
 * Lines of start functions are kept, but not reported by an event immediately: a restart calls them
 * while the program may be being removed.
 */
int kwasm_log_write(struct kwasm_ctx *ctx, const char *text, u32 len)
{
	struct kwasm_program *prog = ctx->instance ? ctx->instance->store->owner : NULL;
	int n;

	if (!prog)
		return -ENOSPC;
	n = log_add(&prog->log, text, len);
	if (n > 0 && ctx->env[KWASM_ENV_PROGRAM])
		kwasm_notify_log(prog);
	return n;
}
