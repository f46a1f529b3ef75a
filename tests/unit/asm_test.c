// SPDX-License-Identifier: GPL-2.0-only
/*
 * asm_test.c - every row of opcodes.def, byte for byte against GNU as.
 *
 * For each row and width: all registers in each operand position, all addressing shapes with the
 * displacements at the edges of their encodings, the immediates at the edges of theirs, all
 * conditions.  Each case is emitted through the assembler's functions and written as a line of
 * AT&T syntax made from the row's text; asm_reference assembles the lines.  Jumps, symbols and
 * padding follow.  One TAP line for each row, which names the first case that differs.
 */
#include <libgen.h>
#include <unistd.h>

#include "x64/asm.h"
#include "tap.h"
#include "x64_names.h"
#include "x64_table.h"

/* One emitted instruction: where it is in our code, and its line of the listing. */
struct emitted {
	u32 off;
	u32 group;
	long line;
};

static struct x64_asm a;
static char dir[32];
static FILE *listing;
static struct emitted *cases;
static u32 num_cases, cap_cases;

/* Subjects of the TAP lines: the rows, then the other tests. */
static char groups[1024][64];
static u32 num_groups;

__attribute__((__format__(__printf__, 1, 2)))
static void group_start(const char *fmt, ...)
{
	va_list ap;

	if (num_groups == ARRAY_SIZE(groups))
		bail_out("too many groups");
	va_start(ap, fmt);
	vsnprintf(groups[num_groups++], sizeof(groups[0]), fmt, ap);
	va_end(ap);
}

/* Call right before the instruction is emitted. */
__attribute__((__format__(__printf__, 1, 2)))
static void expect(const char *fmt, ...)
{
	va_list ap;

	if (num_cases == cap_cases) {
		cap_cases = cap_cases ? 2 * cap_cases : 65536;
		cases = realloc(cases, cap_cases * sizeof(*cases));
		if (!cases)
			bail_out("out of memory");
	}
	fprintf(listing, ".L%u:\t", num_cases);
	cases[num_cases++] = (struct emitted){
		.off = a.len, .group = num_groups - 1, .line = ftell(listing)
	};
	va_start(ap, fmt);
	vfprintf(listing, fmt, ap);
	va_end(ap);
	fputc('\n', listing);
}

/* Call right after it: an instruction that is refused must not hide all that follow. */
static void emitted(void)
{
	if (!a.error)
		return;
	diag("%s: refused: %s", groups[num_groups - 1], a.why);
	a.error = 0;
	a.why = NULL;
}

/* Operands. */

/* One choice of all operands of a row; operands that the row lacks are ignored. */
struct operands {
	enum x64_width w;
	enum x64_cc cc;
	u8 dst, src, src2;
	struct x64_mem mem;
	s64 imm;
};

static bool is(const char *column, const char *name)
{
	return !strcmp(column, name);
}

static bool has_mem(const struct row *row)
{
	return is(row->dst, "m") || is(row->src, "m");
}

static bool is_reg(const char *class)
{
	return !is(class, "_") && !is(class, "m") && !is(class, "cl");
}

/* The first register of a class and their number. */
static u8 class_first(const char *class)
{
	return is(class, "x") ? X64_XMM0 : is(class, "n") ? X64_RCX : X64_RAX;
}

static u8 class_count(const char *class)
{
	return !is_reg(class) || is(class, "a") ? 1 : is(class, "n") ? 15 : 16;
}

static enum x64_width class_width(const char *class, enum x64_width w)
{
	return is(class, "r8") ? X64_B : is(class, "r16") ? X64_W : is(class, "r32") ? X64_L : w;
}

static bool with_src2(const struct row *row)
{
	return is(row->enc, "VEX") && is(row->imm, "_");
}

/* The width in the listing: 32 bits are emitted if they are equivalent. */
static enum x64_width listed_width(const struct row *row, const struct operands *o)
{
	bool mov_imm = row->op == X64_MOV && is_reg(row->dst) && !is(row->imm, "_");

