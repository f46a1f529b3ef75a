// SPDX-License-Identifier: GPL-2.0-only
/*
 * module_types.c - the type section (spec 5.5.4), and the numbers of its types.
 *
 * Guarantees: two types of the module have the same number if and only if they are equal; this is
 * found out here, once for all instances, in linear time.
 */
#include "module_decode.h"

#define FORM_FUNC 0x60

/* The types of a parameter or result list, which the caller counted and allocated. */
static void read_valtypes(struct kwasm_reader *r, u8 *types, u32 n)
{
	u32 i;

	for (i = 0; i < n && !r->err; i++)
		types[i] = kwasm_read_valtype(r);
}

/* The number of type @index: the one of an equal type before it, or the next. */
static void number_type(struct kwasm_decoder *d, u32 index)
{
	struct kwasm_module *m = d->m;
	const struct kwasm_functype *t = &m->types[index];
	u32 hash = kwasm_typeset_hash(t);

	m->type_numbers[index] = kwasm_typeset_find(&m->typeset, t, hash);
	if (!m->type_numbers[index])
		m->type_numbers[index] = kwasm_typeset_add(&m->typeset, t, hash);
	kwasm_decoder_work(d, kwasm_steps_bytes(t->num_params + t->num_results));
}

static u32 count_values(struct kwasm_decoder *d, const char *what)
{
	u32 at = d->r.pos;
	u32 n = kwasm_decoder_count(d, what);

	kwasm_decoder_limit(d, at, n, d->m->limits.params, "params", what);
	return n;
}

static void decode_functype(struct kwasm_decoder *d, u32 index)
{
	struct kwasm_functype *t = &d->m->types[index];
	struct kwasm_reader *r = &d->r, results;
	u32 at = r->pos;
	u8 form = kwasm_read_u8(r);
	u8 *types;

	if (r->err)
		return;
	if (kwasm_proposal_fail(r, at, KWASM_CODE_FORM, form))
		return;
	if (form != FORM_FUNC) {
		kwasm_reader_fail(r, -ENOEXEC, at, "malformed function type form 0x%02x", form);
		return;
	}
	t->num_params = count_values(d, "parameters");
	/* One array holds both lists: look ahead for the length of the second. */
	results = *r;
	kwasm_read_bytes(r, t->num_params);
	t->num_results = count_values(d, "results");
	if (r->err)
		return;
	types = kwasm_decoder_alloc(d, t->num_params + t->num_results, 1);
	if (!types)
		return;
	t->params = types;
	read_valtypes(&results, types, t->num_params);
	if (results.err) {
		r->err = results.err;
		return;
	}
	read_valtypes(r, types + t->num_params, t->num_results);
	if (r->err)
		return;
	d->m->widest_type = max(d->m->widest_type, max(t->num_params, t->num_results));
	number_type(d, index);
}

void kwasm_decode_types(struct kwasm_decoder *d)
{
	struct kwasm_module *m = d->m;
	u32 room;

	m->types = kwasm_decoder_list(d, "types", sizeof(*m->types), &m->num_types);
	room = kwasm_typeset_room(m->num_types);
	m->type_numbers = kwasm_decoder_alloc(d, m->num_types, sizeof(*m->type_numbers));
	kwasm_typeset_move(&m->typeset,
			   kwasm_decoder_alloc(d, room, sizeof(*m->typeset.entries)),
			   kwasm_decoder_alloc(d, room, sizeof(*m->typeset.buckets)), room);
	kwasm_decoder_each(d, 0, m->num_types, decode_functype);
}
