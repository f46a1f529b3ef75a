/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * x64_names.h - registers, memory operands and conditions in AT&T syntax.
 */
#ifndef KWASM_TESTS_X64_NAMES_H
#define KWASM_TESTS_X64_NAMES_H

#include "x64/asm.h"

static const char width_letter[] = "bwlq";

/* The last four names stay valid. */
static const char *reg_name(u8 reg, enum x64_width w)
{
	static const char *const low[4][8] = {
		{ "al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil" },
		{ "ax", "cx", "dx", "bx", "sp", "bp", "si", "di" },
		{ "eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi" },
		{ "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi" },
	};
	static const char *const suffix[] = { "b", "w", "d", "" };
	static char names[4][8];
	static u32 next;
	char *name = names[next++ & 3];

	if (reg >= X64_XMM0)
		snprintf(name, sizeof(names[0]), "xmm%d", reg - X64_XMM0);
	else if (reg >= 8)
		snprintf(name, sizeof(names[0]), "r%d%s", reg, suffix[w]);
	else
		snprintf(name, sizeof(names[0]), "%s", low[w][reg]);
	return name;
}

/* Valid until the next call. */
static const char *mem_name(struct x64_mem m)
{
	static char name[64];

	if (m.base == X64_RIP)
		snprintf(name, sizeof(name), "%d(%%rip)", m.disp);
	else if (m.base == X64_NONE && m.index == X64_NONE)
		snprintf(name, sizeof(name), "%d", m.disp);
	else if (m.index == X64_NONE)
		snprintf(name, sizeof(name), "%d(%%%s)", m.disp, reg_name(m.base, X64_Q));
	else if (m.base == X64_NONE)
		snprintf(name, sizeof(name), "%d(,%%%s,%d)", m.disp, reg_name(m.index, X64_Q),
			 1 << m.scale_log2);
	else
		snprintf(name, sizeof(name), "%d(%%%s,%%%s,%d)", m.disp, reg_name(m.base, X64_Q),
			 reg_name(m.index, X64_Q), 1 << m.scale_log2);
	return name;
}

static const char *const cc_names[X64_NUM_CC] = {
	"o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np", "l", "ge", "le", "g",
};

#endif /* KWASM_TESTS_X64_NAMES_H */
