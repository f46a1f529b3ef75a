// SPDX-License-Identifier: GPL-2.0-only
/*
 * validate_test.c - one row per rule of the validator: a body, and the error or none.
 *
 * Every body is function 2 of this module:
 *
 *	types		0 []->[]  1 [i32]->[i32]  2 [i32 i32]->[i32]  3 [f32]->[]  4 []->[i32 i64]
 *			5 the row's own  6 [i32]->[]
 *	functions	0 imported, type 1, in a segment  1 imported, type 3  2 the row's, exported
 *			3 type 0, not declared
 *	tables		0 funcref  1 externref
 *	memory		0
 *	globals		0 imported const i32  1 var i64  2 const f32
 *	segments	element 0 passive funcref, 1 passive externref; data 0 passive
 */
#include "wasm/module.h"
#include "wasm_build.h"

struct row {
	const char *what;
	const char *type;	/* "params:results" in the letters of wasm_ops.def */
	const char *body;	/* local declarations and code, with the last end */
	size_t len;
	const char *error;	/* NULL: valid */
};

#define NO_LOCALS "\0"
#define END "\x0b"
#define LOCAL_GET_0 "\x20\0"
#define I32_0 "\x41\0"
#define I64_0 "\x42\0"
#define F32_0 "\x43\0\0\0\0"
#define F64_0 "\x44\0\0\0\0\0\0\0\0"
#define DROP "\x1a"
#define UNREACHABLE "\x00"
#define BLOCK "\x02"
#define LOOP "\x03"
#define IF "\x04"
#define ELSE "\x05"
#define VOID "\x40"
#define TYPE_I32 "\x7f"
#define TYPE_I64 "\x7e"
#define BR "\x0c"
#define BR_IF "\x0d"
#define BR_TABLE "\x0e"
#define RETURN "\x0f"
#define SELECT "\x1b"
#define NULL_FUNC "\xd0\x70"
#define NULL_EXTERN "\xd0\x6f"

