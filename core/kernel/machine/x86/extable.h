/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * extable.h - exception tables of sealed texts, for kernels on which fault.c has no hook.
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
 * kwasm_extable_create() - create a table for text that is not sealed yet.
 * @start: run-time address of the text
 * @size: its size in bytes; every byte has an entry
 *
 * Context: process, may sleep.
 * Return: or ERR_PTR(-ENOMEM), ERR_PTR(-E2BIG).
 */
struct kwasm_extable *kwasm_extable_create(unsigned long start, size_t size);

/** kwasm_extable_destroy() - free the table of unused text; NULL is allowed.  May sleep. */
void kwasm_extable_destroy(struct kwasm_extable *t);

/**
 * kwasm_extable_cover() - let the kernel find the table with one symbol for the whole text.
 *
 * Must be called before the text is entered.  Symbols that refer to kwasm_extable_prog() do the
 * same for their range; if they cover all of it, kwasm_extable_uncover() removes this one.
 * Context: process, may sleep.  NULL is allowed.
 */
void kwasm_extable_cover(struct kwasm_extable *t);
void kwasm_extable_uncover(struct kwasm_extable *t);

/** kwasm_extable_prog() - the program that the symbols of the text must belong to. */
struct bpf_prog *kwasm_extable_prog(struct kwasm_extable *t);

/**
 * kwasm_extable_test() - test that faults are fixed up by a table.
 *
 * Return: 0, or -errno after logging the reason.
 */
int kwasm_extable_test(void);

/* fixup.S: where execution resumes after a fault, and the function called from there. */
extern const char kwasm_extable_fixups[];
void kwasm_extable_faulted(struct kwasm_ctx *ctx, u32 offset);

#endif /* __ASSEMBLY__ */

#endif /* KWASM_KERNEL_EXTABLE_H */
