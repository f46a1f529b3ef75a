// SPDX-License-Identifier: GPL-2.0-only
/*
 * asm.c - the x86-64 assembler: code buffer, labels, relocations, and a function per operand form.
 *
 * Guarantees: no byte is written outside the buffer; an instruction that cannot be encoded sets the
 * sticky error and emits nothing; every label of a finished buffer is resolved and every use of a
 * symbol recorded.  Each call takes constant time, except for the growth of buffers, which is
 * amortised.
 */
#include "encode.h"

#define FIRST_CAP 4096u		/* bytes of code */
#define FIRST_ITEMS 64u		/* of labels, fixups, relocations */
#define MAX_ITEMS (1u << 26)

/**
 * struct x64_fixup - a distance that is known when its labels are bound
 * @at: offset of the 4 bytes
 * @label: minuend
 * @base: subtrahend, or X64_UNBOUND for @at itself
 * @addend: added to the difference
 */
struct x64_fixup {
	u32 at;
	u32 label;
	u32 base;
	s32 addend;
};

static void fail(struct x64_asm *a, int err, const char *why)
{
	if (a->error)
		return;
	a->error = err;
	a->why = why;
	a->error_at = a->len;
}

/* Buffers. */

/* Make room for @need objects of @size bytes in a vector that holds @used of *@cap. */
static void *grow(struct x64_asm *a, void *old, u32 used, u32 *cap, u32 need, u32 most, size_t size)
{
	u32 want;
	void *new;

	if (need <= *cap)
		return old;
	want = *cap > most / 2 ? most : min(max(*cap * 2, need), most);
	new = kwasm_array_grow(old, used, want, size);
	if (!new) {
		fail(a, -ENOMEM, "out of memory for the machine code");
		return old;
	}
	*cap = want;
	return new;
}

/* Room for @bytes more of code, or NULL; the caller fills it in and adds to a->len. */
static u8 *reserve(struct x64_asm *a, u32 bytes)
{
	if (a->error)
		return NULL;
	if (bytes > a->limit - a->len) {
		fail(a, -EFBIG, "the machine code is larger than the limit");
		return NULL;
	}
	a->code = grow(a, a->code, a->len, &a->cap, max(a->len + bytes, min(FIRST_CAP, a->limit)),
		       a->limit, 1);
	return a->error ? NULL : a->code + a->len;
}

void x64_init(struct x64_asm *a, u32 limit)
{
	memset(a, 0, sizeof(*a));
	a->limit = min(limit, X64_MAX_CODE);
}

void x64_destroy(struct x64_asm *a)
{
	kwasm_free(a->code);
	kwasm_free(a->labels);
	kwasm_free(a->fixups);
	kwasm_free(a->relocs);
	memset(a, 0, sizeof(*a));
}

void x64_data(struct x64_asm *a, const void *data, u32 bytes)
{
	u8 *p = reserve(a, bytes);

	if (!p)
		return;
	memcpy(p, data, bytes);
	a->len += bytes;
}

/* Labels. */

u32 x64_label(struct x64_asm *a)
{
	if (a->error)
		return 0;
	if (a->num_labels == MAX_ITEMS) {
		fail(a, -EFBIG, "the machine code has too many labels");
		return 0;
	}
	a->labels = grow(a, a->labels, a->num_labels, &a->cap_labels,
			 max(a->num_labels + 1, FIRST_ITEMS), MAX_ITEMS, sizeof(*a->labels));
	if (a->error)
		return 0;
	a->labels[a->num_labels] = X64_UNBOUND;
	return a->num_labels++;
}

void x64_bind(struct x64_asm *a, u32 label)
{
	if (a->error)
		return;
	if (label >= a->num_labels)
		return fail(a, -EINVAL, "a label does not exist");
	if (a->labels[label] != X64_UNBOUND)
		return fail(a, -EINVAL, "a label was bound twice");
	a->labels[label] = a->len;
}

u32 x64_label_offset(const struct x64_asm *a, u32 label)
{
	return label < a->num_labels ? a->labels[label] : X64_UNBOUND;
}