static const struct row rows[] = {
	/* results and operands */
	{ "an empty body", ":", B(NO_LOCALS END), NULL },
	{ "a result", ":i", B(NO_LOCALS I32_0 END), NULL },
	{ "a result too few", ":i", B(NO_LOCALS END),
	  "type mismatch: expected 1 operands, the stack has 0" },
	{ "a result too many", ":i", B(NO_LOCALS I32_0 I32_0 END),
	  "type mismatch: 1 values remain on the stack at the end of a block" },
	{ "a result of the wrong type", ":i", B(NO_LOCALS I64_0 END),
	  "type mismatch: expected i32, got i64" },
	{ "two results", ":iI", B(NO_LOCALS I32_0 I64_0 END), NULL },
	{ "two results in the wrong order", ":iI", B(NO_LOCALS I64_0 I32_0 END),
	  "type mismatch: expected i64, got i32" },
	{ "an operand of the wrong type", ":i", B(NO_LOCALS I32_0 F32_0 "\x6a" END),
	  "type mismatch: expected i32, got f32" },
	{ "an operand too few", ":i", B(NO_LOCALS I32_0 "\x6a" END),
	  "type mismatch: expected i32, the stack is empty" },
	{ "drop with nothing there", ":", B(NO_LOCALS DROP END),
	  "type mismatch: expected an operand, the stack is empty" },
	{ "f64.promote_f32", ":F", B(NO_LOCALS F32_0 "\xbb" END), NULL },
	{ "i64.extend32_s", ":I", B(NO_LOCALS I64_0 "\xc4" END), NULL },
	{ "i64.trunc_sat_f64_u", ":I", B(NO_LOCALS F64_0 "\xfc\x07" END), NULL },

	/* blocks */
	{ "operands outside of a block are out of reach", ":",
	  B(NO_LOCALS I32_0 BLOCK VOID DROP END DROP END),
	  "type mismatch: expected an operand, the stack is empty" },
	{ "a block with a result", ":i", B(NO_LOCALS BLOCK TYPE_I32 I32_0 END END), NULL },
	{ "a block with parameters", ":i", B(NO_LOCALS I32_0 BLOCK "\1" END END), NULL },
	{ "a block with parameters that are not there", ":i", B(NO_LOCALS BLOCK "\1" END END),
	  "type mismatch: expected 1 operands, the stack has 0" },
	{ "a block with an unknown type", ":", B(NO_LOCALS BLOCK "\x08" END END),
	  "unknown type 8" },
	{ "a negative block type", ":", B(NO_LOCALS BLOCK "\xff\x7e" END END),
	  "malformed block type" },
	{ "if with else", ":i", B(NO_LOCALS I32_0 IF TYPE_I32 I32_0 ELSE I32_0 END END), NULL },
	{ "if without condition", ":", B(NO_LOCALS IF VOID END END),
	  "type mismatch: expected i32, the stack is empty" },
	{ "if without else that gives a result", ":i", B(NO_LOCALS I32_0 IF TYPE_I32 I32_0 END END),
	  "type mismatch: an if without else must have equal parameter and result types" },
	{ "if without else that gives what it takes", ":i",
	  B(NO_LOCALS I32_0 I32_0 IF "\1" END END), NULL },
	{ "else starts with the parameters", ":i",
	  B(NO_LOCALS I32_0 I32_0 IF "\1" DROP I32_0 ELSE END END), NULL },
	{ "else of another type", ":i", B(NO_LOCALS I32_0 IF TYPE_I32 I32_0 ELSE I64_0 END END),
	  "type mismatch: expected i32, got i64" },
	{ "else without if", ":", B(NO_LOCALS BLOCK VOID ELSE END END), "else without if" },
	{ "else twice", ":", B(NO_LOCALS I32_0 IF VOID ELSE ELSE END END), "else without if" },
	{ "a body that does not end", ":", B(NO_LOCALS BLOCK VOID END),
	  "unexpected end of section or function" },
	{ "a body that goes on after its end", ":", B(NO_LOCALS END "\1"),
	  "END opcode expected: 1 bytes follow the end of the function" },

	/* branches */
	{ "br to a block", ":i", B(NO_LOCALS BLOCK TYPE_I32 I32_0 BR "\0" END END), NULL },
	{ "br to a block without its result", ":i", B(NO_LOCALS BLOCK TYPE_I32 BR "\0" END END),
	  "type mismatch: expected 1 operands, the stack has 0" },
	{ "br to a loop takes its parameters", ":i",
	  B(NO_LOCALS LOOP TYPE_I32 BR "\0" END END), NULL },
	{ "br to a loop with a result only", ":I",
	  B(NO_LOCALS I32_0 LOOP "\1" BR "\0" END DROP I64_0 END), NULL },
	{ "br to the function", ":i", B(NO_LOCALS BLOCK VOID I32_0 BR "\1" END I32_0 END), NULL },
	{ "br beyond the function", ":", B(NO_LOCALS BLOCK VOID BR "\2" END END),
	  "unknown label 2" },
	{ "br_if keeps its operands", ":i", B(NO_LOCALS I32_0 I32_0 BR_IF "\0" END), NULL },
	{ "br_if of the wrong type", ":i", B(NO_LOCALS I64_0 I32_0 BR_IF "\0" END),
	  "type mismatch: expected i32, got i64" },
	{ "br_table", ":", B(NO_LOCALS BLOCK VOID I32_0 BR_TABLE "\2\0\1\0" END END), NULL },
	{ "br_table whose labels differ in arity", ":i",
	  B(NO_LOCALS BLOCK VOID I32_0 I32_0 BR_TABLE "\1\0\1" END I32_0 END),
	  "type mismatch: br_table labels take 0 and 1 operands" },
	{ "br_table whose labels differ in type", ":i",
	  B(NO_LOCALS BLOCK TYPE_I64 I32_0 I32_0 BR_TABLE "\1\1\0" END DROP I32_0 END),
	  "type mismatch: expected i64, got i32" },
	{ "the same in unreachable code", ":i",
	  B(NO_LOCALS BLOCK TYPE_I64 UNREACHABLE I32_0 BR_TABLE "\1\1\0" END DROP I32_0 END),
	  NULL },
	{ "br_table to an unknown label", ":", B(NO_LOCALS I32_0 BR_TABLE "\1\0\1" END),
	  "unknown label 1" },
	{ "br_table with an unknown label that is not the last", ":",
	  B(NO_LOCALS I32_0 BR_TABLE "\2\0\3\0" END), "unknown label 3" },
	{ "br_table with more labels than bytes", ":",
	  B(NO_LOCALS I32_0 BR_TABLE "\xff\xff\xff\xff\x0f\0" END),
	  "unexpected end: br_table of 4294967295 labels" },
	{ "return", "i:i", B(NO_LOCALS LOCAL_GET_0 RETURN END), NULL },
	{ "return without its value", ":i", B(NO_LOCALS RETURN END),
	  "type mismatch: expected 1 operands, the stack has 0" },

	/* unreachable code */
	{ "anything follows unreachable", ":iI", B(NO_LOCALS UNREACHABLE END), NULL },
	{ "operands of any type", ":i", B(NO_LOCALS UNREACHABLE "\x6a" END), NULL },
	{ "but not after an operand of a known type", ":i",
	  B(NO_LOCALS UNREACHABLE I64_0 "\x6a" END),
	  "type mismatch: expected i32, got i64" },
	{ "select between two of any type", ":I",
	  B(NO_LOCALS UNREACHABLE SELECT END), NULL },
	{ "select takes the type that is known", ":I",
	  B(NO_LOCALS UNREACHABLE I32_0 I32_0 SELECT END),
	  "type mismatch: expected i64, got i32" },
	{ "values left over in unreachable code", ":", B(NO_LOCALS UNREACHABLE I32_0 END),
	  "type mismatch: 1 values remain on the stack at the end of a block" },
	{ "br_if in unreachable code makes its operands known", ":I",
	  B(NO_LOCALS BLOCK TYPE_I32 UNREACHABLE BR_IF "\0" "\xac" BR "\1" END "\xac" END), NULL },
	{ "and of its label's type", ":i",
	  B(NO_LOCALS BLOCK TYPE_I32 UNREACHABLE BR_IF "\0" "\xa7" BR "\1" END END),
	  "type mismatch: expected i64, got i32" },
	{ "code after the end of an unreachable block is reachable", ":i",
	  B(NO_LOCALS BLOCK VOID UNREACHABLE END END),
	  "type mismatch: expected 1 operands, the stack has 0" },
	{ "else is reachable where the if part is not", ":i",
	  B(NO_LOCALS I32_0 IF TYPE_I32 UNREACHABLE ELSE END END),
	  "type mismatch: expected 1 operands, the stack has 0" },

	/* calls */
	{ "call", ":i", B(NO_LOCALS I32_0 "\x10\0" END), NULL },
	{ "call without its argument", ":i", B(NO_LOCALS "\x10\0" END),
	  "type mismatch: expected 1 operands, the stack has 0" },
	{ "call of an unknown function", ":", B(NO_LOCALS "\x10\4" END), "unknown function 4" },
	{ "call_indirect", ":i", B(NO_LOCALS I32_0 I32_0 "\x11\1\0" END), NULL },
	{ "call_indirect of an unknown type", ":", B(NO_LOCALS I32_0 "\x11\7\0" END),
	  "unknown type 7" },
	{ "call_indirect through an unknown table", ":", B(NO_LOCALS I32_0 "\x11\0\2" END),
	  "unknown table 2" },
	{ "call_indirect through a table of externref", ":", B(NO_LOCALS I32_0 "\x11\0\1" END),
	  "type mismatch: call_indirect through a table of externref" },

	/* parametric and variables */
	{ "select", ":I", B(NO_LOCALS I64_0 I64_0 I32_0 SELECT END), NULL },
	{ "select of two types", ":I", B(NO_LOCALS I64_0 I32_0 I32_0 SELECT END),
	  "type mismatch: expected i64, got i32" },
	{ "select of references without a type", ":",
	  B(NO_LOCALS NULL_FUNC NULL_FUNC I32_0 SELECT DROP END),
	  "type mismatch: select without a type requires numeric operands" },
	{ "select of references with a type", ":",
	  B(NO_LOCALS NULL_FUNC NULL_FUNC I32_0 "\x1c\1\x70" DROP END), NULL },
	{ "select with no types", ":", B(NO_LOCALS I32_0 I32_0 I32_0 "\x1c\0" DROP END),
	  "invalid result arity: select with 0 types" },
	{ "select with two types", ":", B(NO_LOCALS I32_0 I32_0 I32_0 "\x1c\2\x7f\x7f" DROP END),
	  "invalid result arity: select with 2 types" },
	{ "select with more types than bytes", ":", B(NO_LOCALS "\x1c\7\x7f" END),
	  "unexpected end: select of 7 types" },
	{ "locals follow the parameters", "i:I", B("\1\2\x7e" "\x20\2" END), NULL },
	{ "runs of locals", "i:f", B("\3\2\x7e\0\x7c\1\x7d" "\x20\3" END), NULL },
	{ "an unknown local", "i:I", B("\1\2\x7e" "\x20\3" END), "unknown local 3" },
	{ "local.set of another type", "i:", B(NO_LOCALS I64_0 "\x21\0" END),
	  "type mismatch: expected i32, got i64" },
	{ "local.tee gives the value back", "i:i", B(NO_LOCALS I32_0 "\x22\0" END), NULL },
	{ "global.get", ":i", B(NO_LOCALS "\x23\0" END), NULL },
	{ "global.set", ":", B(NO_LOCALS I64_0 "\x24\1" END), NULL },
	{ "global.set of a constant", ":", B(NO_LOCALS F32_0 "\x24\2" END),
	  "global is immutable: 2" },
	{ "an unknown global", ":", B(NO_LOCALS "\x23\3" DROP END), "unknown global 3" },

	/* memory */
	{ "a load", ":i", B(NO_LOCALS I32_0 "\x28\2\0" END), NULL },
	{ "a load with more than natural alignment", ":i", B(NO_LOCALS I32_0 "\x28\3\0" END),
	  "alignment must not be larger than natural" },
	{ "a byte store with more than natural alignment", ":",
	  B(NO_LOCALS I32_0 I64_0 "\x3c\1\0" END), "alignment must not be larger than natural" },
	{ "memory.grow", ":i", B(NO_LOCALS I32_0 "\x40\0" END), NULL },
	{ "memory.size of memory 1", ":i", B(NO_LOCALS "\x3f\1" END),
	  "zero byte expected (multiple memories are not supported)" },
	{ "memory.init", ":", B(NO_LOCALS I32_0 I32_0 I32_0 "\xfc\x08\0\0" END), NULL },
	{ "memory.init of an unknown segment", ":",
	  B(NO_LOCALS I32_0 I32_0 I32_0 "\xfc\x08\1\0" END), "unknown data segment 1" },
	{ "data.drop of an unknown segment", ":", B(NO_LOCALS "\xfc\x09\1" END),
	  "unknown data segment 1" },
	{ "memory.copy", ":", B(NO_LOCALS I32_0 I32_0 I32_0 "\xfc\x0a\0\0" END), NULL },
	{ "memory.fill of an i64", ":", B(NO_LOCALS I32_0 I64_0 I32_0 "\xfc\x0b\0" END),
	  "type mismatch: expected i32, got i64" },

	/* tables and references */
	{ "table.get", ":", B(NO_LOCALS I32_0 "\x25\1" DROP END), NULL },
	{ "table.set of the other kind", ":", B(NO_LOCALS I32_0 NULL_FUNC "\x26\1" END),
	  "type mismatch: expected externref, got funcref" },
	{ "table.grow", ":i", B(NO_LOCALS NULL_FUNC I32_0 "\xfc\x0f\0" END), NULL },
	{ "table.fill", ":", B(NO_LOCALS I32_0 NULL_EXTERN I32_0 "\xfc\x11\1" END), NULL },
	{ "table.size of an unknown table", ":i", B(NO_LOCALS "\xfc\x10\2" END),
	  "unknown table 2" },
	{ "table.init", ":", B(NO_LOCALS I32_0 I32_0 I32_0 "\xfc\x0c\0\0" END), NULL },
	{ "table.init of the other kind", ":", B(NO_LOCALS I32_0 I32_0 I32_0 "\xfc\x0c\0\1" END),
	  "type mismatch: funcref to a table of externref" },
	{ "elem.drop of an unknown segment", ":", B(NO_LOCALS "\xfc\x0d\2" END),
	  "unknown elem segment 2" },
	{ "table.copy between kinds", ":", B(NO_LOCALS I32_0 I32_0 I32_0 "\xfc\x0e\0\1" END),
	  "type mismatch: externref to a table of funcref" },
	{ "ref.func", ":", B(NO_LOCALS "\xd2\0" DROP END), NULL },
	{ "ref.func of an exported function", ":", B(NO_LOCALS "\xd2\2" DROP END), NULL },
	{ "ref.func of a function that nothing declares", ":", B(NO_LOCALS "\xd2\3" DROP END),
	  "undeclared function reference 3" },
	{ "ref.func of an unknown function", ":", B(NO_LOCALS "\xd2\4" DROP END),
	  "unknown function 4" },
	{ "ref.is_null of a number", ":i", B(NO_LOCALS I32_0 "\xd1" END),
	  "type mismatch: expected a reference, got i32" },
	{ "ref.null of a number type", ":", B(NO_LOCALS "\xd0\x7f" DROP END),
	  "malformed reference type 0x7f" },

	/* features that are rejected by name */
	{ "SIMD", ":", B(NO_LOCALS I32_0 "\xfd\0\4\0" DROP END),
	  "SIMD instruction v128.load is not supported" },
	{ "SIMD with a two-byte number", ":", B(NO_LOCALS "\xfd\x80\1" END),
	  "SIMD instruction i16x8.abs is not supported" },
	{ "relaxed SIMD", ":", B(NO_LOCALS "\xfd\x80\2" END),
	  "relaxed SIMD instructions are not supported" },
	{ "a local of type v128", ":", B("\1\1\x7b" END), "SIMD type v128 is not supported" },
	{ "threads", ":", B(NO_LOCALS "\xfe\x10\2\0" END),
	  "threads (atomic instructions) are not supported" },
	{ "return_call", ":", B(NO_LOCALS "\x12\0" END), "tail calls are not supported" },
	{ "try_table", ":", B(NO_LOCALS "\x1f\x40\0" END), "exception handling is not supported" },
	{ "call_ref", ":", B(NO_LOCALS "\x14\0" END),
	  "typed function references are not supported" },
	{ "ref.eq", ":",
	  B(NO_LOCALS "\xd3" END), "garbage-collected references are not supported" },
	{ "struct.new", ":", B(NO_LOCALS "\xfb\0\0" END),
	  "garbage-collected references are not supported" },
	{ "no instruction", ":", B(NO_LOCALS "\x27" END), "illegal opcode 0x27" },
	{ "no instruction after 0xfc", ":",
	  B(NO_LOCALS "\xfc\x17" END), "illegal opcode 0xfc 0x17" },
	{ "no instruction after 0xfd", ":", B(NO_LOCALS "\xfd\x9a\1" END),
	  "illegal opcode 0xfd 0x9a" },
};

