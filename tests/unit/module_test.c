// SPDX-License-Identifier: GPL-2.0-only
/*
 * module_test.c - one row per rule about sections, and the contents of decoded modules.
 *
 * Each binary is the header and the row's bytes.
 */
#include "wasm/module.h"
#include "wasm_build.h"

#define TYPE "\1\4\1\x60\0\0"		/* type 0: [] -> [] */
#define FUNC "\3\2\1\0"			/* function 0 of type 0 */
#define CODE "\x0a\4\1\2\0\x0b"		/* its empty body */
#define MEMORY "\5\3\1\0\1"
#define TABLE "\4\4\1\x70\0\1"

static const struct {
	const char *what;
	const char *bytes;
	size_t len;
	const char *error;	/* NULL: valid */
} rows[] = {
	{ "no sections", B(""), NULL },
	{ "a function", B(TYPE FUNC CODE), NULL },

	/* sections */
	{ "a section beyond the end", B("\1\5\1\x60\0\0"),
	  "unexpected end: section 1 has 5 bytes, 4 bytes left" },
	{ "a section with a length that wraps", B("\1\xff\xff\xff\xff\x0f"),
	  "unexpected end: section 1 has 4294967295 bytes, 0 bytes left" },
	{ "a section with bytes left over", B("\1\5\1\x60\0\0\0"),
	  "section size mismatch: section 1 has 1 bytes left over" },
	{ "a section that ends too early", B("\1\3\1\x60\0\0"),
	  "unexpected end of section or function" },
	{ "a section twice", B(TYPE TYPE), "unexpected content: section 1 is out of order" },
	{ "sections out of order", B(MEMORY TABLE),
	  "unexpected content: section 4 is out of order" },
	{ "data count after code", B(TYPE FUNC CODE "\x0c\1\0"),
	  "unexpected content: section 12 is out of order" },
	{ "an unknown section", B("\x0f\0"), "malformed section id 15" },
	{ "a tag section", B("\x0d\0"), "exception handling is not supported" },
	{ "custom sections anywhere",
	  B("\0\2\1a" TYPE "\0\2\1b\0\2\1a" FUNC CODE "\0\3\1cx"), NULL },
	{ "a custom section whose name is too long for it", B("\0\1\1"),
	  "unexpected end of section or function" },
	{ "a custom section whose name is no UTF-8",
	  B("\0\3\2\xc0\x80"), "malformed UTF-8 encoding" },
	{ "a count without bytes for it", B("\1\2\5\x60"),
	  "unexpected end: 5 types announced, 1 bytes left" },

	/* types and imports */
	{ "a type that is none", B("\1\4\1\x61\0\0"), "malformed function type form 0x61" },
	{ "a struct type", B("\1\3\1\x5f\0"), "garbage-collected types are not supported" },
	{ "a value type that is none", B("\1\5\1\x60\1\x10\0"), "malformed value type 0x10" },
	{ "an empty block type as value type",
	  B("\1\5\1\x60\0\1\x40"), "malformed value type 0x40" },
	{ "v128", B("\1\5\1\x60\1\x7b\0"), "SIMD type v128 is not supported" },
	{ "a typed reference", B("\1\6\1\x60\1\x64\0\0"),
	  "typed function references are not supported" },
	{ "a structure reference", B("\1\5\1\x60\1\x6b\0"),
	  "garbage-collected references are not supported" },
	{ "an import of an unknown type", B(TYPE "\2\7\1\1m\1f\0\1"), "unknown type 1" },
	{ "an import of an unknown kind", B("\2\7\1\1m\1f\5\0"), "malformed import kind 5" },
	{ "a tag import", B("\2\x08\1\1m\1f\4\0\0"), "exception handling is not supported" },
	{ "an import of a shared memory", B("\2\x09\1\1m\1f\2\3\1\2"),
	  "threads (shared memories) are not supported" },
	{ "an import of a 64-bit memory", B("\2\x08\1\1m\1f\2\4\1"),
	  "64-bit memories are not supported" },
	{ "an import whose name is no UTF-8",
	  B("\2\7\1\1m\1\xff\1\0"), "malformed UTF-8 encoding" },
	{ "a mutability that is none", B("\2\x08\1\1m\1f\3\x7f\2"), "malformed mutability 2" },

	/* functions, tables, memories */
	{ "a function of an unknown type", B(TYPE "\3\2\1\1"), "unknown type 1" },
	{ "a function without body", B(TYPE FUNC),
	  "function and code section have inconsistent lengths: 1 and 0" },
	{ "a body without function", B(TYPE CODE),
	  "function and code section have inconsistent lengths: 0 and 1" },
	{ "a table of numbers", B("\4\4\1\x7f\0\1"), "malformed reference type 0x7f" },
	{ "a table with an initializer", B("\4\x09\1\x40\0\x70\0\1\xd0\x70\x0b"),
	  "tables with an initializer are not supported" },
	{ "limits with unknown flags", B("\4\4\1\x70\x10\1"), "malformed limits flags 0x10" },
	{ "a maximum below the minimum", B("\5\4\1\1\2\1"),
	  "size minimum must not be greater than maximum: 2 and 1" },
	{ "a memory of more than 4 GiB", B("\5\5\1\0\x81\x80\4"),
	  "memory size must be at most 65536 pages (4 GiB)" },
	{ "a maximum of more than 4 GiB", B("\5\6\1\1\0\x81\x80\4"),
	  "memory size must be at most 65536 pages (4 GiB)" },
	{ "a maximum of 4 GiB", B("\5\6\1\1\0\x80\x80\4"), NULL },
	{ "two memories", B("\5\5\2\0\1\0\1"), "multiple memories are not supported" },
	{ "an imported and another memory", B("\2\x08\1\1m\1f\2\0\1" MEMORY),
	  "multiple memories are not supported" },

	/* globals and constant expressions */
	{ "a global", B("\6\6\1\x7f\0\x41\0\x0b"), NULL },
	{ "a global of another type", B("\6\6\1\x7f\0\x42\0\x0b"),
	  "type mismatch: expected i32, got i64 in a constant expression" },
	{ "a global without value", B("\6\4\1\x7f\0\x0b"),
	  "type mismatch: constant expression has 0 results instead of 1" },
	{ "a global with two values", B("\6\x08\1\x7f\0\x41\0\x41\0\x0b"),
	  "type mismatch: constant expression has 2 results instead of 1" },
	{ "a global that is computed", B("\6\x09\1\x7f\0\x41\0\x41\0\x6a\x0b"),
	  "extended constant expressions are not supported" },
	{ "a global without end",
	  B("\6\5\1\x7f\0\x41\0"), "unexpected end of section or function" },
	{ "a global from a defined one", B("\6\x0b\2\x7f\0\x41\0\x0b\x7f\0\x23\0\x0b"),
	  "constant expression required: global 0 is not imported" },
	{ "a global from an imported one",
	  B("\2\x08\1\1m\1f\3\x7f\0\6\6\1\x7f\0\x23\0\x0b"), NULL },
	{ "a global from an imported variable", B("\2\x08\1\1m\1f\3\x7f\1\6\6\1\x7f\0\x23\0\x0b"),
	  "constant expression required: global 0 is mutable" },
	{ "a global from an unknown one", B("\6\6\1\x7f\0\x23\1\x0b"), "unknown global 1" },
	{ "a reference to an unknown function", B("\6\6\1\x70\0\xd2\0\x0b"), "unknown function 0" },

	/* exports and start */
	{ "two exports", B(TYPE FUNC "\7\x09\2\1a\0\0\1b\0\0" CODE), NULL },
	{ "two exports of one name", B(TYPE FUNC MEMORY "\7\x09\2\1a\0\0\1a\2\0" CODE),
	  "duplicate export name \"a\"" },
	{ "names that differ in length only", B(TYPE FUNC "\7\x0a\2\1a\0\0\2aa\0\0" CODE), NULL },
	{ "an export of an unknown function", B(TYPE FUNC "\7\5\1\1a\0\1" CODE),
	  "unknown function 1 exported as \"a\"" },
	{ "an export of an unknown table",
	  B("\7\5\1\1a\1\0"), "unknown table 0 exported as \"a\"" },
	{ "an export of an unknown memory",
	  B("\7\5\1\1a\2\0"), "unknown memory 0 exported as \"a\"" },
	{ "an export of an unknown global",
	  B("\7\5\1\1\n\3\0"), "unknown global 0 exported as \"?\"" },
	{ "an export of a tag", B("\7\5\1\1a\4\0"), "exception handling is not supported" },
	{ "an export of an unknown kind", B("\7\5\1\1a\5\0"), "malformed export kind 5" },
	{ "a start function", B(TYPE FUNC "\x08\1\0" CODE), NULL },
	{ "an unknown start function", B(TYPE FUNC "\x08\1\1" CODE), "unknown function 1" },
	{ "a start function with a parameter",
	  B("\1\5\1\x60\1\x7f\0" FUNC "\x08\1\0" CODE),
	  "start function must have no parameters and no results" },

	/* segments */
	{ "every form of element segment",
	  B(TYPE FUNC TABLE "\x09\x2c\x08" "\0\x41\0\x0b\1\0" "\1\0\1\0" "\2\0\x41\0\x0b\0\1\0"
	    "\3\0\1\0" "\4\x41\0\x0b\0" "\5\x70\1\xd2\0\x0b" "\6\0\x41\0\x0b\x70\0"
	    "\7\x6f\0" CODE), NULL },
	{ "element segment flags that are none", B(TABLE "\x09\3\1\x08\0"),
	  "malformed element segment flags 8" },
	{ "an element kind that is none", B("\x09\4\1\1\1\0"), "malformed element kind" },
	{ "elements without table", B("\x09\6\1\0\x41\0\x0b\0"), "unknown table 0" },
	{ "elements at an i64", B(TABLE "\x09\6\1\0\x42\0\x0b\0"),
	  "type mismatch: expected i32, got i64 in a constant expression" },
	{ "elements of an unknown function", B(TABLE "\x09\7\1\0\x41\0\x0b\1\0"),
	  "unknown function 0" },
	{ "externref elements for a funcref table", B(TABLE "\x09\x08\1\6\0\x41\0\x0b\x6f\0"),
	  "type mismatch: externref elements for a table of funcref" },
	{ "every form of data segment",
	  B(MEMORY "\x0b\x12\3" "\0\x41\0\x0b\1x" "\1\1x" "\2\0\x41\0\x0b\2xy"), NULL },
	{ "data segment flags that are none", B(MEMORY "\x0b\3\1\3\0"),
	  "malformed data segment flags 3" },
	{ "data without memory", B("\x0b\6\1\0\x41\0\x0b\0"), "unknown memory 0" },
	{ "data beyond its section", B(MEMORY "\x0b\x07\1\0\x41\0\x0b\2x"),
	  "unexpected end of section or function" },
	{ "data count without data", B("\x0c\1\1"),
	  "data count and data section have inconsistent lengths: 1 and 0" },
	{ "data count of another number", B("\x0c\1\2\x0b\3\1\1\0"),
	  "data count and data section have inconsistent lengths: 2 and 1" },
	{ "data.drop without data count",
	  B(TYPE FUNC "\x0a\7\1\5\0\xfc\x09\0\x0b\x0b\3\1\1\0"), "data count section required" },

	/* bodies */
	{ "a body beyond its section", B(TYPE FUNC "\x0a\4\1\3\0\x0b"),
	  "unexpected end: body of 3 bytes, 2 bytes left" },
	{ "a body without end", B(TYPE FUNC "\x0a\3\1\1\0"),
	  "unexpected end of section or function" },
	{ "a load without memory", B(TYPE FUNC "\x0a\x0a\1\x08\0\x41\0\x28\2\0\x1a\x0b"),
	  "unknown memory 0" },
	{ "memory.size without memory", B(TYPE FUNC "\x0a\7\1\5\0\x3f\0\x1a\x0b"),
	  "unknown memory 0" },
	{ "local declarations without bytes for them", B(TYPE FUNC "\x0a\4\1\2\5\x0b"),
	  "unexpected end: 5 local declarations announced, 1 bytes left" },
};

