/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * selftest.h - the framework of kwasm_selftest.ko: TAP, guests of hand-written machine code, and
 * contexts for them.
 */
#ifndef KWASM_SELFTEST_H
#define KWASM_SELFTEST_H

#include <linux/seq_file.h>

#include "../../core/code.h"
#include "../../core/kernel/kernel.h"
#include "../../core/kernel/machine/ksym.h"
#include "../../core/kernel/machine/memory.h"
#include "../../core/kernel/machine/text.h"
#include "../../core/kernel/machine/thread.h"
#include "../../core/kernel/machine/watchdog.h"

/* TAP, one reader at a time. */
void tap_open(struct seq_file *m);
bool tap_ok(bool ok, const char *fmt, ...) __printf(2, 3);
bool tap_eq(u64 got, u64 want, const char *what);
void tap_skip(const char *what, const char *why);
void tap_close(void);

/* Functions of guests from guest_create(); each is an entry thunk. */
enum guest_op {
	GUEST_RETURN,		/* meta_mark = 0x1234 */
	GUEST_LOAD,		/* meta_mark = the word of memory at offset pkt_data */
	GUEST_STORE,		/* the word of memory at offset pkt_data = 0x55 */
	GUEST_SELF_WRITE,	/* write into its own text */
	GUEST_DIV,		/* divide by zero */
	GUEST_UD2,
	GUEST_INT3,
	GUEST_NON_CANONICAL,	/* load from a non-canonical address */
	GUEST_SPIN,		/* for ever */
	GUEST_RECURSE,		/* until the stack limit */
	GUEST_HOST,		/* call the host function once */
	GUEST_HOST_SPIN,	/* call the host function for ever */
	GUEST_YIELD,		/* in a thread: make way with all flags set; meta_mark = 1 */
	GUEST_YIELD_CLEAR,	/* with none set */
	GUEST_NUM_OPS
};

/* The host function of a guest. */
typedef void (*guest_host_fn)(struct kwasm_ctx *ctx);

/**
 * struct guest - a hand-made instance
 * @ops: offsets in the text
 * @linear: memory 0, present if @memory.linear.base is
 */
struct guest {
	struct kwasm_ctx *ctx;
	struct kwasm_store store;
	struct kwasm_instance inst;
	struct kwasm_linear linear;
	struct kwasm_code code;		/* the part needed for faults */
	struct kwasm_text text;
	u32 used;
	u32 ops[GUEST_NUM_OPS];
};

/* Without memory where @max_pages is 0.  Return: NULL when something is missing. */
struct guest *guest_create(guest_host_fn host, u32 pages, u32 max_pages, bool atomic_grow);
void guest_destroy(struct guest *g);

static inline const void *guest_thunk(const struct guest *g, enum guest_op op)
{
	return g->text.exec + g->ops[op];
}

/* Run from a context with BH off.  Return: enum kwasm_trap. */
u32 guest_enter(struct guest *g, enum guest_op op, u64 limit_ns);

/* A limit that no test reaches. */
#define GUEST_LONG_NS (20 * NSEC_PER_SEC)

enum guest_where {
	IN_PROCESS,
	IN_SOFTIRQ,
	IN_KPROBE,
	NUM_WHERE
};

const char *where_name(enum guest_where where);

/* Call @fn there and wait for it. */
void run_where(enum guest_where where, void (*fn)(void *arg), void *arg);

/* Run a guest there. */
u32 guest_run(struct guest *g, enum guest_op op, enum guest_where where, u64 limit_ns);

void test_text(void);
void test_memory(void);
void test_traps(void);
void test_watchdog(void);
void test_thread(void);

#endif /* KWASM_SELFTEST_H */
