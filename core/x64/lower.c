// SPDX-License-Identifier: GPL-2.0-only
/*
 * lower.c - lower operations to machine operations, in place: the driver, arithmetic, conditions.
 *
 * Guarantees: linear time (searches for a load to absorb are bounded); the results of a function
 * and the order of its traps and side effects are preserved.  Instructions are visited from users
 * to operands, so that an absorbed instruction is known to be dead when it is visited.
 */
#include "lower.h"

static void use_count(u32 *use, void *arg)
{
	u32 *uses = arg;

	uses[*use]++;
}

static void use_drop(u32 *use, void *arg)
{
	lower_unuse(arg, *use);
}

static void use_rename(u32 *use, void *arg)
{
	const u32 *names = arg;

	*use = names[*use];
}

/* The extension of a constant is a constant: its form as an operand depends on its type. */
static void extend_const(struct ir_ins *ins, const struct ir_ins *from)
{
	ins->op = IR_CONST;
	ins->imm = (u32)from->imm;
	ins->arg[0] = 0;
}

/*
 * A 32-bit value is zero-extended in its register, so an extension is its operand by another type.
 * Definitions precede uses in order[], except for the operands of PHIs: two sweeps.
 */
static int drop_extensions(struct ir_func *f)
{
	u32 *names = kwasm_arena_alloc(f->arena, f->num_ins, sizeof(u32));
	bool any = false;
	u32 n, i, next;

	if (!names)
		return ir_out_of_memory(f);
	for (i = 0; i < f->num_ins; i++)
		names[i] = i;
	ir_note(f, f->num_ins / 16);
	for (n = 0; n < f->num_order; n++)
		for (i = f->blocks[f->order[n]].first; i; i = f->ins[i].next) {
			u32 from = names[f->ins[i].arg[0]];

			ir_note(f, 1);
			if (f->ins[i].op != IR_ZEXT)
				continue;
			if (f->ins[from].op == IR_CONST)
				extend_const(&f->ins[i], &f->ins[from]);
			else
				names[i] = from;
			any = true;
		}
	for (n = 0; n < f->num_order && any; n++)
		ir_for_each_ins(f, f->order[n], i, next) {
			if (f->ins[i].op == IR_ZEXT)
				ir_ins_unlink(f, i);
			else
				ir_uses(f, i, use_rename, names);
		}
	return 0;
}

/* ---- arithmetic ---- */

static void become(struct ir_ins *ins, u32 op, u32 form, s64 imm)
{
	ins->op = op;
	ins->form = form;
	ins->imm = (u64)imm;
}

/* Constants go right; otherwise an operand that dies here goes left, into the result's register. */
static void order_operands(struct lower *l, struct ir_ins *ins)
{
	s64 c;

	if (!ir_op_is(ins->op, IR_OP_COMMUTES))
		return;
	if (lower_const(l, ins->arg[0], &c) ||
	    (!lower_const(l, ins->arg[1], &c) && !lower_single(l, ins->arg[0]) &&
	     lower_single(l, ins->arg[1])))
		swap(ins->arg[0], ins->arg[1]);
}

/* Either operand of a commutative operation may come from memory. */
static bool fold_either(struct lower *l, u32 i)
{
	struct ir_ins *ins = &l->f->ins[i];

	if (lower_fold_load(l, i, 1, ins->type))
		return true;
	swap(ins->arg[0], ins->arg[1]);
	if (lower_fold_load(l, i, 1, ins->type))
		return true;
	swap(ins->arg[0], ins->arg[1]);
	return false;
}

/* x + (y << k), x + y + c */
static void lower_lea(struct lower *l, u32 i)
{
	struct ir_ins *ins = &l->f->ins[i];
	struct ir_ins *sub;
	u32 n;

	ins->form = X64_FORM_RR;
	for (n = 0; n < 2; n++) {
		u32 v = ins->arg[n];
		s64 k;

		sub = &l->f->ins[v];
		/* a 32-bit shift loses bits that a 64-bit shift keeps */
		if (sub->op != IR_SHL || sub->type != ins->type || sub->form ||
		    !lower_single(l, v) || !lower_const(l, sub->arg[1], &k) || k < 1 || k > 3)
			continue;
		if (n == 0)
			swap(ins->arg[0], ins->arg[1]);
		ins->form = X64_FORM_LEA;
		ins->scale = (u8)k;
		lower_replace(l, &ins->arg[1], sub->arg[0]);
		if (ins->type == IR_I32)
			lower_strip(l, &ins->arg[1]);
		return;
	}
}

