// SPDX-License-Identifier: GPL-2.0-only
/*
 * limits_test.c - each limit at its edge, and the work that hostile modules can cause.
 *
 * A limit is tried with as much as it allows and with one more.  The times are generous bounds on
 * processor time that only work out of proportion to the size of the module exceeds.
 */
#include <time.h>

#include "wasm/module.h"
#include "wasm_build.h"

#define TYPE "\1\4\1\x60\0\0"
#define FUNC "\3\2\1\0"

static int decode(const struct bytes *b, const struct kwasm_limits *limits, struct kwasm_diag *d)
{
	struct kwasm_module *m = NULL;
	int err;

	kwasm_diag_init(d);
	err = kwasm_module_decode(b->p, b->len, limits, d, &m);
	kwasm_module_destroy(m);
	return err;
}

/* Puts a module that asks for @n of something. */
typedef void (*put_fn)(struct bytes *b, u32 n);

/* @s, which ends here, as section @id. */
static void put_section(struct bytes *b, int id, struct bytes *s)
{
	put_sized(b, id, s->p, s->len);
	bytes_free(s);
}

/* @n entries after their count, as section @id. */
static void put_list(struct bytes *b, int id, u32 n, const void *entry, size_t len)
{
	struct bytes s = { .p = NULL };

	put_leb(&s, n);
	put_times(&s, n, entry, len);
	put_section(b, id, &s);
}

static void put_types(struct bytes *b, u32 n)
{
	put_header(b);
	put_list(b, 1, n, B("\x60\0\0"));
}

static void put_imports(struct bytes *b, u32 n)
{
	put_header(b);
	put_list(b, 2, n, B("\1m\1f\3\x7f\0"));
}

static void put_functions(struct bytes *b, u32 n)
{
	put_header(b);
	put(b, B(TYPE));
	put(b, B("\2\7\1\1m\1f\0\0"));
	put_list(b, 3, n - 1, B("\0"));
	put_list(b, 10, n - 1, B("\2\0\x0b"));
}

static void put_param_list(struct bytes *b, u32 params, u32 results)
{
	struct bytes s = { .p = NULL };

	put(&s, B("\1\x60"));
	put_leb(&s, params);
	put_times(&s, params, "\x7f", 1);
	put_leb(&s, results);
	put_times(&s, results, "\x7f", 1);
	put_header(b);
	put_section(b, 1, &s);
}

static void put_params(struct bytes *b, u32 n)
{
	put_param_list(b, n, 0);
}

static void put_results(struct bytes *b, u32 n)
{
	put_param_list(b, 0, n);
}

static void put_tables(struct bytes *b, u32 n)
{
	put_header(b);
	put_list(b, 4, n, B("\x70\0\0"));
}

static void put_table_elems(struct bytes *b, u32 n)
{
	struct bytes s = { .p = NULL };

	put(&s, B("\1\x70\0"));
	put_leb(&s, n);
	put_header(b);
	put_section(b, 4, &s);
}

/* All but seven in the first. */
static void put_two_tables(struct bytes *b, u32 n)
{
	struct bytes s = { .p = NULL };

	put(&s, B("\2\x70\0"));
	put_leb(&s, n - 7);
	put(&s, B("\x6f\0\7"));
	put_header(b);
	put_section(b, 4, &s);
}

static void put_memory_pages(struct bytes *b, u32 n)
{
	struct bytes s = { .p = NULL };

	/* The maximum, which is beyond every limit, does not count. */
	put(&s, B("\1\1"));
	put_leb(&s, n);
	put_leb(&s, 65536);
	put_header(b);
	put_section(b, 5, &s);
}

static void put_globals(struct bytes *b, u32 n)
{
	put_header(b);
	put_list(b, 6, n, B("\x7f\0\x41\0\x0b"));
}

