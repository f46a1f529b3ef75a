/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * module.h - a decoded and validated WebAssembly module (spec 2.5), immutable.
 */
#ifndef KWASM_MODULE_H
#define KWASM_MODULE_H

#include "arena.h"
#include "diag.h"
#include "typeset.h"

/**
 * struct kwasm_name - a byte string inside the module's own copy of the binary, not terminated
 */
struct kwasm_name {
	const char *str;
	u32 len;
};

/** kwasm_name_is() - is @name the string @str? */
static inline bool kwasm_name_is(const struct kwasm_name *name, const char *str)
{
	return strlen(str) == name->len && !memcmp(name->str, str, name->len);
}

/* Arguments for a "%.*s" that quotes a name; long ones are cut. */
#define KWASM_NAME_ARGS(name) (int)min_t(u32, (name).len, 64), (name).str

enum kwasm_extern {		/* spec 5.5.5, 5.5.10 */
	KWASM_EXTERN_FUNC = 0,
	KWASM_EXTERN_TABLE = 1,
	KWASM_EXTERN_MEMORY = 2,
	KWASM_EXTERN_GLOBAL = 3,
};

struct kwasm_tabletype {
	u8 elem;		/* KWASM_FUNCREF or KWASM_EXTERNREF */
	struct kwasm_range range;
};

struct kwasm_globaltype {
	u8 type;
	bool mutable;
};

/**
 * struct kwasm_import - @kind selects the member of the union
 * @index: its index in its own index space (function, table, memory, global)
 */
struct kwasm_import {
	struct kwasm_name module;
	struct kwasm_name field;
	u8 kind;
	u32 index;
	u32 offset;		/* byte offset of the entry */
	union {
		u32 type;
		struct kwasm_tabletype table;
		struct kwasm_range memory;
		struct kwasm_globaltype global;
	};
};

struct kwasm_export {
	struct kwasm_name name;
	u8 kind;
	u32 index;
};

/* A constant expression (spec 3.3.10), reduced to its one value. */
enum kwasm_const_kind {
	KWASM_CONST_VALUE,	/* @bits holds the bit pattern, zero-extended */
	KWASM_CONST_GLOBAL,	/* value of imported immutable global @index */
	KWASM_CONST_FUNC,	/* reference to function @index */
	KWASM_CONST_NULL,	/* null reference */
};

struct kwasm_const {
	u8 kind;
	u8 type;
	u32 index;
	u64 bits;
};

struct kwasm_global {
	struct kwasm_globaltype type;
	struct kwasm_const init;	/* unused for imported globals */
};

/* Declared locals of one type in a row. */
struct kwasm_local_run {
	u32 count;
	u8 type;
};

/**
 * struct kwasm_func_info - one function of the index space, imported ones first
 * @body: offset of the code entry's local declarations in the binary; 0 for imports
 * @code: offset of the first instruction
 * @end: offset after the final `end`
 * @num_locals: parameters and declared locals
 * @runs: types of the declared locals, run-length coded as in the binary; without parameters
 * @max_operands: maximum depth of the operand stack
 * @num_blocks: block, loop and if instructions
 * @num_branches: br, br_if, br_table targets, returns
 * @float_code: first byte offset at which floats are needed (params, results, locals or
 *	instructions), or 0 for pure integer code
 * @tables_written: bit n: an instruction changes table n, for the first 64
 * @tables_read: bit n: an instruction other than call_indirect reads elements of table n
 * @declared: referenced outside function bodies, so that ref.func may use it (spec 3.4.10)
 * @escapes: reachable from outside: declared or the start function
 * @leaf: contains no call
 * @name: from the name section, else an export's, else empty
 */
struct kwasm_func_info {
	u32 type;
	u32 body;
	u32 code;
	u32 end;
	u32 num_locals;
	u32 num_runs;
	const struct kwasm_local_run *runs;
	u32 max_operands;
	u32 num_blocks;
	u32 num_branches;
	u32 float_code;
	u64 tables_written;
	u64 tables_read;
	bool declared;
	bool escapes;
	bool leaf;
	struct kwasm_name name;
};

