// SPDX-License-Identifier: GPL-2.0-only
/*
 * validate.c - the specification's validation algorithm for function bodies (appendix A.3).
 *
 * Guarantees: a valid body never under- or overflows the operand stack, uses every operand at its
 * type, branches only to enclosing blocks, and uses only valid indices.  No recursion; the stacks
 * grow with the body up to the limit of memory.  Errors are sticky in the reader, so that a rule
 * reads as the list of its pops and pushes.
 */
#include "validate_stack.h"

/* Maximum number of steps: a typical body takes about one per byte. */
#define STEPS_BASE (1u << 20)
#define STEPS_PER_BYTE 64u

static bool has_float(const u8 *types, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		if (kwasm_type_is_float(types[i]))
			return true;
	}
	return false;
}

struct kwasm_validator *kwasm_validator_create(const struct kwasm_module *m)
{
	struct kwasm_validator *v = kwasm_zalloc(1, sizeof(*v));
	u32 i;

	if (!v)
		return NULL;
	v->m = m;
	v->float_types = kwasm_zalloc(max(m->num_types, 1u), 1);
	if (!v->float_types) {
		kwasm_free(v);
		return NULL;
	}
	for (i = 0; i < m->num_types; i++)
		v->float_types[i] = has_float(m->types[i].params,
					      m->types[i].num_params + m->types[i].num_results);
	return v;
}

void kwasm_validator_destroy(struct kwasm_validator *v)
{
	if (!v)
		return;
	kwasm_free(v->float_types);
	kwasm_free(v->types);
	kwasm_free(v->frames);
	kwasm_free(v->locals);
	kwasm_free(v);
}

static void note_float(struct kwasm_validator *v, bool is_float, u32 at)
{
	if (is_float && !v->info->float_code)
		v->info->float_code = at;
}

/* Control instructions */

static void open_block(struct kwasm_validator *v)
{
	const struct kwasm_op *op = &v->op;
	struct kwasm_frame frame = { .op = op->code };
	const struct kwasm_functype *t;

	if (op->code == WASM_IF)
		kwasm_operand_pop(v, KWASM_I32);
	if (op->block_index >= 0) {
		if (op->block_index >= v->m->num_types) {
			VALIDATE_FAIL(v, -ENOEXEC, "unknown type %llu",
				      (unsigned long long)op->block_index);
			return;
		}
		t = &v->m->types[op->block_index];
		frame.params = t->params;
		frame.num_params = t->num_params;
		frame.results = kwasm_functype_results(t);
		frame.num_results = t->num_results;
		note_float(v, v->float_types[op->block_index], op->at);
	} else if (op->block_type != KWASM_VOID) {
		/* The byte after the opcode is the result list. */
		frame.results = v->r.bytes + op->at + 1;
		frame.num_results = 1;
		note_float(v, kwasm_type_is_float(op->block_type), op->at);
	}
	v->info->num_blocks++;
	kwasm_operand_pop_list(v, frame.params, frame.num_params);
	if (!v->r.err)
		kwasm_frame_push(v, &frame);
}

static void validate_else(struct kwasm_validator *v)
{
	struct kwasm_frame frame;

	if (v->frames[v->depth - 1].op != WASM_IF) {
		VALIDATE_FAIL(v, -ENOEXEC, "else without if");
		return;
	}
	frame = kwasm_frame_pop(v);
	frame.op = WASM_ELSE;
	frame.unreachable = false;
	kwasm_frame_push(v, &frame);
}

static void validate_end(struct kwasm_validator *v)
{
	struct kwasm_frame frame = kwasm_frame_pop(v);

	if (frame.op == WASM_IF &&
	    (frame.num_params != frame.num_results ||
	     (frame.num_params && memcmp(frame.params, frame.results, frame.num_params))))
		VALIDATE_FAIL(v, -ENOEXEC,
			      "type mismatch: an if without else must have equal parameter and result types");
	if (v->depth)
		kwasm_operand_push_list(v, frame.results, frame.num_results);
}

