// SPDX-License-Identifier: GPL-2.0-only
/*
 * op.c - the only decoder of instructions (spec 5.4).
 *
 * Guarantees: an instruction is read completely or not at all; anything but a WebAssembly 2.0
 * instruction is rejected; for later or unsupported features, the error names the feature.  The
 * validator checks indices.
 */
#include "op.h"
#include "proposal.h"

struct op_desc {
	const char *text;
	const char *sig;
	u8 imm;
};

/* Alignments are given by their binary logarithm; no access is larger than 8 bytes. */
#define MAX_ALIGN 3

#define PREFIX_GC 0xfb
#define PREFIX_NUMERIC 0xfc
#define PREFIX_SIMD 0xfd
#define NUM_PREFIXED (KWASM_OP_SLOTS - 0x100)

static const struct op_desc descs[KWASM_OP_SLOTS] = {
#define OP(code, name, text, sig, imm, ir) [KWASM_OP_SLOT(code)] = { text, sig, KWASM_IMM_##imm },
#include "wasm_ops.def"
#undef OP
};

static const char *const simd_names[0x100] = {
#define SIMD(code, text) [code] = text,
#include "wasm_simd.def"
#undef SIMD
};

static const struct op_desc *desc_find(u32 code)
{
	const struct op_desc *d;

	if (code >= 0x100 && (code >> 16 != PREFIX_NUMERIC || (code & 0xffff) >= NUM_PREFIXED))
		return NULL;
	d = &descs[KWASM_OP_SLOT(code)];
	return d->text ? d : NULL;
}

const char *kwasm_op_name(u32 code)
{
	const struct op_desc *d = desc_find(code);

	return d ? d->text : NULL;
}

const char *kwasm_op_sig(u32 code)
{
	const struct op_desc *d = desc_find(code);

	return d ? d->sig : NULL;
}

enum kwasm_imm kwasm_op_imm(u32 code)
{
	const struct op_desc *d = desc_find(code);

	return d ? d->imm : KWASM_IMM_NONE;
}

static int fail_type(struct kwasm_reader *r, u32 at, u8 byte, const char *what)
{
	if (kwasm_proposal_fail(r, at, KWASM_CODE_TYPE, byte))
		return r->err;
	return kwasm_reader_fail(r, -ENOEXEC, at, "malformed %s type 0x%02x", what, byte);
}

u8 kwasm_read_valtype(struct kwasm_reader *r)
{
	u32 at = r->pos;
	u8 type = kwasm_read_u8(r);

	if (r->err)
		return 0;
	if ((type >= KWASM_F64 && type <= KWASM_I32) || kwasm_type_is_ref(type))
		return type;
	fail_type(r, at, type, "value");
	return 0;
}

u8 kwasm_read_reftype(struct kwasm_reader *r)
{
	u32 at = r->pos;
	u8 type = kwasm_read_u8(r);

	if (r->err)
		return 0;
	if (kwasm_type_is_ref(type))
		return type;
	fail_type(r, at, type, "reference");
	return 0;
}

/* Spec 5.4.1: 0x40, a value type, or a type index as a non-negative 33-bit integer. */
static void read_block_type(struct kwasm_reader *r, struct kwasm_op *op)
{
	u32 at = r->pos;
	u8 byte = kwasm_read_u8(r);

	if (r->err)
		return;
	r->pos = at;
	op->block_type = KWASM_VOID;
	if (byte == KWASM_VOID) {
		r->pos++;
	} else if ((byte & 0xc0) == 0x40) {
		op->block_type = kwasm_read_valtype(r);
	} else {
		op->block_index = kwasm_read_leb_s33(r);
		if (!r->err && op->block_index < 0)
			kwasm_reader_fail(r, -ENOEXEC, at, "malformed block type");
	}
}

static void read_labels(struct kwasm_reader *r, struct kwasm_op *op)
{
	u32 at = r->pos;
	u32 n = kwasm_read_leb_u32(r);
	u32 i;

	if (!r->err && n >= r->end - r->pos) {
		kwasm_reader_fail(r, -ENOEXEC, at, "unexpected end: br_table of %u labels", n);
		return;
	}
	op->targets = r->pos;
	op->num_targets = n;
	for (i = 0; i <= n && !r->err; i++)
		kwasm_read_leb_u32(r);
}

static void read_types(struct kwasm_reader *r, struct kwasm_op *op)
{
	u32 at = r->pos;
	u32 n = kwasm_read_leb_u32(r);
	u32 i;

	if (!r->err && n > r->end - r->pos) {
		kwasm_reader_fail(r, -ENOEXEC, at, "unexpected end: select of %u types", n);
		return;
	}
	op->targets = r->pos;
	op->num_targets = n;
	for (i = 0; i < n && !r->err; i++) {
		u8 type = kwasm_read_valtype(r);

		if (!i)
			op->block_type = type;
	}
}

static void read_memory_index(struct kwasm_reader *r)
{
	u32 at = r->pos;

	if (kwasm_read_u8(r))
		kwasm_reader_fail(r, -ENOEXEC, at,
				  "zero byte expected (multiple memories are not supported)");
}