static void put_exports(struct bytes *b, u32 n)
{
	struct bytes s = { .p = NULL };
	u32 i;

	put_leb(&s, n);
	for (i = 0; i < n; i++) {
		put_u8(&s, 4);
		put_u8(&s, 'a' + i % 26);
		put_u8(&s, 'a' + i / 26 % 26);
		put_u8(&s, 'a' + i / 676 % 26);
		put_u8(&s, '0' + i / 17576);
		put(&s, B("\2\0"));
	}
	put_header(b);
	put(b, B("\5\3\1\0\0"));
	put_section(b, 7, &s);
}

static void put_elem_segments(struct bytes *b, u32 n)
{
	put_header(b);
	put_list(b, 9, n, B("\1\0\0"));
}

static void put_data_segments(struct bytes *b, u32 n)
{
	put_header(b);
	put_list(b, 11, n, B("\1\0"));
}

/* A body of @n bytes. */
static void put_function_bytes(struct bytes *b, u32 n)
{
	struct bytes body = { .p = NULL };

	put_u8(&body, 0);
	put_times(&body, n - 2, "\1", 1);
	put_u8(&body, 0x0b);
	put_body_module(b, &body);
	bytes_free(&body);
}

static void put_locals(struct bytes *b, u32 n)
{
	struct bytes body = { .p = NULL };

	put_u8(&body, 2);
	put_leb(&body, n - 1);
	put(&body, B("\x7f\1\x7e\x0b"));
	put_body_module(b, &body);
	bytes_free(&body);
}

static void put_nesting(struct bytes *b, u32 n)
{
	struct bytes body = { .p = NULL };

	put_u8(&body, 0);
	put_times(&body, n, "\2\x40", 2);
	put_times(&body, n + 1, "\x0b", 1);
	put_body_module(b, &body);
	bytes_free(&body);
}

static void put_operands(struct bytes *b, u32 n)
{
	struct bytes body = { .p = NULL };

	put_u8(&body, 0);
	put_times(&body, n, "\x41\0", 2);
	put_times(&body, n, "\x1a", 1);
	put_u8(&body, 0x0b);
	put_body_module(b, &body);
	bytes_free(&body);
}

static void put_br_targets(struct bytes *b, u32 n)
{
	struct bytes body = { .p = NULL };

	put(&body, B("\0\x41\0\x0e"));
	put_leb(&body, n);
	put_times(&body, n + 1, "\0", 1);
	put_u8(&body, 0x0b);
	put_body_module(b, &body);
	bytes_free(&body);
}

/* A custom section that makes @n bytes of module. */
static void put_module_bytes(struct bytes *b, u32 n)
{
	put_header(b);
	put_u8(b, 0);
	put_leb(b, n - 10);
	put_times(b, n - 10, "\0", 1);
}

static struct kwasm_limits lim;

static const struct {
	const char *what;
	u32 *limit;
	u32 value;
	put_fn put;
	const char *error;
} rows[] = {
	{ "module_bytes", &lim.module_bytes, 100, put_module_bytes,
	  "module too large: 101 bytes, the limit max_module_bytes is 100" },
	{ "functions", &lim.functions, 300, put_functions,
	  "too many functions: 301, the limit max_functions is 300" },
	{ "function_bytes", &lim.function_bytes, 300, put_function_bytes,
	  "function too large: 301 bytes, the limit max_function_bytes is 300" },
	{ "params", &lim.params, 30, put_params,
	  "too many parameters: 31, the limit max_params is 30" },
	{ "results", &lim.params, 30, put_results,
	  "too many results: 31, the limit max_params is 30" },
	{ "function_locals", &lim.function_locals, 300, put_locals,
	  "too many locals: 301, the limit max_function_locals is 300" },
	{ "locals", &lim.locals, 300, put_locals,
	  "too many locals in all functions: 301, the limit max_locals is 300" },
	{ "br_targets", &lim.br_targets, 300, put_br_targets,
	  "too many labels in a br_table: 301, the limit max_br_targets is 300" },
	{ "tables", &lim.tables, 3, put_tables,
	  "too many tables: 4, the limit max_tables is 3" },
	{ "table_elems", &lim.table_elems, 300, put_table_elems,
	  "tables too large: 301 initial elements, the limit max_table_elems is 300" },
	{ "table_elems in two tables", &lim.table_elems, 300, put_two_tables,
	  "tables too large: 301 initial elements, the limit max_table_elems is 300" },
	{ "memory_pages", &lim.memory_pages, 300, put_memory_pages,
	  "memory too large: 301 initial pages, the limit max_memory_pages is 300" },
};

