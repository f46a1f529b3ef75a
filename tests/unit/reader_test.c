// SPDX-License-Identifier: GPL-2.0-only
/*
 * reader_test.c - LEB128 and fixed-width reads at their edges (spec 5.2.2).
 */
#include "reader.h"
#include "wasm_build.h"

enum kind { U32, S32, S33, S64 };

static const char too_long[] = "integer representation too long";
static const char too_large[] = "integer too large";
static const char too_short[] = "unexpected end of section or function";

static const struct {
	enum kind kind;
	const char *bytes;
	size_t len;
	s64 value;
	const char *error;	/* NULL: @value is read and all bytes are used */
} lebs[] = {
	{ U32, B("\x00"), 0, NULL },
	{ U32, B("\x7f"), 127, NULL },
	{ U32, B("\x80\x01"), 128, NULL },
	{ U32, B("\x80\x00"), 0, NULL },
	{ U32, B("\x80\x80\x80\x80\x00"), 0, NULL },
	{ U32, B("\xff\xff\xff\xff\x0f"), 0xffffffff, NULL },
	{ U32, B("\xff\xff\xff\xff\x1f"), 0, too_large },
	{ U32, B("\x80\x80\x80\x80\x10"), 0, too_large },
	{ U32, B("\x80\x80\x80\x80\x70"), 0, too_large },
	{ U32, B("\x80\x80\x80\x80\x80\x00"), 0, too_long },
	{ U32, B(""), 0, too_short },
	{ U32, B("\x80\x80"), 0, too_short },
	{ S32, B("\x00"), 0, NULL },
	{ S32, B("\x3f"), 63, NULL },
	{ S32, B("\x40"), -64, NULL },
	{ S32, B("\x7f"), -1, NULL },
	{ S32, B("\xff\x7f"), -1, NULL },
	{ S32, B("\xff\xff\xff\xff\x07"), 0x7fffffff, NULL },
	{ S32, B("\x80\x80\x80\x80\x78"), -0x80000000LL, NULL },
	{ S32, B("\xff\xff\xff\xff\x7f"), -1, NULL },
	{ S32, B("\xff\xff\xff\xff\x0f"), 0, too_large },
	{ S32, B("\x80\x80\x80\x80\x70"), 0, too_large },
	{ S32, B("\x80\x80\x80\x80\x08"), 0, too_large },
	{ S32, B("\x80\x80\x80\x80\x80\x00"), 0, too_long },
	{ S32, B("\xff\xff\xff\xff\xff\x7f"), 0, too_long },
	{ S32, B("\x80"), 0, too_short },
	{ S33, B("\x40"), -64, NULL },
	{ S33, B("\xff\xff\xff\xff\x0f"), 0xffffffff, NULL },
	{ S33, B("\x80\x80\x80\x80\x70"), -0x100000000LL, NULL },
	{ S33, B("\x80\x80\x80\x80\x10"), 0, too_large },
	{ S33, B("\xff\xff\xff\xff\x6f"), 0, too_large },
	{ S64, B("\x00"), 0, NULL },
	{ S64, B("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00"), S64_MAX, NULL },
	{ S64, B("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x7f"), S64_MIN, NULL },
	{ S64, B("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"), -1, NULL },
	{ S64, B("\x80\x80\x80\x80\x80\x80\x80\x80\xc0\x00"), 1LL << 62, NULL },
	{ S64, B("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"), 0, too_large },
	{ S64, B("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7e"), 0, too_large },
	{ S64, B("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00"), 0, too_long },
};

static struct kwasm_reader reader_over(const void *p, size_t len, struct kwasm_diag *d)
{
	kwasm_diag_init(d);
	return (struct kwasm_reader){ .bytes = p, .end = len, .func = 7, .diag = d };
}

static s64 read_leb(struct kwasm_reader *r, enum kind kind)
{
	switch (kind) {
	case U32:
		return kwasm_read_leb_u32(r);
	case S32:
		return kwasm_read_leb_s32(r);
	case S33:
		return kwasm_read_leb_s33(r);
	default:
		return kwasm_read_leb_s64(r);
	}
}

static void test_lebs(void)
{
	static const char *const kinds[] = { "u32", "s32", "s33", "s64" };
	struct kwasm_diag d;
	struct kwasm_reader r;
	/* On the heap, so that the sanitizer sees a byte too many. */
	u8 *copy;
	size_t i;
	s64 v;

	for (i = 0; i < ARRAY_SIZE(lebs); i++) {
		copy = malloc(lebs[i].len ? lebs[i].len : 1);
		memcpy(copy, lebs[i].bytes, lebs[i].len);
		r = reader_over(copy, lebs[i].len, &d);
		v = read_leb(&r, lebs[i].kind);
		if (lebs[i].error)
			ok(r.err == -ENOEXEC && !v && !strcmp(d.text, lebs[i].error),
			   "row %zu, %s: %s", i, kinds[lebs[i].kind], lebs[i].error);
		else
			ok(!r.err && v == lebs[i].value && r.pos == lebs[i].len,
			   "row %zu, %s: %lld", i, kinds[lebs[i].kind], (long long)lebs[i].value);
		free(copy);
	}
}

static void test_fixed(void)
{
	static const u8 bytes[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	struct kwasm_diag d;
	struct kwasm_reader r = reader_over(bytes, sizeof(bytes), &d);

	is_u64(kwasm_read_le32(&r), 0x04030201, "four bytes, least significant first");
	is_u64(kwasm_read_u8(&r), 5, "one byte");
	is_u64(kwasm_read_le64(&r), 0, "eight bytes of which four are left");
	is_int(r.err, -ENOEXEC, "is an error");
	is_u64(r.pos, 5, "that moves nothing");
	is_u64(kwasm_read_u8(&r), 0, "after an error nothing is read");
	is_u64(r.pos, 5, "and nothing moves");
	ok(!kwasm_read_bytes(&r, 0), "not even no bytes");

	r = reader_over(bytes, sizeof(bytes), &d);
	is_u64(kwasm_read_le64(&r), 0x0807060504030201, "eight bytes");
	ok(kwasm_read_bytes(&r, 1) == bytes + 8, "bytes are read in place");
	ok(!kwasm_read_bytes(&r, U32_MAX), "a length near the end of the number range");
	is_int(r.err, -ENOEXEC, "is an error, not an overflow");
}

static void test_diag(void)
{
	char text[400], small[10];
	struct kwasm_diag d;
	struct kwasm_reader r = reader_over("", 0, &d);

	is_int(kwasm_reader_fail(&r, -E2BIG, 0x1f, "too %s: \"%.*s\"", "big", 3, "a\n\xff"), -E2BIG,
	       "a failure gives its own number");
	is_int(kwasm_reader_fail(&r, -ENOEXEC, 5, "second"), -E2BIG, "the first one stays");
	kwasm_diag_format(&d, text, sizeof(text));
	is_str(text, "function 7, byte 0x1f: too big: \"a??\"", "place and printable text");
	is_u64(kwasm_diag_format(&d, small, sizeof(small)), 9, "a small buffer is filled");
	is_str(small, "function ", "and terminated");
	kwasm_diag_init(&d);
	kwasm_diag_set(&d, -ENOMEM, KWASM_DIAG_NONE, KWASM_DIAG_NONE, "no memory");
	kwasm_diag_format(&d, text, sizeof(text));
	is_str(text, "no memory", "no place, no words about it");
	is_int(kwasm_diag_set(NULL, -EINTR, 0, 0, "unheard"), -EINTR, "nobody needs to listen");
}

int main(void)
{
	test_lebs();
	test_fixed();
	test_diag();
	return tap_done();
}
