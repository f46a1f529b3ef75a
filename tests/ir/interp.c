// SPDX-License-Identifier: GPL-2.0-only
/*
 * interp.c - executes IR, instruction by instruction, as core/ir/ir_ops.def describes it.
 *
 * Written to be obviously correct: every operation checks the invariants of the IR (zero-extended
 * i32 values, IR_NOTRAP divisions that do not trap) and aborts on a violation.  Floats are bit
 * patterns.
 */
#include "../unit/float_ops.h"
#include "interp.h"
#include "run/rt.h"

struct frame {
	struct interp *in;
	struct ir_func *f;
	u64 *values;
	const u64 *params;
	u64 *lslots;
	u64 *results;		/* of the last call */
	u64 *out;		/* the caller's */
};

static void must(bool holds, struct ir_func *f, u32 i, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "function %u: v%u (%s): %s\n", f->index, i, ir_op_info[f->ins[i].op].name,
		what);
	abort();
}

static s64 widen(u64 v, u32 type)
{
	return type == IR_I32 ? (s64)(s32)v : (s64)v;
}

static u64 narrow(u64 v, u32 type)
{
	return type == IR_I32 || type == IR_F32 ? (u32)v : v;
}

static int divide(struct ir_func *f, u32 i, u64 a, u64 b, u64 *v)
{
	const struct ir_ins *ins = &f->ins[i];
	s64 min = ins->type == IR_I32 ? S32_MIN : S64_MIN;
	s64 sa = widen(a, ins->type);
	s64 sb = widen(b, ins->type);
	int trap = 0;

	if (!b)
		trap = KWASM_TRAP_DIV_ZERO;
	else if (ins->op == IR_DIVS && sa == min && sb == -1)
		trap = KWASM_TRAP_INT_OVERFLOW;
	must(!trap || !(ins->flags & IR_NOTRAP), f, i, "traps in spite of IR_NOTRAP");
	if (trap)
		return trap;
	switch (ins->op) {
	case IR_DIVS:
		*v = sa / sb;
		break;
	case IR_DIVU:
		*v = a / b;
		break;
	case IR_REMS:
		*v = sb == -1 ? 0 : sa % sb;
		break;
	default:
		*v = a % b;
	}
	return 0;
}

static u64 shift(const struct ir_ins *ins, u64 a, u64 b)
{
	u32 bits = ins->type == IR_I32 ? 32 : 64;
	u32 n = b & (bits - 1);

	switch (ins->op) {
	case IR_SHL:
		return a << n;
	case IR_SHRS:
		return widen(a, ins->type) >> n;
	case IR_SHRU:
		return a >> n;
	case IR_ROTL:
		return n ? a << n | a >> (bits - n) : a;
	default:
		return n ? a >> n | a << (bits - n) : a;
	}
}

static u64 count(const struct ir_ins *ins, u64 a)
{
	u32 bits = ins->type == IR_I32 ? 32 : 64;

	switch (ins->op) {
	case IR_CLZ:
		return a ? __builtin_clzll(a) - (64 - bits) : bits;
	case IR_CTZ:
		return a ? (u64)__builtin_ctzll(a) : bits;
	default:
		return __builtin_popcountll(a);
	}
}

static bool compare(const struct ir_ins *ins, u64 a, u64 b)
{
	s64 sa = widen(a, ins->otype);
	s64 sb = widen(b, ins->otype);

	switch (ins->op) {
	case IR_EQ:
		return a == b;
	case IR_NE:
		return a != b;
	case IR_LTS:
		return sa < sb;
	case IR_LTU:
		return a < b;
	case IR_GTS:
		return sa > sb;
	case IR_GTU:
		return a > b;
	case IR_LES:
		return sa <= sb;
	case IR_LEU:
		return a <= b;
	case IR_GES:
		return sa >= sb;
	default:
		return a >= b;
	}
}

static u64 extend(u64 v, u32 access)
{
	switch (access) {
	case IR_U8:
		return (u8)v;
	case IR_S8:
		return (s8)v;
	case IR_U16:
		return (u16)v;
	case IR_S16:
		return (s16)v;
	case IR_U32:
		return (u32)v;
	case IR_S32:
		return (s32)v;
	default:
		return v;
	}
}