/* Fill in @fix if its labels are bound. */
static bool fixup_resolve(struct x64_asm *a, const struct x64_fixup *fix)
{
	u32 to = a->labels[fix->label];
	u32 from = fix->base == X64_UNBOUND ? fix->at : a->labels[fix->base];

	if (to == X64_UNBOUND || from == X64_UNBOUND)
		return false;
	x64_put_le(a->code + fix->at, to - from + (u32)fix->addend, 4);
	return true;
}

/* The 4 bytes at @at, already emitted, are to hold @label - (@base or @at) + @addend. */
static void fixup_add(struct x64_asm *a, u32 at, u32 label, u32 base, s32 addend)
{
	struct x64_fixup fix = { .at = at, .label = label, .base = base, .addend = addend };

	if (a->error)
		return;
	if (label >= a->num_labels || (base != X64_UNBOUND && base >= a->num_labels))
		return fail(a, -EINVAL, "a label does not exist");
	if (fixup_resolve(a, &fix))
		return;
	a->fixups = grow(a, a->fixups, a->num_fixups, &a->cap_fixups,
			 max(a->num_fixups + 1, FIRST_ITEMS), MAX_ITEMS, sizeof(fix));
	if (!a->error)
		a->fixups[a->num_fixups++] = fix;
}

int x64_finish(struct x64_asm *a)
{
	u32 i;
	int err;

	for (i = 0; i < a->num_fixups && !a->error; i++) {
		err = kwasm_steps_take(&a->steps, 1);
		if (err)
			fail(a, err, NULL);
		else if (!fixup_resolve(a, &a->fixups[i]))
			fail(a, -EINVAL, "a label was never bound");
	}
	if (!a->error)
		a->num_fixups = 0;
	return a->error;
}

void x64_data_label32(struct x64_asm *a, u32 label, u32 base)
{
	static const u8 hole[4];

	x64_data(a, hole, sizeof(hole));
	if (base == X64_UNBOUND)
		return fail(a, -EINVAL, "a label does not exist");
	fixup_add(a, a->len - 4, label, base, 0);
}

/* Relocations. */

/* The last bytes of the code belong to the address of @sym. */
static void reloc_add(struct x64_asm *a, enum x64_reloc_kind kind, u32 sym)
{
	u32 bytes = kind == X64_RELOC_ABS64 ? 8 : 4;

	if (a->error)
		return;
	a->relocs = grow(a, a->relocs, a->num_relocs, &a->cap_relocs,
			 max(a->num_relocs + 1, FIRST_ITEMS), MAX_ITEMS, sizeof(*a->relocs));
	if (a->error)
		return;
	a->relocs[a->num_relocs++] = (struct x64_reloc){
		.offset = a->len - bytes, .sym = sym, .kind = kind
	};
	x64_put_le(a->code + a->len - bytes, 0, bytes);
}

int x64_relocate(struct x64_asm *a, u8 *dst, u64 at, const u64 *syms, u32 num_syms)
{
	const struct x64_reloc *reloc;
	s64 dist;
	u32 i;
	int err;

	for (i = 0; i < a->num_relocs; i++) {
		err = kwasm_steps_take(&a->steps, 1);
		if (err)
			return err;
		reloc = &a->relocs[i];
		if (reloc->sym >= num_syms)
			return -EINVAL;
		if (reloc->kind == X64_RELOC_ABS64) {
			x64_put_le(dst + reloc->offset, syms[reloc->sym], 8);
			continue;
		}
		dist = (s64)(syms[reloc->sym] - (at + reloc->offset + 4));
		if (dist != (s32)dist)
			return -ERANGE;
		x64_put_le(dst + reloc->offset, (u64)dist, 4);
	}
	return 0;
}

/* Instructions. */

static void emit(struct x64_asm *a, const struct x64_insn *in)
{
	struct x64_bytes out;
	const char *why;

	if (a->error)
		return;
	why = x64_encode(&out, in);
	if (why)
		return fail(a, -EINVAL, why);
	x64_data(a, out.b, out.n);
	if (out.label_at)
		fixup_add(a, a->len - out.n + out.label_at, (u32)in->mem.disp, X64_UNBOUND,
			  out.label_at - out.n);
}

