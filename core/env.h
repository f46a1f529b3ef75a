/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * env.h - the interface of the portable core to its environment.
 *
 * The only portable header that distinguishes the kernel from user space.  core/kernel/ and
 * core/user/ implement the functions declared here; all other core sources are the same in both.
 *
 * Context: unless a function says otherwise it is called in process context and may sleep.
 */
#ifndef KWASM_ENV_H
#define KWASM_ENV_H

#ifdef __KERNEL__
#include <linux/build_bug.h>
#include <asm/byteorder.h>
#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/nospec.h>
#include <linux/overflow.h>
#include <linux/sort.h>
#include <linux/stdarg.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/types.h>
#else
#include "user/env_types.h"
#endif

/**
 * kwasm_zalloc() - allocate zeroed memory for @n objects of @size bytes.
 * @n: number of objects; @n * @size may overflow, which counts as out of memory
 * @size: bytes of one object
 *
 * In the kernel it counts against the ceilings of the program for which it is made, charged to
 * the loader's memory cgroup.  Return: NULL when there is none.
 */
void *kwasm_zalloc(size_t n, size_t size);

/* Bytes that the environment adds to each allocation. */
#ifdef __KERNEL__
#define KWASM_ZALLOC_HEADER 16u
#else
#define KWASM_ZALLOC_HEADER 0u
#endif

/** kwasm_free() - free memory from kwasm_zalloc(); NULL is allowed. */
void kwasm_free(const void *p);

/**
 * kwasm_array_grow() - a larger array in place of @old, which is freed.
 * @used: objects that @old holds
 * @n: objects to have room for
 * @size: bytes of one object
 *
 * Return: the array, zeroed after its old contents; NULL if out of memory, then @old is unchanged.
 */
static inline void *kwasm_array_grow(void *old, size_t used, size_t n, size_t size)
{
	void *array = kwasm_zalloc(n, size);

	if (!array)
		return NULL;
	if (used)
		memcpy(array, old, used * size);
	kwasm_free(old);
	return array;
}

/** kwasm_now_ns() - monotonic time in nanoseconds; any context. */
u64 kwasm_now_ns(void);

/**
 * kwasm_hash() - keyed hash of @len bytes, for every table that a guest's bytes fill.
 *
 * The key is random, one per boot of the module or process: nobody can choose bytes that collide.
 * Values are neither stored beyond it nor shown.  Context: process.
 */
u32 kwasm_hash(const void *p, size_t len);

/**
 * kwasm_checkpoint() - yield the CPU in long-running work.
 *
 * Called through step.h, which says when.
 * Return: 0, or -EINTR if the caller has been killed and must abandon the work.
 */
int kwasm_checkpoint(void);

/**
 * struct kwasm_text - memory for machine code
 * @exec: run-time address; readable and executable after kwasm_text_seal()
 * @write: address for writing until it is sealed, NULL afterwards
 * @size: bytes, a multiple of the page size
 * @priv: owned by the environment
 *
 * No page is ever writable and executable through the same mapping.  In the kernel @exec lies
 * within 2 GiB of the kernel's and the module's text, so that direct calls reach both.
 */
struct kwasm_text {
	u8 *exec;
	u8 *write;
	size_t size;
	void *priv;
};

/** kwasm_text_alloc() - allocate memory for @size bytes of code.  Return: 0 or -ENOMEM, -E2BIG. */
int kwasm_text_alloc(struct kwasm_text *text, size_t size);

/** kwasm_text_seal() - end writing and make the code executable.  Return: 0 or -errno. */
int kwasm_text_seal(struct kwasm_text *text);

/** kwasm_text_free() - free @text, which must not be running.  An empty @text is allowed. */
void kwasm_text_free(struct kwasm_text *text);

/*
 * True if kwasm_text_alloc() guarantees that direct calls reach the host's functions.  Otherwise
 * calls to the host go through a register.
 */
#ifdef __KERNEL__
#define KWASM_TEXT_NEAR_HOST 1
#else
#define KWASM_TEXT_NEAR_HOST 0
#endif

