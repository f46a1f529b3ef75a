// SPDX-License-Identifier: GPL-2.0-only
/*
 * validate.c - the specification's validation algorithm for function bodies (appendix A.3).
 *
 * Guarantees: a body that passes never under- or overflows the operand stack, uses every operand
 * at its type, branches only to enclosing blocks, and names only what exists.  No recursion; the
 * stacks grow with the body up to the module's limits.  Errors are sticky in the reader, so that a
 * rule reads as the list of what it pops and pushes.
 */
#include "validate.h"
#include "op.h"

/* Type of an operand that unreachable code left open: it equals every type. */
#define UNKNOWN KWASM_VOID

#define STEPS_PER_CHECKPOINT 65536u
/* Steps allowed: a body of usual branches takes about one per byte. */
#define STEPS_BASE (1u << 20)
#define STEPS_PER_BYTE 64u

/**
 * struct frame - an open block
 * @height: operands below it, which it cannot touch
 * @checked: offset of the last br_table that compared the operands with this label
 * @op: what opened it: block, loop, if, else; block for the function itself
 * @unreachable: the rest of it cannot be reached, its operands are polymorphic
 */
struct frame {
	const u8 *params;
	const u8 *results;
	u32 num_params;
	u32 num_results;
	u32 height;
	u32 checked;
	u32 op;
	bool unreachable;
};

/**
 * struct kwasm_validator - the two stacks and the current body
 * @float_types: one byte per function type: it has floats
 * @types: operand types, @height of them, room for @types_room
 * @frames: open blocks, @depth of them; the function's own is the first
 * @locals: types of the parameters and locals
 * @steps: steps taken in this body; another checkpoint is due at @next_checkpoint
 */
struct kwasm_validator {
	const struct kwasm_module *m;
	struct kwasm_reader r;
	struct kwasm_func_info *info;
	struct kwasm_op op;
	u8 *float_types;
	u8 *types;
	u32 height, types_room;
	struct frame *frames;
	u32 depth, frames_room;
	u8 *locals;
	u32 locals_room;
	u64 steps, max_steps, next_checkpoint;
};

#define FAIL(v, err, ...) kwasm_reader_fail(&(v)->r, err, (v)->op.at, __VA_ARGS__)

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

/* Account for @n steps of work. */
static void charge(struct kwasm_validator *v, u32 n)
{
	v->steps += n;
	if (v->steps < v->next_checkpoint)
		return;
	v->next_checkpoint = v->steps + STEPS_PER_CHECKPOINT;
	if (v->steps > v->max_steps)
		FAIL(v, -E2BIG, "function too costly to validate: its branches carry too much");
	else if (kwasm_checkpoint())
		FAIL(v, -EINTR, "interrupted");
}

/*
 * Room for @need objects of @size bytes in a work array that holds @used: the array to use from
 * now on, or NULL with the reader failed.
 */
static void *grow(struct kwasm_validator *v, void *array, u32 *room, u32 used, u32 need,
		  size_t size)
{
	u32 n = max(max(need, 64u), need < U32_MAX / 2 ? *room * 2 : need);
	void *bigger;

	if (need <= *room)
		return array;
	bigger = kwasm_zalloc(n, size);
	if (!bigger) {
		FAIL(v, -ENOMEM, "out of memory for the validator");
		return NULL;
	}
	if (used)
		memcpy(bigger, array, used * size);
	kwasm_free(array);
	*room = n;
	return bigger;
}

static struct frame *top(struct kwasm_validator *v)
{
	return &v->frames[v->depth - 1];
}

/* Operand stack */

static bool reserve(struct kwasm_validator *v, u32 n)
{
	u8 *types;

	if (n > v->m->limits.operands || v->height > v->m->limits.operands - n) {
		FAIL(v, -E2BIG, "too many operands on the stack: the limit is %u",
		     v->m->limits.operands);
		return false;
	}
	types = grow(v, v->types, &v->types_room, v->height, v->height + n, 1);
	if (!types)
		return false;
	v->types = types;
	return true;
}

static void push_list(struct kwasm_validator *v, const u8 *types, u32 n)
{
	charge(v, n / 64);
	if (!n || !reserve(v, n))
		return;
	memcpy(v->types + v->height, types, n);
	v->height += n;
	v->info->max_operands = max(v->info->max_operands, v->height);
}