#define INSN(...) (&(const struct x64_insn){ __VA_ARGS__ })
#define DST_REG .dst_kind = X64_REG, .dst = dst
#define DST_MEM .dst_kind = X64_MEM, .mem = dst
#define SRC_REG .src_kind = X64_REG, .src = src
#define SRC_MEM .src_kind = X64_MEM, .mem = src
#define SRC_IMM .has_imm = true, .imm = imm

void x64_0(struct x64_asm *a, enum x64_op op, enum x64_width w)
{
	emit(a, INSN(.op = op, .w = w));
}

void x64_r(struct x64_asm *a, enum x64_op op, enum x64_width w, u8 dst)
{
	emit(a, INSN(.op = op, .w = w, DST_REG));
}

void x64_m(struct x64_asm *a, enum x64_op op, enum x64_width w, struct x64_mem dst)
{
	emit(a, INSN(.op = op, .w = w, DST_MEM));
}

void x64_i(struct x64_asm *a, enum x64_op op, enum x64_width w, s64 imm)
{
	emit(a, INSN(.op = op, .w = w, SRC_IMM));
}

void x64_rr(struct x64_asm *a, enum x64_op op, enum x64_width w, u8 dst, u8 src)
{
	emit(a, INSN(.op = op, .w = w, DST_REG, SRC_REG));
}

void x64_rm(struct x64_asm *a, enum x64_op op, enum x64_width w, u8 dst, struct x64_mem src)
{
	emit(a, INSN(.op = op, .w = w, DST_REG, SRC_MEM));
}

void x64_mr(struct x64_asm *a, enum x64_op op, enum x64_width w, struct x64_mem dst, u8 src)
{
	emit(a, INSN(.op = op, .w = w, DST_MEM, SRC_REG));
}

void x64_ri(struct x64_asm *a, enum x64_op op, enum x64_width w, u8 dst, s64 imm)
{
	emit(a, INSN(.op = op, .w = w, DST_REG, SRC_IMM));
}

void x64_mi(struct x64_asm *a, enum x64_op op, enum x64_width w, struct x64_mem dst, s64 imm)
{
	emit(a, INSN(.op = op, .w = w, DST_MEM, SRC_IMM));
}

void x64_rri(struct x64_asm *a, enum x64_op op, enum x64_width w, u8 dst, u8 src, s64 imm)
{
	emit(a, INSN(.op = op, .w = w, DST_REG, SRC_REG, SRC_IMM));
}

void x64_rmi(struct x64_asm *a, enum x64_op op, enum x64_width w, u8 dst, struct x64_mem src,
	     s64 imm)
{
	emit(a, INSN(.op = op, .w = w, DST_REG, SRC_MEM, SRC_IMM));
}

void x64_rrr(struct x64_asm *a, enum x64_op op, enum x64_width w, u8 dst, u8 src, u8 src2)
{
	emit(a, INSN(.op = op, .w = w, DST_REG, SRC_REG, .has_src2 = true, .src2 = src2));
}

void x64_setcc(struct x64_asm *a, enum x64_cc cc, u8 dst)
{
	emit(a, INSN(.op = X64_SETCC, .w = X64_B, .cc = cc, DST_REG));
}

void x64_setcc_m(struct x64_asm *a, enum x64_cc cc, struct x64_mem dst)
{
	emit(a, INSN(.op = X64_SETCC, .w = X64_B, .cc = cc, DST_MEM));
}

void x64_cmov_rr(struct x64_asm *a, enum x64_cc cc, enum x64_width w, u8 dst, u8 src)
{
	emit(a, INSN(.op = X64_CMOVCC, .w = w, .cc = cc, DST_REG, SRC_REG));
}

void x64_cmov_rm(struct x64_asm *a, enum x64_cc cc, enum x64_width w, u8 dst, struct x64_mem src)
{
	emit(a, INSN(.op = X64_CMOVCC, .w = w, .cc = cc, DST_REG, SRC_MEM));
}