static void put_type_list(struct bytes *b, const char *letters, size_t n)
{
	static const char names[] = "iIfF";

	put_leb(b, n);
	while (n--)
		put_u8(b, 0x7f - (strchr(names, *letters++) - names));
}

static void put_row_module(struct bytes *b, const struct row *row)
{
	const char *colon = strchr(row->type, ':');
	struct bytes s = { .p = NULL };

	put_header(b);
	put(&s, B("\7\x60\0\0" "\x60\1\x7f\1\x7f" "\x60\2\x7f\x7f\1\x7f" "\x60\1\x7d\0"
		  "\x60\0\2\x7f\x7e" "\x60"));
	put_type_list(&s, row->type, colon - row->type);
	put_type_list(&s, colon + 1, strlen(colon + 1));
	put(&s, B("\x60\1\x7f\0"));
	put_sized(b, 1, s.p, s.len);
	put_sized(b, 2, B("\3\1e\1f\0\1\1e\1g\0\3\1e\1h\3\x7f\0"));
	put_sized(b, 3, B("\2\5\0"));
	put_sized(b, 4, B("\2\x70\0\4\x6f\0\4"));
	put_sized(b, 5, B("\1\0\1"));
	put_sized(b, 6, B("\2\x7e\1\x42\0\x0b\x7d\0\x43\0\0\0\0\x0b"));
	put_sized(b, 7, B("\1\1x\0\2"));
	put_sized(b, 9, B("\2\1\0\1\0\5\x6f\1\xd0\x6f\x0b"));
	put_sized(b, 12, B("\1"));
	s.len = 0;
	put_leb(&s, 2);
	put_sized(&s, -1, row->body, row->len);
	put_sized(&s, -1, B("\0\x0b"));
	put_sized(b, 10, s.p, s.len);
	put_sized(b, 11, B("\1\1\1x"));
	bytes_free(&s);
}

