// SPDX-License-Identifier: GPL-2.0-only
/*
 * instance.c - instantiation and the run-time functions for the IR interpreter.
 */
#include "interp.h"
#include "run/rt.h"

const struct interp_pass interp_passes[] = {
	{ "build", NULL },
	{ "fold", ir_fold },
	{ "gvn", ir_gvn },
	{ "memopt", ir_memopt },
	{ "licm", ir_licm },
	{ "dce", ir_dce },
	{ "split", ir_split_edges },
};

const unsigned int interp_num_passes = ARRAY_SIZE(interp_passes);

static u64 const_value(struct interp *in, const struct kwasm_const *c)
{
	switch (c->kind) {
	case KWASM_CONST_VALUE:
		return c->type == KWASM_I32 ? (u32)c->bits : c->bits;
	case KWASM_CONST_GLOBAL:
		return in->globals[c->index];
	case KWASM_CONST_FUNC:
		return (u64)c->index + 1;
	default:
		return 0;
	}
}

static bool is_spectest(const struct kwasm_import *import)
{
	return import->module.len == 8 && !memcmp(import->module.str, "spectest", 8);
}

/* 666, the floats 666.6. */
static u64 spectest_global(u8 type)
{
	return type == KWASM_F32 ? 0x4426a666 : type == KWASM_F64 ? 0x4084d4cccccccccd : 666;
}

static int init_imports(struct interp *in)
{
	u32 i;

	for (i = 0; i < in->module->num_imports; i++) {
		const struct kwasm_import *import = &in->module->imports[i];

		if (!is_spectest(import))
			return -ENOTSUP;
		if (import->kind == KWASM_EXTERN_GLOBAL)
			in->globals[import->index] = spectest_global(import->global.type);
	}
	return 0;
}

static int init_tables(struct interp *in)
{
	const struct kwasm_module *m = in->module;
	u32 i;

	for (i = 0; i < m->num_tables; i++) {
		in->tables[i].size = m->tables[i].range.min;
		if (i < m->num_table_imports)
			in->tables[i].size = 10;
		in->tables[i].max = min_t(u32, m->tables[i].range.max, 1u << 20);
		in->tables[i].elems = calloc((size_t)in->tables[i].max + 1, sizeof(u64));
		if (!in->tables[i].elems || in->tables[i].size > in->tables[i].max)
			return -ENOTSUP;
	}
	return 0;
}

static int init_memory(struct interp *in)
{
	const struct kwasm_module *m = in->module;

	if (!m->num_memories)
		return 0;
	in->pages = m->num_memory_imports ? 1 : m->memories[0].min;
	in->max_pages = min_t(u32, m->memories[0].max, 4096);
	if (in->pages > in->max_pages)
		return -ENOTSUP;
	in->memory = calloc(in->max_pages + 1, KWASM_PAGE_SIZE);
	return in->memory ? 0 : -ENOMEM;
}

static int init_segments(struct interp *in)
{
	const struct kwasm_module *m = in->module;
	u64 args[5] = { 0 };
	u64 result;
	int err = 0;
	u32 i;

	for (i = 0; i < m->num_elems && !err; i++) {
		if (m->elems[i].mode == KWASM_SEGMENT_ACTIVE) {
			args[0] = const_value(in, &m->elems[i].offset);
			args[2] = m->elems[i].count;
			args[3] = i;
			args[4] = m->elems[i].table;
			err = interp_rt(in, KWASM_RT_TABLE_INIT, args, &result);
		}
		in->dropped_elem[i] = m->elems[i].mode != KWASM_SEGMENT_PASSIVE;
	}
	for (i = 0; i < m->num_datas && !err; i++) {
		if (m->datas[i].mode == KWASM_SEGMENT_ACTIVE) {
			args[0] = const_value(in, &m->datas[i].offset);
			args[2] = m->datas[i].size;
			args[3] = i;
			err = interp_rt(in, KWASM_RT_MEMORY_INIT, args, &result);
		}
		in->dropped_data[i] = m->datas[i].mode != KWASM_SEGMENT_PASSIVE;
	}
	return err ? -EFAULT : 0;
}

int interp_init(struct interp *in, struct kwasm_module *module, unsigned int passes)
{
	int err;
	u32 i;

	memset(in, 0, sizeof(*in));
	in->module = module;
	in->passes = passes;
	in->funcs = calloc(module->num_funcs + 1, sizeof(*in->funcs));
	in->arenas = calloc(module->num_funcs + 1, sizeof(*in->arenas));
	in->errs = calloc(module->num_funcs + 1, sizeof(*in->errs));
	in->globals = calloc(module->num_globals + 1, sizeof(*in->globals));
	in->tables = calloc(module->num_tables + 1, sizeof(*in->tables));
	in->dropped_data = calloc(module->num_datas + 1, 1);
	in->dropped_elem = calloc(module->num_elems + 1, 1);
	err = init_imports(in);
	for (i = module->num_global_imports; i < module->num_globals; i++)
		in->globals[i] = const_value(in, &module->globals[i].init);
	if (!err)
		err = init_tables(in);
	if (!err)
		err = init_memory(in);
	if (!err)
		err = init_segments(in);
	return err;
}

void interp_fini(struct interp *in)
{
	u32 i;

	for (i = 0; i < in->module->num_funcs; i++)
		kwasm_arena_release(&in->arenas[i]);
	for (i = 0; i < in->module->num_tables; i++)
		free(in->tables[i].elems);
	free(in->funcs);
	free(in->arenas);
	free(in->errs);
	free(in->globals);
	free(in->tables);
	free(in->dropped_data);
	free(in->dropped_elem);
	free(in->memory);
}

