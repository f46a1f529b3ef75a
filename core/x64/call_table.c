// SPDX-License-Identifier: GPL-2.0-only
/*
 * call_table.c - indirect calls through constant tables: jump tables in the code.
 *
 * A table is fixed if only the module's segments can write it: it is not exported, no instruction
 * changes it, no table is imported (a function might escape through one before the instance is
 * complete), and the contents of its segments are constant and defined by the module.  For each
 * type that it is called with there is a table of code offsets; entries of another type and null
 * lead to the stubs of their traps.
 *
 * Guarantees: bounded numbers of jump tables and entries; beyond them, calls use the general
 * sequence.
 */
#include "x64.h"

#define MAX_ENTRIES 65536u
#define NO_FUNC U32_MAX

static bool is_private(struct x64_code *code, u32 table)
{
	const struct kwasm_module *m = code->module;
	u32 i;

	if (m->num_table_imports || m->tables_written & kwasm_table_bit(table))
		return false;
	for (i = 0; i < m->num_exports && x64_work(code, 1); i++)
		if (m->exports[i].kind == KWASM_EXTERN_TABLE && m->exports[i].index == table)
			return false;
	return i == m->num_exports;
}

/* The limit of struct kwasm_module.tables_written. */
static_assert(X64_MAX_FIXED_TABLES == 8 * sizeof(((struct kwasm_module *)NULL)->tables_written));

/* Store the functions of segment @e in @funcs of @size elements; false if they are not constant. */
static bool place_segment(const struct kwasm_module *m, const struct kwasm_elem *e, u32 *funcs,
			  u32 size)
{
	u32 k, at = (u32)e->offset.bits;

	if (e->offset.kind != KWASM_CONST_VALUE || at > size || e->count > size - at)
		return false;
	for (k = 0; k < e->count; k++) {
		const struct kwasm_const *c = &e->init[k];

		if (c->kind == KWASM_CONST_NULL)
			funcs[at + k] = NO_FUNC;
		else if (c->kind == KWASM_CONST_FUNC && c->index >= m->num_func_imports)
			funcs[at + k] = c->index;
		else
			return false;
	}
	return true;
}

/*
 * The function of each element, or NULL if the table is not fixed or memory is short.  Its segments
 * together may have many times as many elements as the module has bytes.
 */
static u32 *find_funcs(struct x64_code *code, u32 table)
{
	const struct kwasm_module *m = code->module;
	u32 size = m->tables[table].range.min;
	u32 *funcs;
	u32 i;

	if (size > MAX_ENTRIES || !is_private(code, table))
		return NULL;
	funcs = kwasm_zalloc(size + 1, sizeof(*funcs));
	if (!funcs)
		return NULL;
	memset(funcs, 0xff, size * sizeof(*funcs));
	for (i = 0; i < m->num_elems; i++) {
		const struct kwasm_elem *e = &m->elems[i];

		if (!x64_work(code, 1))
			break;
		if (e->mode != KWASM_SEGMENT_ACTIVE || e->table != table)
			continue;
		if (!x64_work(code, e->count))
			break;
		if (!place_segment(m, e, funcs, size))
			break;
	}
	if (i == m->num_elems)
		return funcs;
	kwasm_free(funcs);
	return NULL;
}

/* Found once for all types that the table is called with. */
static u32 *table_funcs(struct x64_code *code, u32 table)
{
	struct x64_call_tables *tables = &code->call_tables;

	if (table >= X64_MAX_FIXED_TABLES)
		return NULL;
	if (!(tables->examined & (u64)1 << table)) {
		tables->examined |= (u64)1 << table;
		tables->funcs[table] = find_funcs(code, table);
	}
	return tables->funcs[table];
}

static struct x64_call_table *add(struct x64_code *code, u32 table, u32 type)
{
	struct x64_call_tables *tables = &code->call_tables;
	struct x64_call_table *t = &tables->table[tables->num];

	if (tables->num == X64_MAX_CALL_TABLES)
		return NULL;
	tables->num++;
	t->table = table;
	t->type = type;
	t->size = code->module->tables[table].range.min;
	if (t->size > MAX_ENTRIES - tables->entries)
		return t;
	t->funcs = table_funcs(code, table);
	if (!t->funcs)
		return t;
	tables->entries += t->size;
	t->label = x64_label(&code->as);
	return t;
}

const struct x64_call_table *x64_call_table(struct x64_code *code, u32 table, u32 type)
{
	const struct x64_call_table *t;
	u32 n;

	for (n = 0; n < code->call_tables.num; n++) {
		t = &code->call_tables.table[n];
		if (t->table == table && t->type == type)
			return t->funcs ? t : NULL;
	}
	t = add(code, table, type);
	return t && t->funcs ? t : NULL;
}

static u32 entry_label(const struct x64_code *code, const struct x64_call_table *t, u32 func)
{
	const struct kwasm_module *m = code->module;

	if (func == NO_FUNC)
		return code->trap_stubs[KWASM_TRAP_CALL_NULL];
	if (!kwasm_functype_equal(kwasm_module_functype(m, func), &m->types[t->type]))
		return code->trap_stubs[KWASM_TRAP_CALL_TYPE];
	return code->labels[func - m->num_func_imports];
}

void x64_call_tables_emit(struct x64_code *code)
{
	u32 n, k;

	x64_align(&code->as, 4);
	for (n = 0; n < code->call_tables.num; n++) {
		const struct x64_call_table *t = &code->call_tables.table[n];

		if (!t->funcs)
			continue;
		x64_bind(&code->as, t->label);
		for (k = 0; k < t->size && x64_work(code, 4); k++)
			x64_data_label32(&code->as, entry_label(code, t, t->funcs[k]), t->label);
		/* speculation reads the first entry of an empty table as well */
		if (!t->size)
			x64_data_label32(&code->as, entry_label(code, t, NO_FUNC), t->label);
	}
}

void x64_call_tables_destroy(struct x64_call_tables *tables)
{
	u32 n;

	for (n = 0; n < X64_MAX_FIXED_TABLES; n++)
		kwasm_free(tables->funcs[n]);
}