	if (o->w == X64_Q && (is(row->flags, "ZX") || (mov_imm && o->imm == (s64)(u32)o->imm)))
		return X64_L;
	return o->w;
}

static const char *operand_name(const char *class, u8 reg, struct x64_mem mem, enum x64_width w)
{
	static char name[16];

	if (is(class, "m"))
		return mem_name(mem);
	snprintf(name, sizeof(name), "%%%s",
		 is(class, "cl") ? "cl" : reg_name(reg, class_width(class, w)));
	return name;
}

static void expect_row(const struct row *row, const struct operands *o)
{
	enum x64_width w = listed_width(row, o);
	char line[160], *p = line, *end = line + sizeof(line);
	const char *t, *sep = " ";

	for (t = row->text; *t; t++) {
		if (*t == '#')
			*p++ = width_letter[w];
		else if (*t == '?')
			p += snprintf(p, end - p, "%s", cc_names[o->cc]);
		else
			*p++ = *t;
	}
	*p = 0;
	if (!is(row->imm, "_")) {
		p += snprintf(p, end - p, "%s$%lld", sep, (long long)o->imm);
		sep = ", ";
	}
	if (with_src2(row)) {
		p += snprintf(p, end - p, "%s%%%s", sep, reg_name(o->src2, w));
		sep = ", ";
	}
	if (!is(row->src, "_")) {
		p += snprintf(p, end - p, "%s%s", sep, operand_name(row->src, o->src, o->mem, w));
		sep = ", ";
	}
	if (!is(row->dst, "_"))
		snprintf(p, end - p, "%s%s", sep, operand_name(row->dst, o->dst, o->mem, w));
	expect("%s", line);
}

static void emit_cc(const struct row *row, const struct operands *o)
{
	if (row->op == X64_SETCC && has_mem(row))
		x64_setcc_m(&a, o->cc, o->mem);
	else if (row->op == X64_SETCC)
		x64_setcc(&a, o->cc, o->dst);
	else if (has_mem(row))
		x64_cmov_rm(&a, o->cc, o->w, o->dst, o->mem);
	else
		x64_cmov_rr(&a, o->cc, o->w, o->dst, o->src);
}

static void emit_mem_dst(const struct row *row, const struct operands *o)
{
	if (is_reg(row->src))
		x64_mr(&a, row->op, o->w, o->mem, o->src);
	else if (!is(row->imm, "_"))
		x64_mi(&a, row->op, o->w, o->mem, o->imm);
	else
		x64_m(&a, row->op, o->w, o->mem);
}

static void emit_reg_dst(const struct row *row, const struct operands *o)
{
	bool imm = !is(row->imm, "_");

	if (with_src2(row))
		x64_rrr(&a, row->op, o->w, o->dst, o->src, o->src2);
	else if (is(row->src, "m") && imm)
		x64_rmi(&a, row->op, o->w, o->dst, o->mem, o->imm);
	else if (is(row->src, "m"))
		x64_rm(&a, row->op, o->w, o->dst, o->mem);
	else if (is_reg(row->src) && imm)
		x64_rri(&a, row->op, o->w, o->dst, o->src, o->imm);
	else if (is_reg(row->src))
		x64_rr(&a, row->op, o->w, o->dst, o->src);
	else if (imm)
		x64_ri(&a, row->op, o->w, o->dst, o->imm);
	else
		x64_r(&a, row->op, o->w, o->dst);
}

static void try(const struct row *row, const struct operands *o)
{
	expect_row(row, o);
	if (strstr(row->flags, "CC"))
		emit_cc(row, o);
	else if (is(row->dst, "m"))
		emit_mem_dst(row, o);
	else if (is_reg(row->dst))
		emit_reg_dst(row, o);
	else if (!is(row->imm, "_"))
		x64_i(&a, row->op, o->w, o->imm);
	else
		x64_0(&a, row->op, o->w);
	emitted();
}

/* Immediates at the limits of each kind. */

