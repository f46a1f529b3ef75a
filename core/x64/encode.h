/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * encode.h - one x86-64 instruction as bytes; private to the assembler.
 */
#ifndef KWASM_X64_ENCODE_H
#define KWASM_X64_ENCODE_H

#include "asm.h"

#define X64_MAX_INSN 15		/* bytes, a limit of the processor */

enum x64_kind { X64_NOTHING, X64_REG, X64_MEM };

/* The distance of a jump or call. */
enum x64_rel { X64_NO_REL, X64_REL8, X64_REL32 };

/**
 * struct x64_insn - an instruction as requested by the caller of the assembler
 * @op: operation
 * @w: width
 * @cc: condition, 0 if there is none
 * @dst_kind: kind of the destination; a register is @dst, memory is @mem
 * @src_kind: kind of the source; a register is @src, memory is @mem
 * @rel: size of a jump's distance, which is in @imm
 * @has_src2: there is a third register, @src2
 * @has_imm: there is an immediate, @imm
 * @disp_size: minimum number of bytes of displacement, for padding
 */
struct x64_insn {
	enum x64_op op;
	enum x64_width w;
	enum x64_cc cc;
	enum x64_kind dst_kind;
	enum x64_kind src_kind;
	enum x64_rel rel;
	bool has_src2;
	bool has_imm;
	u8 dst;
	u8 src;
	u8 src2;
	u8 disp_size;
	struct x64_mem mem;
	s64 imm;
};

/**
 * struct x64_bytes - an encoded instruction
 * @b: the bytes, @n of them
 * @label_at: offset of the 4-byte distance to the label in mem.disp, 0: there is none
 */
struct x64_bytes {
	u8 b[X64_MAX_INSN + 1];
	u8 n;
	u8 label_at;
};

/**
 * x64_encode() - choose the shortest encoding of opcodes.def and write it.
 *
 * Context: any; only writes @out.  Return: NULL, or why @in cannot be encoded: a static message
 * without a full stop.
 */
const char *x64_encode(struct x64_bytes *out, const struct x64_insn *in);

/** x64_put_le() - the low @bytes of @v at @p, little-endian. */
static inline void x64_put_le(u8 *p, u64 v, u32 bytes)
{
	u32 i;

	for (i = 0; i < bytes; i++)
		p[i] = (u8)(v >> (8 * i));
}

#endif /* KWASM_X64_ENCODE_H */
