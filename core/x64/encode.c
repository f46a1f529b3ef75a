// SPDX-License-Identifier: GPL-2.0-only
/*
 * encode.c - find the row of opcodes.def for an instruction and write its bytes.
 *
 * Guarantees: for any operands, at most X64_MAX_INSN bytes are written, and instructions that are
 * not in opcodes.def are rejected.  Stateless.
 *
 * Encoding after Intel's Software Developer's Manual, volume 2, chapter 2.
 */
#include "encode.h"

enum widths {
	W_B = 1 << X64_B,
	W_W = 1 << X64_W,
	W_L = 1 << X64_L,
	W_Q = 1 << X64_Q,
	W_WL = W_W | W_L,
	W_WQ = W_W | W_Q,
	W_LQ = W_L | W_Q,
	W_WLQ = W_W | W_L | W_Q,
};

/* The columns of opcodes.def; their meaning is explained there. */
enum class { C__, C_r, C_a, C_n, C_r8, C_r16, C_r32, C_x, C_m, C_cl };
enum imm { I__, I_one, I_i8, I_u8, I_iz, I_u32, I_i64, I_rel8, I_rel32 };
enum enc { E_N, E_MR, E_RM, E_M, E_O, E_OS, E_FIX, E_VEX };
enum map { M_1B, M_0F, M_0F38, M_0F3A };
enum flags { NOREXW = 1, CC = 2, ZX = 4 };

struct row {
	u8 widths;
	u8 dst;
	u8 src;
	u8 imm;
	u8 enc;
	u8 prefix;
	u8 map;
	u8 opcode;
	u8 ext;
	u8 flags;
};

