/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trap.h - how commands print a trap.
 */
#ifndef KWASM_CTL_TRAP_H
#define KWASM_CTL_TRAP_H

#include "env.h"

struct ctl_fields;
struct ctl_source;

/**
 * struct ctl_trap - a trap, from the kernel or from this process
 * @located: @func and @offset are known
 * @value: that the handler returned instead of a verdict
 * @name: of the function; empty if it has none
 * @file: of the source, with its directory, which belongs to the source lines; NULL if unknown
 */
struct ctl_trap {
	u32 kind;
	bool located;
	u32 func;
	u32 offset;
	u64 address;
	u32 value;
	char name[64];
	const char *file;
	u32 line;
};

/** ctl_trap_from_fields() - from a TRAP nest. */
void ctl_trap_from_fields(struct ctl_trap *trap, const struct ctl_fields *f);

/** ctl_trap_source() - set the source line, if @source, which may be NULL, has it. */
void ctl_trap_source(struct ctl_trap *trap, const struct ctl_source *source);

/** ctl_trap_format() - "integer divide by zero in function 3 (div) at byte 0x2f", printable. */
const char *ctl_trap_format(const struct ctl_trap *trap, char *buf, size_t size);

/** ctl_trap_out() - the members of a trap's JSON object. */
void ctl_trap_out(const struct ctl_trap *trap);

/**
 * ctl_trap_print() - the last trap of attachment @at, if there was one.
 * @source: source lines of its program, or NULL
 * @key: of the JSON object
 * @before: text before the trap
 * @after: text after the trap
 */
void ctl_trap_print(const struct ctl_fields *at, const struct ctl_source *source, const char *key,
		    const char *before, const char *after);

#endif /* KWASM_CTL_TRAP_H */