/* A br, or a br_if, after which execution continues if its condition is zero. */
static void validate_br(struct kwasm_validator *v, bool conditional)
{
	const struct kwasm_frame *f = kwasm_frame_find(v, v->op.index);
	const u8 *types;
	u32 n;

	if (!f)
		return;
	v->info->num_branches++;
	if (conditional)
		kwasm_operand_pop(v, KWASM_I32);
	types = kwasm_frame_label(f, &n);
	kwasm_operand_pop_list(v, types, n);
	if (conditional)
		kwasm_operand_push_list(v, types, n);
	else
		kwasm_frame_set_unreachable(v);
}

/*
 * All labels take the same number of operands, and those on the stack fit each of them.  A repeated
 * label is not compared again.
 */
static void validate_br_table(struct kwasm_validator *v)
{
	struct kwasm_reader labels = kwasm_op_labels(&v->r, &v->op);
	u32 i, n, arity = 0;
	struct kwasm_frame *f;
	const u8 *types;

	if (v->op.num_targets > v->m->limits.br_targets) {
		VALIDATE_FAIL(v, -E2BIG, "too many labels in a br_table: %u, the limit max_br_targets is %u",
			      v->op.num_targets, v->m->limits.br_targets);
		return;
	}
	v->info->num_branches += v->op.num_targets + 1;
	kwasm_operand_pop(v, KWASM_I32);
	for (i = 0; i <= v->op.num_targets && !v->r.err; i++) {
		kwasm_validator_charge(v, 1);
		f = kwasm_frame_find(v, kwasm_read_leb_u32(&labels));
		if (!f)
			return;
		types = kwasm_frame_label(f, &n);
		if (!i)
			arity = n;
		if (n != arity)
			VALIDATE_FAIL(v, -ENOEXEC,
				      "type mismatch: br_table labels take %u and %u operands",
				      arity, n);
		else if (f->checked != v->op.at)
			kwasm_operand_peek_list(v, types, n);
		f->checked = v->op.at;
	}
	kwasm_frame_set_unreachable(v);
}

static void validate_call(struct kwasm_validator *v, u32 type)
{
	const struct kwasm_functype *t = &v->m->types[type];

	v->info->leaf = false;
	note_float(v, v->float_types[type], v->op.at);
	kwasm_operand_pop_list(v, t->params, t->num_params);
	kwasm_operand_push_list(v, kwasm_functype_results(t), t->num_results);
}

static const struct kwasm_tabletype *find_table(struct kwasm_validator *v, u32 index)
{
	if (index < v->m->num_tables)
		return &v->m->tables[index];
	VALIDATE_FAIL(v, -ENOEXEC, "unknown table %u", index);
	return NULL;
}

static void validate_call_indirect(struct kwasm_validator *v)
{
	const struct kwasm_tabletype *table = find_table(v, v->op.index2);

	if (!table)
		return;
	if (table->elem != KWASM_FUNCREF) {
		VALIDATE_FAIL(v, -ENOEXEC, "type mismatch: call_indirect through a table of %s",
			      kwasm_type_name(table->elem));
		return;
	}
	if (v->op.index >= v->m->num_types) {
		VALIDATE_FAIL(v, -ENOEXEC, "unknown type %u", v->op.index);
		return;
	}
	kwasm_operand_pop(v, KWASM_I32);
	validate_call(v, v->op.index);
}

/* Parametric, variable, reference and table instructions */

static void validate_select(struct kwasm_validator *v)
{
	u8 a, b;

	kwasm_operand_pop(v, KWASM_I32);
	a = kwasm_operand_pop_any(v);
	b = kwasm_operand_pop_any(v);
	if (kwasm_type_is_ref(a) || kwasm_type_is_ref(b))
		VALIDATE_FAIL(v, -ENOEXEC,
			      "type mismatch: select without a type requires numeric operands");
	else if (a != OPERAND_UNKNOWN && b != OPERAND_UNKNOWN)
		kwasm_operand_check(v, b, a);
	kwasm_operand_push(v, a == OPERAND_UNKNOWN ? b : a);
}