static void push(struct kwasm_validator *v, u8 type)
{
	push_list(v, &type, 1);
}

/* Take any operand; UNKNOWN where unreachable code left it open, or on failure. */
static u8 pop_any(struct kwasm_validator *v)
{
	if (v->height > top(v)->height)
		return v->types[--v->height];
	if (!top(v)->unreachable)
		FAIL(v, -ENOEXEC, "type mismatch: expected an operand, the stack is empty");
	return UNKNOWN;
}

static void check_type(struct kwasm_validator *v, u8 want, u8 got)
{
	if (got != want && got != UNKNOWN)
		FAIL(v, -ENOEXEC, "type mismatch: expected %s, got %s", kwasm_type_name(want),
		     kwasm_type_name(got));
}

static void pop(struct kwasm_validator *v, u8 type)
{
	if (v->height > top(v)->height)
		check_type(v, type, v->types[--v->height]);
	else if (!top(v)->unreachable)
		FAIL(v, -ENOEXEC, "type mismatch: expected %s, the stack is empty",
		     kwasm_type_name(type));
}

/*
 * Compare the operands on top with a list of @n types.
 *
 * Return: how many of them are there; fewer than @n in unreachable code only, where those that
 * are missing have any type.
 */
static u32 peek_list(struct kwasm_validator *v, const u8 *types, u32 n)
{
	u32 have = min(n, v->height - top(v)->height);
	const u8 *got;
	u32 i;

	charge(v, n / 64);
	if (have < n && !top(v)->unreachable) {
		FAIL(v, -ENOEXEC, "type mismatch: expected %u operands, the stack has %u", n, have);
		return 0;
	}
	if (!have)
		return 0;
	got = v->types + v->height - have;
	types += n - have;
	if (!memcmp(got, types, have))
		return have;
	charge(v, have);
	for (i = have; i-- && !v->r.err;)
		check_type(v, types[i], got[i]);
	return have;
}

static void pop_list(struct kwasm_validator *v, const u8 *types, u32 n)
{
	v->height -= peek_list(v, types, n);
}

/* Control stack */

static void push_frame(struct kwasm_validator *v, const struct frame *frame)
{
	struct frame *frames;

	if (v->depth > v->m->limits.nesting) {
		FAIL(v, -E2BIG, "blocks nested too deeply: the limit is %u",
		     v->m->limits.nesting);
		return;
	}
	frames = grow(v, v->frames, &v->frames_room, v->depth, v->depth + 1, sizeof(*frames));
	if (!frames)
		return;
	v->frames = frames;
	v->frames[v->depth] = *frame;
	v->frames[v->depth++].height = v->height;
	push_list(v, frame->params, frame->num_params);
}

/* Close the innermost block: its results, and nothing else, are on the stack. */
static struct frame pop_frame(struct kwasm_validator *v)
{
	struct frame frame = *top(v);

	pop_list(v, frame.results, frame.num_results);
	if (v->height != frame.height)
		FAIL(v, -ENOEXEC, "type mismatch: %u values remain on the stack at the end of a block",
		     v->height - frame.height);
	v->depth--;
	return frame;
}

static void set_unreachable(struct kwasm_validator *v)
{
	v->height = top(v)->height;
	top(v)->unreachable = true;
}

/* The block that label @index refers to; NULL with the reader failed. */
static struct frame *find_label(struct kwasm_validator *v, u32 index)
{
	if (index >= v->depth) {
		FAIL(v, -ENOEXEC, "unknown label %u", index);
		return NULL;
	}
	return &v->frames[v->depth - 1 - index];
}

