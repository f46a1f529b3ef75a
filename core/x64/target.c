// SPDX-License-Identifier: GPL-2.0-only
/*
 * target.c - the back end as the compiler sees it, and what lowered instructions do with registers.
 *
 * Guarantees: emit needs no register beyond those described here and the two scratch registers.
 */
#include "x64.h"

#define ALLOCATABLE                                                                            \
	((X64_GPRS | X64_XMMS) & ~(X64_BIT(X64_RSP) | X64_BIT(X64_RBP) | X64_BIT(X64_SCRATCH) |  \
				   X64_BIT(X64_MEMORY) | X64_BIT(X64_CTX) |                      \
				   X64_BIT(X64_SCRATCH_XMM)))
#define PRESERVED (X64_BIT(X64_RBX) | X64_BIT(X64_R12) | X64_BIT(X64_R13))
#define CLOBBERED (ALLOCATABLE & ~PRESERVED)

#define ANY IR_TARGET_ANY
#define ANYLOC IR_TARGET_ANYLOC

#define FLOATS                                                                                 \
	X64_XMM0, X64_XMM1, X64_XMM2, X64_XMM3, X64_XMM4, X64_XMM5, X64_XMM6, X64_XMM7

/* Row n: n integers, then floats. */
static const u16 call_regs[X64_NUM_INT_ARGS + 1][X64_NUM_INT_ARGS + X64_NUM_FLOAT_ARGS] = {
	{ FLOATS },
	{ X64_RDI, FLOATS },
	{ X64_RDI, X64_RSI, FLOATS },
	{ X64_RDI, X64_RSI, X64_RDX, FLOATS },
	{ X64_RDI, X64_RSI, X64_RDX, X64_RCX, FLOATS },
	{ X64_RDI, X64_RSI, X64_RDX, X64_RCX, X64_R8, FLOATS },
	{ X64_RDI, X64_RSI, X64_RDX, X64_RCX, X64_R8, X64_R9, FLOATS },
};

static const u16 host_regs[X64_NUM_HOST_ARGS] = { X64_RSI, X64_RDX, X64_RCX, X64_R8, X64_R9 };
static const u16 ret_int[1] = { X64_RAX };
static const u16 ret_float[1] = { X64_XMM0 };

static void describe_call(const struct ir_ins *ins, struct ir_target_ins *t)
{
	if (t->def != IR_LOC_NONE)
		t->def = ir_type_is_float(ins->type) ? X64_XMM0 : X64_RAX;
	t->clobbers = CLOBBERED;
	t->list_use = ins->form == X64_FORM_HOST ? host_regs : call_regs[ins->scale];
	if (ins->op == IR_CALLIND)
		t->use[0] = X64_RAX;
}

static void describe_div(const struct ir_ins *ins, struct ir_target_ins *t)
{
	bool quotient = ins->op == IR_DIVS || ins->op == IR_DIVU;

	t->use[0] = X64_RAX;
	t->use[1] = ANYLOC;
	t->late = 1 << 1;
	t->def = quotient ? X64_RAX : X64_RDX;
	t->clobbers = X64_BIT(X64_RAX) | X64_BIT(X64_RDX);
}

static void describe_mulhu(struct ir_target_ins *t)
{
	t->use[0] = X64_RAX;
	t->use[1] = ANYLOC;
	t->def = X64_RDX;
	t->clobbers = X64_BIT(X64_RAX) | X64_BIT(X64_RDX);
}

/* Two-address: the second operand is read when the first has become the value. */
static void describe_tied(const struct ir_ins *ins, struct ir_target_ins *t)
{
	t->tied = true;
	if (t->use[1] != IR_LOC_NONE && ins->arg[1] != ins->arg[0])
		t->late = 1 << 1;
}

static void describe_alu(const struct ir_ins *ins, struct ir_target_ins *t)
{
	if (ins->form == X64_FORM_RR) {
		t->use[1] = ANYLOC;
		t->commutes = ir_op_is(ins->op, IR_OP_COMMUTES);
	}
	if (ins->op == IR_ADD && ins->form != X64_FORM_RM)
		return;			/* lea makes it three-address */
	if (ins->form == X64_FORM_ZX || (ins->op == IR_MUL && ins->form == X64_FORM_RI))
		t->use[0] = ANYLOC;
	else
		describe_tied(ins, t);
}

static void describe_shift(const struct ir_ins *ins, struct ir_target_ins *t)
{
	if (ins->form == X64_FORM_RR)
		return;
	if (ins->form == X64_FORM_CL)
		t->use[1] = X64_RCX;
	describe_tied(ins, t);
	if (ins->form == X64_FORM_CL) {
		/* the value must not be computed in cl, even if it shifts itself */
		t->late = 1 << 1;
	}
}

static void describe_compare(const struct ir_ins *ins, struct ir_target_ins *t)
{
	if (ins->form == X64_FORM_RR || ins->form == X64_FORM_TEST)
		t->use[1] = ANYLOC;
	else if (ins->form == X64_FORM_RI || ins->form == X64_FORM_TESTI)
		t->use[0] = ANYLOC;
}