static void read_imm(struct kwasm_reader *r, struct kwasm_op *op, enum kwasm_imm imm)
{
	switch (imm) {
	case KWASM_IMM_NONE:
		break;
	case KWASM_IMM_BLOCK:
		read_block_type(r, op);
		break;
	case KWASM_IMM_LABELS:
		read_labels(r, op);
		break;
	case KWASM_IMM_TYPES:
		read_types(r, op);
		break;
	case KWASM_IMM_LABEL:
	case KWASM_IMM_FUNC:
	case KWASM_IMM_LOCAL:
	case KWASM_IMM_GLOBAL:
	case KWASM_IMM_TABLE:
	case KWASM_IMM_ELEM:
	case KWASM_IMM_DATA:
		op->index = kwasm_read_leb_u32(r);
		break;
	case KWASM_IMM_TYPE_TABLE:
	case KWASM_IMM_TABLE_TABLE:
	case KWASM_IMM_ELEM_TABLE:
		op->index = kwasm_read_leb_u32(r);
		op->index2 = kwasm_read_leb_u32(r);
		break;
	case KWASM_IMM_DATA_MEMORY:
		op->index = kwasm_read_leb_u32(r);
		read_memory_index(r);
		break;
	case KWASM_IMM_MEMORY_MEMORY:
		read_memory_index(r);
		read_memory_index(r);
		break;
	case KWASM_IMM_MEMORY:
		read_memory_index(r);
		break;
	case KWASM_IMM_I32:
		op->bits = (u32)kwasm_read_leb_s32(r);
		break;
	case KWASM_IMM_I64:
		op->bits = (u64)kwasm_read_leb_s64(r);
		break;
	case KWASM_IMM_F32:
		op->bits = kwasm_read_le32(r);
		break;
	case KWASM_IMM_F64:
		op->bits = kwasm_read_le64(r);
		break;
	case KWASM_IMM_REFTYPE:
		op->block_type = kwasm_read_reftype(r);
		break;
	case KWASM_IMM_MEM0 ... KWASM_IMM_MEM3:
		op->align = kwasm_read_leb_u32(r);
		if (unlikely(op->align > MAX_ALIGN))
			kwasm_proposal_fail(r, op->at, KWASM_CODE_ALIGN, op->align);
		op->offset = kwasm_read_leb_u32(r);
		break;
	}
}

static int fail_simd(struct kwasm_reader *r, u32 at)
{
	u32 code = kwasm_read_leb_u32(r);

	if (r->err)
		return r->err;
	if (code < ARRAY_SIZE(simd_names) && simd_names[code])
		return kwasm_reader_fail(r, -EOPNOTSUPP, at,
					 "SIMD instruction %s is not supported", simd_names[code]);
	if (kwasm_proposal_fail(r, at, KWASM_CODE_OP_FD, code))
		return r->err;
	return kwasm_reader_fail(r, -ENOEXEC, at, "illegal opcode 0xfd 0x%x", code);
}

/* The code @number after the prefix @byte. */
static int fail_prefixed(struct kwasm_reader *r, u32 at, u8 byte, u32 number)
{
	enum kwasm_code_kind kind = byte == PREFIX_GC ? KWASM_CODE_OP_FB : KWASM_CODE_OP_FC;

	if (r->err || kwasm_proposal_fail(r, at, kind, number))
		return r->err;
	return kwasm_reader_fail(r, -ENOEXEC, at, "illegal opcode 0x%02x 0x%x", byte, number);
}

static int fail_opcode(struct kwasm_reader *r, u32 at, u8 byte)
{
	if (byte == PREFIX_GC)
		return fail_prefixed(r, at, byte, kwasm_read_leb_u32(r));
	if (kwasm_proposal_fail(r, at, KWASM_CODE_OP, byte))
		return r->err;
	return kwasm_reader_fail(r, -ENOEXEC, at, "illegal opcode 0x%02x", byte);
}

int kwasm_op_read(struct kwasm_reader *r, struct kwasm_op *op)
{
	const struct op_desc *d;
	u32 at = r->pos;
	u8 byte = kwasm_read_u8(r);
	u32 number;

	*op = (struct kwasm_op){ .code = byte, .at = at, .block_index = -1 };
	if (r->err)
		return r->err;
	if (byte == PREFIX_SIMD)
		return fail_simd(r, at);
	if (byte == PREFIX_NUMERIC) {
		number = kwasm_read_leb_u32(r);
		if (!r->err && number >= NUM_PREFIXED)
			return fail_prefixed(r, at, byte, number);
		op->code = PREFIX_NUMERIC << 16 | number;
	}
	d = desc_find(op->code);
	if (!d)
		return fail_opcode(r, at, byte);
	read_imm(r, op, d->imm);
	return r->err;
}

struct kwasm_reader kwasm_op_labels(const struct kwasm_reader *r, const struct kwasm_op *op)
{
	struct kwasm_reader labels = *r;

	labels.pos = op->targets;
	return labels;
}