static void lower_add(struct lower *l, u32 i)
{
	struct ir_ins *ins = &l->f->ins[i];
	struct ir_ins *sub;
	s64 c;

	if (!lower_imm32(l, ins->arg[1], &c)) {
		if (!fold_either(l, i))
			lower_lea(l, i);
		return;
	}
	lower_replace(l, &ins->arg[1], 0);
	become(ins, IR_ADD, X64_FORM_RI, c);
	sub = &l->f->ins[ins->arg[0]];
	if (sub->op != IR_ADD || sub->form || !lower_single(l, ins->arg[0]) ||
	    sub->type != ins->type)
		return;
	order_operands(l, sub);
	if (l->f->ins[sub->arg[1]].op == IR_CONST)
		return;
	ins->form = X64_FORM_LEA;
	ins->scale = 0;
	ins->disp = (s32)c;
	lower_use(l, sub->arg[1]);
	ins->arg[1] = sub->arg[1];
	lower_replace(l, &ins->arg[0], sub->arg[0]);
}

static void lower_sub(struct lower *l, u32 i)
{
	struct ir_ins *ins = &l->f->ins[i];
	s64 c;

	if (lower_imm32(l, ins->arg[1], &c) && c != S32_MIN) {
		lower_replace(l, &ins->arg[1], 0);
		become(ins, IR_ADD, X64_FORM_RI, -c);
	} else if (lower_const(l, ins->arg[0], &c) && !c) {
		swap(ins->arg[0], ins->arg[1]);
		lower_replace(l, &ins->arg[1], 0);
		become(ins, IR_SUB, X64_FORM_NEG, 0);
	} else if (!lower_fold_load(l, i, 1, ins->type)) {
		ins->form = X64_FORM_RR;
	}
}

/* Masks that a move does. */
static bool lower_mask(struct ir_ins *ins, s64 mask)
{
	if (mask == 0xff)
		ins->access = IR_U8;
	else if (mask == 0xffff)
		ins->access = IR_U16;
	else if (mask == 0xffffffffll && ins->type == IR_I64)
		ins->access = IR_U32;
	else
		return false;
	ins->form = X64_FORM_ZX;
	return true;
}

static void lower_logic(struct lower *l, u32 i)
{
	struct ir_ins *ins = &l->f->ins[i];
	s64 c;

	if (lower_const(l, ins->arg[1], &c)) {
		if (ins->op == IR_AND && lower_mask(ins, c)) {
			lower_replace(l, &ins->arg[1], 0);
			lower_strip(l, &ins->arg[0]);
			return;
		}
		if (c == (s32)c || (ins->op == IR_AND && c == (u32)c)) {
			lower_replace(l, &ins->arg[1], 0);
			become(ins, ins->op,
			       ins->op == IR_XOR && c == -1 ? X64_FORM_NOT : X64_FORM_RI, c);
			return;
		}
	}
	if (!fold_either(l, i))
		ins->form = X64_FORM_RR;
}

static void lower_mul(struct lower *l, u32 i)
{
	struct ir_ins *ins = &l->f->ins[i];
	s64 c;

	if (!lower_const(l, ins->arg[1], &c)) {
		if (!fold_either(l, i))
			ins->form = X64_FORM_RR;
		return;
	}
	if (ins->type == IR_I32)
		c = (u32)c;
	if (c && !(c & (c - 1))) {
		lower_replace(l, &ins->arg[1], 0);
		become(ins, IR_SHL, X64_FORM_RI, fls64((u64)c) - 1);
	} else if (c == 3 || c == 5 || c == 9) {
		lower_replace(l, &ins->arg[1], ins->arg[0]);
		become(ins, IR_ADD, X64_FORM_LEA, 0);
		ins->scale = (u8)(fls((u32)c) - 1);
	} else if (c == (s32)c || (ins->type == IR_I32)) {
		lower_replace(l, &ins->arg[1], 0);
		become(ins, IR_MUL, X64_FORM_RI, (s32)c);
	} else {
		ins->form = X64_FORM_RR;
	}
}

static void lower_div(struct lower *l, u32 i)
{
	struct ir_ins *ins = &l->f->ins[i];
	bool power;
	s64 c;

	ins->form = X64_FORM_RR;
	if (!lower_const(l, ins->arg[1], &c))
		return;
	if (ins->type == IR_I32 && (ins->op == IR_DIVU || ins->op == IR_REMU))
		c = (u32)c;
	if (c && c != -1)
		ins->flags |= IR_NOTRAP;
	power = c && !(c & (c - 1));
	if (ins->op == IR_DIVU && power) {
		lower_replace(l, &ins->arg[1], 0);
		become(ins, IR_SHRU, X64_FORM_RI, fls64((u64)c) - 1);
	} else if (ins->op == IR_REMU && power && c - 1 == (u32)(c - 1)) {
		lower_replace(l, &ins->arg[1], 0);
		become(ins, IR_AND, X64_FORM_RI, c - 1);
	}
}