/* Jumps and calls. */

/* The 4 bytes of a rel32 are left to be filled in by the caller. */
static void jump(struct x64_asm *a, enum x64_op op, enum x64_cc cc, enum x64_rel rel, s64 dist)
{
	emit(a, INSN(.op = op, .w = X64_Q, .cc = cc, .rel = rel, .imm = dist));
}

static void jump_label32(struct x64_asm *a, enum x64_op op, enum x64_cc cc, u32 label)
{
	jump(a, op, cc, X64_REL32, 0);
	fixup_add(a, a->len - 4, label, X64_UNBOUND, -4);
}

static void jump_label(struct x64_asm *a, enum x64_op op, enum x64_cc cc, u32 label)
{
	u32 target = x64_label_offset(a, label);
	s64 dist = (s64)target - ((s64)a->len + 2);	/* every rel8 form is two bytes long */

	if (target != X64_UNBOUND && dist == (s8)dist)
		jump(a, op, cc, X64_REL8, dist);
	else
		jump_label32(a, op, cc, label);
}

static void jump_sym(struct x64_asm *a, enum x64_op op, enum x64_cc cc, u32 sym)
{
	jump(a, op, cc, X64_REL32, 0);
	reloc_add(a, X64_RELOC_REL32, sym);
}

void x64_jmp(struct x64_asm *a, u32 label)
{
	jump_label(a, X64_JMP, 0, label);
}

void x64_jcc(struct x64_asm *a, enum x64_cc cc, u32 label)
{
	jump_label(a, X64_JCC, cc, label);
}

void x64_call(struct x64_asm *a, u32 label)
{
	jump_label32(a, X64_CALL, 0, label);
}

void x64_jmp_sym(struct x64_asm *a, u32 sym)
{
	jump_sym(a, X64_JMP, 0, sym);
}

void x64_jcc_sym(struct x64_asm *a, enum x64_cc cc, u32 sym)
{
	jump_sym(a, X64_JCC, cc, sym);
}

void x64_call_sym(struct x64_asm *a, u32 sym)
{
	jump_sym(a, X64_CALL, 0, sym);
}

void x64_mov_sym(struct x64_asm *a, u8 dst, u32 sym)
{
	/* A number that only the 64-bit form can hold. */
	x64_ri(a, X64_MOV, X64_Q, dst, S64_MIN);
	reloc_add(a, X64_RELOC_ABS64, sym);
}

void x64_zero(struct x64_asm *a, u8 dst)
{
	x64_rr(a, x64_is_xmm(dst) ? X64_FXOR : X64_XOR, X64_L, dst, dst);
}

/* Padding. */

void x64_nop(struct x64_asm *a, u32 bytes)
{
	/* Memory forms of nop by length from 3 bytes: width, index or not, displacement. */
	static const struct {
		u8 w, index, disp_size;
	} forms[] = {
		{ X64_L, X64_NONE, 0 }, { X64_L, X64_NONE, 1 }, { X64_L, X64_RAX, 1 },
		{ X64_W, X64_RAX, 1 }, { X64_L, X64_NONE, 4 }, { X64_L, X64_RAX, 4 },
		{ X64_W, X64_RAX, 4 },
	};
	u32 n;

	for (; bytes && !a->error; bytes -= n) {
		n = min_t(u32, bytes, ARRAY_SIZE(forms) + 2);
		if (n < 3)
			x64_0(a, X64_NOP, n == 1 ? X64_L : X64_W);
		else
			emit(a, INSN(.op = X64_NOP, .w = forms[n - 3].w, .dst_kind = X64_MEM,
				     .mem = x64_at_index(X64_RAX, forms[n - 3].index, 0, 0),
				     .disp_size = forms[n - 3].disp_size));
	}
}

void x64_align(struct x64_asm *a, u32 bytes)
{
	if (!bytes || (bytes & (bytes - 1)))
		return fail(a, -EINVAL, "an alignment is not a power of two");
	x64_nop(a, -a->len & (bytes - 1));
}