/**
 * kwasm_stack_limit() - stack limit of a guest that is entered from here.
 * @bytes: maximum stack use, struct kwasm_limits.stack_bytes
 *
 * Called once per outermost entry, so it must be cheap.  The environment keeps a reserve below the
 * limit for host functions, faults and interrupts on the current stack.
 * Context: any in which a guest is entered.
 * Return: lowest stack pointer that compiled code may reach; U64_MAX if there is no room.
 */
u64 kwasm_stack_limit(u32 bytes);

struct kwasm_ctx;

/**
 * kwasm_call_enter() - the outermost call from C, with the environment's setup.
 * @ctx: context to enter
 * @enter: entry thunk of the function, as for kwasm_enter()
 * @values: arguments in, results out
 * @limit_ms: time limit of the call, struct kwasm_limits.call_ms
 *
 * The kernel disables BH, acquires the FPU for guests with floats, and its watchdog ends the call
 * with KWASM_TRAP_TIME.  User space also enforces the limit, unless the caller has armed a
 * deadline.
 * Context: process.
 * Return: 0 or the enum kwasm_trap of the call.
 */
u32 kwasm_call_enter(struct kwasm_ctx *ctx, const void *enter, u64 *values, u32 limit_ms);

/**
 * kwasm_sleep_begin() - may a host function sleep that the guest of @ctx calls?  Then let it.
 *
 * In the kernel only where a thread runs the guest and enough stack is left, not for handlers of
 * packets nor for what is instantiated for them; in user space everywhere but while a packet is
 * handled.
 * Context: the guest's.
 * Return: KWASM_TRAP_NONE, and kwasm_sleep_end() has to follow; else the enum kwasm_trap with which
 * the guest must end.
 */
u32 kwasm_sleep_begin(struct kwasm_ctx *ctx);

/** kwasm_sleep_end() - it has returned; a guest that has to end does so when it is resumed. */
void kwasm_sleep_end(struct kwasm_ctx *ctx);

#define KWASM_PAGE_SIZE 65536u		/* a WebAssembly page */
/* 33-bit effective addresses plus the widest access stay within the reservation. */
#define KWASM_LINEAR_RESERVE ((1ULL << 33) + KWASM_PAGE_SIZE)

/**
 * struct kwasm_linear - the address range of a linear memory
 * @base: start of KWASM_LINEAR_RESERVE bytes of address space; only the first @pages are backed
 * @pages: current size in WebAssembly pages
 * @max_pages: maximum size; kwasm_linear_grow() does not exceed it
 * @priv: the environment's own
 */
struct kwasm_linear {
	u8 *base;
	u32 pages;
	u32 max_pages;
	void *priv;
};

/**
 * kwasm_linear_reserve() - reserve the address range and back its first pages with zeroes.
 * @linear: filled in
 * @pages: initial size in WebAssembly pages
 * @max_pages: maximum in WebAssembly pages; with @atomic_grow, page tables are prepared for it, so
 *	that growing is possible in softirq
 * @atomic_grow: kwasm_linear_grow() will be called from atomic context
 *
 * Return: 0, -ENOMEM, or -EDQUOT if the environment's limit on memories or pages is reached.
 */
int kwasm_linear_reserve(struct kwasm_linear *linear, u32 pages, u32 max_pages, bool atomic_grow);

/**
 * kwasm_linear_grow() - back @delta more pages with zeroes, in place.
 *
 * Context: any in which the owner runs (softirq included).
 * Return: the old size in pages, or -ENOMEM without any change.
 */
s64 kwasm_linear_grow(struct kwasm_linear *linear, u32 delta);

/** kwasm_linear_release() - free pages and address range; a zeroed @linear is allowed. */
void kwasm_linear_release(struct kwasm_linear *linear);

/* Unaligned little-endian access, any context. */
static inline u32 kwasm_get_le32(const void *p)
{
	u32 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline u64 kwasm_get_le64(const void *p)
{
	u64 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

#endif /* KWASM_ENV_H */
