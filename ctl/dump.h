/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dump.h - listings of a module: WebAssembly, intermediate representation, machine code.
 */
#ifndef KWASM_CTL_DUMP_H
#define KWASM_CTL_DUMP_H

#include "guest.h"

#define CTL_EVERY_FUNCTION U32_MAX

/** ctl_dump_wasm() - list instructions. */
int ctl_dump_wasm(struct ctl_guest *g, u32 func);

/**
 * struct ctl_code_label - a function in a piece of machine code
 * @start: offset of its first byte, @end: offset after its last byte
 * @name: allocated, empty if the function has none
 */
struct ctl_code_label {
	u32 index;
	u32 start;
	u32 end;
	char *name;
};

/**
 * struct ctl_code_text - machine code to list
 * @address: run-time address
 * @labels: in order of @start
 * @sites: known offsets in the module; may be NULL
 * @source: their source lines, or NULL
 */
struct ctl_code_text {
	const u8 *bytes;
	u32 size;
	u64 address;
	const struct ctl_code_label *labels;
	u32 num_labels;
	const struct kwasm_site *sites;
	u32 num_sites;
	const struct ctl_source *source;
};

/** ctl_dump_asm() - disassemble the functions of @text with objdump. */
int ctl_dump_asm(const struct ctl_code_text *text);

#endif /* KWASM_CTL_DUMP_H */