static const s64 imms_one[] = { 1 };
static const s64 imms_u8[] = { 0, 2, 3, 7, 15, 31, 32, 63, 127, 128, 255 };
static const s64 imms_i8[][8] = {
	[X64_B] = { 0, 1, -1, 5, 127, -128, 128, 255 },
	[X64_W] = { 0, 1, -1, 5, 127, -128, 0xff80, 0xffff },
	[X64_L] = { 0, 1, -1, 5, 127, -128, 0xffffff80, 0xffffffff },
	[X64_Q] = { 0, 1, -1, 5, 127, -128, 64, -64 },
};

static const s64 imms_iz[][8] = {
	[X64_B] = { 0, 1, -1, 5, 127, -128, 128, 255 },
	[X64_W] = { 0, 128, -129, 255, 0x7fff, -0x8000, 0x8000, 0xff7f },
	[X64_L] = { 0, 128, -129, 0x1234, S32_MAX, S32_MIN, 0x80000000, 0xffffff7f },
	[X64_Q] = { 0, 128, -129, -1, 0x1234, -0x12345678, S32_MAX, S32_MIN },
};

static const s64 imms_u32[] = { 0, 1, 0x7fffffff, 0x80000000, 0xffffffff };
static const s64 imms_i64[] = {
	0x100000000, 0x7fffffffffffffff, S64_MIN, 0x123456789abcdef0, -0x80000001ll, 0x1ffffffff,
};

static u32 imms_of(const struct row *row, enum x64_width w, const s64 **imms)
{
	const struct {
		const char *name;
		const s64 *imms;
		u32 num;
	} kinds[] = {
		{ "one", imms_one, ARRAY_SIZE(imms_one) },
		{ "u8", imms_u8, ARRAY_SIZE(imms_u8) },
		{ "i8", imms_i8[w], ARRAY_SIZE(imms_i8[w]) },
		{ "iz", imms_iz[w], ARRAY_SIZE(imms_iz[w]) },
		{ "u32", imms_u32, ARRAY_SIZE(imms_u32) },
		{ "i64", imms_i64, ARRAY_SIZE(imms_i64) },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (is(row->imm, kinds[i].name)) {
			*imms = kinds[i].imms;
			return kinds[i].num;
		}
	}
	*imms = NULL;
	return 1;
}

/* Addressing shapes. */

static const s32 disps[] = { 0, 1, 127, 128, -128, -129, S32_MAX, S32_MIN };

/* Give @mem to a case whose other operands vary along. */
static void try_mem(const struct row *row, struct operands *o, struct x64_mem mem)
{
	static u32 n;
	const s64 *imms;
	u32 num = imms_of(row, o->w, &imms);

	n++;
	o->mem = mem;
	o->dst = class_first(row->dst) + n % class_count(row->dst);
	o->src = class_first(row->src) + n % class_count(row->src);
	o->src2 = n / 3 % 16;
	o->cc = n % X64_NUM_CC;
	if (imms)
		o->imm = imms[n % num];
	try(row, o);
}

/*
 * Every base with every displacement, no base, rip; all pairs of base and index with all scales
 * for @all, a quarter of them else.
 */
static void try_mems(const struct row *row, struct operands *o, bool all)
{
	u32 base, index, scale, d, n = 0;

	for (base = X64_RAX; base <= X64_R15; base++) {
		for (d = 0; d < ARRAY_SIZE(disps); d++)
			try_mem(row, o, x64_at(base, disps[d]));
		for (index = X64_RAX; index <= X64_R15; index++) {
			if (index == X64_RSP)
				continue;
			for (scale = 0; scale < 4; scale++, n++) {
				if (all || scale == (base + index) % 16)
					try_mem(row, o, x64_at_index(base, index, scale,
								     disps[n * 5 / 3 % 8]));
			}
		}
	}
	for (index = X64_RAX; index <= X64_R15; index++) {
		for (scale = 0; scale < 4 && index != X64_RSP; scale++)
			try_mem(row, o, x64_at_index(X64_NONE, index, scale, disps[n++ % 8]));
	}
	for (d = 0; d < ARRAY_SIZE(disps); d++) {
		try_mem(row, o, x64_at(X64_NONE, disps[d]));
		try_mem(row, o, x64_at(X64_RIP, disps[d]));
	}
}

