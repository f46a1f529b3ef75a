/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * module_decode.h - internals of the module decoder; only its files include it.
 *
 * The sections are decoded in the order of the binary, and each is validated as it is decoded: the
 * fixed order of sections ensures that the information for a rule has been read before.
 */
#ifndef KWASM_MODULE_DECODE_H
#define KWASM_MODULE_DECODE_H

#include "module.h"
#include "op.h"
#include "proposal.h"
#include "reader.h"
#include "step.h"
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
};

/**
 * struct kwasm_decoder - state of decoding a module
 * @r: reads @m's copy of the binary; its end is the end of the current section
 * @m: the module so far
 * @num_bodies: entries of the code section
 * @num_locals: of the bodies so far, parameters included
 * @num_elems: initial elements of the tables so far
 * @names: window of the first name section, empty if there is none
 * @validator: work space for function bodies, created for the first one
 * @steps: of the sections; the validator counts its own
 */
struct kwasm_decoder {
	struct kwasm_reader r;
	struct kwasm_module *m;
	u32 num_bodies;
	u64 num_locals;
	u64 num_elems;
	struct kwasm_reader names;
	struct kwasm_validator *validator;
	struct kwasm_steps steps;
};

/**
 * kwasm_decoder_work() - account for @n steps of work; fails the reader if the caller is killed.
 *
 * One for each entry of a list and each instruction of a constant, and more where an entry has a
 * length of its own.
 */
void kwasm_decoder_work(struct kwasm_decoder *d, u64 n);

/* Allocate @n objects in the module's arena; fails the reader if out of memory. */
void *kwasm_decoder_alloc(struct kwasm_decoder *d, size_t n, size_t size);

/* Fail @r because the limit decode_bytes is reached.  Return: -E2BIG. */
int kwasm_decoder_fail_memory(struct kwasm_reader *r, const struct kwasm_module *m, u32 at);

/**
 * kwasm_decoder_count() - read the length of a list.
 * @what: what it lists, in plural, for the message
 *
 * Every entry has at least one byte, so a count beyond the remaining bytes is rejected before
 * allocation.
 */
u32 kwasm_decoder_count(struct kwasm_decoder *d, const char *what);

/**
 * kwasm_decoder_limit() - fail unless there are at most @limit of something.
 * @at: of its count
 * @n: how many there are
 * @name: of the limit, as in limits.def
 * @what: the kind in plural, for the message
 */
void kwasm_decoder_limit(struct kwasm_decoder *d, u32 at, u64 n, u32 limit, const char *name,
			 const char *what);

/**
 * kwasm_decoder_list() - read the length of a list and allocate its entries.
 * @what: the kind in plural, for the message
 * @size: of an entry
 * @num: receives the length, 0 if the reader has failed
 *
 * Return: the entries, zeroed; NULL if out of memory.
 */
void *kwasm_decoder_list(struct kwasm_decoder *d, const char *what, size_t size, u32 *num);

/** kwasm_decoder_each() - decode entries @first to @end - 1 by @item, until the reader fails. */
void kwasm_decoder_each(struct kwasm_decoder *d, u32 first, u32 end,
			void (*item)(struct kwasm_decoder *d, u32 index));

/* Fail because the numbers of bodies and functions differ. */
void kwasm_decoder_fail_bodies(struct kwasm_decoder *d, u32 at);

/* A length-prefixed UTF-8 string (spec 5.2.4); @r is @d's or a reader of a part. */
struct kwasm_name kwasm_decoder_name(struct kwasm_decoder *d, struct kwasm_reader *r);

/* Types of imports and of the sections that define the same kinds. */
void kwasm_decode_tabletype(struct kwasm_decoder *d, struct kwasm_tabletype *t);
void kwasm_decode_memtype(struct kwasm_decoder *d, struct kwasm_range *range);
void kwasm_decode_globaltype(struct kwasm_decoder *d, struct kwasm_globaltype *g);

/* Mark function @func as referenced outside bodies (spec 3.4.10). */
void kwasm_decode_declare(struct kwasm_decoder *d, u32 func, u32 at);

/* A constant expression of @type, including its end (spec 3.3.10). */
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
