// SPDX-License-Identifier: GPL-2.0-only
/*
 * build.c - a validated body to SSA.
 *
 * Requires: a validated module.
 * Provides: SSA with one definition per value, order[], preds, succs, loops, no unreachable blocks.
 * Bounded: linear in the body; see build.h for what happens to a function that would not be.
 */
#include "build.h"
#include "run/rt.h"

static const struct build_simple simple_ops[256] = {
#define CMP(name, ir)						\
	[WASM_I32_##name] = { IR_##ir, IR_I32, IR_I32, 0 },	\
	[WASM_I64_##name] = { IR_##ir, IR_I32, IR_I64, 0 }
#define INT(name, ir)						\
	[WASM_I32_##name] = { IR_##ir, IR_I32, 0, 0 },		\
	[WASM_I64_##name] = { IR_##ir, IR_I64, 0, 0 }
#define ONE(name, ir, type, access) [WASM_##name] = { IR_##ir, IR_##type, 0, access }
	CMP(EQ, EQ), CMP(NE, NE),
	CMP(LT_S, LTS), CMP(LT_U, LTU), CMP(GT_S, GTS), CMP(GT_U, GTU),
	CMP(LE_S, LES), CMP(LE_U, LEU), CMP(GE_S, GES), CMP(GE_U, GEU),
	INT(CLZ, CLZ), INT(CTZ, CTZ), INT(POPCNT, POPCNT),
	INT(ADD, ADD), INT(SUB, SUB), INT(MUL, MUL),
	INT(DIV_S, DIVS), INT(DIV_U, DIVU), INT(REM_S, REMS), INT(REM_U, REMU),
	INT(AND, AND), INT(OR, OR), INT(XOR, XOR),
	INT(SHL, SHL), INT(SHR_S, SHRS), INT(SHR_U, SHRU),
	INT(ROTL, ROTL), INT(ROTR, ROTR),
	INT(EXTEND8_S, EXT8S), INT(EXTEND16_S, EXT16S),
	ONE(I64_EXTEND32_S, EXT32S, I64, 0),
	ONE(I32_WRAP_I64, WRAP, I32, 0),
	ONE(I64_EXTEND_I32_S, SEXT, I64, 0),
	ONE(I64_EXTEND_I32_U, ZEXT, I64, 0),
	ONE(I32_LOAD, LOAD, I32, IR_U32),
	ONE(I64_LOAD, LOAD, I64, IR_U64),
	ONE(I32_LOAD8_S, LOAD, I32, IR_S8),
	ONE(I32_LOAD8_U, LOAD, I32, IR_U8),
	ONE(I32_LOAD16_S, LOAD, I32, IR_S16),
	ONE(I32_LOAD16_U, LOAD, I32, IR_U16),
	ONE(I64_LOAD8_S, LOAD, I64, IR_S8),
	ONE(I64_LOAD8_U, LOAD, I64, IR_U8),
	ONE(I64_LOAD16_S, LOAD, I64, IR_S16),
	ONE(I64_LOAD16_U, LOAD, I64, IR_U16),
	ONE(I64_LOAD32_S, LOAD, I64, IR_S32),
	ONE(I64_LOAD32_U, LOAD, I64, IR_U32),
	ONE(I32_STORE, STORE, I32, IR_U32),
	ONE(I64_STORE, STORE, I64, IR_U64),
	ONE(I32_STORE8, STORE, I32, IR_U8),
	ONE(I32_STORE16, STORE, I32, IR_U16),
	ONE(I64_STORE8, STORE, I64, IR_U8),
	ONE(I64_STORE16, STORE, I64, IR_U16),
	ONE(I64_STORE32, STORE, I64, IR_U32),
	ONE(MEMORY_SIZE, MEMSIZE, I32, 0),
#undef CMP
#undef INT
#undef ONE
};

/*
 * Instructions that call the run time: @pops operands, then @imms of the instruction's indices.
 */
static const struct rt_call {
	u32 code;
	u8 rt;
	u8 pops;
	u8 imms;
	u8 type;
} rt_calls[] = {
	{ WASM_MEMORY_GROW, KWASM_RT_MEMORY_GROW, 1, 0, IR_I32 },
	{ WASM_MEMORY_COPY, KWASM_RT_MEMORY_COPY, 3, 0, IR_VOID },
	{ WASM_MEMORY_FILL, KWASM_RT_MEMORY_FILL, 3, 0, IR_VOID },
	{ WASM_MEMORY_INIT, KWASM_RT_MEMORY_INIT, 3, 1, IR_VOID },
	{ WASM_DATA_DROP, KWASM_RT_DATA_DROP, 0, 1, IR_VOID },
	{ WASM_TABLE_GET, KWASM_RT_TABLE_GET, 1, 1, IR_I64 },
	{ WASM_TABLE_SET, KWASM_RT_TABLE_SET, 2, 1, IR_VOID },
	{ WASM_TABLE_SIZE, KWASM_RT_TABLE_SIZE, 0, 1, IR_I32 },
	{ WASM_TABLE_GROW, KWASM_RT_TABLE_GROW, 2, 1, IR_I32 },
	{ WASM_TABLE_FILL, KWASM_RT_TABLE_FILL, 3, 1, IR_VOID },
	{ WASM_TABLE_COPY, KWASM_RT_TABLE_COPY, 3, 2, IR_VOID },
	{ WASM_TABLE_INIT, KWASM_RT_TABLE_INIT, 3, 2, IR_VOID },
	{ WASM_ELEM_DROP, KWASM_RT_ELEM_DROP, 0, 1, IR_VOID },
	{ WASM_REF_FUNC, KWASM_RT_REF_FUNC, 0, 1, IR_I64 },
};

/* What joins may cost: so many values for each byte of the body, and never more than the cap. */
#define BUDGET_PER_BYTE 16
#define BUDGET_FLOOR 65536
#define BUDGET_CAP (4u << 20)

u32 build_type(u8 type)
{
	switch (type) {
	case KWASM_I32:
		return IR_I32;
	case KWASM_F32:
		return IR_F32;
	case KWASM_F64:
		return IR_F64;
	default:
		return IR_I64;
	}
}

bool build_spend(struct build *b, u32 n)
{
	b->work += n;
	if (b->work > b->budget && !b->err)
		b->err = -E2BIG;
	return !b->err;
}

u32 build_emit(struct build *b, u32 op, u32 type)
{
	u32 ins = ir_ins_new(b->f, op, type);

	if (!ins) {
		b->err = -ENOMEM;
		return 0;
	}
	b->f->ins[ins].at = b->at;
	ir_ins_append(b->f, b->block, ins);
	return ins;
}

void build_push(struct build *b, u32 value)
{
	b->stack[b->height++] = value;
}

u32 build_pop(struct build *b)
{
	return b->stack[--b->height];
}

static u32 emit_const(struct build *b, u32 type, u64 bits)
{
	u32 ins = build_emit(b, IR_CONST, type);

	b->f->ins[ins].imm = bits;
	return ins;
}

static void simple(struct build *b, const struct kwasm_op *op,
		   const struct build_simple *s)
{
	u32 ins = build_emit(b, s->op, s->type);
	u32 n = ir_op_info[s->op].num_args;
	struct ir_ins *p = &b->f->ins[ins];

	p->otype = s->otype;
	p->access = s->access;
	if (s->op == IR_LOAD || s->op == IR_STORE)
		p->imm = op->offset;
	while (n--)
		p->arg[n] = build_pop(b);
	if (ir_op_is(s->op, IR_OP_DEF))
		build_push(b, ins);
}

static void is_zero(struct build *b, u32 otype)
{
	u32 value = build_pop(b);
	u32 zero = emit_const(b, otype, 0);
	u32 ins = build_emit(b, IR_EQ, IR_I32);

	b->f->ins[ins].otype = otype;
	b->f->ins[ins].arg[0] = value;
	b->f->ins[ins].arg[1] = zero;
	build_push(b, ins);
}

static void select_op(struct build *b)
{
	u32 cond = build_pop(b);
	u32 no = build_pop(b);
	u32 yes = build_pop(b);
	u32 ins = build_emit(b, IR_SELECT, b->f->ins[yes].type);

	b->f->ins[ins].arg[0] = cond;
	b->f->ins[ins].arg[1] = yes;
	b->f->ins[ins].arg[2] = no;
	build_push(b, ins);
}

/* Makes a list of the top @n operands and pops them.  Return: its start, U32_MAX on error. */
static u32 pop_list(struct build *b, u32 n, u32 extra)
{
	u32 list = ir_pool_new(b->f, n + extra);

	if (list == U32_MAX) {
		b->err = -ENOMEM;
		return list;
	}
	b->height -= n;
	if (n)
		memcpy(&b->f->pool[list], &b->stack[b->height], n * sizeof(u32));
	return list;
}

static u32 emit_call(struct build *b, u32 op, u32 type, u32 list, u32 num, u64 imm)
{
	u32 ins = build_emit(b, op, type);

	b->f->ins[ins].list = list;
	b->f->ins[ins].num_list = num;
	b->f->ins[ins].imm = imm;
	return ins;
}

/* A call of a function of type @type; @extra more operands stand on top. */
static void call_typed(struct build *b, u32 op, const struct kwasm_functype *type, u32 extra,
		       u64 imm)
{
	const u8 *results = kwasm_functype_results(type);
	u32 n = type->num_params + extra;
	u32 list = pop_list(b, n, 0);
	u32 ins, k;

	if (b->err)
		return;
	ins = emit_call(b, op, type->num_results ? build_type(results[0]) : IR_VOID, list, n, imm);
	if (type->num_results)
		build_push(b, ins);
	for (k = 1; k < type->num_results && !b->err; k++) {
		ins = build_emit(b, IR_RESULT, build_type(results[k]));
		b->f->ins[ins].imm = k;
		build_push(b, ins);
	}
}

/* Host functions that the compiler knows; false when @func is none of them. */
static bool call_inline(struct build *b, u32 func)
{
	const struct kwasm_functype *type = kwasm_module_functype(b->module, func);
	const struct kwasm_host_fn *fn;
	struct ir_ins *p;
	u32 ins;

	if (func >= b->module->num_func_imports || !b->hosts || func >= b->hosts->num_fns)
		return false;
	fn = b->hosts->fns[func];
	if (!fn || fn->inline_op == KWASM_INLINE_NONE)
		return false;
	ins = build_emit(b, fn->inline_op == KWASM_INLINE_PKTLOAD ? IR_PKTLOAD : IR_CTXLOAD,
			 build_type(kwasm_functype_results(type)[0]));
	p = &b->f->ins[ins];
	p->access = fn->access;
	if (fn->inline_op == KWASM_INLINE_PKTLOAD) {
		p->arg[0] = build_pop(b);
		p->imm = func;
		p->flags = fn->swap ? IR_SWAP : 0;
	} else {
		p->imm = fn->ctx_offset;
	}
	build_push(b, ins);
	return true;
}

static void call(struct build *b, u32 func)
{
	if (!call_inline(b, func))
		call_typed(b, IR_CALL, kwasm_module_functype(b->module, func), 0, func);
}

static void call_rt(struct build *b, const struct kwasm_op *op, const struct rt_call *c)
{
	u32 list = pop_list(b, c->pops, c->imms);
	u32 index[2] = { op->index, op->index2 };
	u32 ins, k;

	for (k = 0; k < c->imms && !b->err; k++) {
		ins = emit_const(b, IR_I32, index[k]);
		b->f->pool[list + c->pops + k] = ins;
	}
	if (b->err)
		return;
	ins = emit_call(b, IR_CALLRT, c->type, list, c->pops + c->imms, c->rt);
	if (c->type != IR_VOID)
		build_push(b, ins);
}

static void local_get(struct build *b, u32 x)
{
	u32 ins;

	if (!b->slots) {
		build_push(b, b->locals[x]);
		return;
	}
	ins = build_emit(b, IR_LGET, build_type(b->local_types[x]));
	b->f->ins[ins].imm = x;
	build_push(b, ins);
}

static void local_set(struct build *b, u32 x, u32 value)
{
	u32 ins;

	if (!b->slots) {
		build_local_set(b, x, value);
		return;
	}
	ins = build_emit(b, IR_LSET, b->f->ins[value].type);
	b->f->ins[ins].arg[0] = value;
	b->f->ins[ins].imm = x;
}

static void global_op(struct build *b, u32 op, u32 x)
{
	u32 ins = build_emit(b, op, build_type(b->module->globals[x].type.type));

	b->f->ins[ins].imm = x;
	if (op == IR_GGET)
		build_push(b, ins);
	else
		b->f->ins[ins].arg[0] = build_pop(b);
}

static void other_op(struct build *b, const struct kwasm_op *op)
{
	const struct build_simple *s = build_float_op(op->code);
	size_t i;

	if (!s && op->code < ARRAY_SIZE(simple_ops) && simple_ops[op->code].op)
		s = &simple_ops[op->code];
	if (s) {
		simple(b, op, s);
		return;
	}
	for (i = 0; i < ARRAY_SIZE(rt_calls); i++) {
		if (rt_calls[i].code == op->code) {
			call_rt(b, op, &rt_calls[i]);
			return;
		}
	}
	b->err = kwasm_diag_set(b->f->diag, -EOPNOTSUPP, b->f->index, op->at,
				"%s is not compiled yet", kwasm_op_name(op->code));
}

static void data_op(struct build *b, const struct kwasm_op *op)
{
	switch (op->code) {
	case WASM_NOP:
		break;
	case WASM_CALL:
		call(b, op->index);
		break;
	case WASM_CALL_INDIRECT:
		call_typed(b, IR_CALLIND, &b->module->types[op->index], 1,
			   (u64)op->index2 << 32 | op->index);
		break;
	case WASM_DROP:
		b->height--;
		break;
	case WASM_SELECT:
	case WASM_SELECT_T:
		select_op(b);
		break;
	case WASM_LOCAL_GET:
		local_get(b, op->index);
		break;
	case WASM_LOCAL_SET:
		local_set(b, op->index, build_pop(b));
		break;
	case WASM_LOCAL_TEE:
		local_set(b, op->index, b->stack[b->height - 1]);
		break;
	case WASM_GLOBAL_GET:
		global_op(b, IR_GGET, op->index);
		break;
	case WASM_GLOBAL_SET:
		global_op(b, IR_GSET, op->index);
		break;
	case WASM_I32_CONST:
		build_push(b, emit_const(b, IR_I32, (u32)op->bits));
		break;
	case WASM_I64_CONST:
		build_push(b, emit_const(b, IR_I64, op->bits));
		break;
	case WASM_F32_CONST:
		build_push(b, emit_const(b, IR_F32, (u32)op->bits));
		break;
	case WASM_F64_CONST:
		build_push(b, emit_const(b, IR_F64, op->bits));
		break;
	case WASM_REF_NULL:
		build_push(b, emit_const(b, IR_I64, 0));
		break;
	case WASM_I32_EQZ:
		is_zero(b, IR_I32);
		break;
	case WASM_I64_EQZ:
	case WASM_REF_IS_NULL:
		is_zero(b, IR_I64);
		break;
	default:
		other_op(b, op);
	}
}

static void control_op(struct build *b, const struct kwasm_op *op)
{
	switch (op->code) {
	case WASM_BLOCK:
		build_block(b, op);
		break;
	case WASM_LOOP:
		build_loop(b, op);
		break;
	case WASM_IF:
		build_if(b, op);
		break;
	case WASM_ELSE:
		build_else(b);
		break;
	case WASM_END:
		build_end(b);
		break;
	case WASM_BR:
		build_br(b, op->index);
		break;
	case WASM_BR_IF:
		build_br_if(b, op->index);
		break;
	case WASM_BR_TABLE:
		build_br_table(b, op);
		break;
	case WASM_RETURN:
		build_return(b);
		break;
	case WASM_UNREACHABLE:
		build_unreachable(b);
		break;
	default:
		data_op(b, op);
	}
}

/* Unreachable code: only what opens and closes control instructions counts. */
static void dead_op(struct build *b, const struct kwasm_op *op)
{
	switch (op->code) {
	case WASM_LOOP:
		b->next_loop++;
		b->dead++;
		break;
	case WASM_BLOCK:
	case WASM_IF:
		b->dead++;
		break;
	case WASM_ELSE:
		build_else(b);
		break;
	case WASM_END:
		build_end(b);
		break;
	}
}

static void spread_types(struct build *b)
{
	const struct kwasm_functype *type = &b->module->types[b->info->type];
	u32 n = type->num_params;
	u32 i, k;

	for (i = 0; i < n; i++)
		b->local_types[i] = type->params[i];
	for (i = 0; i < b->info->num_runs; i++)
		for (k = 0; k < b->info->runs[i].count; k++)
			b->local_types[n++] = b->info->runs[i].type;
}

/* The entry block: parameters, zeroes, and all locals into their slots where they have them. */
static void entry(struct build *b)
{
	u32 num_params = b->module->types[b->info->type].num_params;
	u32 block = ir_block_new(b->f);
	u32 x;

	if (block == IR_NO_BLOCK) {
		b->err = -ENOMEM;
		return;
	}
	build_start(b, block);
	for (x = 0; x < num_params && !b->err; x++) {
		b->locals[x] = build_emit(b, IR_PARAM, build_type(b->local_types[x]));
		b->f->ins[b->locals[x]].imm = x;
	}
	for (; x < b->info->num_locals && !b->err; x++) {
		u32 type = build_type(b->local_types[x]);

		if (!b->zero[type])
			b->zero[type] = emit_const(b, type, 0);
		b->locals[x] = b->zero[type];
	}
	if (b->slots)
		b->f->num_lslots = b->info->num_locals;
	for (x = 0; x < b->f->num_lslots && !b->err; x++)
		local_set(b, x, b->locals[x]);
}

static int alloc_state(struct build *b)
{
	struct kwasm_arena *arena = b->f->arena;
	u32 n = b->info->num_locals + 1;

	b->stack = kwasm_arena_alloc(arena, b->info->max_operands + 1, sizeof(*b->stack));
	b->local_types = kwasm_arena_alloc(arena, n, 1);
	b->locals = kwasm_arena_alloc(arena, n, sizeof(*b->locals));
	b->latest = kwasm_arena_alloc(arena, n, sizeof(*b->latest));
	b->merge = kwasm_arena_alloc(arena, n, sizeof(*b->merge));
	if (!b->stack || !b->local_types || !b->locals || !b->latest || !b->merge)
		return ir_out_of_memory(b->f);
	return 0;
}

static int build_body(struct build *b)
{
	struct kwasm_op op;

	b->err = alloc_state(b);
	if (b->err || build_loops_find(b))
		return b->err;
	spread_types(b);
	b->at = b->info->code;
	entry(b);
	if (!b->err)
		build_func_begin(b);
	while (!b->err && b->num_frames) {
		b->err = kwasm_op_read(&b->reader, &op);
		if (!b->err)
			b->err = ir_step(b->f);
		if (b->err)
			break;
		b->at = op.at;
		if (b->block == IR_NO_BLOCK)
			dead_op(b, &op);
		else
			control_op(b, &op);
	}
	return b->err;
}

/* One attempt, with the locals as values or in frame slots. */
static int attempt(struct ir_func *f, const struct kwasm_hostmap *hosts, bool slots)
{
	const struct kwasm_func_info *info = &f->module->funcs[f->index];
	struct build b = {
		.f = f,
		.module = f->module,
		.info = info,
		.hosts = hosts,
		.slots = slots,
		.block = IR_NO_BLOCK,
	};

	f->num_ins = 1;
	f->num_blocks = 0;
	f->num_pool = 0;
	f->order = NULL;
	f->num_order = 0;
	b.budget = min_t(u64, (u64)BUDGET_PER_BYTE * (info->end - info->code) + BUDGET_FLOOR,
			 BUDGET_CAP);
	b.reader.bytes = f->module->bytes;
	b.reader.pos = info->code;
	b.reader.end = info->end;
	b.reader.func = f->index;
	b.reader.diag = f->diag;
	return build_body(&b);
}

int ir_build(struct ir_func *f, const struct kwasm_hostmap *hosts)
{
	const struct kwasm_func_info *info = &f->module->funcs[f->index];
	int err;

	err = attempt(f, hosts, false);
	if (err == -E2BIG)
		err = attempt(f, hosts, true);
	if (err == -E2BIG)
		return kwasm_diag_set(f->diag, err, f->index, info->code,
				      "branches carry too many values for the compiler's budget");
	if (err)
		return err;
	return ir_loops_find(f);
}