static void validate_select_typed(struct kwasm_validator *v)
{
	u8 type = v->op.block_type;

	if (v->op.num_targets != 1) {
		VALIDATE_FAIL(v, -ENOEXEC, "invalid result arity: select with %u types",
			      v->op.num_targets);
		return;
	}
	note_float(v, kwasm_type_is_float(type), v->op.at);
	kwasm_operand_pop(v, KWASM_I32);
	kwasm_operand_pop(v, type);
	kwasm_operand_pop(v, type);
	kwasm_operand_push(v, type);
}

static void validate_local(struct kwasm_validator *v)
{
	u8 type;

	if (v->op.index >= v->info->num_locals) {
		VALIDATE_FAIL(v, -ENOEXEC, "unknown local %u", v->op.index);
		return;
	}
	type = v->locals[v->op.index];
	if (v->op.code != WASM_LOCAL_GET)
		kwasm_operand_pop(v, type);
	if (v->op.code != WASM_LOCAL_SET)
		kwasm_operand_push(v, type);
}

static void validate_global(struct kwasm_validator *v)
{
	const struct kwasm_globaltype *g;

	if (v->op.index >= v->m->num_globals) {
		VALIDATE_FAIL(v, -ENOEXEC, "unknown global %u", v->op.index);
		return;
	}
	g = &v->m->globals[v->op.index].type;
	note_float(v, kwasm_type_is_float(g->type), v->op.at);
	if (v->op.code == WASM_GLOBAL_GET) {
		kwasm_operand_push(v, g->type);
		return;
	}
	if (!g->mutable)
		VALIDATE_FAIL(v, -ENOEXEC, "global is immutable: %u", v->op.index);
	kwasm_operand_pop(v, g->type);
}

static void validate_table(struct kwasm_validator *v)
{
	const struct kwasm_tabletype *table = find_table(v, v->op.index);

	if (!table)
		return;
	if (v->op.code == WASM_TABLE_GET)
		v->info->tables_read |= kwasm_table_bit(v->op.index);
	else
		v->info->tables_written |= kwasm_table_bit(v->op.index);
	switch (v->op.code) {
	case WASM_TABLE_GET:
		kwasm_operand_pop(v, KWASM_I32);
		kwasm_operand_push(v, table->elem);
		break;
	case WASM_TABLE_SET:
		kwasm_operand_pop(v, table->elem);
		kwasm_operand_pop(v, KWASM_I32);
		break;
	case WASM_TABLE_GROW:
		kwasm_operand_pop(v, KWASM_I32);
		kwasm_operand_pop(v, table->elem);
		kwasm_operand_push(v, KWASM_I32);
		break;
	case WASM_TABLE_FILL:
		kwasm_operand_pop(v, KWASM_I32);
		kwasm_operand_pop(v, table->elem);
		kwasm_operand_pop(v, KWASM_I32);
		break;
	}
}

static void validate_ref(struct kwasm_validator *v)
{
	u8 type;

	switch (v->op.code) {
	case WASM_REF_NULL:
		kwasm_operand_push(v, v->op.block_type);
		break;
	case WASM_REF_IS_NULL:
		type = kwasm_operand_pop_any(v);
		if (type != OPERAND_UNKNOWN && !kwasm_type_is_ref(type))
			VALIDATE_FAIL(v, -ENOEXEC, "type mismatch: expected a reference, got %s",
				      kwasm_type_name(type));
		kwasm_operand_push(v, KWASM_I32);
		break;
	case WASM_REF_FUNC:
		if (v->op.index >= v->m->num_funcs)
			VALIDATE_FAIL(v, -ENOEXEC, "unknown function %u", v->op.index);
		else if (!v->m->funcs[v->op.index].declared)
			VALIDATE_FAIL(v, -ENOEXEC, "undeclared function reference %u", v->op.index);
		kwasm_operand_push(v, KWASM_FUNCREF);
		break;
	}
}

/* Instructions with a fixed signature */

static void check_memory(struct kwasm_validator *v)
{
	if (!v->m->num_memories)
		VALIDATE_FAIL(v, -ENOEXEC, "unknown memory 0");
}

