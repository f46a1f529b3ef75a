// SPDX-License-Identifier: GPL-2.0-only
/*
 * asm_errors_test.c - instructions that the assembler rejects, its limits, and code at its final
 * address.
 *
 * Rejections are checked exhaustively: every operation with every form, width and register class
 * must succeed if and only if opcodes.def has a row for it, and otherwise yield -EINVAL, a reason
 * and no byte.
 */
#include "x64/asm.h"
#include "tap.h"
#include "x64_table.h"

#define CODE_LIMIT 65536

/* The forms by dst, src and imm in opcodes.def; F_RRR also has a third register. */
enum form {
	F_0, F_R, F_M, F_I, F_RR, F_RM, F_MR, F_RI, F_MI, F_RRI, F_RMI, F_RRR,
	NUM_FORMS,
};

static const struct {
	char dst, src;
	bool imm;
} forms[NUM_FORMS] = {
	[F_0] = { '_', '_', false }, [F_R] = { 'r', '_', false }, [F_M] = { 'm', '_', false },
	[F_I] = { '_', '_', true }, [F_RR] = { 'r', 'r', false }, [F_RM] = { 'r', 'm', false },
	[F_MR] = { 'm', 'r', false }, [F_RI] = { 'r', '_', true }, [F_MI] = { 'm', '_', true },
	[F_RRI] = { 'r', 'r', true }, [F_RMI] = { 'r', 'm', true }, [F_RRR] = { 'r', 'r', false },
};

static void emit_form(struct x64_asm *a, enum form form, enum x64_op op, enum x64_width w, u8 dst,
		      u8 src, u8 src2)
{
	struct x64_mem mem = x64_at(X64_RBX, 8);

	switch (form) {
	case F_0:
		return x64_0(a, op, w);
	case F_R:
		return x64_r(a, op, w, dst);
	case F_M:
		return x64_m(a, op, w, mem);
	case F_I:
		return x64_i(a, op, w, 1);
	case F_RR:
		return x64_rr(a, op, w, dst, src);
	case F_RM:
		return x64_rm(a, op, w, dst, mem);
	case F_MR:
		return x64_mr(a, op, w, mem, src);
	case F_RI:
		return x64_ri(a, op, w, dst, 1);
	case F_MI:
		return x64_mi(a, op, w, mem, 1);
	case F_RRI:
		return x64_rri(a, op, w, dst, src, 1);
	case F_RMI:
		return x64_rmi(a, op, w, dst, mem, 1);
	case F_RRR:
		return x64_rrr(a, op, w, dst, src, src2);
	case NUM_FORMS:
		break;
	}
}

/* Does the class of a column take an operand of this kind: '_', 'm', 'r' with a register? */
static bool class_takes(const char *class, char kind, u8 reg)
{
	if (kind == '_')
		return !strcmp(class, "_") || !strcmp(class, "cl");
	if (kind == 'm')
		return !strcmp(class, "m");
	if (!strcmp(class, "x"))
		return reg >= 16 && reg < 32;
	if (!strcmp(class, "a"))
		return reg == 0;
	if (!strcmp(class, "n"))
		return reg > 0 && reg < 16;
	return class[0] == 'r' && reg < 16;
}

static bool in_table(u32 line, enum form form, enum x64_width w, u8 dst, u8 src, u8 src2)
{
	bool rrr = form == F_RRR;

	for (; line < ARRAY_SIZE(rows) && !rows[line].name; line++) {
		bool imm = strcmp(rows[line].imm, "_") && strncmp(rows[line].imm, "rel", 3);
		bool jump = !strncmp(rows[line].imm, "rel", 3);
		bool three = !strcmp(rows[line].enc, "VEX") && !imm;

		if (strchr(rows[line].widths, "BWLQ"[w]) && !jump && imm == forms[form].imm &&
		    three == rrr && (!three || src2 < 16) &&
		    class_takes(rows[line].dst, forms[form].dst, dst) &&
		    class_takes(rows[line].src, forms[form].src, src))
			return true;
	}
	return false;
}

