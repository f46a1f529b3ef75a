/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * asm.h - the x86-64 assembler: one function per operand form, one table of instructions.
 *
 * An instruction is an operation (enum x64_op), an operand form (the function that is called), a
 * width and the operands, destination first.  opcodes.def lists which combinations exist; the
 * shortest encoding is chosen.  Errors stick: after the first one nothing more is emitted, so a
 * caller emits a whole function and asks x64_finish() once.
 *
 * Context: process context, one owner at a time; may sleep (the buffers grow).
 */
#ifndef KWASM_X64_ASM_H
#define KWASM_X64_ASM_H

#include "regs.h"
#include "step.h"

enum x64_op {
#define X64_OP(name) X64_##name,
#define X64_ROW(...)
#include "opcodes.def"
#undef X64_OP
#undef X64_ROW
	X64_NUM_OPS,
};

/*
 * Operand width.  For floats X64_L is single and X64_Q is double precision; if an instruction also
 * has a general register, it is the width of that; for a conversion between the two precisions, it
 * is that of the source.
 */
enum x64_width {
	X64_B,	/* 8 bits */
	X64_W,	/* 16 */
	X64_L,	/* 32; writing a general register clears its upper half */
	X64_Q,	/* 64 */
	X64_NUM_WIDTHS,
};

/**
 * struct x64_mem - a memory operand: base + (index << scale_log2) + disp
 * @base: a general register, X64_NONE, X64_RIP (then @disp counts from the end of the instruction)
 *	or X64_LABEL (then @disp is the label's number); the last two allow no index
 * @index: a general register but rsp, or X64_NONE
 * @scale_log2: 0..3
 * @disp: displacement in bytes, sign-extended by the processor
 */
struct x64_mem {
	u8 base;
	u8 index;
	u8 scale_log2;
	s32 disp;
};

static inline struct x64_mem x64_at(u8 base, s32 disp)
{
	return (struct x64_mem){ .base = base, .index = X64_NONE, .disp = disp };
}

static inline struct x64_mem x64_at_index(u8 base, u8 index, u8 scale_log2, s32 disp)
{
	return (struct x64_mem){
		.base = base, .index = index, .scale_log2 = scale_log2, .disp = disp
	};
}

static inline struct x64_mem x64_at_label(u32 label)
{
	return (struct x64_mem){ .base = X64_LABEL, .index = X64_NONE, .disp = (s32)label };
}

/* How the code depends on the address of something outside of the buffer. */
enum x64_reloc_kind {
	X64_RELOC_REL32,	/* 4 bytes: symbol - (place + 4), of a call, jmp or jcc */
	X64_RELOC_ABS64,	/* 8 bytes: symbol */
};

/**
 * struct x64_reloc - one place that is filled in when the code's final address is known
 * @offset: of the field, in bytes from the start of the code
 * @sym: the caller's number of the symbol
 * @kind: enum x64_reloc_kind
 */
struct x64_reloc {
	u32 offset;
	u32 sym;
	u8 kind;
};

struct x64_fixup;

/**
 * struct x64_asm - code being assembled
 * @code: the emitted bytes; moves when it grows
 * @len: their number, which is the offset of the next instruction
 * @cap: capacity of @code in bytes
 * @limit: maximum of @len
 * @error: 0 or the first error, negative errno
 * @why: a static message without a full stop for @error, NULL if there is none
 * @error_at: @len at the time of @error
 * @labels: offset of each label, X64_UNBOUND before x64_bind()
 * @relocs: relocations for x64_relocate(), in order of offset
 * @steps: of x64_finish() and x64_relocate()
 */
struct x64_asm {
	u8 *code;
	u32 len;
	u32 cap;
	u32 limit;
	int error;
	const char *why;
	u32 error_at;
	u32 *labels;
	u32 num_labels;
	u32 cap_labels;
	struct x64_fixup *fixups;
	u32 num_fixups;
	u32 cap_fixups;
	struct x64_reloc *relocs;
	u32 num_relocs;
	u32 cap_relocs;
	struct kwasm_steps steps;
};

#define X64_UNBOUND U32_MAX
#define X64_MAX_CODE (1u << 30)		/* keeps every rel32 inside the buffer in range */

/**
 * x64_init() - start with no code.
 * @a: need not be initialised
 * @limit: most bytes of code, at most X64_MAX_CODE
 *
 * Allocates nothing: x64_destroy() right after it is allowed but not needed.
 */
void x64_init(struct x64_asm *a, u32 limit);

/** x64_destroy() - free everything; @a must be initialised again before it is used. */
void x64_destroy(struct x64_asm *a);

/**
 * x64_finish() - resolve every label.
 *
 * Idempotent, and more code may follow as long as x64_finish() is called again.
 * Return: 0, or the sticky error: -EINVAL for a combination that does not exist, an immediate out
 * of range, a label that was bound twice or never; -EFBIG past the limit; -ENOMEM.
 */
