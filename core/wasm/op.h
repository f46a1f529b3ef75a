/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * op.h - one WebAssembly instruction with its immediates (spec 5.4).
 *
 * The only decoder of instructions: validator, IR builder and listing all read through it.
 */
#ifndef KWASM_OP_H
#define KWASM_OP_H

#include "diag.h"
#include "module.h"
#include "reader.h"

/*
 * Opcodes as in the binary; prefixed ones as prefix << 16 | code, e.g. 0xfc000a for memory.copy, so
 * that `case WASM_MEMORY_COPY:` works.
 */
enum wasm_op {
#define OP(code, name, text, sig, imm, ir) WASM_##name = code,
#include "wasm_ops.def"
#undef OP
};

/*
 * Index of an instruction in tables: the one-byte codes, then those with prefix 0xfc.
 */
#define KWASM_OP_SLOT(code) ((code) < 0x100 ? (code) : 0x100 + ((code) & 0xff))
#define KWASM_OP_SLOTS (0x100 + 18)

/**
 * struct kwasm_op - a decoded instruction
 * @code: enum wasm_op
 * @at: its byte offset in the module
 * @index: local, global, function, type, table, segment or label index
 * @index2: second index (table.copy source, call_indirect table, table.init table, ...)
 * @align: log2 of the alignment hint of a memory access
 * @offset: constant offset of a memory access
 * @bits: bit pattern of a constant
 * @block_type: KWASM_VOID or a value type; ref.null: its reference type
 * @block_index: type index of a block, or -1 if @block_type applies
 * @targets: br_table: offset of the first label in the binary; typed select: of the first type
 * @num_targets: labels without the default; types
 */
struct kwasm_op {
	u32 code;
	u32 at;
	u32 index;
	u32 index2;
	u32 align;
	u32 offset;
	u64 bits;
	u8 block_type;
	s64 block_index;
	u32 targets;
	u32 num_targets;
};

/* The immediates of an opcode: a column of wasm_ops.def. */
enum kwasm_imm {
	KWASM_IMM_NONE,
	KWASM_IMM_BLOCK,		/* block_type or block_index */
	KWASM_IMM_LABEL,		/* index */
	KWASM_IMM_LABELS,		/* targets, num_targets */
	KWASM_IMM_FUNC,			/* index */
	KWASM_IMM_TYPE_TABLE,		/* index = type, index2 = table */
	KWASM_IMM_TYPES,		/* targets, num_targets; block_type = the first */
	KWASM_IMM_LOCAL,		/* index, like all that follow unless noted */
	KWASM_IMM_GLOBAL,
	KWASM_IMM_TABLE,
	KWASM_IMM_TABLE_TABLE,		/* index = destination, index2 = source */
	KWASM_IMM_ELEM,
	KWASM_IMM_ELEM_TABLE,		/* index = segment, index2 = table */
	KWASM_IMM_DATA,
	KWASM_IMM_DATA_MEMORY,		/* index = segment */
	KWASM_IMM_MEMORY,		/* a zero byte */
	KWASM_IMM_MEMORY_MEMORY,	/* two of them */
	KWASM_IMM_I32,			/* bits, zero-extended */
	KWASM_IMM_I64,
	KWASM_IMM_F32,
	KWASM_IMM_F64,
	KWASM_IMM_REFTYPE,		/* block_type */
	KWASM_IMM_MEM0,			/* align, offset; natural alignment 1 byte */
	KWASM_IMM_MEM1,
	KWASM_IMM_MEM2,
	KWASM_IMM_MEM3,
};

/**
 * kwasm_op_read() - read one instruction and move the reader past it.
 *
 * br_table labels are skipped (their number is checked against the remaining bytes) and read later
 * with kwasm_op_labels().
 * Return: 0; -ENOEXEC; -EOPNOTSUPP for a known later feature, which @diag names.
 */
int kwasm_op_read(struct kwasm_reader *r, struct kwasm_op *op);

/** kwasm_op_labels() - a reader over the num_targets + 1 labels of a br_table. */
struct kwasm_reader kwasm_op_labels(const struct kwasm_reader *r, const struct kwasm_op *op);

/** kwasm_op_name() - "i32.add"; NULL if @code is not an instruction. */
const char *kwasm_op_name(u32 code);

/** kwasm_op_sig() - the signature column of wasm_ops.def; NULL if @code is not an instruction. */
const char *kwasm_op_sig(u32 code);

/** kwasm_op_imm() - immediates of @code; KWASM_IMM_NONE if it is not an instruction. */
enum kwasm_imm kwasm_op_imm(u32 code);

/**
 * kwasm_read_valtype() - one byte that is a value type (spec 5.3.4).
 *
 * Return: enum kwasm_type, or 0 with the reader failed.
 */
u8 kwasm_read_valtype(struct kwasm_reader *r);

/** kwasm_read_reftype() - one byte that is a reference type (spec 5.3.3); as above. */
u8 kwasm_read_reftype(struct kwasm_reader *r);

#endif /* KWASM_OP_H */
