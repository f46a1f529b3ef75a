// SPDX-License-Identifier: GPL-2.0-only
/*
 * module.c - from a binary to an immutable, validated struct kwasm_module.
 *
 * Guarantees: a returned module is valid according to the specification and within its limits; a
 * failure leaves nothing but the first error.  The module refers only to its own copy of the
 * binary.
 */
#include "module_decode.h"

#define WASM_MAGIC 0x6d736100u		/* "\0asm" */
#define WASM_VERSION 1u

void kwasm_decoder_work(struct kwasm_decoder *d, u64 n)
{
	int err = kwasm_steps_take(&d->steps, n);

	if (err)
		kwasm_reader_fail(&d->r, err, d->r.pos, "interrupted");
}

int kwasm_decoder_fail_memory(struct kwasm_reader *r, const struct kwasm_module *m, u32 at)
{
	return kwasm_reader_fail(r, -E2BIG, at,
				 "the module's contents need too much memory: the limit max_decode_bytes is %u",
				 m->limits.decode_bytes);
}

void *kwasm_decoder_alloc(struct kwasm_decoder *d, size_t n, size_t size)
{
	void *p = kwasm_arena_alloc(&d->m->arena, n, size);

	if (p)
		return p;
	if (d->m->arena.full)
		kwasm_decoder_fail_memory(&d->r, d->m, d->r.pos);
	else
		kwasm_reader_fail(&d->r, -ENOMEM, d->r.pos, "out of memory for %zu entries", n);
	return NULL;
}

u32 kwasm_decoder_count(struct kwasm_decoder *d, const char *what)
{
	u32 at = d->r.pos;
	u32 n = kwasm_read_leb_u32(&d->r);

	if (d->r.err)
		return 0;
	if (n > d->r.end - d->r.pos) {
		kwasm_reader_fail(&d->r, -ENOEXEC, at,
				  "unexpected end: %u %s announced, %u bytes left", n, what,
				  d->r.end - d->r.pos);
		return 0;
	}
	return n;
}

void kwasm_decoder_limit(struct kwasm_decoder *d, u32 at, u64 n, u32 limit, const char *name,
			 const char *what)
{
	if (n > limit)
		kwasm_reader_fail(&d->r, -E2BIG, at, "too many %s: %llu, the limit max_%s is %u",
				  what, (unsigned long long)n, name, limit);
}

void *kwasm_decoder_list(struct kwasm_decoder *d, const char *what, size_t size, u32 *num)
{
	*num = kwasm_decoder_count(d, what);
	return kwasm_decoder_alloc(d, *num, size);
}

void kwasm_decoder_each(struct kwasm_decoder *d, u32 first, u32 end,
			void (*item)(struct kwasm_decoder *d, u32 index))
{
	u32 i;

	for (i = first; i < end && !d->r.err; i++) {
		kwasm_decoder_work(d, 1);
		item(d, i);
	}
}

void kwasm_decoder_fail_bodies(struct kwasm_decoder *d, u32 at)
{
	kwasm_reader_fail(&d->r, -ENOEXEC, at,
			  "function and code section have inconsistent lengths: %u and %u",
			  d->m->num_funcs - d->m->num_func_imports, d->num_bodies);
}

/* Position of a section in the fixed order; the data count section precedes the code. */
static unsigned int section_rank(u8 id)
{
	if (id == SECTION_DATA_COUNT)
		return SECTION_CODE;
	return id < SECTION_CODE ? id : id + 1;
}

static void decode_custom(struct kwasm_decoder *d)
{
	struct kwasm_name name = kwasm_decoder_name(d, &d->r);

	if (d->r.err)
		return;
	if (name.len == 4 && !memcmp(name.str, "name", 4) && d->names.pos == d->names.end)
		d->names = d->r;
	d->r.pos = d->r.end;
}

static void decode_section(struct kwasm_decoder *d, u8 id)
{
	switch (id) {
	case SECTION_CUSTOM:
		decode_custom(d);
		break;
	case SECTION_TYPE:
		kwasm_decode_types(d);
		break;
	case SECTION_IMPORT:
		kwasm_decode_imports(d);
		break;
	case SECTION_FUNCTION:
		kwasm_decode_functions(d);
		break;
	case SECTION_TABLE:
		kwasm_decode_tables(d);
		break;
	case SECTION_MEMORY:
		kwasm_decode_memories(d);
		break;
	case SECTION_GLOBAL:
		kwasm_decode_globals(d);
		break;
	case SECTION_EXPORT:
		kwasm_decode_exports(d);
		break;
	case SECTION_START:
		kwasm_decode_start(d);
		break;
	case SECTION_ELEMENT:
		kwasm_decode_elems(d);
		break;
	case SECTION_DATA_COUNT:
		kwasm_decode_data_count(d);
		break;
	case SECTION_CODE:
		kwasm_decode_code(d);
		break;
	case SECTION_DATA:
		kwasm_decode_datas(d);
		break;
	}
}

