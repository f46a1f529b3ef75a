// SPDX-License-Identifier: GPL-2.0-only
/*
 * types.c - names of types, and the default limits.
 */
#include "types.h"

const struct kwasm_limits kwasm_limits_default = {
#define LIMIT(name, user, kernel, text) .name = user,
#include "limits.def"
#undef LIMIT
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