static void describe_select(const struct ir_ins *ins, struct ir_target_ins *t)
{
	t->use[1] = ANYLOC;
	t->tied = true;
	t->late = 1 << 1;
	if (ins->arg[2]) {
		t->use[2] = ANYLOC;
		t->late |= 1 << 2;
	}
}

static void describe_unary(const struct ir_ins *ins, struct ir_target_ins *t)
{
	if (ins->op == IR_POPCNT && !(x64_cpu_features() & X64_CPU_POPCNT)) {
		describe_tied(ins, t);
		t->clobbers = X64_BIT(X64_RCX);
	} else {
		t->use[0] = ANYLOC;
	}
}

static void describe_round(struct ir_target_ins *t)
{
	if (x64_cpu_features() & X64_CPU_SSE41)
		t->use[0] = ANYLOC;
	else
		t->late = 1;	/* the sequence compares the value with its operand */
}

static void describe_fbinary(const struct ir_ins *ins, struct ir_target_ins *t)
{
	if (ins->form == X64_FORM_RR) {
		t->use[1] = ANYLOC;
		t->commutes = ir_op_is(ins->op, IR_OP_COMMUTES);
	} else if (ins->form == X64_FORM_FIRST && ins->arg[1]) {
		t->use[1] = ANYLOC;
	}
	describe_tied(ins, t);
}

static void describe_float(const struct ir_ins *ins, struct ir_target_ins *t)
{
	switch (ir_op_class(ins->op)) {
	case IR_CLASS_FARITH:
	case IR_CLASS_FEXTREME:
		describe_fbinary(ins, t);
		break;
	case IR_CLASS_FSIGN:
		if (ins->op == IR_FCOPYSIGN)
			describe_fbinary(ins, t);
		else
			describe_tied(ins, t);
		break;
	case IR_CLASS_FROUND:
		describe_round(t);
		break;
	case IR_CLASS_FCOMPARE:
		if (ins->form == X64_FORM_RR)
			t->use[1] = ANYLOC;
		else if (ins->form == X64_FORM_RM)
			t->late = 1 << 1;
		break;
	case IR_CLASS_TRUNC:
		break;
	default:
		if (ins->op != IR_CONVU || ins->otype == IR_I32)
			t->use[0] = ANYLOC;
	}
}

static void describe_ret(const struct ir_func *f, const struct ir_ins *ins, struct ir_target_ins *t)
{
	t->list_use = ins->num_list && ir_type_is_float(f->ins[f->pool[ins->list]].type) ?
		ret_float : ret_int;
}

static void describe_other(const struct ir_func *f, const struct ir_ins *ins,
			   struct ir_target_ins *t)
{
	switch (ins->op) {
	case IR_PARAM:
		if (ins->form == X64_FORM_REG)
			t->def = (u16)ins->disp;
		break;
	case IR_BR:
		if (ins->arg[0])
			t->use[0] = ANYLOC;
		break;
	case IR_SWITCH:
		t->late = 1;
		t->clobbers = X64_BIT(X64_RCX);
		break;
	case IR_PKTLOAD:
		t->late = 1;
		t->clobbers = X64_XMMS & ALLOCATABLE;
		break;
	case IR_CALL:
	case IR_CALLIND:
	case IR_CALLRT:
		describe_call(ins, t);
		break;
	case IR_RET:
		describe_ret(f, ins, t);
		break;
	}
}

static void describe(struct ir_func *f, u32 i, struct ir_target_ins *t)
{
	const struct ir_ins *ins = &f->ins[i];
	u32 n;

	memset(t, 0, sizeof(*t));
	t->def = ir_op_is(ins->op, IR_OP_DEF) && ins->type != IR_VOID ? ANY : IR_LOC_NONE;
	for (n = 0; n < 3; n++)
		t->use[n] = ins->arg[n] ? ANY : IR_LOC_NONE;
	switch (ir_op_class(ins->op)) {
	case IR_CLASS_ARITH:
	case IR_CLASS_LOGIC:
		describe_alu(ins, t);
		break;
	case IR_CLASS_DIVIDE:
		describe_div(ins, t);
		break;
	case IR_CLASS_MULHIGH:
		describe_mulhu(t);
		break;
	case IR_CLASS_SHIFT:
		describe_shift(ins, t);
		break;
	case IR_CLASS_COMPARE:
		describe_compare(ins, t);
		break;
	case IR_CLASS_SELECT:
		describe_select(ins, t);
		break;
	case IR_CLASS_COUNT:
	case IR_CLASS_EXTEND:
	case IR_CLASS_RESIZE:
		describe_unary(ins, t);
		break;
	default:
		if (ir_op_is(ins->op, IR_OP_FLOAT))
			describe_float(ins, t);
		else
			describe_other(f, ins, t);
	}
}

static const struct ir_target registers = {
	.allocatable = ALLOCATABLE,
	.callee_saved = PRESERVED,
	.scratch_gpr = X64_SCRATCH,
	.scratch_xmm = X64_SCRATCH_XMM,
	.describe = describe,
};

const struct kwasm_target kwasm_target_native = {
	.name = "x64",
	.regs = &registers,
	.size = sizeof(struct x64_code),
	.init = x64_code_init,
	.destroy = x64_code_destroy,
	.lower = x64_lower,
	.emit = x64_emit,
	.link = x64_code_link,
};
