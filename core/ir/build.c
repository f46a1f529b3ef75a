// SPDX-License-Identifier: GPL-2.0-only
/*
 * build.c - translate a validated body to SSA.
 *
 * Requires: a validated module.
 * Provides: SSA with one definition per value, order[], preds, succs, loops, no unreachable blocks.
 * Bounded: linear in the body; see build.h for functions that would exceed this.
 */
#include "build.h"
#include "run/rt.h"

/**
 * struct rule - what wasm_ops.def says of an instruction
 * @sig: its signature
 * @op: enum ir_op; IR_NONE where there is a rule of its own below
 * @access: enum ir_access
 * @rt: enum kwasm_rt, where @op is IR_CALLRT
 */
struct rule {
	const char *sig;
	u8 op;
	u8 access;
	u8 rt;
};

#define IR(operation) .op = IR_##operation
#define MEM(operation, kind) .op = IR_##operation, .access = IR_##kind
#define RT(function) .op = IR_CALLRT, .rt = KWASM_RT_##function
#define OWN .op = IR_NONE

static const struct rule rules[KWASM_OP_SLOTS] = {
#define OP(code, name, text, types, imm, ir) [KWASM_OP_SLOT(code)] = { .sig = types, ir },
#include "wasm/wasm_ops.def"
#undef OP
};

/* Budget of joins: this many values per byte of the body, up to a maximum. */
#define BUDGET_PER_BYTE 16
#define BUDGET_FLOOR 65536
#define BUDGET_CAP (4u << 20)

/* Each attempt leaves less to be carried; in the last one no local is a value. */
#define MAX_ATTEMPTS 5

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
	if (!b->err)
		b->err = b->work > b->budget ? -E2BIG : ir_work(b->f, n);
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

/* The IR's type for a letter of a signature. */
static u32 letter_type(char letter)
{
	return build_type(kwasm_type_by_letter(letter));
}