static const struct row rows[] = {
#define X64_OP(name)
#define X64_ROW(text, widths, dst, src, imm, enc, prefix, map, opcode, ext, flags)             \
	{ W_##widths, C_##dst, C_##src, I_##imm, E_##enc, prefix, M_##map, opcode, ext, flags },
#include "opcodes.def"
#undef X64_OP
#undef X64_ROW
};

/* Number the rows, each operation's FIRST_ being the number of the row that follows it. */
#define PASTE2(a, b) a##b
#define PASTE(a, b) PASTE2(a, b)
enum {
#define X64_OP(name) FIRST_##name, BEFORE_##name = FIRST_##name - 1,
#define X64_ROW(...) PASTE(ROW_, __COUNTER__),
#include "opcodes.def"
#undef X64_OP
#undef X64_ROW
};

static const u16 first_row[X64_NUM_OPS + 1] = {
#define X64_OP(name) FIRST_##name,
#define X64_ROW(...)
#include "opcodes.def"
#undef X64_OP
#undef X64_ROW
	ARRAY_SIZE(rows),
};

/* Choice of the row. */

static bool class_fits(enum class class, enum x64_kind kind, u8 reg)
{
	switch (class) {
	case C__:
	case C_cl:
		return kind == X64_NOTHING;
	case C_m:
		return kind == X64_MEM;
	case C_x:
		return kind == X64_REG && x64_is_xmm(reg);
	case C_a:
		return kind == X64_REG && reg == X64_RAX;
	case C_n:
		return kind == X64_REG && x64_is_gpr(reg) && reg != X64_RAX;
	case C_r:
	case C_r8:
	case C_r16:
	case C_r32:
		return kind == X64_REG && x64_is_gpr(reg);
	}
	return false;
}

/* False if @imm is neither a signed nor an unsigned number of the width. */
static bool imm_in_width(s64 imm, enum x64_width w)
{
	u32 bits = 8u << w;

	return bits == 64 || (imm >= -(1LL << (bits - 1)) && imm < 1LL << bits);
}

static bool imm_fits(enum imm class, s64 imm, enum x64_width w)
{
	u32 spare = 64 - (8u << w);
	s64 v = (s64)((u64)imm << spare) >> spare;	/* 0xffffffff is -1 for X64_L */

	switch (class) {
	case I_one:
		return imm == 1;
	case I_u8:
		return imm == (u8)imm;
	case I_i8:
		return v == (s8)v;
	case I_iz:
		return v == (s32)v;
	case I_u32:
		return v == (s64)(u32)v;
	case I_i64:
		return true;
	default:
		return false;
	}
}

static u32 imm_bytes(const struct row *row, enum x64_width w)
{
	switch (row->imm) {
	case I_i8:
	case I_u8:
	case I_rel8:
		return 1;
	case I_iz:
		return min(1u << w, 4u);
	case I_u32:
	case I_rel32:
		return 4;
	case I_i64:
		return 8;
	default:
		return 0;
	}
}

/* Everything but the value of an immediate. */
static bool row_fits(const struct row *row, const struct x64_insn *in)
{
	enum imm imm = row->imm;
	bool src2 = row->enc == E_VEX && imm == I__;

	return row->widths & 1 << in->w &&
	       (imm == I_rel8) == (in->rel == X64_REL8) &&
	       (imm == I_rel32) == (in->rel == X64_REL32) &&
	       (imm != I__) == (in->has_imm || in->rel != X64_NO_REL) &&
	       src2 == in->has_src2 && (!src2 || x64_is_gpr(in->src2)) &&
	       class_fits(row->dst, in->dst_kind, in->dst) &&
	       class_fits(row->src, in->src_kind, in->src);
}

static const struct row *find_row(const struct x64_insn *in, const char **why)
{
	const struct row *row, *end;

	*why = "an instruction does not exist with these operands";
	if ((u32)in->op >= X64_NUM_OPS || (u32)in->w >= X64_NUM_WIDTHS ||
	    (u32)in->cc >= X64_NUM_CC)
		return NULL;
	end = rows + first_row[in->op + 1];
	for (row = rows + first_row[in->op]; row < end; row++) {
		if (!row_fits(row, in))
			continue;
		if (!in->has_imm)
			return row;
		if (imm_in_width(in->imm, in->w) && imm_fits(row->imm, in->imm, in->w))
			return row;
		*why = "an immediate is out of range";
	}
	return NULL;
}

static bool mem_valid(const struct x64_mem *m)
{
	if (m->base == X64_RIP || m->base == X64_LABEL)
		return m->index == X64_NONE;
	if (m->base != X64_NONE && !x64_is_gpr(m->base))
		return false;
	if (m->index == X64_NONE)
		return m->scale_log2 == 0;
	return x64_is_gpr(m->index) && m->index != X64_RSP && m->scale_log2 <= 3;
}

/* Encoding. */

/* The registers in the fields of an instruction, X64_NONE for an unused field. */
struct fields {
	u8 reg;			/* ModRM.reg: a register or an opcode extension */
	u8 rm;			/* ModRM.rm if a register */
	u8 low;			/* the register in the opcode's low bits */
	bool mem;		/* ModRM.rm is the memory operand */
	bool wide;		/* REX.W, VEX.W */
};

static void put(struct x64_bytes *out, u8 byte)
{
	out->b[out->n++] = byte;
}

static void put_n(struct x64_bytes *out, u64 v, u32 n)
{
	x64_put_le(out->b + out->n, v, n);
	out->n += n;
}

static struct fields assign(const struct row *row, const struct x64_insn *in)
{
	struct fields f = {
		.reg = X64_NONE, .rm = X64_NONE, .low = X64_NONE,
		.mem = in->dst_kind == X64_MEM || in->src_kind == X64_MEM,
		.wide = in->w == X64_Q && !(row->flags & (NOREXW | ZX)),
	};

	switch ((enum enc)row->enc) {
	case E_MR:
		f.reg = in->src;
		f.rm = in->dst;
		break;
	case E_RM:
	case E_VEX:
		f.reg = in->dst;
		f.rm = in->src;
		break;
	case E_M:
		f.reg = row->ext;
		f.rm = in->dst;
		break;
	case E_O:
		f.low = in->dst;
		break;
	case E_OS:
		f.low = in->src;
		break;
	case E_FIX:
	case E_N:
		break;
	}
	return f;
}

/* The fourth bit of a register's number; 0 if it is not a register. */
static u8 high_bit(u8 reg)
{
	return reg < X64_NUM_REGS ? reg >> 3 & 1 : 0;
}

/* The high bits of the register numbers as REX has them: R, X, B. */
static u8 rxb(const struct fields *f, const struct x64_insn *in)
{
	u8 x = f->mem ? in->mem.index : X64_NONE;
	u8 b = f->mem ? in->mem.base : f->low != X64_NONE ? f->low : f->rm;

	return high_bit(f->reg) << 2 | high_bit(x) << 1 | high_bit(b);
}

/* spl, bpl, sil and dil exist only with a REX prefix; without, the numbers mean ah to bh. */
static bool needs_rex(enum class class, enum x64_kind kind, u8 reg, enum x64_width w)
{
	bool byte = class == C_r8 || (class == C_r && w == X64_B);

	return kind == X64_REG && byte && reg >= X64_RSP && reg <= X64_RDI;
}

static void put_prefixes(struct x64_bytes *out, const struct row *row, const struct fields *f,
			 const struct x64_insn *in)
{
	u8 rex = f->wide << 3 | rxb(f, in);

	if (in->w == X64_W)
		put(out, 0x66);
	if (row->prefix)
		put(out, row->prefix);
	if (rex || needs_rex(row->dst, in->dst_kind, in->dst, in->w) ||
	    needs_rex(row->src, in->src_kind, in->src, in->w))
		put(out, 0x40 | rex);
	if (row->map != M_1B)
		put(out, 0x0f);
	if (row->map == M_0F38)
		put(out, 0x38);
	if (row->map == M_0F3A)
		put(out, 0x3a);
}

/* The three-byte form; a two-byte one exists only for map 0F. */
static void put_vex(struct x64_bytes *out, const struct row *row, const struct fields *f,
		    const struct x64_insn *in)
{
	u8 pp = row->prefix == 0x66 ? 1 : row->prefix == 0xf3 ? 2 : row->prefix == 0xf2 ? 3 : 0;
	u8 vvvv = in->has_src2 ? in->src2 : 0;

	put(out, 0xc4);
	put(out, (~rxb(f, in) & 7) << 5 | row->map);
	put(out, f->wide << 7 | (~vvvv & 15) << 3 | pp);
}

/* ModRM, SIB and displacement of a memory operand; @reg is in place. */
static void put_mem(struct x64_bytes *out, u8 reg, const struct x64_insn *in)
{
	const struct x64_mem *m = &in->mem;
	bool no_base = m->base == X64_NONE, no_index = m->index == X64_NONE;
	bool sib = no_base || !no_index || (m->base & 7) == X64_RSP;
	u8 size = in->disp_size;

	if (m->base == X64_RIP || m->base == X64_LABEL) {
		put(out, reg | 5);
		if (m->base == X64_LABEL)
			out->label_at = out->n;
		put_n(out, m->base == X64_RIP ? (u32)m->disp : 0, 4);
		return;
	}
	/* With mod 0, the numbers of rbp and r13 mean no base. */
	if (!size && (m->disp || (m->base & 7) == X64_RBP))
		size = 1;
	if (no_base || m->disp != (s8)m->disp)
		size = 4;
	put(out, (no_base ? 0 : size == 4 ? 2 : size) << 6 | reg | (sib ? 4 : m->base & 7));
	if (sib)
		put(out, m->scale_log2 << 6 | (no_index ? 4 : m->index & 7) << 3 |
			 (no_base ? 5 : m->base & 7));
	put_n(out, (u32)m->disp, size);
}

const char *x64_encode(struct x64_bytes *out, const struct x64_insn *in)
{
	const struct row *row;
	struct fields f;
	const char *why;

	row = find_row(in, &why);
	if (!row)
		return why;
	f = assign(row, in);
	if (f.mem && !mem_valid(&in->mem))
		return "a memory operand cannot be encoded";
	out->n = 0;
	out->label_at = 0;
	if (row->enc == E_VEX)
		put_vex(out, row, &f, in);
	else
		put_prefixes(out, row, &f, in);
	put(out, (row->opcode + (row->flags & CC ? in->cc : 0)) |
		 (f.low == X64_NONE ? 0 : f.low & 7));
	if (row->enc == E_FIX)
		put(out, row->ext);
	else if (f.mem)
		put_mem(out, (f.reg & 7) << 3, in);
	else if (f.rm != X64_NONE)
		put(out, 0xc0 | (f.reg & 7) << 3 | (f.rm & 7));
	put_n(out, (u64)in->imm, imm_bytes(row, in->w));
	return NULL;
}
