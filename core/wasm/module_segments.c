// SPDX-License-Identifier: GPL-2.0-only
/*
 * module_segments.c - constant expressions and segments (spec 3.3.10, 5.5.12, 5.5.14).
 *
 * Guarantees: every constant has the required type and valid indices; every active segment refers
 * to an existing table or memory.
 */
#include "module_decode.h"

/* Bits of the flags before a segment. */
#define ELEM_NOT_ACTIVE 1		/* passive or declarative */
#define ELEM_EXPLICIT 2			/* explicit table index, or declarative */
#define ELEM_EXPRESSIONS 4		/* constant expressions instead of function indices */
#define DATA_PASSIVE 1
#define DATA_EXPLICIT 2			/* explicit memory index */

void kwasm_decode_declare(struct kwasm_decoder *d, u32 func, u32 at)
{
	if (func >= d->m->num_funcs) {
		kwasm_reader_fail(&d->r, -ENOEXEC, at, "unknown function %u", func);
		return;
	}
	d->m->funcs[func].declared = true;
	d->m->funcs[func].escapes = true;
}

static void const_global(struct kwasm_decoder *d, const struct kwasm_op *op, struct kwasm_const *c)
{
	const struct kwasm_module *m = d->m;

	if (op->index >= m->num_global_imports) {
		kwasm_reader_fail(&d->r, -ENOEXEC, op->at,
				  op->index < m->num_globals ?
				  "constant expression required: global %u is not imported" :
				  "unknown global %u", op->index);
		return;
	}
	if (m->globals[op->index].type.mutable) {
		kwasm_reader_fail(&d->r, -ENOEXEC, op->at,
				  "constant expression required: global %u is mutable", op->index);
		return;
	}
	c->kind = KWASM_CONST_GLOBAL;
	c->type = m->globals[op->index].type.type;
	c->index = op->index;
}

static void const_op(struct kwasm_decoder *d, const struct kwasm_op *op, struct kwasm_const *c)
{
	*c = (struct kwasm_const){ .kind = KWASM_CONST_VALUE, .bits = op->bits };
	switch (op->code) {
	case WASM_I32_CONST:
		c->type = KWASM_I32;
		break;
	case WASM_I64_CONST:
		c->type = KWASM_I64;
		break;
	case WASM_F32_CONST:
		c->type = KWASM_F32;
		break;
	case WASM_F64_CONST:
		c->type = KWASM_F64;
		break;
	case WASM_REF_NULL:
		c->kind = KWASM_CONST_NULL;
		c->type = op->block_type;
		break;
	case WASM_REF_FUNC:
		c->kind = KWASM_CONST_FUNC;
		c->type = KWASM_FUNCREF;
		c->index = op->index;
		kwasm_decode_declare(d, op->index, op->at);
		break;
	case WASM_GLOBAL_GET:
		const_global(d, op, c);
		break;
	default:
		if (kwasm_proposal_fail(&d->r, op->at, KWASM_CODE_CONST, op->code))
			break;
		kwasm_reader_fail(&d->r, -ENOEXEC, op->at, "constant expression required, got %s",
				  kwasm_op_name(op->code));
		break;
	}
}

void kwasm_decode_const(struct kwasm_decoder *d, u8 type, struct kwasm_const *c)
{
	struct kwasm_reader *r = &d->r;
	struct kwasm_op op;
	u32 at = r->pos;
	u32 values = 0;

	while (!kwasm_op_read(r, &op) && op.code != WASM_END) {
		kwasm_decoder_work(d, 1);
		const_op(d, &op, c);
		values++;
	}
	if (r->err)
		return;
	if (values != 1)
		kwasm_reader_fail(r, -ENOEXEC, at,
				  "type mismatch: constant expression has %u results instead of 1",
				  values);
	else if (c->type != type)
		kwasm_reader_fail(r, -ENOEXEC, at,
				  "type mismatch: expected %s, got %s in a constant expression",
				  kwasm_type_name(type), kwasm_type_name(c->type));
}

/* The element kind byte, which has only one value. */
static u8 elem_kind(struct kwasm_reader *r)
{
	u32 at = r->pos;

	if (kwasm_read_u8(r))
		kwasm_reader_fail(r, -ENOEXEC, at, "malformed element kind");
	return KWASM_FUNCREF;
}

static void elem_active(struct kwasm_decoder *d, struct kwasm_elem *e, u32 flags)
{
	u32 at = d->r.pos;

	if (flags & ELEM_EXPLICIT)
		e->table = kwasm_read_leb_u32(&d->r);
	if (!d->r.err && e->table >= d->m->num_tables)
		kwasm_reader_fail(&d->r, -ENOEXEC, at, "unknown table %u", e->table);
	kwasm_decode_const(d, KWASM_I32, &e->offset);
}