static void check_data(struct kwasm_validator *v)
{
	if (!v->m->has_data_count)
		VALIDATE_FAIL(v, -ENOEXEC, "data count section required");
	else if (v->op.index >= v->m->data_count)
		VALIDATE_FAIL(v, -ENOEXEC, "unknown data segment %u", v->op.index);
}

static const struct kwasm_elem *find_elem(struct kwasm_validator *v)
{
	if (v->op.index < v->m->num_elems)
		return &v->m->elems[v->op.index];
	VALIDATE_FAIL(v, -ENOEXEC, "unknown elem segment %u", v->op.index);
	return NULL;
}

static void check_table_types(struct kwasm_validator *v, u8 to, u8 from)
{
	if (to != from)
		VALIDATE_FAIL(v, -ENOEXEC, "type mismatch: %s to a table of %s",
			      kwasm_type_name(from), kwasm_type_name(to));
}

static void check_imm(struct kwasm_validator *v)
{
	const struct kwasm_tabletype *table, *source;
	const struct kwasm_elem *elem;
	enum kwasm_imm imm = kwasm_op_imm(v->op.code);

	switch (imm) {
	case KWASM_IMM_MEM0:
	case KWASM_IMM_MEM1:
	case KWASM_IMM_MEM2:
	case KWASM_IMM_MEM3:
		check_memory(v);
		if (v->op.align > (u32)(imm - KWASM_IMM_MEM0))
			VALIDATE_FAIL(v, -ENOEXEC, "alignment must not be larger than natural");
		break;
	case KWASM_IMM_MEMORY:
	case KWASM_IMM_MEMORY_MEMORY:
		check_memory(v);
		break;
	case KWASM_IMM_DATA_MEMORY:
		check_memory(v);
		check_data(v);
		break;
	case KWASM_IMM_DATA:
		check_data(v);
		break;
	case KWASM_IMM_ELEM:
		find_elem(v);
		break;
	case KWASM_IMM_ELEM_TABLE:
		v->info->tables_written |= kwasm_table_bit(v->op.index2);
		table = find_table(v, v->op.index2);
		elem = find_elem(v);
		if (table && elem)
			check_table_types(v, table->elem, elem->type);
		break;
	case KWASM_IMM_TABLE:
		find_table(v, v->op.index);
		break;
	case KWASM_IMM_TABLE_TABLE:
		v->info->tables_written |= kwasm_table_bit(v->op.index);
		v->info->tables_read |= kwasm_table_bit(v->op.index2);
		table = find_table(v, v->op.index);
		source = find_table(v, v->op.index2);
		if (table && source)
			check_table_types(v, table->elem, source->elem);
		break;
	default:
		break;
	}
}

static void validate_sig(struct kwasm_validator *v, const char *sig)
{
	const char *colon = sig, *c;
	u8 type;

	check_imm(v);
	while (*colon != ':')
		colon++;
	for (c = colon; c-- > sig;) {
		type = kwasm_type_by_letter(*c);
		note_float(v, kwasm_type_is_float(type), v->op.at);
		kwasm_operand_pop(v, type);
	}
	for (c = colon + 1; *c; c++) {
		type = kwasm_type_by_letter(*c);
		note_float(v, kwasm_type_is_float(type), v->op.at);
		kwasm_operand_push(v, type);
	}
}

/* Instructions whose types depend on the operands or on the referenced object. */
static void validate_value(struct kwasm_validator *v)
{
	switch (v->op.code) {
	case WASM_DROP:
		kwasm_operand_pop_any(v);
		break;
	case WASM_SELECT:
		validate_select(v);
		break;
	case WASM_SELECT_T:
		validate_select_typed(v);
		break;
	case WASM_LOCAL_GET:
	case WASM_LOCAL_SET:
	case WASM_LOCAL_TEE:
		validate_local(v);
		break;
	case WASM_GLOBAL_GET:
	case WASM_GLOBAL_SET:
		validate_global(v);
		break;
	case WASM_TABLE_GET:
	case WASM_TABLE_SET:
	case WASM_TABLE_GROW:
	case WASM_TABLE_FILL:
		validate_table(v);
		break;
	case WASM_REF_NULL:
	case WASM_REF_IS_NULL:
	case WASM_REF_FUNC:
		validate_ref(v);
		break;
	default:
		VALIDATE_FAIL(v, -EOPNOTSUPP, "%s is not supported", kwasm_op_name(v->op.code));
		break;
	}
}