static int memory_op(struct frame *fr, const struct ir_ins *ins, u64 *v)
{
	u64 ea = fr->values[ins->arg[0]] + ins->imm;
	u32 bytes = ir_access_bytes(ins->access);

	if (ea + bytes > (u64)fr->in->pages * KWASM_PAGE_SIZE)
		return KWASM_TRAP_MEMORY;
	if (ins->op == IR_STORE) {
		memcpy(fr->in->memory + ea, &fr->values[ins->arg[1]], bytes);
		return 0;
	}
	memcpy(v, fr->in->memory + ea, bytes);
	*v = extend(*v, ins->access);
	return 0;
}

static bool same_type(struct interp *in, u32 func, u32 type)
{
	return kwasm_functype_equal(kwasm_module_functype(in->module, func),
				    &in->module->types[type]);
}

static int call_op(struct frame *fr, const struct ir_ins *ins, u64 *v)
{
	struct interp *in = fr->in;
	u64 args[INTERP_MAX_RESULTS];
	u32 n = ins->num_list;
	u64 func = ins->imm;
	int err;
	u32 i;

	if (n > INTERP_MAX_RESULTS)
		return -ENOTSUP;
	for (i = 0; i < n; i++)
		args[i] = fr->values[fr->f->pool[ins->list + i]];
	if (ins->op == IR_CALLRT)
		return interp_rt(in, ins->imm, args, v);
	if (ins->op == IR_CALLIND) {
		const struct interp_table *table = &in->tables[ins->imm >> 32];

		if (args[n - 1] >= table->size)
			return KWASM_TRAP_CALL_UNDEFINED;
		func = table->elems[args[n - 1]];
		if (!func)
			return KWASM_TRAP_CALL_NULL;
		if (!same_type(in, --func, (u32)ins->imm))
			return KWASM_TRAP_CALL_TYPE;
	}
	err = interp_call(in, func, args, fr->results);
	*v = fr->results[0];
	return err;
}

static int state_op(struct frame *fr, u32 i, u64 *v)
{
	const struct ir_ins *ins = &fr->f->ins[i];
	u64 *values = fr->values;

	switch (ins->op) {
	case IR_LOAD:
	case IR_STORE:
		return memory_op(fr, ins, v);
	case IR_MEMSIZE:
		*v = fr->in->pages;
		return 0;
	case IR_GGET:
		*v = fr->in->globals[ins->imm];
		return 0;
	case IR_GSET:
		fr->in->globals[ins->imm] = values[ins->arg[0]];
		return 0;
	case IR_LGET:
		*v = fr->lslots[ins->imm];
		return 0;
	case IR_LSET:
		fr->lslots[ins->imm] = values[ins->arg[0]];
		return 0;
	case IR_CALL:
	case IR_CALLIND:
	case IR_CALLRT:
		return call_op(fr, ins, v);
	case IR_RESULT:
		*v = fr->results[ins->imm];
		return 0;
	default:
		must(false, fr->f, i, "is not executed here");
		return -ENOTSUP;
	}
}

static int float_op(const struct ir_ins *ins, u64 a, u64 b, u64 *v)
{
	u32 trap;

	*v = float_eval(ins->op, ins->type, ins->otype, a, b, &trap);
	return (int)trap;
}

static u64 combine(const struct ir_ins *ins, u64 a, u64 b)
{
	switch (ins->op) {
	case IR_ADD:
		return a + b;
	case IR_SUB:
		return a - b;
	case IR_MUL:
		return a * b;
	case IR_AND:
		return a & b;
	case IR_OR:
		return a | b;
	default:
		return a ^ b;
	}
}

static u64 convert(const struct ir_ins *ins, u64 a)
{
	switch (ins->op) {
	case IR_EXT8S:
		return (s8)a;
	case IR_EXT16S:
		return (s16)a;
	case IR_EXT32S:
	case IR_SEXT:
		return (s32)a;
	default:
		return a;
	}
}

static int plain_op(struct frame *fr, u32 i, u64 *v)
{
	const struct ir_ins *ins = &fr->f->ins[i];

	switch (ins->op) {
	case IR_CONST:
		*v = ins->imm;
		return 0;
	case IR_PARAM:
		*v = fr->params[ins->imm];
		return 0;
	case IR_COPY:
		*v = fr->values[ins->arg[0]];
		return 0;
	default:
		return state_op(fr, i, v);
	}
}