static int decode(const void *p, size_t len, struct kwasm_diag *d, struct kwasm_module **m)
{
	struct bytes b = { .p = NULL };
	int err;

	put_header(&b);
	put(&b, p, len);
	kwasm_diag_init(d);
	*m = NULL;
	err = kwasm_module_decode(b.p, b.len, NULL, d, m);
	/* The module has its own copy, on which the following tests rely. */
	memset(b.p, 0xaa, b.len);
	bytes_free(&b);
	return err;
}

static void test_rows(void)
{
	struct kwasm_module *m;
	struct kwasm_diag d;
	size_t i;
	int err;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		err = decode(rows[i].bytes, rows[i].len, &d, &m);
		is_str(d.text, rows[i].error ? rows[i].error : "", "%s", rows[i].what);
		if (!!err != !!rows[i].error || !err != !!m)
			ok(false, "%s: returned %d", rows[i].what, err);
		kwasm_module_destroy(m);
	}
}

static void test_headers(void)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *error;
	} headers[] = {
		{ B(""), "magic header not detected" },
		{ B("\0as"), "magic header not detected" },
		{ B("\0asn\1\0\0\0"), "magic header not detected" },
		{ B("\0asm"), "unknown binary version" },
		{ B("\0asm\1\0\0"), "unknown binary version" },
		{ B("\0asm\2\0\0\0"), "unknown binary version" },
		{ B("\0asm\x0d\0\1\0"), "components are not supported" },
	};
	struct kwasm_module *m = NULL;
	struct kwasm_diag d;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(headers); i++) {
		kwasm_diag_init(&d);
		if (kwasm_module_decode((const u8 *)headers[i].bytes, headers[i].len, NULL, &d, &m))
			is_str(d.text, headers[i].error, "header %zu", i);
		else
			ok(false, "header %zu is refused", i);
	}
}