static void test_rows(void)
{
	struct bytes b = { .p = NULL };
	struct kwasm_module *m;
	struct kwasm_diag d;
	size_t i;
	int err;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		b.len = 0;
		put_row_module(&b, &rows[i]);
		m = NULL;
		kwasm_diag_init(&d);
		err = kwasm_module_decode(b.p, b.len, NULL, &d, &m);
		is_str(d.text, rows[i].error ? rows[i].error : "", "%s", rows[i].what);
		if (!!err != !!rows[i].error || !err != !!m)
			ok(false, "%s: returned %d", rows[i].what, err);
		kwasm_module_destroy(m);
	}
	bytes_free(&b);
}

/* Information from the validator on valid bodies. */
static void test_info(void)
{
	static const struct row info_rows[] = {
		{ "", ":", B(NO_LOCALS END), NULL },
		{ "", "f:", B(NO_LOCALS END), NULL },
		{ "", ":", B("\1\1\x7c" END), NULL },
		{ "", ":", B(NO_LOCALS I32_0 DROP F32_0 DROP END), NULL },
		{ "", ":", B(NO_LOCALS I32_0 I32_0 "\x11\3\0" END), NULL },
	};
	struct bytes b = { .p = NULL };
	struct kwasm_func_info infos[ARRAY_SIZE(info_rows)] = { { .type = 0 } };
	struct kwasm_module *m;
	struct kwasm_diag d;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(info_rows); i++) {
		b.len = 0;
		put_row_module(&b, &info_rows[i]);
		m = NULL;
		kwasm_diag_init(&d);
		kwasm_module_decode(b.p, b.len, NULL, &d, &m);
		if (m)
			infos[i] = m->funcs[2];
		kwasm_module_destroy(m);
	}
	bytes_free(&b);
	ok(!infos[0].float_code && infos[0].leaf, "an empty body needs no floats and is a leaf");
	is_u64(infos[1].float_code, infos[1].body, "a float parameter counts from the body");
	is_u64(infos[2].float_code, infos[2].body, "a float local as well");
	is_u64(infos[3].float_code, infos[3].code + 3, "a float constant from where it stands");
	is_u64(infos[3].max_operands, 1, "one operand at a time");
	ok(!infos[4].leaf, "a body that calls is not a leaf");
}