/* All registers of both operands; all immediates and conditions with each register. */
static void try_regs(const struct row *row, struct operands *o)
{
	const s64 *imms;
	u32 num = imms_of(row, o->w, &imms), d, s, i, n = 0;

	for (d = 0; d < class_count(row->dst); d++) {
		for (s = 0; s < class_count(row->src); s++, n++) {
			o->dst = class_first(row->dst) + d;
			o->src = class_first(row->src) + s;
			o->src2 = n * 7 % 16;
			o->cc = n % X64_NUM_CC;
			if (imms)
				o->imm = imms[n % num];
			try(row, o);
		}
		for (i = 0; i < num && imms; i++) {
			o->imm = imms[i];
			try(row, o);
		}
		for (i = 0; i < 16 && with_src2(row); i++) {
			o->src2 = i;
			try(row, o);
		}
		for (i = 0; i < X64_NUM_CC && strstr(row->flags, "CC"); i++) {
			o->cc = i;
			try(row, o);
		}
	}
}

/* Memory with all registers, and all immediates and conditions, on the shapes that differ. */
static void try_mem_regs(const struct row *row, struct operands *o)
{
	static const u8 bases[] = { X64_RAX, X64_RSP, X64_RBP, X64_R8, X64_R12, X64_R13 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bases); i++) {
		o->mem = x64_at(bases[i], 0);
		try_regs(row, o);
	}
	o->mem = x64_at_index(X64_R13, X64_R12, 3, 0x1000);
	try_regs(row, o);
}

static void try_row(const char *name, const struct row *row)
{
	static const char letters[] = "BWLQ";
	struct operands o = { 0 };

	if (!strncmp(row->imm, "rel", 3))
		return;		/* below */
	group_start("%s %s %s %s %s", name, row->widths, row->dst, row->src, row->imm);
	for (o.w = X64_B; o.w <= X64_Q; o.w++) {
		if (!strchr(row->widths, letters[o.w]))
			continue;
		if (has_mem(row)) {
			try_mems(row, &o, row->op == X64_MOV || row->op == X64_FMOV);
			try_mem_regs(row, &o);
		} else {
			try_regs(row, &o);
		}
	}
}

static void try_rows(void)
{
	const char *name = NULL;
	struct row row;
	u32 i, op = 0;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		row = rows[i];
		if (row.name) {
			name = row.name;
			op = row.op;
		} else {
			row.op = op;
			try_row(name, &row);
		}
	}
}

/* Jumps, labels, symbols, padding. */

enum jump { JMP, JCC, CALL };

static void emit_jump(enum jump kind, enum x64_cc cc, u32 label)
{
	if (kind == JMP)
		x64_jmp(&a, label);
	else if (kind == JCC)
		x64_jcc(&a, cc, label);
	else
		x64_call(&a, label);
	emitted();
}

static const char *jump_name(enum jump kind, enum x64_cc cc)
{
	static char name[8];

	snprintf(name, sizeof(name), "j%s", cc_names[cc]);
	return kind == JMP ? "jmp" : kind == JCC ? name : "call";
}

/* @bytes of code between a jump and its target, one byte an instruction. */
static void skip_bytes(u32 bytes)
{
	u32 i;

	if (bytes) {
		expect(".fill %u, 1, 0x90", bytes);
		for (i = 0; i < bytes; i++)
			x64_nop(&a, 1);
	}
}

static void try_jumps(enum jump kind, enum x64_cc cc)
{
	/* Around the edge of rel8: the distance counts from the end of two bytes. */
	static const u8 gaps[] = { 0, 1, 60, 125, 126, 127, 128, 130, 200 };
	static u32 targets;
	u32 i, label;

	group_start("%s to a label", jump_name(kind, cc));
	for (i = 0; i < ARRAY_SIZE(gaps); i++) {
		label = x64_label(&a);
		expect(".Lback%u:", targets);
		x64_bind(&a, label);
		skip_bytes(gaps[i]);
		expect("%s .Lback%u", jump_name(kind, cc), targets++);
		emit_jump(kind, cc, label);

		label = x64_label(&a);
		expect("{disp32} %s .Lfwd%u", jump_name(kind, cc), targets);
		emit_jump(kind, cc, label);
		skip_bytes(gaps[i]);
		expect(".Lfwd%u:", targets++);
		x64_bind(&a, label);
	}
}