enum kwasm_segment_mode {
	KWASM_SEGMENT_ACTIVE,
	KWASM_SEGMENT_PASSIVE,
	KWASM_SEGMENT_DECLARATIVE,
};

struct kwasm_elem {
	u8 mode;
	u8 type;			/* reference type of the elements */
	u32 table;
	struct kwasm_const offset;
	u32 count;
	const struct kwasm_const *init;
};

struct kwasm_data {
	u8 mode;
	u32 memory;
	struct kwasm_const offset;
	u32 size;
	const u8 *bytes;
};

/**
 * struct kwasm_module - the contents of a binary
 *
 * Index spaces hold imports first.  num_X counts the whole space, num_X_imports its imported part.
 *
 * Compilers keep a stack in linear memory, for what has an address, and its pointer in a mutable
 * global that begins as a constant.  The name section tells which; @stack_pointer is one that the
 * module defines.
 */
struct kwasm_module {
	struct kwasm_arena arena;
	struct kwasm_limits limits;
	const u8 *bytes;
	u32 size;
	struct kwasm_name name;		/* from the name section */

	u32 num_types;
	struct kwasm_functype *types;
	u32 widest_type;		/* most parameters or results of any */
	u32 *type_numbers;		/* of each of them in the set */
	struct kwasm_typeset typeset;	/* the distinct ones */

	u32 num_imports;
	struct kwasm_import *imports;

	u32 num_funcs, num_func_imports;
	struct kwasm_func_info *funcs;

	u32 num_tables, num_table_imports;
	u64 tables_written;		/* of all functions */
	u64 tables_read;
	struct kwasm_tabletype *tables;

	u32 num_memories, num_memory_imports;
	struct kwasm_range *memories;

	u32 num_globals, num_global_imports;
	struct kwasm_global *globals;
	u32 stack_pointer;		/* the global of this name, or KWASM_DIAG_NONE */

	u32 num_exports;
	struct kwasm_export *exports;

	bool has_start;
	u32 start;

	u32 num_elems;
	struct kwasm_elem *elems;

	bool has_data_count;
	u32 data_count;
	u32 num_datas;
	struct kwasm_data *datas;

	bool float_code;		/* any function has float_code */
};

/**
 * kwasm_module_decode() - read and validate a binary (spec 5 and 3).
 * @bytes: the binary; copied, so that the caller may change or free it
 * @size: its length in bytes
 * @limits: NULL means kwasm_limits_default
 * @diag: receives the first error
 * @out: the module on success, untouched on failure
 *
 * Time and memory are linear in @size.
 * Context: process, may sleep.
 * Return: 0; -ENOEXEC malformed or invalid; -EOPNOTSUPP a feature named in @diag; -E2BIG a limit
 * named in @diag; -ENOMEM; -EINTR.
 */
int kwasm_module_decode(const u8 *bytes, size_t size, const struct kwasm_limits *limits,
			struct kwasm_diag *diag, struct kwasm_module **out);

/** kwasm_module_destroy() - free it; NULL is allowed. */
void kwasm_module_destroy(struct kwasm_module *module);

/** kwasm_module_functype() - the type of function @func (valid index required). */
static inline const struct kwasm_functype *
kwasm_module_functype(const struct kwasm_module *m, u32 func)
{
	return &m->types[m->funcs[func].type];
}

/**
 * kwasm_module_export() - look an export up by name and kind.
 *
 * Return: NULL when there is none.
 */
const struct kwasm_export *kwasm_module_export(const struct kwasm_module *m, const char *name,
					       size_t len, u8 kind);

/**
 * kwasm_table_bit() - the bit of table @index in tables_written and sets like it.
 *
 * Return: 0 for a table beyond the first 64, about which such a set says nothing.
 */
static inline u64 kwasm_table_bit(u32 index)
{
	return index < 64 ? (u64)1 << index : 0;
}

/**
 * kwasm_module_initialize() - the exported function _initialize, without parameters and results.
 *
 * Compilers give it to modules that are not run from beginning to end but called (reactors): it
 * runs constructors, once per instance, before any other export.
 *
 * Return: NULL if there is none of this type.
 */
const struct kwasm_export *kwasm_module_initialize(const struct kwasm_module *m);

#endif /* KWASM_MODULE_H */