static void test_counts(void)
{
	static const struct row row = {
		"", ":", B(NO_LOCALS I32_0 I32_0 I32_0 DROP DROP BR_IF "\0" BLOCK VOID LOOP VOID
			   I32_0 BR_TABLE "\2\0\1\0" END END RETURN END), NULL
	};
	struct bytes b = { .p = NULL };
	struct kwasm_module *m = NULL;
	const struct kwasm_func_info *info;
	struct kwasm_diag d;

	kwasm_diag_init(&d);
	put_row_module(&b, &row);
	if (!is_int(kwasm_module_decode(b.p, b.len, NULL, &d, &m), 0, "a module with branches"))
		bail_out("%s", d.text);
	bytes_free(&b);
	info = &m->funcs[2];
	is_u64(info->num_blocks, 2, "blocks");
	is_u64(info->num_branches, 5, "br_if, three labels, return");
	is_u64(info->max_operands, 3, "operands at the deepest");
	ok(info->escapes && info->declared, "an exported function escapes");
	ok(m->funcs[0].declared && !m->funcs[1].escapes && !m->funcs[3].escapes,
	   "of the others the one in a segment does");
	is_int(info->name.len == 1 && info->name.str[0] == 'x', 1, "and its export names it");
	kwasm_module_destroy(m);
}

static void test_place(void)
{
	static const struct row row = { "", ":i", B(NO_LOCALS I32_0 I64_0 "\x6a" END), NULL };
	struct bytes b = { .p = NULL };
	struct kwasm_module *m = NULL;
	struct kwasm_diag d;

	kwasm_diag_init(&d);
	put_row_module(&b, &row);
	is_int(kwasm_module_decode(b.p, b.len, NULL, &d, &m), -ENOEXEC, "an invalid body");
	is_u64(d.func, 2, "the error names its function");
	ok(d.offset < b.len && b.p[d.offset] == 0x6a && b.p[d.offset - 1] == 0,
	   "and the byte of the instruction: 0x%x", d.offset);
	ok(!m, "no module comes out");
	bytes_free(&b);
}

int main(void)
{
	test_rows();
	test_info();
	test_counts();
	test_place();
	return tap_done();
}
