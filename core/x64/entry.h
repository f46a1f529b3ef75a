/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * entry.h - offsets in struct kwasm_ctx for the assembler; stubs.c checks them.
 */
#ifndef KWASM_X64_ENTRY_H
#define KWASM_X64_ENTRY_H

#define X64_CTX_SAVED_RSP 8
#define X64_CTX_MEM_BASE 16
#define X64_CTX_TRAP 36
#define X64_CTX_SAVED_RBX 128
#define X64_CTX_SAVED_RBP 136
#define X64_CTX_SAVED_R12 144
#define X64_CTX_SAVED_R13 152
#define X64_CTX_RESUME 216	/* the kernel only, see core/kernel/machine/x86/interrupted.h */

#endif /* KWASM_X64_ENTRY_H */