/* One section with its header; @rank is the position of the last one in the order. */
static void decode_next(struct kwasm_decoder *d, unsigned int *rank)
{
	struct kwasm_reader *r = &d->r;
	u32 at = r->pos, end = r->end;
	u8 id = kwasm_read_u8(r);
	u32 size = kwasm_read_leb_u32(r);

	if (r->err)
		return;
	if (kwasm_proposal_fail(r, at, KWASM_CODE_SECTION, id))
		return;
	if (id > SECTION_DATA_COUNT) {
		kwasm_reader_fail(r, -ENOEXEC, at, "malformed section id %u", id);
		return;
	}
	if (size > end - r->pos) {
		kwasm_reader_fail(r, -ENOEXEC, at,
				  "unexpected end: section %u has %u bytes, %u bytes left", id,
				  size, end - r->pos);
		return;
	}
	if (id != SECTION_CUSTOM) {
		if (section_rank(id) <= *rank) {
			kwasm_reader_fail(r, -ENOEXEC, at,
					  "unexpected content: section %u is out of order", id);
			return;
		}
		*rank = section_rank(id);
	}
	r->end = r->pos + size;
	decode_section(d, id);
	if (!r->err && r->pos != r->end)
		kwasm_reader_fail(r, -ENOEXEC, r->pos,
				  "section size mismatch: section %u has %u bytes left over", id,
				  r->end - r->pos);
	r->end = end;
}

static int decode_module(struct kwasm_decoder *d)
{
	struct kwasm_reader *r = &d->r;
	struct kwasm_module *m = d->m;
	unsigned int rank = 0;
	u32 version;

	if (r->end < 4 || kwasm_read_le32(r) != WASM_MAGIC)
		return kwasm_reader_fail(r, -ENOEXEC, 0, "magic header not detected");
	if (r->end < 8)
		return kwasm_reader_fail(r, -ENOEXEC, 4, "unknown binary version");
	version = kwasm_read_le32(r);
	if (kwasm_proposal_fail(r, 4, KWASM_CODE_VERSION, version))
		return r->err;
	if (version != WASM_VERSION)
		return kwasm_reader_fail(r, -ENOEXEC, 4, "unknown binary version");
	while (!r->err && r->pos < r->end)
		decode_next(d, &rank);
	if (r->err)
		return r->err;
	if (d->num_bodies != m->num_funcs - m->num_func_imports)
		kwasm_decoder_fail_bodies(d, r->end);
	else if (m->has_data_count && m->data_count != m->num_datas)
		kwasm_reader_fail(r, -ENOEXEC, r->end,
				  "data count and data section have inconsistent lengths: %u and %u",
				  m->data_count, m->num_datas);
	else
		kwasm_decode_names(d);
	return r->err;
}

int kwasm_module_decode(const u8 *bytes, size_t size, const struct kwasm_limits *limits,
			struct kwasm_diag *diag, struct kwasm_module **out)
{
	struct kwasm_decoder d = { .m = NULL };
	struct kwasm_module *m;
	u8 *copy;
	int err;

	if (!limits)
		limits = &kwasm_limits_default;
	/* Offsets have 32 bits and never equal KWASM_DIAG_NONE. */
	if (size > limits->module_bytes || size >= KWASM_DIAG_NONE)
		return kwasm_diag_set(diag, -E2BIG, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
				      "module too large: %zu bytes, the limit max_module_bytes is %u",
				      size, limits->module_bytes);
	m = kwasm_zalloc(1, sizeof(*m));
	if (!m)
		return kwasm_diag_set(diag, -ENOMEM, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
				      "out of memory for the module");
	kwasm_arena_init(&m->arena, limits->decode_bytes);
	m->limits = *limits;
	m->size = (u32)size;
	d.m = m;
	d.r = (struct kwasm_reader){ .func = KWASM_DIAG_NONE, .diag = diag };
	copy = kwasm_decoder_alloc(&d, size, 1);
	if (copy && size)
		memcpy(copy, bytes, size);
	m->bytes = copy;
	d.r.bytes = copy;
	d.r.end = m->size;
	err = copy ? decode_module(&d) : d.r.err;
	kwasm_validator_destroy(d.validator);
	if (err)
		goto err_module;
	*out = m;
	return 0;

err_module:
	kwasm_module_destroy(m);
	return err;
}

void kwasm_module_destroy(struct kwasm_module *module)
{
	if (!module)
		return;
	kwasm_arena_release(&module->arena);
	kwasm_free(module);
}

const struct kwasm_export *kwasm_module_export(const struct kwasm_module *m, const char *name,
					       size_t len, u8 kind)
{
	const struct kwasm_export *e;
	u32 i;

	for (i = 0; i < m->num_exports; i++) {
		e = &m->exports[i];
		if (e->kind == kind && e->name.len == len && !memcmp(e->name.str, name, len))
			return e;
	}
	return NULL;
}

const struct kwasm_export *kwasm_module_initialize(const struct kwasm_module *m)
{
	static const char name[] = "_initialize";
	const struct kwasm_export *e;
	const struct kwasm_functype *type;

	e = kwasm_module_export(m, name, sizeof(name) - 1, KWASM_EXTERN_FUNC);
	type = e ? kwasm_module_functype(m, e->index) : NULL;
	return type && !type->num_params && !type->num_results ? e : NULL;
}
