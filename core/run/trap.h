/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trap.h - why an invocation ended early.
 */
#ifndef KWASM_TRAP_H
#define KWASM_TRAP_H

#include "env.h"

/* TRAP(NAME, "name in the protocol and in JSON", "text of the specification's suite") */
#define KWASM_TRAPS(TRAP)								\
	TRAP(NONE, "none", "no trap")							\
	TRAP(UNREACHABLE, "unreachable", "unreachable")					\
	TRAP(MEMORY, "memory", "out of bounds memory access")				\
	TRAP(TABLE, "table", "out of bounds table access")				\
	TRAP(DIV_ZERO, "div-zero", "integer divide by zero")				\
	TRAP(INT_OVERFLOW, "int-overflow", "integer overflow")				\
	TRAP(INT_CONVERSION, "int-conversion", "invalid conversion to integer")		\
	TRAP(CALL_UNDEFINED, "call-undefined", "undefined element")			\
	TRAP(CALL_NULL, "call-null", "uninitialized element")				\
	TRAP(CALL_TYPE, "call-type", "indirect call type mismatch")			\
	TRAP(STACK, "stack", "call stack exhausted")					\
	TRAP(TIME, "time", "time limit exceeded")					\
	TRAP(KILLED, "killed", "killed")						\
	TRAP(HOST, "host", "host function failed")					\
	TRAP(VERDICT, "bad-verdict", "handler returned an unknown verdict")

enum kwasm_trap {
#define TRAP(name, word, text) KWASM_TRAP_##name,
	KWASM_TRAPS(TRAP)
#undef TRAP
	KWASM_NUM_TRAPS
};

/** kwasm_trap_word() - "div-zero"; kwasm_trap_text() - "integer divide by zero". Any context. */
const char *kwasm_trap_word(u32 trap);
const char *kwasm_trap_text(u32 trap);

/**
 * struct kwasm_trap_info - kind and place of a trap
 * @kind: enum kwasm_trap
 * @func: index of the function that trapped in its module
 * @offset: byte offset of the instruction in the module
 * @address: faulting accesses: first inaccessible byte of the guest's memory, else 0
 * @value: unknown verdicts: what the handler returned, else 0
 */
struct kwasm_trap_info {
	u32 kind;
	u32 func;
	u32 offset;
	u64 address;
	u32 value;
};

#endif /* KWASM_TRAP_H */