static void try_symbols(void)
{
	u32 reg, cc;

	group_start("jumps, calls and moves to a symbol");
	expect("call outside");
	x64_call_sym(&a, 0);
	expect("jmp outside");
	x64_jmp_sym(&a, 0);
	for (cc = 0; cc < X64_NUM_CC; cc++) {
		expect("j%s outside", cc_names[cc]);
		x64_jcc_sym(&a, cc, 0);
	}
	for (reg = X64_RAX; reg <= X64_R15; reg++) {
		expect("movabs $outside, %%%s", reg_name(reg, X64_Q));
		x64_mov_sym(&a, reg, 0);
	}
	emitted();
}

/* Operands at a label, bound before and after, followed by zero to four bytes of immediate. */
static void try_label_operands(void)
{
	u32 i, label[2] = { x64_label(&a), x64_label(&a) };

	group_start("memory operands at a label");
	expect(".Ldata0: .quad 0x1122334455667788");
	x64_bind(&a, label[0]);
	x64_data(&a, "\x88\x77\x66\x55\x44\x33\x22\x11", 8);
	for (i = 0; i < 2; i++) {
		expect("lea .Ldata%u(%%rip), %%r9", i);
		x64_rm(&a, X64_LEA, X64_Q, X64_R9, x64_at_label(label[i]));
		expect("addsd .Ldata%u(%%rip), %%xmm11", i);
		x64_rm(&a, X64_FADD, X64_Q, X64_XMM11, x64_at_label(label[i]));
		expect("cmpl $5, .Ldata%u(%%rip)", i);
		x64_mi(&a, X64_CMP, X64_L, x64_at_label(label[i]), 5);
		expect("movw $0x1234, .Ldata%u(%%rip)", i);
		x64_mi(&a, X64_MOV, X64_W, x64_at_label(label[i]), 0x1234);
		expect("movq $-0x12345678, .Ldata%u(%%rip)", i);
		x64_mi(&a, X64_MOV, X64_Q, x64_at_label(label[i]), -0x12345678);
		expect("rorx $7, .Ldata%u(%%rip), %%r13d", i);
		x64_rmi(&a, X64_RORX, X64_L, X64_R13, x64_at_label(label[i]), 7);
		expect(".long .Ldata1 - .Ldata%u", i);
		x64_data_label32(&a, label[1], label[i]);
		emitted();
	}
	expect(".Ldata1: .long 0");
	x64_bind(&a, label[1]);
	x64_data(&a, "\0\0\0\0", 4);
	emitted();
}

static void try_padding(void)
{
	static const char *const nops[] = {
		"nop", "xchg %ax, %ax", "nopl (%rax)", "{disp8} nopl 0(%rax)",
		"{disp8} nopl 0(%rax,%rax,1)", "{disp8} nopw 0(%rax,%rax,1)",
		"{disp32} nopl 0(%rax)", "{disp32} nopl 0(%rax,%rax,1)",
		"{disp32} nopw 0(%rax,%rax,1)",
	};
	u32 i, reg;

	group_start("nops of each length");
	for (i = 0; i < ARRAY_SIZE(nops); i++) {
		expect("%s", nops[i]);
		x64_nop(&a, i + 1);
	}
	expect("%s; %s", nops[8], nops[3]);
	x64_nop(&a, 13);
	emitted();
	group_start("zeroing");
	for (reg = X64_RAX; reg < X64_NUM_REGS; reg++) {
		expect("%s %%%s, %%%s", reg < X64_XMM0 ? "xorl" : "xorps", reg_name(reg, X64_L),
		       reg_name(reg, X64_L));
		x64_zero(&a, reg);
		emitted();
	}
}

/* Comparison. */