static int value_op(struct frame *fr, u32 i, u64 *v)
{
	const struct ir_ins *ins = &fr->f->ins[i];
	u64 a = fr->values[ins->arg[0]];
	u64 b = fr->values[ins->arg[1]];

	if (ir_op_is(ins->op, IR_OP_FLOAT))
		return float_op(ins, a, b, v);
	switch (ir_op_class(ins->op)) {
	case IR_CLASS_ARITH:
	case IR_CLASS_LOGIC:
		*v = combine(ins, a, b);
		break;
	case IR_CLASS_MULHIGH:
		*v = (u64)((__uint128_t)a * b >> 64);
		break;
	case IR_CLASS_DIVIDE:
		return divide(fr->f, i, a, b, v);
	case IR_CLASS_SHIFT:
		*v = shift(ins, a, b);
		break;
	case IR_CLASS_COUNT:
		*v = count(ins, a);
		break;
	case IR_CLASS_EXTEND:
	case IR_CLASS_RESIZE:
		*v = convert(ins, a);
		break;
	case IR_CLASS_COMPARE:
		*v = compare(ins, a, b);
		break;
	case IR_CLASS_SELECT:
		*v = a ? b : fr->values[ins->arg[2]];
		break;
	default:
		return plain_op(fr, i, v);
	}
	return 0;
}

static int run_ins(struct frame *fr, u32 i)
{
	const struct ir_ins *ins = &fr->f->ins[i];
	u64 v = 0;
	int err = value_op(fr, i, &v);

	if (!err && ir_op_is(ins->op, IR_OP_DEF) && ins->type != IR_VOID)
		fr->values[i] = narrow(v, ins->type);
	return err;
}

/* All PHIs read before the first is written. */
static void run_phis(struct frame *fr, u32 block, u32 from)
{
	struct ir_func *f = fr->f;
	u64 *tmp;
	u32 n = 0;
	u32 k, i;

	for (i = f->blocks[block].first; f->ins[i].op == IR_PHI; i = f->ins[i].next)
		n++;
	if (!n)
		return;
	tmp = calloc(n, sizeof(*tmp));
	for (k = 0; ir_pred(f, block, k) != from; k++)
		;
	n = 0;
	for (i = f->blocks[block].first; f->ins[i].op == IR_PHI; i = f->ins[i].next)
		tmp[n++] = fr->values[f->pool[f->ins[i].list + k]];
	n = 0;
	for (i = f->blocks[block].first; f->ins[i].op == IR_PHI; i = f->ins[i].next)
		fr->values[i] = tmp[n++];
	free(tmp);
}

static u32 next_block(struct frame *fr, u32 end)
{
	struct ir_func *f = fr->f;
	const struct ir_ins *ins = &f->ins[end];
	u64 v = fr->values[ins->arg[0]];
	u32 n = 0;

	if (ins->op == IR_BR)
		n = !v;
	else if (ins->op == IR_SWITCH)
		n = f->pool[ins->list + (v < ins->num_list ? v : ins->num_list - 1)];
	return ir_succ(f, ins->block, n);
}

static int run(struct frame *fr)
{
	struct ir_func *f = fr->f;
	u32 block = 0;
	u32 i, k;
	int err;

	for (;;) {
		for (i = f->blocks[block].first; i != f->blocks[block].last; i = f->ins[i].next) {
			if (++fr->in->steps > INTERP_STEPS)
				return KWASM_TRAP_TIME;
			if (f->ins[i].op == IR_PHI)
				continue;
			err = run_ins(fr, i);
			if (err)
				return err;
		}
		if (++fr->in->steps > INTERP_STEPS)
			return KWASM_TRAP_TIME;
		switch (f->ins[i].op) {
		case IR_TRAP:
			return f->ins[i].imm;
		case IR_RET:
			for (k = 0; k < f->ins[i].num_list; k++)
				fr->out[k] = fr->values[f->pool[f->ins[i].list + k]];
			return 0;
		default:
			k = next_block(fr, i);
			run_phis(fr, k, block);
			block = k;
		}
	}
}

int interp_call(struct interp *in, u32 func, const u64 *args, u64 *results)
{
	struct frame fr = { .in = in, .params = args, .out = results };
	int err;

	if (func < in->module->num_func_imports) {
		results[0] = 0;
		return 0;
	}
	err = interp_compile(in, func);
	if (err)
		return err;
	if (in->depth >= INTERP_DEPTH)
		return KWASM_TRAP_STACK;
	in->depth++;
	fr.f = &in->funcs[func];
	fr.values = calloc(fr.f->num_ins, sizeof(u64));
	fr.lslots = calloc(fr.f->num_lslots + 1, sizeof(u64));
	fr.results = calloc(INTERP_MAX_RESULTS, sizeof(u64));
	err = run(&fr);
	free(fr.values);
	free(fr.lslots);
	free(fr.results);
	in->depth--;
	return err;
}
