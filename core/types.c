// SPDX-License-Identifier: GPL-2.0-only
/*
 * types.c - names of types, and the default limits.
 */
#include "types.h"

const struct kwasm_limits kwasm_limits_default = {
	.module_bytes = 32u << 20,
	.types = 65536,
	.imports = 10000,
	.functions = 100000,
	.function_bytes = 4u << 20,
	.params = 1000,
	.locals = 32768,
	.module_locals = 4u << 20,
	.nesting = 16384,
	.operands = 65536,
	.br_targets = 65536,
	.tables = 64,
	.table_elems = 1u << 20,
	.memory_pages = 4096,
	.globals = 65536,
	.exports = 65536,
	.segments = 65536,
	.code_bytes = 64u << 20,
	.stack_bytes = 64u << 10,
};

const char *kwasm_type_name(u8 type)
{
	switch (type) {
	case KWASM_I32:
		return "i32";
	case KWASM_I64:
		return "i64";
	case KWASM_F32:
		return "f32";
	case KWASM_F64:
		return "f64";
	case KWASM_V128:
		return "v128";
	case KWASM_FUNCREF:
		return "funcref";
	case KWASM_EXTERNREF:
		return "externref";
	default:
		return "unknown type";
	}
}
