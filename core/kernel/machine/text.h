/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * text.h - the kernel side's interface to sealed text beyond env.h.
 */
#ifndef KWASM_KERNEL_TEXT_H
#define KWASM_KERNEL_TEXT_H

#include "env.h"

/**
 * kwasm_text_contains() - is @pc in text that has been sealed and not yet freed?
 *
 * Context: any, including exceptions and NMI; lockless.
 */
bool kwasm_text_contains(unsigned long pc);

/**
 * kwasm_text_disable() - make sealed text non-executable permanently.
 *
 * When it returns, each CPU that was running it has left or leaves at its next instruction there
 * with KWASM_TRAP_KILLED; so does a CPU that enters it later, until kwasm_text_free().
 * Context: process, irqs and BH on; may be called again.
 */
void kwasm_text_disable(const struct kwasm_text *text);

/** kwasm_text_is_disabled() - is @pc in text that has been disabled?  Any context. */
bool kwasm_text_is_disabled(unsigned long pc);

struct kwasm_extable;

/** kwasm_text_extable() - the exception table of text, NULL if faults are hooked. */
struct kwasm_extable *kwasm_text_extable(const struct kwasm_text *text);

/**
 * kwasm_text_alloc_data() - kwasm_text_alloc() for data that must be near text.
 *
 * Written at @text->write until kwasm_text_seal_data() makes it readable at @text->exec.
 */
int kwasm_text_alloc_data(struct kwasm_text *text, size_t size);
int kwasm_text_seal_data(struct kwasm_text *text);

#endif /* KWASM_KERNEL_TEXT_H */