static void elem_list(struct kwasm_decoder *d, struct kwasm_elem *e, bool expressions)
{
	struct kwasm_reader *r = &d->r;
	u32 n = kwasm_decoder_count(d, "elements of a segment");
	struct kwasm_const *init = kwasm_decoder_alloc(d, n, sizeof(*init));
	u32 i, at;

	e->count = n;
	e->init = init;
	for (i = 0; i < n && !r->err; i++) {
		kwasm_decoder_work(d, 1);
		if (expressions) {
			kwasm_decode_const(d, e->type, &init[i]);
			continue;
		}
		at = r->pos;
		init[i] = (struct kwasm_const){
			.kind = KWASM_CONST_FUNC,
			.type = KWASM_FUNCREF,
			.index = kwasm_read_leb_u32(r),
		};
		if (!r->err)
			kwasm_decode_declare(d, init[i].index, at);
	}
}

static void decode_elem(struct kwasm_decoder *d, u32 index)
{
	struct kwasm_elem *e = &d->m->elems[index];
	struct kwasm_reader *r = &d->r;
	u32 at = r->pos;
	u32 flags = kwasm_read_leb_u32(r);

	if (!r->err && flags > 7) {
		kwasm_reader_fail(r, -ENOEXEC, at, "malformed element segment flags %u", flags);
		return;
	}
	e->type = KWASM_FUNCREF;
	if (!(flags & ELEM_NOT_ACTIVE)) {
		e->mode = KWASM_SEGMENT_ACTIVE;
		elem_active(d, e, flags);
	} else {
		e->mode = flags & ELEM_EXPLICIT ? KWASM_SEGMENT_DECLARATIVE : KWASM_SEGMENT_PASSIVE;
	}
	/* Only the short active form omits the type. */
	if (flags & (ELEM_NOT_ACTIVE | ELEM_EXPLICIT))
		e->type = flags & ELEM_EXPRESSIONS ? kwasm_read_reftype(r) : elem_kind(r);
	elem_list(d, e, flags & ELEM_EXPRESSIONS);
	if (!r->err && e->mode == KWASM_SEGMENT_ACTIVE && d->m->tables[e->table].elem != e->type)
		kwasm_reader_fail(r, -ENOEXEC, at,
				  "type mismatch: %s elements for a table of %s",
				  kwasm_type_name(e->type),
				  kwasm_type_name(d->m->tables[e->table].elem));
}

void kwasm_decode_elems(struct kwasm_decoder *d)
{
	struct kwasm_module *m = d->m;

	m->elems = kwasm_decoder_list(d, "element segments", sizeof(*m->elems), &m->num_elems);
	kwasm_decoder_each(d, 0, m->num_elems, decode_elem);
}

void kwasm_decode_data_count(struct kwasm_decoder *d)
{
	d->m->data_count = kwasm_read_leb_u32(&d->r);
	d->m->has_data_count = true;
}

static void decode_data(struct kwasm_decoder *d, u32 index)
{
	struct kwasm_data *data = &d->m->datas[index];
	struct kwasm_reader *r = &d->r;
	u32 at = r->pos;
	u32 flags = kwasm_read_leb_u32(r);

	if (!r->err && flags > 2) {
		kwasm_reader_fail(r, -ENOEXEC, at, "malformed data segment flags %u", flags);
		return;
	}
	data->mode = flags & DATA_PASSIVE ? KWASM_SEGMENT_PASSIVE : KWASM_SEGMENT_ACTIVE;
	if (flags & DATA_EXPLICIT)
		data->memory = kwasm_read_leb_u32(r);
	if (data->mode == KWASM_SEGMENT_ACTIVE) {
		if (!r->err && data->memory >= d->m->num_memories)
			kwasm_reader_fail(r, -ENOEXEC, at, "unknown memory %u", data->memory);
		kwasm_decode_const(d, KWASM_I32, &data->offset);
	}
	data->size = kwasm_read_leb_u32(r);
	data->bytes = kwasm_read_bytes(r, data->size);
}

void kwasm_decode_datas(struct kwasm_decoder *d)
{
	struct kwasm_module *m = d->m;

	m->datas = kwasm_decoder_list(d, "data segments", sizeof(*m->datas), &m->num_datas);
	kwasm_decoder_each(d, 0, m->num_datas, decode_data);
}