static void lower_shift(struct lower *l, u32 i)
{
	struct ir_ins *ins = &l->f->ins[i];
	s64 c;

	if (lower_const(l, ins->arg[1], &c)) {
		lower_replace(l, &ins->arg[1], 0);
		become(ins, ins->op, X64_FORM_RI, c & (ins->type == IR_I64 ? 63 : 31));
		return;
	}
	lower_strip(l, &ins->arg[1]);
	if ((l->code->features & X64_CPU_BMI2) && ins->op != IR_ROTL && ins->op != IR_ROTR)
		ins->form = X64_FORM_RR;
	else
		ins->form = X64_FORM_CL;
}

/* ---- conditions ---- */

static const u8 cmp_cc[IR_NUM_OPS] = {
	[IR_EQ] = X64_CC_E, [IR_NE] = X64_CC_NE,
	[IR_LTS] = X64_CC_L, [IR_LTU] = X64_CC_B,
	[IR_GTS] = X64_CC_G, [IR_GTU] = X64_CC_A,
	[IR_LES] = X64_CC_LE, [IR_LEU] = X64_CC_BE,
	[IR_GES] = X64_CC_GE, [IR_GEU] = X64_CC_AE,
};

static bool is_compare(const struct ir_ins *ins)
{
	enum ir_class class = ir_op_class(ins->op);

	return class == IR_CLASS_COMPARE || class == IR_CLASS_FCOMPARE;
}

/* x & y compared with 0; true when @ins took it over from its operand @v. */
static bool lower_test(struct lower *l, struct ir_ins *ins, u32 v)
{
	struct ir_ins *sub = &l->f->ins[v];
	s64 c;

	if (sub->op != IR_AND || sub->form || !lower_single(l, v))
		return false;
	order_operands(l, sub);
	if (lower_const(l, sub->arg[1], &c)) {
		if (c != (s32)c)
			return false;
		ins->form = X64_FORM_TESTI;
		ins->imm = (u64)c;
		/* a positive mask clears the upper half and the sign: 32 bits suffice */
		if (c >= 0)
			ins->otype = IR_I32;
		lower_replace(l, &ins->arg[0], sub->arg[0]);
	} else {
		ins->form = X64_FORM_TEST;
		lower_use(l, sub->arg[1]);
		ins->arg[1] = sub->arg[1];
		lower_replace(l, &ins->arg[0], sub->arg[0]);
	}
	return true;
}

static void lower_compare(struct lower *l, u32 i)
{
	struct ir_ins *ins = &l->f->ins[i];
	s64 c;

	if (ir_op_class(ins->op) == IR_CLASS_FCOMPARE) {
		lower_float(l, i);
		return;
	}
	ins->cc = cmp_cc[ins->op];
	if (lower_const(l, ins->arg[0], &c)) {
		swap(ins->arg[0], ins->arg[1]);
		ins->cc = x64_cc_swap(ins->cc);
	}
	if (ins->otype == IR_I32) {
		lower_strip(l, &ins->arg[0]);
		lower_strip(l, &ins->arg[1]);
	}
	if (lower_imm32(l, ins->arg[1], &c)) {
		lower_replace(l, &ins->arg[1], 0);
		ins->form = X64_FORM_RI;
		ins->imm = (u64)c;
		if (!c && lower_test(l, ins, ins->arg[0])) {
			if (ins->otype == IR_I32)
				lower_strip(l, &ins->arg[0]);
			return;
		}
		if (lower_fold_load(l, i, 0, ins->otype)) {
			/* the operand's slot takes the address, the offset moves to make room */
			ins->disp = (s32)ins->imm;
			ins->imm = (u64)c;
			ins->form = X64_FORM_MI;
		}
		return;
	}
	ins->form = X64_FORM_RR;
	if (lower_fold_load(l, i, 1, ins->otype))
		return;
	swap(ins->arg[0], ins->arg[1]);
	if (lower_fold_load(l, i, 1, ins->otype))
		ins->cc = x64_cc_swap(ins->cc);
	else
		swap(ins->arg[0], ins->arg[1]);
}

/*
 * Place comparison @c, or a copy of it, before its user if all its users only need flags: comparing
 * again costs no more than testing a boolean.  Return: false if its value is needed.
 */