static bool agrees(u32 line, enum form form, enum x64_op op, enum x64_width w, u8 dst, u8 src,
		   u8 src2)
{
	bool want = in_table(line, form, w, dst, src, src2);
	struct x64_asm a;
	bool good;

	x64_init(&a, CODE_LIMIT);
	emit_form(&a, form, op, w, dst, src, src2);
	if (want)
		good = !a.error && !a.why && a.len && a.len <= 15;
	else
		good = a.error == -EINVAL && a.why && !a.len && !a.code;
	good = good && x64_finish(&a) == (want ? 0 : -EINVAL);
	if (!good)
		diag("form %d width %d regs %u %u %u: error %d, %u bytes, want %s", form, w, dst,
		     src, src2, a.error, a.len, want ? "success" : "-EINVAL");
	x64_destroy(&a);
	return good;
}

/* How many combinations of registers are treated wrongly; the row of the operation is @line. */
static u32 count_wrong(u32 line, enum form form, enum x64_width w)
{
	static const u8 regs[] = {
		X64_RAX, X64_RCX, X64_RSP, X64_R15, X64_XMM0, X64_XMM15, X64_NUM_REGS, X64_LABEL,
		X64_RIP, X64_NONE,
	};
	u32 d, s, s2, bad = 0;

	for (d = 0; d < ARRAY_SIZE(regs); d++) {
		for (s = 0; s < ARRAY_SIZE(regs); s++) {
			s2 = (d + s) % ARRAY_SIZE(regs);
			bad += !agrees(line + 1, form, rows[line].op, w, regs[d], regs[s],
				       regs[s2]);
		}
	}
	return bad;
}

static void test_combinations(void)
{
	u32 i, bad, ops = 0;
	enum x64_width w;
	enum form form;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!rows[i].name)
			continue;
		bad = 0;
		for (form = 0; form < NUM_FORMS; form++)
			for (w = 0; w < X64_NUM_WIDTHS; w++)
				bad += count_wrong(i, form, w);
		is_u64(bad, 0, "%s exists exactly where the table says", rows[i].name);
		ops++;
	}
	is_u64(ops, X64_NUM_OPS, "all operations seen");
}

/* Check the state of the assembler after a rejected request and empty it. */
static void is_refused(struct x64_asm *a, int err, const char *what)
{
	ok(x64_finish(a) == err && a->error == err && a->why, "%s: %s", what,
	   a->why ? a->why : "not refused");
	x64_destroy(a);
	x64_init(a, CODE_LIMIT);
}

static void test_operands(void)
{
	static const struct {
		s64 imm;
		u8 w;
		bool good;
	} imms[] = {
		{ -128, X64_B, true }, { 255, X64_B, true }, { -129, X64_B, false },
		{ 256, X64_B, false }, { -0x8000, X64_W, true }, { 0xffff, X64_W, true },
		{ -0x8001, X64_W, false }, { 0x10000, X64_W, false }, { S32_MIN, X64_L, true },
		{ U32_MAX, X64_L, true }, { S32_MIN - 1ll, X64_L, false },
		{ 1ll << 32, X64_L, false }, { S32_MAX, X64_Q, true }, { S32_MIN, X64_Q, true },
		{ 1ll << 31, X64_Q, false }, { S32_MIN - 1ll, X64_Q, false },
	};
	static const struct x64_mem bad[] = {
		{ X64_RAX, X64_RSP, 0, 0 }, { X64_RAX, X64_RCX, 4, 0 }, { X64_RAX, X64_NONE, 1, 0 },
		{ X64_XMM0, X64_NONE, 0, 0 }, { X64_RAX, X64_XMM1, 0, 0 },
		{ X64_RIP, X64_RAX, 0, 0 }, { X64_LABEL, X64_RAX, 0, 0 },
		{ X64_RAX, X64_RIP, 0, 0 }, { X64_NUM_REGS, X64_NONE, 0, 0 },
	};
	struct x64_asm a;
	u32 i;

	x64_init(&a, CODE_LIMIT);
	for (i = 0; i < ARRAY_SIZE(imms); i++) {
		x64_ri(&a, X64_ADD, imms[i].w, X64_RCX, imms[i].imm);
		is_int(a.error, imms[i].good ? 0 : -EINVAL, "add of %lld with width %u",
		       (long long)imms[i].imm, imms[i].w);
		x64_destroy(&a);
		x64_init(&a, CODE_LIMIT);
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		x64_rm(&a, X64_MOV, X64_L, X64_RAX, bad[i]);
		is_refused(&a, -EINVAL, "base and index");
	}
	x64_ri(&a, X64_SHL, X64_L, X64_RAX, 256);
	is_refused(&a, -EINVAL, "a shift count");
	x64_ri(&a, X64_SHL, X64_L, X64_RAX, -1);
	is_refused(&a, -EINVAL, "a negative shift count");
	x64_0(&a, X64_NUM_OPS, X64_Q);
	is_refused(&a, -EINVAL, "an operation");
	x64_0(&a, X64_RET, X64_NUM_WIDTHS);
	is_refused(&a, -EINVAL, "a width");
	x64_setcc(&a, X64_NUM_CC, X64_RAX);
	is_refused(&a, -EINVAL, "a condition");
	x64_jcc_sym(&a, X64_NUM_CC, 0);
	is_refused(&a, -EINVAL, "a condition of a jump");
	x64_align(&a, 24);
	is_refused(&a, -EINVAL, "an alignment");
}