static void test_edges(void)
{
	struct bytes b = { .p = NULL };
	struct kwasm_diag d;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		lim = kwasm_limits_default;
		*rows[i].limit = rows[i].value;
		b.len = 0;
		rows[i].put(&b, rows[i].value);
		if (!is_int(decode(&b, &lim, &d), 0, "%s: all that is allowed", rows[i].what))
			diag("%s", d.text);
		b.len = 0;
		rows[i].put(&b, rows[i].value + 1);
		ok(decode(&b, &lim, &d) == -E2BIG && !strcmp(d.text, rows[i].error),
		   "%s: one more (%s)", rows[i].what, d.text);
	}
	bytes_free(&b);
}

/*
 * What has no limit of its own is bounded by its memory, and may be as many as V8 allows and more.
 * Sizes are in bytes of the module, for each kind of list.
 */
static const struct {
	const char *what;
	u32 n;
	put_fn put;
} lists[] = {
	{ "types", 1000000, put_types },
	{ "imports", 1000000, put_imports },
	{ "globals", 1000000, put_globals },
	{ "exports", 1000000, put_exports },
	{ "element segments", 1000000, put_elem_segments },
	{ "data segments", 1000000, put_data_segments },
	{ "open blocks", 1000000, put_nesting },
	{ "operands", 1000000, put_operands },
};

static void test_memory(void)
{
	struct bytes b = { .p = NULL };
	struct kwasm_diag d;
	size_t i;
	u32 low, high;
	int err;

	for (i = 0; i < ARRAY_SIZE(lists); i++) {
		b.len = 0;
		lists[i].put(&b, lists[i].n);
		if (!is_int(decode(&b, NULL, &d), 0, "%u %s", lists[i].n, lists[i].what))
			diag("%s", d.text);
		/* the least memory that is enough is found, and a byte less refused by name */
		b.len = 0;
		lists[i].put(&b, 1000);
		lim = kwasm_limits_default;
		for (low = 0, high = 1u << 20; high - low > 1;) {
			lim.decode_bytes = low + (high - low) / 2;
			if (decode(&b, &lim, &d))
				low = lim.decode_bytes;
			else
				high = lim.decode_bytes;
		}
		lim.decode_bytes = low;
		err = decode(&b, &lim, &d);
		ok(err == -E2BIG && strstr(d.text, "memory: the limit max_decode_bytes is"),
		   "1000 %s in less than %u bytes: %s", lists[i].what, high, d.text);
	}
	bytes_free(&b);
}

static u64 processor_ms(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t))
		bail_out("no clock of the process's time");
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* CPU time of a decode in milliseconds; @err receives its result. */
static u64 time_decode(const struct bytes *b, const struct kwasm_limits *limits, int *err,
		       struct kwasm_diag *d)
{
	u64 start = processor_ms();

	*err = decode(b, limits, d);
	return processor_ms() - start;
}

/* The defaults reject these quickly; and their cost if limits allow them. */
static void test_hostile(void)
{
	static const struct {
		const char *what;
		u32 n;
		put_fn put;
	} hostile[] = {
		{ "60,000 locals", 60000, put_locals },
		{ "a br_table of 1 MiB", 1u << 20, put_br_targets },
	};
	struct kwasm_limits wide = kwasm_limits_default;
	struct bytes b = { .p = NULL };
	struct kwasm_diag d;
	size_t i;
	u64 ms;
	int err;

	wide.function_locals = 1u << 20;
	wide.br_targets = 1u << 21;
	for (i = 0; i < ARRAY_SIZE(hostile); i++) {
		b.len = 0;
		hostile[i].put(&b, hostile[i].n);
		ms = time_decode(&b, NULL, &err, &d);
		ok(err == -E2BIG && d.text[0] && ms < 1000, "%s: %s (%llu ms)", hostile[i].what,
		   d.text, (unsigned long long)ms);
		ms = time_decode(&b, &wide, &err, &d);
		ok(!err && ms < 2000, "%s, allowed (%llu ms)", hostile[i].what,
		   (unsigned long long)ms);
	}
	bytes_free(&b);
}

