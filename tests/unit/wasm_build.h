/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wasm_build.h - assemble WebAssembly binaries, for tests that need exact bytes.
 *
 * A struct bytes grows as it is written; free it with bytes_free().
 */
#ifndef KWASM_TESTS_WASM_BUILD_H
#define KWASM_TESTS_WASM_BUILD_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

struct bytes {
	uint8_t *p;
	size_t len;
	size_t room;
};

/* A string literal with zero bytes inside, as pointer and length. */
#define B(literal) (literal), sizeof(literal) - 1

static inline void put(struct bytes *b, const void *p, size_t len)
{
	if (b->len + len > b->room) {
		b->room = (b->len + len) * 2;
		b->p = realloc(b->p, b->room);
		if (!b->p)
			bail_out("out of memory");
	}
	if (len)
		memcpy(b->p + b->len, p, len);
	b->len += len;
}

static inline void put_u8(struct bytes *b, uint8_t v)
{
	put(b, &v, 1);
}

static inline void put_leb(struct bytes *b, uint32_t v)
{
	while (v >= 0x80) {
		put_u8(b, v | 0x80);
		v >>= 7;
	}
	put_u8(b, v);
}

/* @n times the same bytes. */
static inline void put_times(struct bytes *b, uint32_t n, const void *p, size_t len)
{
	while (n--)
		put(b, p, len);
}

static inline void put_header(struct bytes *b)
{
	put(b, B("\0asm\1\0\0\0"));
}

/* A section, or with @id < 0 only a length and its content. */
static inline void put_sized(struct bytes *b, int id, const void *p, size_t len)
{
	if (id >= 0)
		put_u8(b, id);
	put_leb(b, len);
	put(b, p, len);
}

static inline void bytes_free(struct bytes *b)
{
	free(b->p);
	*b = (struct bytes){ .p = NULL };
}

/* A module whose one function, of type [] -> [], has @body from its local declarations on. */
static inline void put_body_module(struct bytes *b, const struct bytes *body)
{
	struct bytes code = { .p = NULL };

	put_header(b);
	put_sized(b, 1, B("\1\x60\0\0"));
	put_sized(b, 3, B("\1\0"));
	put_leb(&code, 1);
	put_sized(&code, -1, body->p, body->len);
	put_sized(b, 10, code.p, code.len);
	bytes_free(&code);
}

#endif /* KWASM_TESTS_WASM_BUILD_H */