static u8 *slurp(const char *name, u32 *len)
{
	char path[128];
	long size = -1;
	FILE *f;
	u8 *p;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "rb");
	if (f && !fseek(f, 0, SEEK_END))
		size = ftell(f);
	if (size < 0)
		bail_out("cannot read %s", path);
	rewind(f);
	p = malloc(size + 1);
	if (!p || fread(p, 1, size, f) != (size_t)size)
		bail_out("cannot read %s", path);
	fclose(f);
	p[size] = 0;
	*len = size;
	return p;
}

static void remove_dir(void)
{
	static const char *const names[] = { "s", "o", "text", "offsets" };
	char path[128];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/cases.%s", dir, names[i]);
		unlink(path);
	}
	rmdir(dir);
}

static void run_reference(void)
{
	char here[] = __FILE__, command[256];
	u32 i;

	fprintf(listing, ".section .offsets, \"a\"\n");
	for (i = 0; i < num_cases; i++)
		fprintf(listing, ".long .L%u - .L0\n", i);
	if (fclose(listing))
		bail_out("cannot write the listing");
	snprintf(command, sizeof(command), "'%s/asm_reference' '%s'", dirname(here), dir);
	if (system(command))
		bail_out("asm_reference failed, see above");
}

static void show(const char *who, const u8 *code, u32 len)
{
	char hex[64] = "";
	u32 i;

	for (i = 0; i < len && i < 20; i++)
		snprintf(hex + 3 * i, sizeof(hex) - 3 * i, " %02x", code[i]);
	diag("  %-6s%s", who, hex);
}

static void compare(void)
{
	u32 text_len, want_len, len, group = U32_MAX, bad = 0, count = 0, seen = 0, i;
	u8 *text = slurp("cases.s", &text_len);
	u8 *want = slurp("cases.text", &want_len);
	u8 *offsets = slurp("cases.offsets", &len);
	u32 got_at, got_end, want_at, want_end;
	bool same;

	if (len != 4 * num_cases)
		bail_out("%u offsets for %u cases", len / 4, num_cases);
	for (i = 0; i < num_cases; i++) {
		if (cases[i].group != group) {
			if (group != U32_MAX)
				ok(!bad, "%s: %u cases", groups[group], count);
			group = cases[i].group;
			seen++;
			bad = 0;
			count = 0;
		}
		got_at = cases[i].off;
		got_end = a.len;
		want_at = kwasm_get_le32(offsets + 4 * i);
		want_end = want_len;
		if (i + 1 < num_cases) {
			got_end = cases[i + 1].off;
			want_end = kwasm_get_le32(offsets + 4 * (i + 1));
		}
		same = got_end - got_at == want_end - want_at &&
		       !memcmp(a.code + got_at, want + want_at, got_end - got_at);
		count++;
		if (same || bad++)
			continue;
		diag("%.*s", (int)strcspn((char *)text + cases[i].line, "\n"),
		     text + cases[i].line);
		show("kwasm", a.code + got_at, got_end - got_at);
		show("as", want + want_at, want_end - want_at);
	}
	ok(!bad, "%s: %u cases", groups[group], count);
	is_u64(seen, num_groups, "every group has cases");
	is_u64(a.len, want_len, "as many bytes in all");
	diag("%u instructions", num_cases);
	free(text);
	free(want);
	free(offsets);
}

int main(void)
{
	char path[128];
	u32 cc;

	strcpy(dir, "/tmp/kwasm-asm.XXXXXX");
	if (!mkdtemp(dir))
		bail_out("cannot make a directory in /tmp");
	atexit(remove_dir);
	snprintf(path, sizeof(path), "%s/cases.s", dir);
	listing = fopen(path, "w");
	if (!listing)
		bail_out("cannot write %s", path);
	x64_init(&a, X64_MAX_CODE);
	try_rows();
	try_jumps(JMP, 0);
	for (cc = 0; cc < X64_NUM_CC; cc++)
		try_jumps(JCC, cc);
	try_jumps(CALL, 0);
	try_symbols();
	try_label_operands();
	try_padding();
	is_int(x64_finish(&a), 0, "the code is finished");
	run_reference();
	compare();
	x64_destroy(&a);
	free(cases);
	return tap_done();
}
