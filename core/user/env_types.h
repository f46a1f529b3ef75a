/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * env_types.h - the kernel's basic vocabulary for the portable core in user space.
 *
 * Only what the portable core uses; behaviour as in the kernel headers of the same names.
 */
#ifndef KWASM_USER_ENV_TYPES_H
#define KWASM_USER_ENV_TYPES_H

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

#define U8_MAX UINT8_MAX
#define U16_MAX UINT16_MAX
#define U32_MAX UINT32_MAX
#define U64_MAX UINT64_MAX
#define S32_MAX INT32_MAX
#define S32_MIN INT32_MIN
#define S64_MAX INT64_MAX
#define S64_MIN INT64_MIN

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define fallthrough __attribute__((__fallthrough__))
#define __printf(a, b) __attribute__((__format__(__printf__, a, b)))
#define noinline __attribute__((__noinline__))
#define __aligned(x) __attribute__((__aligned__(x)))
#define __maybe_unused __attribute__((__unused__))
#define BUILD_BUG_ON(cond) _Static_assert(!(cond), #cond)
#define static_assert _Static_assert
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define min(a, b) ({ __typeof__(a) min_a = (a); __typeof__(b) min_b = (b); \
		     min_a < min_b ? min_a : min_b; })
#define max(a, b) ({ __typeof__(a) max_a = (a); __typeof__(b) max_b = (b); \
		     max_a > max_b ? max_a : max_b; })
#define min_t(type, a, b) min((type)(a), (type)(b))
#define max_t(type, a, b) max((type)(a), (type)(b))
#define swap(a, b) do { __typeof__(a) swap_t = (a); (a) = (b); (b) = swap_t; } while (0)
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define round_up(x, y) ((((x) - 1) | ((__typeof__(x))((y) - 1))) + 1)
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))
#define check_add_overflow(a, b, d) __builtin_add_overflow(a, b, d)
#define check_mul_overflow(a, b, d) __builtin_mul_overflow(a, b, d)

/*
 * As in the kernel: @index, but 0 if it is not below @size, without a branch.  A process that runs
 * a guest has no secrets of others, so the barrier, which would end speculation, is empty.
 */
#define array_index_nospec(index, size) ({ size_t nospec_i = (index), nospec_n = (size); \
	(__typeof__(index))(nospec_i & \
			    (size_t)(~(s64)(nospec_i | (nospec_n - 1 - nospec_i)) >> 63)); })
#define barrier_nospec() do { } while (0)

static inline u16 swab16(u16 v)
{
	return __builtin_bswap16(v);
}

static inline u32 swab32(u32 v)
{
	return __builtin_bswap32(v);
}

static inline u64 swab64(u64 v)
{
	return __builtin_bswap64(v);
}

static inline int fls(u32 v)
{
	return v ? 32 - __builtin_clz(v) : 0;
}

static inline int fls64(u64 v)
{
	return v ? 64 - __builtin_clzll(v) : 0;
}

/* As in the kernel: sorts in place without recursion; @swap_func may be NULL. */
static inline void sort(void *base, size_t num, size_t size,
			int (*cmp)(const void *, const void *),
			void (*swap_func)(void *, void *, int))
{
	(void)swap_func;
	qsort(base, num, size, cmp);
}

#endif /* KWASM_USER_ENV_TYPES_H */