/* A module with a type [] -> [i32 * 1000], which the body of its one function uses. */
static void put_wide_module(struct bytes *b, const struct bytes *body)
{
	struct bytes s = { .p = NULL };

	put_header(b);
	put(&s, B("\2\x60\0\0\x60\0\xe8\7"));
	put_times(&s, 1000, "\x7f", 1);
	put_sized(b, 1, s.p, s.len);
	put(b, B(FUNC));
	s.len = 0;
	put_leb(&s, 1);
	put_sized(&s, -1, body->p, body->len);
	put_section(b, 10, &s);
}

/* Branches of two bytes that carry a thousand operands each. */
static void test_wide_branches(void)
{
	struct bytes body = { .p = NULL }, b = { .p = NULL };
	struct kwasm_diag d;
	u64 ms;
	int err;

	put(&body, B("\0\2\1"));
	put_times(&body, 1000, "\x41\0", 2);
	put_times(&body, 500000, "\x41\0\x0d\0", 4);
	put(&body, B("\x0c\0\x0b"));
	put_times(&body, 1000, "\x1a", 1);
	put_u8(&body, 0x0b);
	put_wide_module(&b, &body);
	ms = time_decode(&b, NULL, &err, &d);
	ok(!err && ms < 3000, "500,000 branches with 1000 operands each: %s (%llu ms)", d.text,
	   (unsigned long long)ms);
	bytes_free(&body);
	bytes_free(&b);
}

/*
 * The dearest comparison: 4000 labels of a thousand operands each, one of which unreachable code
 * left open, so that they cannot be compared as bytes.
 */
static void test_open_operands(void)
{
	struct bytes body = { .p = NULL }, b = { .p = NULL };
	struct kwasm_diag d;
	u32 i, j;
	u64 ms;
	int err;

	put_u8(&body, 0);
	put_times(&body, 4000, "\2\1", 2);
	put_u8(&body, 0);
	for (i = 0; i < 50; i++) {
		put_u8(&body, 0x1b);
		put_times(&body, 1000, "\x41\0", 2);
		put_u8(&body, 0x0e);
		put_leb(&body, 3999);
		for (j = 0; j < 4000; j++)
			put_leb(&body, j);
	}
	put_u8(&body, 0x0b);
	put_wide_module(&b, &body);
	ms = time_decode(&b, NULL, &err, &d);
	ok(err == -E2BIG && ms < 3000, "200,000 labels with 1000 operands each: %s (%llu ms)",
	   d.text, (unsigned long long)ms);
	bytes_free(&body);
	bytes_free(&b);
}

/* Counts without bytes to back them must not cost memory. */
static void test_counts_without_bytes(void)
{
	static const u8 sections[] = { 1, 2, 3, 4, 5, 6, 7, 9, 10, 11 };
	struct kwasm_limits wide = kwasm_limits_default;
	struct bytes b = { .p = NULL };
	struct kwasm_diag d;
	size_t i;
	u64 ms;
	int err;

	wide.functions = U32_MAX;
	wide.tables = U32_MAX;
	for (i = 0; i < ARRAY_SIZE(sections); i++) {
		b.len = 0;
		put_header(&b);
		put_sized(&b, sections[i], B("\xff\xff\xff\xff\x0f"));
		ms = time_decode(&b, &wide, &err, &d);
		ok(err == -ENOEXEC && ms < 100, "section %u announces 4294967295 entries: %s",
		   sections[i], d.text);
	}
	bytes_free(&b);
}

int main(void)
{
	test_edges();
	test_memory();
	test_hostile();
	test_wide_branches();
	test_open_operands();
	test_counts_without_bytes();
	return tap_done();
}