static bool name_is(struct kwasm_name name, const char *s)
{
	return name.len == strlen(s) && !memcmp(name.str, s, name.len);
}

#define IMPORTS "\2\x0e\2\1m\1f\0\0\1m\1g\3\x7e\0"
#define NAMES "\0\x18\4name\0\2\1M\1\x0d\2\0\4zero\2\4more"

static void test_contents(void)
{
	struct kwasm_module *m;
	struct kwasm_diag d;
	const struct kwasm_export *e;

	if (decode(B(TYPE IMPORTS "\3\3\2\0\0" TABLE MEMORY "\6\6\1\x7f\1\x41\x7f\x0b"
		     "\7\x09\2\1a\0\1\1b\0\1" "\x09\x07\1\0\x41\3\x0b\1\0"
		     "\x0a\7\2\2\0\x0b\2\0\x0b" "\x0b\6\1\1\3xyz" NAMES), &d, &m))
		bail_out("%s", d.text);
	is_u64(m->num_funcs, 3, "functions, the imported one counted");
	is_u64(m->num_func_imports, 1, "of which one is imported");
	is_u64(m->num_globals, 2, "globals");
	ok(m->globals[0].type.type == KWASM_I64 && !m->globals[0].type.mutable,
	   "the imported global has its type");
	ok(m->globals[1].type.mutable && m->globals[1].init.bits == 0xffffffff,
	   "the other its value, zero-extended");
	ok(name_is(m->imports[1].module, "m") && name_is(m->imports[1].field, "g") &&
	   m->imports[1].kind == KWASM_EXTERN_GLOBAL && !m->imports[1].index,
	   "an import has its names, kind and index");
	e = kwasm_module_export(m, "b", 1, KWASM_EXTERN_FUNC);
	ok(e && e->index == 1, "an export is found by name and kind");
	ok(!kwasm_module_export(m, "b", 1, KWASM_EXTERN_MEMORY), "not under another kind");
	ok(m->num_elems == 1 && m->elems[0].offset.bits == 3 && m->elems[0].count == 1 &&
	   m->elems[0].init[0].kind == KWASM_CONST_FUNC, "an element segment");
	ok(m->num_datas == 1 && m->datas[0].mode == KWASM_SEGMENT_PASSIVE &&
	   m->datas[0].size == 3 && !memcmp(m->datas[0].bytes, "xyz", 3), "a data segment");
	ok(name_is(m->name, "M"), "the module's name");
	ok(name_is(m->funcs[0].name, "zero") && name_is(m->funcs[2].name, "more"),
	   "functions named by the name section");
	ok(name_is(m->funcs[1].name, "a"), "and by their first export");
	kwasm_module_destroy(m);
}

