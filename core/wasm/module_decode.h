/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * module_decode.h - what the files of the module decoder share; nobody else includes it.
 *
 * The sections are decoded in the order of the binary, and each is validated as it is decoded:
 * what a rule needs has always been read before, because the order of sections is fixed.
 */
#ifndef KWASM_MODULE_DECODE_H
#define KWASM_MODULE_DECODE_H

#include "module.h"
#include "op.h"
#include "reader.h"
#include "validate.h"

/* Section ids (spec 5.5.2). */
enum {
	SECTION_CUSTOM = 0,
	SECTION_TYPE = 1,
	SECTION_IMPORT = 2,
	SECTION_FUNCTION = 3,
	SECTION_TABLE = 4,
	SECTION_MEMORY = 5,
	SECTION_GLOBAL = 6,
	SECTION_EXPORT = 7,
	SECTION_START = 8,
	SECTION_ELEMENT = 9,
	SECTION_CODE = 10,
	SECTION_DATA = 11,
	SECTION_DATA_COUNT = 12,
	SECTION_TAG = 13,
};

/**
 * struct kwasm_decoder - a decode under way
 * @r: stands in @m's copy of the binary; its end is the end of the current section
 * @m: the module so far
 * @num_bodies: entries of the code section
 * @num_locals: of the bodies so far, parameters included
 * @names: window of the first name section, empty when there is none
 * @validator: work space for function bodies, made with the first one
 * @ticks: list entries since the last kwasm_checkpoint()
 */
struct kwasm_decoder {
	struct kwasm_reader r;
	struct kwasm_module *m;
	u32 num_bodies;
	u64 num_locals;
	struct kwasm_reader names;
	struct kwasm_validator *validator;
	u32 ticks;
};

/*
 * Called once per list entry and instruction of a constant; lets others run now and then, and fails
 * the reader when killed.
 */
void kwasm_decoder_tick(struct kwasm_decoder *d);

/* Room for @n objects in the module's arena; fails the reader when there is none. */
void *kwasm_decoder_alloc(struct kwasm_decoder *d, size_t n, size_t size);

/**
 * kwasm_decoder_count() - read the length of a list.
 * @have: objects of the kind that exist already (imports)
 * @limit: ceiling of @have plus the count
 * @what: the kind in plural, for the message
 *
 * Every entry takes at least one byte, so that a count beyond the bytes left is refused before
 * anything is allocated for it.
 */
u32 kwasm_decoder_count(struct kwasm_decoder *d, u32 have, u32 limit, const char *what);

/**
 * kwasm_decoder_list() - read the length of a list and make room for its entries.
 * @limit: ceiling of the length
 * @what: the kind in plural, for the message
 * @size: of an entry
 * @num: receives the length, 0 when the reader has failed
 *
 * Return: the entries, zeroed; NULL when there is no memory.
 */
void *kwasm_decoder_list(struct kwasm_decoder *d, u32 limit, const char *what, size_t size,
			 u32 *num);

/** kwasm_decoder_each() - decode entries @first to @end - 1 by @item, until the reader fails. */
void kwasm_decoder_each(struct kwasm_decoder *d, u32 first, u32 end,
			void (*item)(struct kwasm_decoder *d, u32 index));

/* Fail because there are more or fewer bodies than functions. */
void kwasm_decoder_fail_bodies(struct kwasm_decoder *d, u32 at);

/* A length-prefixed UTF-8 string (spec 5.2.4). */
struct kwasm_name kwasm_decoder_name(struct kwasm_reader *r);

/* Types of imports and of the sections that define the same kinds. */
void kwasm_decode_tabletype(struct kwasm_decoder *d, struct kwasm_tabletype *t);
void kwasm_decode_memtype(struct kwasm_decoder *d, struct kwasm_range *range);
void kwasm_decode_globaltype(struct kwasm_decoder *d, struct kwasm_globaltype *g);

/* Mark function @func as named outside of bodies (spec 3.4.10). */
void kwasm_decode_declare(struct kwasm_decoder *d, u32 func, u32 at);

/* A constant expression of @type up to and with its end (spec 3.3.10). */
void kwasm_decode_const(struct kwasm_decoder *d, u8 type, struct kwasm_const *c);

/* One section each; errors are left in the reader. */
void kwasm_decode_types(struct kwasm_decoder *d);
void kwasm_decode_imports(struct kwasm_decoder *d);
void kwasm_decode_functions(struct kwasm_decoder *d);
void kwasm_decode_tables(struct kwasm_decoder *d);
void kwasm_decode_memories(struct kwasm_decoder *d);
void kwasm_decode_globals(struct kwasm_decoder *d);
void kwasm_decode_exports(struct kwasm_decoder *d);
void kwasm_decode_start(struct kwasm_decoder *d);
void kwasm_decode_elems(struct kwasm_decoder *d);
void kwasm_decode_data_count(struct kwasm_decoder *d);
void kwasm_decode_code(struct kwasm_decoder *d);
void kwasm_decode_datas(struct kwasm_decoder *d);

/* Take names from @names, which must not fail the decode, then from the exports. */
void kwasm_decode_names(struct kwasm_decoder *d);

#endif /* KWASM_MODULE_DECODE_H */