static void test_labels(void)
{
	struct x64_asm a;
	u32 label;

	x64_init(&a, CODE_LIMIT);
	x64_jmp(&a, 0);
	is_refused(&a, -EINVAL, "a jump to no label");
	x64_bind(&a, 0);
	is_refused(&a, -EINVAL, "binding no label");
	label = x64_label(&a);
	x64_bind(&a, label);
	x64_bind(&a, label);
	is_refused(&a, -EINVAL, "binding twice");
	label = x64_label(&a);
	x64_jcc(&a, X64_CC_E, label);
	is_u64(x64_label_offset(&a, label), X64_UNBOUND, "a label starts unbound");
	is_refused(&a, -EINVAL, "never binding");
	x64_rm(&a, X64_LEA, X64_Q, X64_RAX, x64_at_label(7));
	is_refused(&a, -EINVAL, "the address of no label");
	label = x64_label(&a);
	x64_data_label32(&a, label, X64_UNBOUND);
	is_refused(&a, -EINVAL, "a table entry without base");

	x64_0(&a, X64_RET, X64_W);
	label = x64_label(&a);
	x64_0(&a, X64_RET, X64_Q);
	x64_jmp(&a, label);
	x64_bind(&a, label);
	x64_jmp_sym(&a, 0);
	x64_nop(&a, 1000);
	x64_align(&a, 64);
	ok(!a.len && !a.num_labels && !a.num_relocs && a.error_at == 0,
	   "nothing is emitted after an error");
	is_refused(&a, -EINVAL, "an error sticks");
	x64_destroy(&a);
}

static void test_limit(void)
{
	struct x64_asm a;
	u32 i;

	x64_init(&a, 4099);
	for (i = 0; i < 4099; i++)
		x64_0(&a, X64_RET, X64_Q);
	is_int(x64_finish(&a), 0, "exactly as much code as allowed");
	is_u64(a.len, 4099, "all of it is there");
	x64_0(&a, X64_RET, X64_Q);
	is_u64(a.len, 4099, "one byte more is not");
	is_refused(&a, -EFBIG, "too much code");

	for (i = 0; i < CODE_LIMIT / 8; i++)
		x64_data(&a, "01234567", 8);
	is_int(x64_finish(&a), 0, "the buffer grows");
	for (i = 0; i < CODE_LIMIT && !((a.code[i] ^ ('0' + i % 8)) & 0xff);)
		i++;
	is_u64(i, CODE_LIMIT, "and keeps what it holds");
	x64_destroy(&a);

	x64_init(&a, U32_MAX);
	is_u64(a.limit, X64_MAX_CODE, "the limit itself is limited");
	x64_destroy(&a);
}

/* A jump over many labels and fixups, so that their vectors grow as well. */
static void test_many_labels(void)
{
	static u32 labels[1000];
	u32 i, bad = 0;
	struct x64_asm a;

	x64_init(&a, CODE_LIMIT);
	for (i = 0; i < ARRAY_SIZE(labels); i++)
		labels[i] = x64_label(&a);
	for (i = 0; i < ARRAY_SIZE(labels); i++) {
		x64_jmp(&a, labels[ARRAY_SIZE(labels) - 1 - i]);
		x64_call_sym(&a, i);
	}
	for (i = 0; i < ARRAY_SIZE(labels); i++) {
		x64_bind(&a, labels[i]);
		x64_0(&a, X64_RET, X64_Q);
	}
	is_int(x64_finish(&a), 0, "1000 labels");
	for (i = 0; i < ARRAY_SIZE(labels); i++) {
		u32 end = 10 * i + 5;

		bad += end + kwasm_get_le32(a.code + end - 4) !=
		       10 * ARRAY_SIZE(labels) + ARRAY_SIZE(labels) - 1 - i;
		bad += a.relocs[i].offset != end + 1 || a.relocs[i].sym != i;
	}
	is_u64(bad, 0, "all resolved, all symbols recorded in order");
	x64_destroy(&a);
}

