// SPDX-License-Identifier: GPL-2.0-only
/*
 * slow-module.c - slow-module FUNCTIONS BYTES: write a module that takes long to compile.
 *
 * That many functions with bodies of that many bytes, of which nothing can be folded.  Exports:
 * "kwasm_packet" accepts; "spin" does not return.  The module kwasm_testprovider, of which it
 * imports a function, is in use from the end of decoding on.
 */
#include <stdio.h>

#include "wasm/op.h"
#include "../unit/wasm_build.h"

#define I32 0x7f

static void put_section(struct bytes *to, int id, struct bytes *section)
{
	put_sized(to, id, section->p, section->len);
	bytes_free(section);
}

static void put_code(struct bytes *to, const struct bytes *body)
{
	put_sized(to, -1, body->p, body->len);
}

/* Type 0 is [] -> [i32], type 1 [i32] -> [i32]. */
static void put_types(struct bytes *to)
{
	struct bytes s = { .p = NULL };

	put_leb(&s, 2);
	put(&s, B("\x60\0\1\x7f"));
	put(&s, B("\x60\1\x7f\1\x7f"));
	put_section(to, 1, &s);
}

static void put_imports(struct bytes *to)
{
	struct bytes s = { .p = NULL };

	put_leb(&s, 1);
	put(&s, B("\4prov\4told\0\0"));
	put_section(to, 2, &s);
}

static void put_functions(struct bytes *to, uint32_t n)
{
	struct bytes s = { .p = NULL };

	put_leb(&s, n + 2);
	put(&s, B("\0\0"));
	put_times(&s, n, B("\1"));
	put_section(to, 3, &s);
}

static void put_exports(struct bytes *to)
{
	struct bytes s = { .p = NULL };

	put_leb(&s, 2);
	put(&s, B("\14kwasm_packet\0\1"));
	put(&s, B("\4spin\0\2"));
	put_section(to, 7, &s);
}

/* x = (x * x + x) ^ x, again and again */
static void put_slow(struct bytes *to, uint32_t bytes)
{
	static const unsigned char step[] = {
		WASM_LOCAL_GET, 0, WASM_LOCAL_GET, 0, WASM_I32_MUL, WASM_LOCAL_GET, 0, WASM_I32_ADD,
		WASM_LOCAL_GET, 0, WASM_I32_XOR, WASM_LOCAL_SET, 0,
	};
	struct bytes body = { .p = NULL };

	put_leb(&body, 0);
	put_times(&body, bytes / sizeof(step), step, sizeof(step));
	put(&body, B("\x20\0\x0b"));
	put_code(to, &body);
	bytes_free(&body);
}

static void put_bodies(struct bytes *to, uint32_t n, uint32_t bytes)
{
	struct bytes s = { .p = NULL };
	uint32_t i;

	put_leb(&s, n + 2);
	put_sized(&s, -1, B("\0\x41\1\x0b"));
	put_sized(&s, -1, B("\0\x03\x40\x0c\0\x0b\x41\0\x0b"));
	for (i = 0; i < n; i++)
		put_slow(&s, bytes);
	put_section(to, 10, &s);
}

int main(int argc, char **argv)
{
	struct bytes module = { .p = NULL };
	uint32_t functions, bytes;

	if (argc != 3) {
		fprintf(stderr, "usage: slow-module FUNCTIONS BYTES\n");
		return 2;
	}
	functions = (uint32_t)strtoul(argv[1], NULL, 0);
	bytes = (uint32_t)strtoul(argv[2], NULL, 0);
	put_header(&module);
	put_types(&module);
	put_imports(&module);
	put_functions(&module, functions);
	put_exports(&module);
	put_bodies(&module, functions, bytes);
	fwrite(module.p, 1, module.len, stdout);
	bytes_free(&module);
	return fflush(stdout) != 0;
}
