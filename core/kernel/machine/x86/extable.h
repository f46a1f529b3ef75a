/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * extable.h - exception tables of sealed texts, for kernels where fault.c has no hook.
 */
#ifndef KWASM_KERNEL_EXTABLE_H
#define KWASM_KERNEL_EXTABLE_H

/* Each is the way back from 64 KiB of a text, and takes this many bytes; see fixup.S. */
#define KWASM_EXTABLE_GROUPS 256
#define KWASM_EXTABLE_FIXUP_BYTES 16

#ifndef __ASSEMBLY__

#include <linux/types.h>

struct bpf_prog;
struct kwasm_ctx;
struct kwasm_extable;

/**
 * kwasm_extable_create() - a table for text that is not sealed yet.
 * @start: address where the text will run
 * @size: its bytes; each of them has an entry
 *
 * Context: process, may sleep.
 * Return: or ERR_PTR(-ENOMEM), ERR_PTR(-E2BIG).
 */
struct kwasm_extable *kwasm_extable_create(unsigned long start, size_t size);

/** kwasm_extable_destroy() - nobody enters the text any more; NULL is allowed.  May sleep. */
void kwasm_extable_destroy(struct kwasm_extable *t);

/**
 * kwasm_extable_cover() - let the kernel find the table by one symbol for the whole text.
 *
 * To be called before anybody enters it.  Symbols that lead to kwasm_extable_prog() do the same for
 * what they cover; where those cover all of it kwasm_extable_uncover() takes this one back.
 * Context: process, may sleep.  NULL is allowed.
 */
void kwasm_extable_cover(struct kwasm_extable *t);
void kwasm_extable_uncover(struct kwasm_extable *t);

/** kwasm_extable_prog() - what the symbols of the text have to belong to. */
struct bpf_prog *kwasm_extable_prog(struct kwasm_extable *t);

/** kwasm_extable_test() - do faults come back by a table?  Return: 0, or -errno having said why. */
int kwasm_extable_test(void);

/* fixup.S: where faults go on, and what is called from there. */
extern const char kwasm_extable_fixups[];
void kwasm_extable_faulted(struct kwasm_ctx *ctx, u32 offset);

#endif /* __ASSEMBLY__ */

#endif /* KWASM_KERNEL_EXTABLE_H */
