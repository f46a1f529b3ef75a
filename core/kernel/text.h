/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * text.h - what the kernel side knows about sealed text beyond env.h.
 */
#ifndef KWASM_KERNEL_TEXT_H
#define KWASM_KERNEL_TEXT_H

#include "../env.h"

/**
 * kwasm_text_contains() - is @pc in text that has been sealed and not yet freed?
 *
 * Context: any, including exceptions and NMI; takes no lock.
 */
bool kwasm_text_contains(unsigned long pc);

/**
 * kwasm_text_disable() - make sealed text non-executable, for good.
 *
 * When it returns, each CPU that was inside has left or leaves at its next instruction there with
 * KWASM_TRAP_KILLED; so does whoever enters it later, until kwasm_text_free().
 * Context: process, irqs and BH on; may be called again.
 */
void kwasm_text_disable(const struct kwasm_text *text);

#endif /* KWASM_KERNEL_TEXT_H */