/* One operation on as many operands as it takes. */
static void plain(struct build *b, const struct kwasm_op *op, const struct rule *rule)
{
	const char *sig = rule->sig;
	u32 n = ir_op_info[rule->op].num_args;
	bool gives = ir_op_is(rule->op, IR_OP_DEF);
	u32 ins = build_emit(b, rule->op, letter_type(gives ? sig[n + 1] : sig[n - 1]));
	struct ir_ins *p = &b->f->ins[ins];

	if (ir_op_is(rule->op, IR_OP_OTYPE))
		p->otype = letter_type(sig[0]);
	p->access = rule->access;
	p->imm = rule->op == IR_CONST ? op->bits : op->offset;
	while (n--)
		p->arg[n] = build_pop(b);
	if (gives)
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

/* A call of a function of type @type; @extra more operands are on top of the stack. */
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

static const u8 host_access[] = {
	[KWASM_ACCESS_U8] = IR_U8,
	[KWASM_ACCESS_S8] = IR_S8,
	[KWASM_ACCESS_U16] = IR_U16,
	[KWASM_ACCESS_S16] = IR_S16,
	[KWASM_ACCESS_U32] = IR_U32,
	[KWASM_ACCESS_S32] = IR_S32,
	[KWASM_ACCESS_U64] = IR_U64,
};

/* Host functions that the compiler inlines; false if @func is not one of them. */
static bool call_inline(struct build *b, u32 func)
{
	const struct kwasm_functype *type = kwasm_module_functype(b->module, func);
	const struct kwasm_host_fn *fn;
	struct ir_ins *p;
	u32 ins;

	if (func >= b->module->num_func_imports || !b->bindings || func >= b->bindings->num_fns)
		return false;
	fn = b->bindings->fns[func];
	if (!fn || fn->inline_op == KWASM_INLINE_NONE)
		return false;
	ins = build_emit(b, fn->inline_op == KWASM_INLINE_PKTLOAD ? IR_PKTLOAD : IR_CTXLOAD,
			 build_type(kwasm_functype_results(type)[0]));
	p = &b->f->ins[ins];
	p->access = host_access[fn->access];
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

/* How many indices follow an instruction that the run time carries out. */
static u32 num_indices(enum kwasm_imm imm)
{
	switch (imm) {
	case KWASM_IMM_TABLE:
	case KWASM_IMM_ELEM:
	case KWASM_IMM_DATA:
	case KWASM_IMM_DATA_MEMORY:
	case KWASM_IMM_FUNC:
		return 1;
	case KWASM_IMM_TABLE_TABLE:
	case KWASM_IMM_ELEM_TABLE:
		return 2;
	default:
		return 0;
	}
}

static void call_rt(struct build *b, const struct kwasm_op *op, u32 rt)
{
	const char *sig = kwasm_rt_fns[rt].sig;
	const char *result = strchr(sig, ':') + 1;
	u32 num = (u32)(result - sig) - 1;
	u32 imms = num_indices(kwasm_op_imm(op->code));
	u32 list = pop_list(b, num - imms, imms);
	u32 index[2] = { op->index, op->index2 };
	u32 ins, k;

	for (k = 0; k < imms && !b->err; k++) {
		ins = emit_const(b, IR_I32, index[k]);
		b->f->pool[list + num - imms + k] = ins;
	}
	if (b->err)
		return;
	ins = emit_call(b, IR_CALLRT, *result ? letter_type(*result) : IR_VOID, list, num, rt);
	if (*result)
		build_push(b, ins);
}

static void local_get(struct build *b, u32 x)
{
	u32 ins;

	if (!b->homes[x].slot) {
		build_push(b, b->locals[x]);
		return;
	}
	ins = build_emit(b, IR_LGET, build_type(b->local_types[x]));
	b->f->ins[ins].imm = b->homes[x].slot - 1;
	build_push(b, ins);
}

static void local_set(struct build *b, u32 x, u32 value)
{
	u32 ins;

	if (!b->homes[x].slot) {
		build_local_set(b, x, value);
		return;
	}
	ins = build_emit(b, IR_LSET, b->f->ins[value].type);
	b->f->ins[ins].arg[0] = value;
	b->f->ins[ins].imm = b->homes[x].slot - 1;
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

static void by_rule(struct build *b, const struct kwasm_op *op)
{
	const struct rule *rule = &rules[KWASM_OP_SLOT(op->code)];

	if (rule->op == IR_CALLRT)
		call_rt(b, op, rule->rt);
	else if (rule->op)
		plain(b, op, rule);
	else
		b->err = kwasm_diag_set(b->f->diag, -EOPNOTSUPP, b->f->index, op->at,
					"instruction %s is not supported by the compiler",
					kwasm_op_name(op->code));
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
		by_rule(b, op);
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

/* The entry block: parameters, zeroes, and stores of the locals that have slots. */
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
	for (x = 0; x < b->info->num_locals && !b->err; x++)
		if (b->homes[x].slot)
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
			b->err = ir_work(b->f, 1 + op.num_targets);
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

/*
 * Attempt number @n.  Over budget it leaves in @homes which locals go to frame slots in the next;
 * -EAGAIN: there are some.
 */
static int attempt(struct ir_func *f, const struct kwasm_bindings *bindings,
		   struct build_home *homes, u32 n)
{
	const struct kwasm_func_info *info = &f->module->funcs[f->index];
	struct build b = {
		.f = f,
		.module = f->module,
		.info = info,
		.bindings = bindings,
		.homes = homes,
		.block = IR_NO_BLOCK,
	};
	u32 x;

	f->num_ins = 1;
	f->num_blocks = 0;
	f->num_pool = 0;
	f->order = NULL;
	f->num_order = 0;
	if (n == MAX_ATTEMPTS - 1)
		build_slots_all(&b);
	for (x = 0; n && x < info->num_locals; x++) {
		homes[x].heat = 0;
		homes[x].cost = 0;
	}
	b.budget = min_t(u64, (u64)BUDGET_PER_BYTE * (info->end - info->code) + BUDGET_FLOOR,
			 BUDGET_CAP);
	b.reader.bytes = f->module->bytes;
	b.reader.pos = info->code;
	b.reader.end = info->end;
	b.reader.func = f->index;
	b.reader.diag = f->diag;
	build_body(&b);
	if (b.err == -E2BIG && build_slots_choose(&b, n > 0))
		return -EAGAIN;
	return b.err;
}

int ir_build(struct ir_func *f, const struct kwasm_bindings *bindings)
{
	const struct kwasm_func_info *info = &f->module->funcs[f->index];
	struct build_home *homes;
	int err = -EAGAIN;
	u32 n;

	homes = kwasm_arena_alloc(f->arena, info->num_locals + 1, sizeof(*homes));
	if (!homes)
		return ir_out_of_memory(f);
	for (n = 0; err == -EAGAIN; n++)
		err = attempt(f, bindings, homes, n);
	if (err == -E2BIG)
		return kwasm_diag_set(f->diag, err, f->index, info->code,
				      "branches carry too many values for the compiler's memory limit");
	if (err)
		return err;
	return ir_loops_find(f);
}