static void validate_special(struct kwasm_validator *v)
{
	const struct kwasm_frame *f = &v->frames[0];

	switch (v->op.code) {
	case WASM_UNREACHABLE:
		kwasm_frame_set_unreachable(v);
		break;
	case WASM_BLOCK:
	case WASM_LOOP:
	case WASM_IF:
		open_block(v);
		break;
	case WASM_ELSE:
		validate_else(v);
		break;
	case WASM_END:
		validate_end(v);
		break;
	case WASM_BR:
		validate_br(v, false);
		break;
	case WASM_BR_IF:
		validate_br(v, true);
		break;
	case WASM_BR_TABLE:
		validate_br_table(v);
		break;
	case WASM_RETURN:
		v->info->num_branches++;
		kwasm_operand_pop_list(v, f->results, f->num_results);
		kwasm_frame_set_unreachable(v);
		break;
	case WASM_CALL:
		if (v->op.index < v->m->num_funcs)
			validate_call(v, v->m->funcs[v->op.index].type);
		else
			VALIDATE_FAIL(v, -ENOEXEC, "unknown function %u", v->op.index);
		break;
	case WASM_CALL_INDIRECT:
		validate_call_indirect(v);
		break;
	default:
		validate_value(v);
		break;
	}
}

/* Types of parameters and locals in one array, indexed by local. */
static void expand_locals(struct kwasm_validator *v, const struct kwasm_functype *t)
{
	struct kwasm_func_info *info = v->info;
	u32 i, n = t->num_params;
	u8 *locals;

	locals = kwasm_validator_grow(v, v->locals, &v->locals_room, 0, info->num_locals, 1);
	if (!locals)
		return;
	v->locals = locals;
	if (n)
		memcpy(locals, t->params, n);
	for (i = 0; i < info->num_runs; i++) {
		memset(locals + n, info->runs[i].type, info->runs[i].count);
		n += info->runs[i].count;
		note_float(v, info->runs[i].count && kwasm_type_is_float(info->runs[i].type),
			   info->body);
	}
	kwasm_validator_charge(v, n / 64 + info->num_runs);
}

int kwasm_validate_body(struct kwasm_validator *v, u32 func, struct kwasm_func_info *info,
			struct kwasm_diag *diag)
{
	const struct kwasm_functype *t = kwasm_module_functype(v->m, func);
	struct kwasm_frame frame = {
		.op = WASM_BLOCK,
		.results = kwasm_functype_results(t),
		.num_results = t->num_results,
	};
	const char *sig;

	v->r = (struct kwasm_reader){
		.bytes = v->m->bytes,
		.pos = info->code,
		.end = info->end,
		.func = func,
		.diag = diag,
	};
	v->op = (struct kwasm_op){ .at = info->body };
	v->info = info;
	v->height = 0;
	v->depth = 0;
	v->taken = 0;
	v->max_taken = STEPS_BASE + (u64)STEPS_PER_BYTE * (info->end - info->body);
	info->leaf = true;
	note_float(v, v->float_types[info->type], info->body);
	expand_locals(v, t);
	kwasm_frame_push(v, &frame);
	while (!v->r.err && v->depth) {
		if (kwasm_op_read(&v->r, &v->op))
			break;
		kwasm_validator_charge(v, 1);
		sig = kwasm_op_sig(v->op.code);
		if (*sig)
			validate_sig(v, sig);
		else
			validate_special(v);
	}
	if (!v->r.err && v->r.pos != info->end)
		kwasm_reader_fail(&v->r, -ENOEXEC, v->r.pos,
				  "END opcode expected: %u bytes follow the end of the function",
				  info->end - v->r.pos);
	return v->r.err;
}