static bool copy_compare(struct lower *l, u32 user, u32 c, u32 *out)
{
	struct ir_func *f = l->f;
	u32 copy;

	if (lower_single(l, c)) {
		ir_ins_detach(f, c);
		ir_ins_before(f, user, c);
		*out = c;
		return true;
	}
	if (c >= l->num_uses || l->conds[c] != l->uses[c])
		return false;
	copy = ir_ins_new(f, f->ins[c].op, f->ins[c].type);
	if (!copy)
		return false;
	f->ins[copy].otype = f->ins[c].otype;
	f->ins[copy].at = f->ins[c].at;
	f->ins[copy].arg[0] = f->ins[c].arg[0];
	f->ins[copy].arg[1] = f->ins[c].arg[1];
	lower_use(l, f->ins[c].arg[0]);
	lower_use(l, f->ins[c].arg[1]);
	l->conds[c]--;
	ir_ins_before(f, user, copy);
	*out = copy;
	return true;
}

/*
 * The condition arg[0] of @user, BR or SELECT: a comparison used only there moves directly before
 * the user and only sets flags.  Return: true if so; user's cc is set.
 */
static bool lower_flags(struct lower *l, u32 user)
{
	struct ir_func *f = l->f;
	u32 c;

	lower_strip(l, &f->ins[user].arg[0]);
	c = f->ins[user].arg[0];
	if (f->ins[c].form || f->ins[c].block != f->ins[user].block)
		return false;
	if (is_compare(&f->ins[c]) && copy_compare(l, user, c, &c)) {
		lower_compare(l, c);
	} else if (!lower_single(l, c)) {
		return false;
	} else if (f->ins[c].op == IR_AND) {
		s64 k;

		order_operands(l, &f->ins[c]);
		if (f->ins[c].type == IR_I32) {
			lower_strip(l, &f->ins[c].arg[0]);
			lower_strip(l, &f->ins[c].arg[1]);
		}
		ir_ins_detach(f, c);
		ir_ins_before(f, user, c);
		f->ins[c].op = IR_NE;
		f->ins[c].otype = f->ins[c].type;
		f->ins[c].form = X64_FORM_TEST;
		f->ins[c].cc = X64_CC_NE;
		if (lower_imm32(l, f->ins[c].arg[1], &k)) {
			f->ins[c].form = X64_FORM_TESTI;
			f->ins[c].imm = (u64)k;
			lower_replace(l, &f->ins[c].arg[1], 0);
		}
	} else {
		return false;
	}
	f->ins[c].type = IR_VOID;
	f->ins[user].cc = f->ins[c].cc;
	f->ins[user].form = X64_FORM_FLAGS;
	lower_replace(l, &f->ins[user].arg[0], 0);
	return true;
}

static void lower_br(struct lower *l, u32 i)
{
	if (lower_flags(l, i))
		return;
	l->f->ins[i].form = X64_FORM_RR;
	l->f->ins[i].cc = X64_CC_NE;
}

/*
 * The result starts as the value for a false condition: that becomes arg[0], and the condition, if
 * it is in a register, arg[2].
 */
static void lower_select(struct lower *l, u32 i)
{
	struct ir_ins *ins;

	if (lower_float_select(l, i))
		return;
	l->f->ins[i].cc = X64_CC_NE;
	l->f->ins[i].form = X64_FORM_RR;
	lower_flags(l, i);
	ins = &l->f->ins[i];
	swap(ins->arg[0], ins->arg[2]);
	if (ins->form == X64_FORM_FLAGS && l->uses[ins->arg[0]] > 1 &&
	    lower_single(l, ins->arg[1])) {
		swap(ins->arg[0], ins->arg[1]);
		ins->cc = x64_cc_not(ins->cc);
	}
	/* two conditional moves can join two flags, not intersect them */
	if (ins->cc == X64_CC_FEQ) {
		swap(ins->arg[0], ins->arg[1]);
		ins->cc = X64_CC_FNE;
	}
}

/* ---- the driver ---- */

static void lower_arith(struct lower *l, u32 i)
{
	switch (l->f->ins[i].op) {
	case IR_ADD:
		lower_add(l, i);
		break;
	case IR_SUB:
		lower_sub(l, i);
		break;
	case IR_MUL:
		lower_mul(l, i);
		break;
	}
}

/* Accesses to memory, globals and frame slots. */
static void lower_state(struct lower *l, u32 i)
{
	switch (l->f->ins[i].op) {
	case IR_LOAD:
		lower_load(l, i);
		break;
	case IR_STORE:
		lower_store(l, i);
		break;
	case IR_PKTLOAD:
		lower_packet(l, i);
		break;
	case IR_GSET:
	case IR_LSET:
		lower_set(l, i);
		break;
	default:
		l->f->ins[i].form = X64_FORM_RR;
	}
}