int interp_compile(struct interp *in, u32 func)
{
	struct ir_func *f = &in->funcs[func];
	unsigned int i;
	int err;

	if (f->arena)
		return in->errs[func];
	kwasm_diag_init(&in->diag);
	kwasm_arena_init(&in->arenas[func], (size_t)1 << 30);
	err = ir_func_init(f, &in->arenas[func], in->module, func, &in->diag);
	if (!err)
		err = ir_build(f, NULL);
	if (!err)
		err = ir_verify(f);
	for (i = 1; i < in->passes && !err; i++) {
		err = interp_passes[i].run(f);
		if (!err)
			err = ir_verify(f);
		if (err == -EINVAL)
			fprintf(stderr, "after %s: function %u: %s\n", interp_passes[i].name, func,
				in->diag.text);
	}
	in->errs[func] = err;
	return err;
}

static bool outside(u64 from, u64 len, u64 size)
{
	return from + len > size;
}

static int rt_memory(struct interp *in, u32 rt, const u64 *a, u64 *result)
{
	u64 size = (u64)in->pages * KWASM_PAGE_SIZE;
	const struct kwasm_data *data = &in->module->datas[a[3]];

	switch (rt) {
	case KWASM_RT_MEMORY_GROW:
		*result = U32_MAX;
		if (a[0] <= in->max_pages - in->pages) {
			*result = in->pages;
			in->pages += a[0];
		}
		return 0;
	case KWASM_RT_MEMORY_COPY:
		if (outside(a[0], a[2], size) || outside(a[1], a[2], size))
			return KWASM_TRAP_MEMORY;
		memmove(in->memory + a[0], in->memory + a[1], a[2]);
		return 0;
	case KWASM_RT_MEMORY_FILL:
		if (outside(a[0], a[2], size))
			return KWASM_TRAP_MEMORY;
		memset(in->memory + a[0], a[1], a[2]);
		return 0;
	case KWASM_RT_MEMORY_INIT:
		if (outside(a[0], a[2], size) ||
		    outside(a[1], a[2], in->dropped_data[a[3]] ? 0 : data->size))
			return KWASM_TRAP_MEMORY;
		if (a[2])
			memcpy(in->memory + a[0], data->bytes + a[1], a[2]);
		return 0;
	default:
		in->dropped_data[a[0]] = true;
		return 0;
	}
}

static int table_init(struct interp *in, const u64 *a)
{
	const struct kwasm_elem *elem = &in->module->elems[a[3]];
	struct interp_table *table = &in->tables[a[4]];
	u64 i;

	if (outside(a[0], a[2], table->size) ||
	    outside(a[1], a[2], in->dropped_elem[a[3]] ? 0 : elem->count))
		return KWASM_TRAP_TABLE;
	for (i = 0; i < a[2]; i++)
		table->elems[a[0] + i] = const_value(in, &elem->init[a[1] + i]);
	return 0;
}

static int table_grow(struct interp_table *table, u64 value, u64 delta, u64 *result)
{
	u64 i;

	*result = U32_MAX;
	if (delta > table->max - table->size)
		return 0;
	for (i = 0; i < delta; i++)
		table->elems[table->size + i] = value;
	*result = table->size;
	table->size += delta;
	return 0;
}

static int table_copy(struct interp *in, const u64 *a)
{
	struct interp_table *dst = &in->tables[a[3]];
	struct interp_table *src = &in->tables[a[4]];

	if (outside(a[0], a[2], dst->size) || outside(a[1], a[2], src->size))
		return KWASM_TRAP_TABLE;
	memmove(dst->elems + a[0], src->elems + a[1], a[2] * sizeof(u64));
	return 0;
}

static int table_fill(struct interp_table *table, const u64 *a)
{
	u64 i;

	if (outside(a[0], a[2], table->size))
		return KWASM_TRAP_TABLE;
	for (i = 0; i < a[2]; i++)
		table->elems[a[0] + i] = a[1];
	return 0;
}

int interp_rt(struct interp *in, u32 rt, const u64 *a, u64 *result)
{
	switch (rt) {
	case KWASM_RT_TABLE_GET:
		if (a[0] >= in->tables[a[1]].size)
			return KWASM_TRAP_TABLE;
		*result = in->tables[a[1]].elems[a[0]];
		return 0;
	case KWASM_RT_TABLE_SET:
		if (a[0] >= in->tables[a[2]].size)
			return KWASM_TRAP_TABLE;
		in->tables[a[2]].elems[a[0]] = a[1];
		return 0;
	case KWASM_RT_TABLE_SIZE:
		*result = in->tables[a[0]].size;
		return 0;
	case KWASM_RT_TABLE_GROW:
		return table_grow(&in->tables[a[2]], a[0], a[1], result);
	case KWASM_RT_TABLE_FILL:
		return table_fill(&in->tables[a[3]], a);
	case KWASM_RT_TABLE_COPY:
		return table_copy(in, a);
	case KWASM_RT_TABLE_INIT:
		return table_init(in, a);
	case KWASM_RT_ELEM_DROP:
		in->dropped_elem[a[0]] = true;
		return 0;
	case KWASM_RT_REF_FUNC:
		*result = a[0] + 1;
		return 0;
	default:
		return rt_memory(in, rt, a, result);
	}
}