int x64_finish(struct x64_asm *a);

/**
 * x64_relocate() - fill in the addresses of symbols.
 * @a: finished
 * @dst: writable copy of the code
 * @at: run-time address of the code
 * @syms: address of each symbol
 * @num_syms: number of @syms
 *
 * Return: 0; -ERANGE if a symbol is out of reach of a rel32; -EINVAL for an unknown symbol.
 */
int x64_relocate(struct x64_asm *a, u8 *dst, u64 at, const u64 *syms, u32 num_syms);

/** x64_label() - a new, unbound label.  Return: its number; 0 once there is an error. */
u32 x64_label(struct x64_asm *a);

/** x64_bind() - @label is here; once per label. */
void x64_bind(struct x64_asm *a, u32 label);

/** x64_label_offset() - where @label was bound, or X64_UNBOUND. */
u32 x64_label_offset(const struct x64_asm *a, u32 label);

/* No operands: ret, cdq (X64_L: cdq, X64_Q: cqo), rep movsb ... */
void x64_0(struct x64_asm *a, enum x64_op op, enum x64_width w);

/*
 * One operand.  Shifts and rotates by cl are of this form.  X64_JMP and X64_CALL through a
 * register or memory, push and pop are X64_Q.
 */
void x64_r(struct x64_asm *a, enum x64_op op, enum x64_width w, u8 dst);
void x64_m(struct x64_asm *a, enum x64_op op, enum x64_width w, struct x64_mem dst);
void x64_i(struct x64_asm *a, enum x64_op op, enum x64_width w, s64 imm);

/*
 * Two operands: r register, m memory, i immediate.  An immediate may be given signed or unsigned
 * for widths up to X64_L; for X64_Q it must be the sign extension of 32 bits, except for X64_MOV,
 * which accepts any value and uses the shortest of its three encodings.
 */
void x64_rr(struct x64_asm *a, enum x64_op op, enum x64_width w, u8 dst, u8 src);
void x64_rm(struct x64_asm *a, enum x64_op op, enum x64_width w, u8 dst, struct x64_mem src);
void x64_mr(struct x64_asm *a, enum x64_op op, enum x64_width w, struct x64_mem dst, u8 src);
void x64_ri(struct x64_asm *a, enum x64_op op, enum x64_width w, u8 dst, s64 imm);
void x64_mi(struct x64_asm *a, enum x64_op op, enum x64_width w, struct x64_mem dst, s64 imm);

/* Three operands: imul by a constant, rorx, rounding; shlx, shrx, sarx by @src2. */
void x64_rri(struct x64_asm *a, enum x64_op op, enum x64_width w, u8 dst, u8 src, s64 imm);
void x64_rmi(struct x64_asm *a, enum x64_op op, enum x64_width w, u8 dst, struct x64_mem src,
	     s64 imm);
void x64_rrr(struct x64_asm *a, enum x64_op op, enum x64_width w, u8 dst, u8 src, u8 src2);

/* With a condition. */
void x64_setcc(struct x64_asm *a, enum x64_cc cc, u8 dst);
void x64_setcc_m(struct x64_asm *a, enum x64_cc cc, struct x64_mem dst);
void x64_cmov_rr(struct x64_asm *a, enum x64_cc cc, enum x64_width w, u8 dst, u8 src);
void x64_cmov_rm(struct x64_asm *a, enum x64_cc cc, enum x64_width w, u8 dst, struct x64_mem src);

/* To a label: rel8 if it is bound and near, rel32 otherwise. */
void x64_jmp(struct x64_asm *a, u32 label);
void x64_jcc(struct x64_asm *a, enum x64_cc cc, u32 label);
void x64_call(struct x64_asm *a, u32 label);

/* To a symbol: rel32 and a relocation.  x64_mov_sym() loads all 64 bits of its address. */
void x64_jmp_sym(struct x64_asm *a, u32 sym);
void x64_jcc_sym(struct x64_asm *a, enum x64_cc cc, u32 sym);
void x64_call_sym(struct x64_asm *a, u32 sym);
void x64_mov_sym(struct x64_asm *a, u8 dst, u32 sym);

/** x64_zero() - @dst = 0 in two to four bytes; for a general register the flags are lost. */
void x64_zero(struct x64_asm *a, u8 dst);

/** x64_nop() - @bytes of padding in as few instructions as possible. */
void x64_nop(struct x64_asm *a, u32 bytes);

/** x64_align() - pad with nops up to a multiple of @bytes, a power of two. */
void x64_align(struct x64_asm *a, u32 bytes);

/** x64_data() - emit raw @bytes, e.g. a constant that is loaded through x64_at_label(). */
void x64_data(struct x64_asm *a, const void *data, u32 bytes);

/** x64_data_label32() - 4 bytes: @label - @base, an entry of a jump table that starts at @base. */
void x64_data_label32(struct x64_asm *a, u32 label, u32 base);

#endif /* KWASM_X64_ASM_H */
