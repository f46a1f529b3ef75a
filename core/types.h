/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * types.h - value, function, table, memory and global types (WebAssembly 2.0, section 2.3).
 */
#ifndef KWASM_TYPES_H
#define KWASM_TYPES_H

#include "env.h"

/* The binary format's own codes (spec 5.3.1 - 5.3.4). */
enum kwasm_type {
	KWASM_I32 = 0x7f,
	KWASM_I64 = 0x7e,
	KWASM_F32 = 0x7d,
	KWASM_F64 = 0x7c,
	KWASM_V128 = 0x7b,
	KWASM_FUNCREF = 0x70,
	KWASM_EXTERNREF = 0x6f,
	KWASM_VOID = 0x40,	/* empty block type; also the validator's "unknown" */
};

static inline bool kwasm_type_is_ref(u8 type)
{
	return type == KWASM_FUNCREF || type == KWASM_EXTERNREF;
}

static inline bool kwasm_type_is_float(u8 type)
{
	return type == KWASM_F32 || type == KWASM_F64;
}

/** kwasm_type_clean() - a value of @type with the bits above its width cleared. */
static inline u64 kwasm_type_clean(u8 type, u64 value)
{
	return type == KWASM_I32 || type == KWASM_F32 ? (u32)value : value;
}

/**
 * kwasm_type_by_letter() - the type for a letter of a signature.
 * @letter: 'i' i32, 'I' i64, 'f' f32, 'F' f64, as in wasm_ops.def
 *
 * Return: enum kwasm_type, 0 for any other character.
 */
static inline u8 kwasm_type_by_letter(char letter)
{
	switch (letter) {
	case 'i':
		return KWASM_I32;
	case 'I':
		return KWASM_I64;
	case 'f':
		return KWASM_F32;
	case 'F':
		return KWASM_F64;
	default:
		return 0;
	}
}

/** kwasm_type_name() - "i32", "funcref", ...; "unknown type" for an invalid byte. */
const char *kwasm_type_name(u8 type);

/**
 * struct kwasm_functype - a function type
 * @params: first parameter type; the results follow the parameters in the same array
 */
struct kwasm_functype {
	const u8 *params;
	u32 num_params;
	u32 num_results;
};

static inline const u8 *kwasm_functype_results(const struct kwasm_functype *t)
{
	return t->params + t->num_params;
}

static inline bool kwasm_functype_equal(const struct kwasm_functype *a,
					const struct kwasm_functype *b)
{
	return a->num_params == b->num_params && a->num_results == b->num_results &&
	       !memcmp(a->params, b->params, a->num_params + a->num_results);
}

/**
 * struct kwasm_range - limits of a table or memory
 * @min: initial size (elements or WebAssembly pages)
 * @max: declared maximum, or U32_MAX where @has_max is false
 */
struct kwasm_range {
	u32 min;
	u32 max;
	bool has_max;
};

/**
 * struct kwasm_limits - limits of a module: those of limits.def
 * @call_ms: time of one call from process context, 0: no limit
 */
struct kwasm_limits {
#define LIMIT(name, user, kernel, text) u32 name;
#include "limits.def"
#undef LIMIT
	u32 call_ms;
};

/* The default limits, of user space. */
extern const struct kwasm_limits kwasm_limits_default;

#endif /* KWASM_TYPES_H */