static void test_alignment(void)
{
	struct x64_asm a;
	u32 align, at;

	x64_init(&a, CODE_LIMIT);
	for (align = 1; align <= 64; align *= 2) {
		for (at = 0; at < align; at++) {
			x64_0(&a, X64_RET, X64_Q);
			x64_align(&a, align);
			if (a.len % align)
				break;
		}
		is_u64(at, align, "aligned to %u", align);
	}
	at = a.len;
	x64_align(&a, 64);
	is_u64(a.len, at, "aligned already");
	is_int(x64_finish(&a), 0, "all padded");
	x64_destroy(&a);
}

static void test_relocation(void)
{
	static const u64 at = 0xffffffffc0000000;
	u64 syms[2] = { at + 0x1000, 0xffff888000000000 };
	struct x64_asm a;
	u8 code[32];

	x64_init(&a, CODE_LIMIT);
	x64_call_sym(&a, 0);
	x64_mov_sym(&a, X64_RAX, 1);
	x64_jcc_sym(&a, X64_CC_A, 0);
	is_int(x64_finish(&a), 0, "code with three symbols");
	is_u64(a.num_relocs, 3, "three relocations");
	memcpy(code, a.code, a.len);
	is_int(x64_relocate(&a, code, at, syms, 2), 0, "placed");
	is_u64(kwasm_get_le32(code + 1), 0x1000 - 5, "call");
	is_u64(kwasm_get_le64(code + 7), syms[1], "all 64 bits");
	is_u64(kwasm_get_le32(code + 17), 0x1000 - 21, "conditional jump");
	ok(!kwasm_get_le32(a.code + 1), "the original is untouched");

	/* The call's end is at + 5, the jump's at + 21: the tighter one decides at each edge. */
	syms[0] = at + 5 + 0x7fffffff;
	is_int(x64_relocate(&a, code, at, syms, 2), 0, "as far ahead as rel32 reaches");
	is_u64(kwasm_get_le32(code + 1), 0x7fffffff, "the largest distance");
	syms[0]++;
	is_int(x64_relocate(&a, code, at, syms, 2), -ERANGE, "one byte further");
	syms[0] = at + 21 - 0x80000000;
	is_int(x64_relocate(&a, code, at, syms, 2), 0, "as far back as rel32 reaches");
	is_u64(kwasm_get_le32(code + 17), 0x80000000, "the smallest distance");
	syms[0]--;
	is_int(x64_relocate(&a, code, at, syms, 2), -ERANGE, "one byte further back");
	is_int(x64_relocate(&a, code, at, syms, 1), -EINVAL, "an unknown symbol");
	x64_destroy(&a);
}

static void test_conditions(void)
{
	u32 cc, bad = 0;

	for (cc = 0; cc < X64_NUM_CC; cc++) {
		bad += x64_cc_not(cc) == cc || x64_cc_not(x64_cc_not(cc)) != cc;
		bad += x64_cc_swap(x64_cc_swap(cc)) != cc;
	}
	is_u64(bad, 0, "negating and swapping twice gives the same condition");
	is_u64(x64_cc_not(X64_CC_L), X64_CC_GE, "not < is >=");
	is_u64(x64_cc_swap(X64_CC_L), X64_CC_G, "a < b is b > a");
	is_u64(x64_cc_swap(X64_CC_AE), X64_CC_BE, "a >= b is b <= a");
	is_u64(x64_cc_swap(X64_CC_E), X64_CC_E, "a == b is b == a");
}

int main(void)
{
	test_combinations();
	test_operands();
	test_labels();
	test_limit();
	test_many_labels();
	test_alignment();
	test_relocation();
	test_conditions();
	return tap_done();
}
