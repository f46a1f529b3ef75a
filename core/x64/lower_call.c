// SPDX-License-Identifier: GPL-2.0-only
/*
 * lower_call.c - lower operations to machine operations: the calling convention.
 *
 * Guarantees: after this pass a call lists only operands in registers, integers first;
 * the others are ARGSTACK instructions right before it.
 */
#include "lower.h"

const u8 x64_arg_regs[X64_NUM_INT_ARGS] = {
	X64_RDI, X64_RSI, X64_RDX, X64_RCX, X64_R8, X64_R9
};

static bool find_params(struct lower *l)
{
	const struct kwasm_functype *type = kwasm_module_functype(l->f->module, l->f->index);
	struct x64_args args = { };
	u32 k;

	l->params = kwasm_arena_alloc(l->f->arena, type->num_params, sizeof(*l->params));
	for (k = 0; l->params && k < type->num_params; k++) {
		u8 reg = x64_args_next(&args, type->params[k]);

		l->params[k] = reg == X64_NONE ? LOWER_STACK + args.stack - 1 : reg;
	}
	return l->params;
}

int lower_param(struct lower *l, u32 i)
{
	struct ir_ins *ins = &l->f->ins[i];
	u32 from;

	if (!l->params && !find_params(l))
		return ir_out_of_memory(l->f);
	from = l->params[ins->imm];
	ins->form = from < LOWER_STACK ? X64_FORM_REG : X64_FORM_STACK;
	ins->disp = (s32)(from < LOWER_STACK ? from : from - LOWER_STACK);
	return 0;
}

static bool is_float(const struct ir_func *f, u32 v)
{
	return ir_type_is_float(f->ins[v].type);
}

/* Store @v in slot @slot of the area that @op, ARGSTACK or RESSTORE, writes; before @user. */
static int place(struct lower *l, u32 user, u32 op, u32 v, u32 slot)
{
	u32 i = ir_ins_new(l->f, op, l->f->ins[v].type);
	s64 c;

	if (!i)
		return -ENOMEM;
	l->f->ins[i].imm = slot;
	l->f->ins[i].at = l->f->ins[user].at;
	l->f->ins[i].form = X64_FORM_RR;
	/* an i32 is stored with its zero upper half */
	if (lower_const(l, v, &c) && (l->f->ins[v].type == IR_I32 ? c >= 0 : c == (s32)c)) {
		l->f->ins[i].form = X64_FORM_RI;
		l->f->ins[i].disp = (s32)c;
		lower_unuse(l, v);
	} else {
		l->f->ins[i].arg[0] = v;
	}
	ir_ins_before(l->f, user, i);
	return 0;
}

/*
 * Reduce the list of @call to the operands in registers: first the integers, then the floats.  Set
 * scale to the number of integers.
 */
static int place_args(struct lower *l, u32 call)
{
	struct ir_func *f = l->f;
	u32 num = f->ins[call].num_list;
	u32 list = ir_pool_new(f, num);
	u32 ints = 0, floats = 0, stack = 0;
	u32 k;
	int err;

	if (list == U32_MAX)
		return -ENOMEM;
	for (k = 0; k < num; k++) {
		u32 v = f->pool[f->ins[call].list + k];

		if (!is_float(f, v) && ints < X64_NUM_INT_ARGS) {
			f->pool[list + ints++] = v;
		} else if (!is_float(f, v) || floats == X64_NUM_FLOAT_ARGS) {
			err = place(l, call, IR_ARGSTACK, v, stack++);
			if (err)
				return err;
		} else {
			floats++;
		}
	}
	floats = min(floats, X64_NUM_FLOAT_ARGS);
	for (k = 0, num = 0; num < floats; k++) {
		u32 v = f->pool[f->ins[call].list + k];

		if (is_float(f, v))
			f->pool[list + ints + num++] = v;
	}
	f->ins[call].list = list;
	f->ins[call].num_list = ints + floats;
	f->ins[call].scale = (u8)ints;
	f->num_out = max(f->num_out, stack);
	return 0;
}

/* C code takes and returns floats as bit patterns. */
static int host_args(struct lower *l, u32 call)
{
	struct ir_func *f = l->f;
	u32 k;

	for (k = 0; k < f->ins[call].num_list; k++) {
		u32 *arg = &f->pool[f->ins[call].list + k];
		u32 i, v = *arg;

		if (!is_float(f, v))
			continue;
		i = ir_ins_new(f, IR_BITCAST, f->ins[v].type == IR_F32 ? IR_I32 : IR_I64);
		if (!i)
			return -ENOMEM;
		*arg = i;
		f->ins[i].otype = f->ins[v].type;
		f->ins[i].form = X64_FORM_RR;
		f->ins[i].at = f->ins[call].at;
		f->ins[i].arg[0] = v;
		ir_ins_before(f, call, i);
	}
	return 0;
}

/* The arguments of a wide function become a block where those for the stack stand. */
static int wide_args(struct lower *l, u32 call)
{
	struct ir_func *f = l->f;
	u32 num = f->ins[call].num_list;
	u32 k;
	int err;

	for (k = 0; k < num; k++) {
		err = place(l, call, IR_ARGSTACK, f->pool[f->ins[call].list + k], k);
		if (err)
			return err;
	}
	f->ins[call].num_list = 0;
	f->num_out = max(f->num_out, num);
	return 0;
}

/* What may sleep takes the way of calls to other instances, where that is looked into. */
static u8 import_form(const struct kwasm_host_fn *host)
{
	if (!host || host->context & KWASM_HOST_SLEEP)
		return X64_FORM_CROSS;
	return host->wide ? X64_FORM_WIDE : X64_FORM_HOST;
}

int lower_call(struct lower *l, u32 i)
{
	struct ir_ins *ins = &l->f->ins[i];
	const struct kwasm_module *m = l->f->module;
	int err;

	if (ins->op == IR_CALLRT) {
		ins->form = X64_FORM_HOST;
		return 0;
	}
	if (ins->op == IR_CALLIND) {
		/* the index has a separate register */
		ins->num_list--;
		ins->arg[0] = l->f->pool[ins->list + ins->num_list];
		ins->form = X64_FORM_RR;
	} else if (ins->imm >= m->num_func_imports) {
		ins->form = X64_FORM_LOCAL;
	} else {
		ins->form = import_form(kwasm_bindings_at(l->code->bindings, (u32)ins->imm));
	}
	if (ins->form != X64_FORM_HOST && ins->form != X64_FORM_WIDE)
		return place_args(l, i);
	err = host_args(l, i);
	return err || l->f->ins[i].form == X64_FORM_HOST ? err : wide_args(l, i);
}

int lower_ret(struct lower *l, u32 i)
{
	u32 num = l->f->ins[i].num_list;
	u32 k;
	int err;

	l->f->ins[i].form = X64_FORM_RR;
	for (k = 1; k < num; k++) {
		err = place(l, i, IR_RESSTORE, l->f->pool[l->f->ins[i].list + k], k);
		if (err)
			return err;
	}
	l->f->ins[i].num_list = min(num, 1u);
	return 0;
}