/* A damaged name section costs names, not the module. */
static void test_damaged_names(void)
{
	static const struct {
		const char *bytes;
		size_t len;
	} damaged[] = {
		{ B("\0\x08\4name\1\x7f\0") },
		{ B("\0\x09\4name\1\2\xff\xff") },
		{ B("\0\x0c\4name\1\5\1\0\x02\xc0\x80") },
		{ B("\0\x0b\4name\1\4\1\x7f\1x") },
		{ B("\0\6\4name\1") },
	};
	struct bytes b = { .p = NULL };
	struct kwasm_module *m;
	struct kwasm_diag d;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(damaged); i++) {
		b.len = 0;
		put(&b, B(TYPE FUNC "\7\5\1\1a\0\0" CODE));
		put(&b, damaged[i].bytes, damaged[i].len);
		is_int(decode(b.p, b.len, &d, &m), 0, "damaged name section %zu", i);
		ok(m && name_is(m->funcs[0].name, "a"), "leaves the export's name");
		kwasm_module_destroy(m);
	}
	bytes_free(&b);
}

/* Three functions of 2 parameters and 98 locals each. */
static void test_all_locals(void)
{
	struct kwasm_limits limits = kwasm_limits_default;
	struct bytes b = { .p = NULL };
	struct kwasm_module *m = NULL;
	struct kwasm_diag d;

	put_header(&b);
	put(&b, B("\1\6\1\x60\2\x7f\x7e\0" "\3\4\3\0\0\0"
		  "\x0a\x10\3\4\1\x62\x7f\x0b\4\1\x62\x7f\x0b\4\1\x62\x7f\x0b"));
	limits.locals = 300;
	kwasm_diag_init(&d);
	is_int(kwasm_module_decode(b.p, b.len, &limits, &d, &m), 0, "300 locals of 300");
	kwasm_module_destroy(m);
	m = NULL;
	limits.locals = 299;
	is_int(kwasm_module_decode(b.p, b.len, &limits, &d, &m), -E2BIG, "300 locals of 299");
	is_str(d.text, "too many locals in all functions: 300, the limit max_locals is 299", "the sentence");
	is_u64(d.func, 2, "in the last function");
	kwasm_module_destroy(m);
	bytes_free(&b);
}

int main(void)
{
	test_all_locals();
	test_headers();
	test_rows();
	test_contents();
	test_damaged_names();
	return tap_done();
}