static int lower_other(struct lower *l, u32 i)
{
	struct ir_ins *ins = &l->f->ins[i];

	switch (ins->op) {
	case IR_BR:
		lower_br(l, i);
		break;
	case IR_PARAM:
		return lower_param(l, i);
	case IR_CALL:
	case IR_CALLIND:
	case IR_CALLRT:
		return lower_call(l, i);
	case IR_RET:
		return lower_ret(l, i);
	case IR_SEXT:
		lower_strip(l, &ins->arg[0]);
		ins->form = X64_FORM_RR;
		break;
	default:
		ins->form = X64_FORM_RR;
	}
	return 0;
}

/* 32-bit operations read 32 bits. */
static void strip_operands(struct lower *l, struct ir_ins *ins)
{
	switch (ir_op_class(ins->op)) {
	case IR_CLASS_ARITH:
	case IR_CLASS_DIVIDE:
	case IR_CLASS_LOGIC:
	case IR_CLASS_SHIFT:
		lower_strip(l, &ins->arg[1]);
		fallthrough;
	case IR_CLASS_COUNT:
	case IR_CLASS_EXTEND:
		lower_strip(l, &ins->arg[0]);
		break;
	default:
		break;
	}
}

static int lower_ins(struct lower *l, u32 i)
{
	struct ir_ins *ins = &l->f->ins[i];

	if (ins->type == IR_I32)
		strip_operands(l, ins);
	order_operands(l, ins);
	switch (ir_op_class(ins->op)) {
	case IR_CLASS_ARITH:
		lower_arith(l, i);
		break;
	case IR_CLASS_DIVIDE:
		lower_div(l, i);
		break;
	case IR_CLASS_LOGIC:
		lower_logic(l, i);
		break;
	case IR_CLASS_SHIFT:
		lower_shift(l, i);
		break;
	case IR_CLASS_COMPARE:
		lower_compare(l, i);
		break;
	case IR_CLASS_SELECT:
		lower_select(l, i);
		break;
	case IR_CLASS_STATE:
		lower_state(l, i);
		break;
	default:
		if (!ir_op_is(ins->op, IR_OP_FLOAT))
			return lower_other(l, i);
		lower_float(l, i);
	}
	return 0;
}

static bool is_dead(const struct lower *l, u32 i)
{
	const struct ir_ins *ins = &l->f->ins[i];

	if (i >= l->num_uses || l->uses[i] || !ir_op_is(ins->op, IR_OP_PURE))
		return false;
	return !ir_op_is(ins->op, IR_OP_TRAPS) || (ins->flags & IR_NOTRAP);
}

static int lower_block(struct lower *l, u32 b)
{
	struct ir_func *f = l->f;
	u32 i, prev;
	int err;

	for (i = f->blocks[b].last; i; i = prev) {
		err = ir_step(f);
		if (err)
			return err;
		if (!f->ins[i].form) {
			if (is_dead(l, i)) {
				prev = f->ins[i].prev;
				ir_uses(f, i, use_drop, l);
				ir_ins_unlink(f, i);
				continue;
			}
			err = lower_ins(l, i);
			if (err)
				return err;
		}
		/* read late: absorbed instructions are removed, moved ones come next */
		prev = f->ins[i].prev;
	}
	return 0;
}

int x64_lower(void *arg, struct ir_func *f)
{
	struct lower l = { .f = f, .code = arg };
	u32 n, i;
	int err;

	err = drop_extensions(f);
	if (err)
		return err;
	l.num_uses = f->num_ins;
	l.uses = kwasm_arena_alloc(f->arena, f->num_ins, sizeof(u32));
	if (!l.uses)
		return ir_out_of_memory(f);
	l.conds = kwasm_arena_alloc(f->arena, f->num_ins, sizeof(u32));
	if (!l.conds)
		return ir_out_of_memory(f);
	for (n = 0; n < f->num_order; n++)
		for (i = f->blocks[f->order[n]].first; i; i = f->ins[i].next) {
			const struct ir_ins *ins = &f->ins[i];

			ir_uses(f, i, use_count, l.uses);
			if ((ins->op == IR_BR || ins->op == IR_SELECT) &&
			    f->ins[ins->arg[0]].block == ins->block)
				l.conds[ins->arg[0]]++;
		}
	for (n = f->num_order; n--;) {
		err = lower_block(&l, f->order[n]);
		if (err)
			return err;
	}
	return 0;
}