static const u8 *label_types(const struct frame *f, u32 *n)
{
	*n = f->op == WASM_LOOP ? f->num_params : f->num_results;
	return f->op == WASM_LOOP ? f->params : f->results;
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
	struct frame frame = { .op = op->code };
	const struct kwasm_functype *t;

	if (op->code == WASM_IF)
		pop(v, KWASM_I32);
	if (op->block_index >= 0) {
		if (op->block_index >= v->m->num_types) {
			FAIL(v, -ENOEXEC, "unknown type %llu",
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
		/* The byte behind the opcode is the result list. */
		frame.results = v->r.bytes + op->at + 1;
		frame.num_results = 1;
		note_float(v, kwasm_type_is_float(op->block_type), op->at);
	}
	v->info->num_blocks++;
	pop_list(v, frame.params, frame.num_params);
	if (!v->r.err)
		push_frame(v, &frame);
}

static void validate_else(struct kwasm_validator *v)
{
	struct frame frame;

	if (top(v)->op != WASM_IF) {
		FAIL(v, -ENOEXEC, "else without if");
		return;
	}
	frame = pop_frame(v);
	frame.op = WASM_ELSE;
	frame.unreachable = false;
	push_frame(v, &frame);
}

static void validate_end(struct kwasm_validator *v)
{
	struct frame frame = pop_frame(v);

	if (frame.op == WASM_IF &&
	    (frame.num_params != frame.num_results ||
	     (frame.num_params && memcmp(frame.params, frame.results, frame.num_params))))
		FAIL(v, -ENOEXEC,
		     "type mismatch: an if without else must give what it takes");
	if (v->depth)
		push_list(v, frame.results, frame.num_results);
}

static void validate_br(struct kwasm_validator *v)
{
	const struct frame *f = find_label(v, v->op.index);
	const u8 *types;
	u32 n;

	if (!f)
		return;
	v->info->num_branches++;
	types = label_types(f, &n);
	pop_list(v, types, n);
	set_unreachable(v);
}

static void validate_br_if(struct kwasm_validator *v)
{
	const struct frame *f = find_label(v, v->op.index);
	const u8 *types;
	u32 n;

	if (!f)
		return;
	v->info->num_branches++;
	pop(v, KWASM_I32);
	types = label_types(f, &n);
	pop_list(v, types, n);
	push_list(v, types, n);
}

/*
 * All labels take the same number of operands, and those on the stack fit each of them.  A label
 * that comes again is not compared again.
 */
static void validate_br_table(struct kwasm_validator *v)
{
	struct kwasm_reader labels = kwasm_op_labels(&v->r, &v->op);
	u32 i, n, arity = 0;
	struct frame *f;
	const u8 *types;

	if (v->op.num_targets > v->m->limits.br_targets) {
		FAIL(v, -E2BIG, "too many labels in a br_table: %u, the limit is %u",
		     v->op.num_targets, v->m->limits.br_targets);
		return;
	}
	v->info->num_branches += v->op.num_targets + 1;
	pop(v, KWASM_I32);
	for (i = 0; i <= v->op.num_targets && !v->r.err; i++) {
		charge(v, 1);
		f = find_label(v, kwasm_read_leb_u32(&labels));
		if (!f)
			return;
		types = label_types(f, &n);
		if (!i)
			arity = n;
		if (n != arity)
			FAIL(v, -ENOEXEC, "type mismatch: br_table labels take %u and %u operands",
			     arity, n);
		else if (f->checked != v->op.at)
			peek_list(v, types, n);
		f->checked = v->op.at;
	}
	set_unreachable(v);
}

static void validate_call(struct kwasm_validator *v, u32 type)
{
	const struct kwasm_functype *t = &v->m->types[type];

	v->info->leaf = false;
	note_float(v, v->float_types[type], v->op.at);
	pop_list(v, t->params, t->num_params);
	push_list(v, kwasm_functype_results(t), t->num_results);
}

static const struct kwasm_tabletype *find_table(struct kwasm_validator *v, u32 index)
{
	if (index < v->m->num_tables)
		return &v->m->tables[index];
	FAIL(v, -ENOEXEC, "unknown table %u", index);
	return NULL;
}

static void validate_call_indirect(struct kwasm_validator *v)
{
	const struct kwasm_tabletype *table = find_table(v, v->op.index2);

	if (!table)
		return;
	if (table->elem != KWASM_FUNCREF) {
		FAIL(v, -ENOEXEC, "type mismatch: call_indirect through a table of %s",
		     kwasm_type_name(table->elem));
		return;
	}
	if (v->op.index >= v->m->num_types) {
		FAIL(v, -ENOEXEC, "unknown type %u", v->op.index);
		return;
	}
	pop(v, KWASM_I32);
	validate_call(v, v->op.index);
}

/* Parametric, variable, reference and table instructions */

static void validate_select(struct kwasm_validator *v)
{
	u8 a, b;

	pop(v, KWASM_I32);
	a = pop_any(v);
	b = pop_any(v);
	if (kwasm_type_is_ref(a) || kwasm_type_is_ref(b))
		FAIL(v, -ENOEXEC, "type mismatch: select without a type takes numbers only");
	else if (a != UNKNOWN && b != UNKNOWN)
		check_type(v, b, a);
	push(v, a == UNKNOWN ? b : a);
}

static void validate_select_typed(struct kwasm_validator *v)
{
	u8 type = v->op.block_type;

	if (v->op.num_targets != 1) {
		FAIL(v, -ENOEXEC, "invalid result arity: select with %u types",
		     v->op.num_targets);
		return;
	}
	note_float(v, kwasm_type_is_float(type), v->op.at);
	pop(v, KWASM_I32);
	pop(v, type);
	pop(v, type);
	push(v, type);
}

static void validate_local(struct kwasm_validator *v)
{
	u8 type;

	if (v->op.index >= v->info->num_locals) {
		FAIL(v, -ENOEXEC, "unknown local %u", v->op.index);
		return;
	}
	type = v->locals[v->op.index];
	if (v->op.code != WASM_LOCAL_GET)
		pop(v, type);
	if (v->op.code != WASM_LOCAL_SET)
		push(v, type);
}

static void validate_global(struct kwasm_validator *v)
{
	const struct kwasm_globaltype *g;

	if (v->op.index >= v->m->num_globals) {
		FAIL(v, -ENOEXEC, "unknown global %u", v->op.index);
		return;
	}
	g = &v->m->globals[v->op.index].type;
	note_float(v, kwasm_type_is_float(g->type), v->op.at);
	if (v->op.code == WASM_GLOBAL_GET) {
		push(v, g->type);
		return;
	}
	if (!g->mutable)
		FAIL(v, -ENOEXEC, "global is immutable: %u", v->op.index);
	pop(v, g->type);
}

static void validate_table(struct kwasm_validator *v)
{
	const struct kwasm_tabletype *table = find_table(v, v->op.index);

	if (!table)
		return;
	switch (v->op.code) {
	case WASM_TABLE_GET:
		pop(v, KWASM_I32);
		push(v, table->elem);
		break;
	case WASM_TABLE_SET:
		pop(v, table->elem);
		pop(v, KWASM_I32);
		break;
	case WASM_TABLE_GROW:
		pop(v, KWASM_I32);
		pop(v, table->elem);
		push(v, KWASM_I32);
		break;
	case WASM_TABLE_FILL:
		pop(v, KWASM_I32);
		pop(v, table->elem);
		pop(v, KWASM_I32);
		break;
	}
}

static void validate_ref(struct kwasm_validator *v)
{
	u8 type;

	switch (v->op.code) {
	case WASM_REF_NULL:
		push(v, v->op.block_type);
		break;
	case WASM_REF_IS_NULL:
		type = pop_any(v);
		if (type != UNKNOWN && !kwasm_type_is_ref(type))
			FAIL(v, -ENOEXEC, "type mismatch: expected a reference, got %s",
			     kwasm_type_name(type));
		push(v, KWASM_I32);
		break;
	case WASM_REF_FUNC:
		if (v->op.index >= v->m->num_funcs)
			FAIL(v, -ENOEXEC, "unknown function %u", v->op.index);
		else if (!v->m->funcs[v->op.index].declared)
			FAIL(v, -ENOEXEC, "undeclared function reference %u", v->op.index);
		push(v, KWASM_FUNCREF);
		break;
	}
}

/* Instructions with a fixed signature */

static void check_memory(struct kwasm_validator *v)
{
	if (!v->m->num_memories)
		FAIL(v, -ENOEXEC, "unknown memory 0");
}

static void check_data(struct kwasm_validator *v)
{
	if (!v->m->has_data_count)
		FAIL(v, -ENOEXEC, "data count section required");
	else if (v->op.index >= v->m->data_count)
		FAIL(v, -ENOEXEC, "unknown data segment %u", v->op.index);
}

static const struct kwasm_elem *find_elem(struct kwasm_validator *v)
{
	if (v->op.index < v->m->num_elems)
		return &v->m->elems[v->op.index];
	FAIL(v, -ENOEXEC, "unknown elem segment %u", v->op.index);
	return NULL;
}

static void check_table_types(struct kwasm_validator *v, u8 to, u8 from)
{
	if (to != from)
		FAIL(v, -ENOEXEC, "type mismatch: %s to a table of %s", kwasm_type_name(from),
		     kwasm_type_name(to));
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
			FAIL(v, -ENOEXEC, "alignment must not be larger than natural");
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
		table = find_table(v, v->op.index2);
		elem = find_elem(v);
		if (table && elem)
			check_table_types(v, table->elem, elem->type);
		break;
	case KWASM_IMM_TABLE:
		find_table(v, v->op.index);
		break;
	case KWASM_IMM_TABLE_TABLE:
		table = find_table(v, v->op.index);
		source = find_table(v, v->op.index2);
		if (table && source)
			check_table_types(v, table->elem, source->elem);
		break;
	default:
		break;
	}
}

static u8 sig_type(char c)
{
	switch (c) {
	case 'i':
		return KWASM_I32;
	case 'I':
		return KWASM_I64;
	case 'f':
		return KWASM_F32;
	default:
		return KWASM_F64;
	}
}

static void validate_sig(struct kwasm_validator *v, const char *sig)
{
	const char *colon = sig, *c;

	check_imm(v);
	while (*colon != ':')
		colon++;
	for (c = colon; c-- > sig;) {
		note_float(v, kwasm_type_is_float(sig_type(*c)), v->op.at);
		pop(v, sig_type(*c));
	}
	for (c = colon + 1; *c; c++) {
		note_float(v, kwasm_type_is_float(sig_type(*c)), v->op.at);
		push(v, sig_type(*c));
	}
}

static void validate_special(struct kwasm_validator *v)
{
	const struct frame *f = &v->frames[0];

	switch (v->op.code) {
	case WASM_UNREACHABLE:
		set_unreachable(v);
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
		validate_br(v);
		break;
	case WASM_BR_IF:
		validate_br_if(v);
		break;
	case WASM_BR_TABLE:
		validate_br_table(v);
		break;
	case WASM_RETURN:
		v->info->num_branches++;
		pop_list(v, f->results, f->num_results);
		set_unreachable(v);
		break;
	case WASM_CALL:
		if (v->op.index < v->m->num_funcs)
			validate_call(v, v->m->funcs[v->op.index].type);
		else
			FAIL(v, -ENOEXEC, "unknown function %u", v->op.index);
		break;
	case WASM_CALL_INDIRECT:
		validate_call_indirect(v);
		break;
	case WASM_DROP:
		pop_any(v);
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
		FAIL(v, -EOPNOTSUPP, "%s is not supported", kwasm_op_name(v->op.code));
		break;
	}
}

/* Types of parameters and locals in one array, so that an index finds its type at once. */
static void expand_locals(struct kwasm_validator *v, const struct kwasm_functype *t)
{
	struct kwasm_func_info *info = v->info;
	u32 i, n = t->num_params;
	u8 *locals;

	locals = grow(v, v->locals, &v->locals_room, 0, info->num_locals, 1);
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
	charge(v, n / 64 + info->num_runs);
}

int kwasm_validate_body(struct kwasm_validator *v, u32 func, struct kwasm_func_info *info,
			struct kwasm_diag *diag)
{
	const struct kwasm_functype *t = kwasm_module_functype(v->m, func);
	struct frame frame = {
		.op = WASM_BLOCK,
		.results = kwasm_functype_results(t),
		.num_results = t->num_results,
	};
	const char *sig;

	v->r = (struct kwasm_reader){
		.bytes = v->m->bytes, .pos = info->code, .end = info->end, .func = func,
		.diag = diag,
	};
	v->op = (struct kwasm_op){ .at = info->body };
	v->info = info;
	v->height = 0;
	v->depth = 0;
	v->steps = 0;
	v->next_checkpoint = STEPS_PER_CHECKPOINT;
	v->max_steps = STEPS_BASE + (u64)STEPS_PER_BYTE * (info->end - info->body);
	info->leaf = true;
	note_float(v, v->float_types[info->type], info->body);
	expand_locals(v, t);
	push_frame(v, &frame);
	while (!v->r.err && v->depth) {
		if (kwasm_op_read(&v->r, &v->op))
			break;
		charge(v, 1);
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
