// SPDX-License-Identifier: GPL-2.0-only
/*
 * proposal_test.c - each line of proposals.def is refused by its name, at its byte, and where it is
 * in a function, with the function.
 */
#include "wasm/proposal.h"
#include "wasm/module.h"
#include "wasm_build.h"

static const struct row {
	enum kwasm_code_kind kind;
	u32 first, last;
	const char *feature;
} rows[] = {
#define PROPOSAL(kind, first, last, feature) { KWASM_CODE_##kind, first, last, feature },
#include "wasm/proposals.def"
#undef PROPOSAL
};

static void put_section(struct bytes *b, int id, const struct bytes *s)
{
	put_sized(b, id, s->p, s->len);
}

/* A module with @code in its place; the offset of the code, and whether a function holds it. */
static u32 put_module(struct bytes *b, enum kwasm_code_kind kind, u32 code, bool *in_func)
{
	struct bytes s = { .p = NULL };
	u32 at = 0;

	*in_func = false;
	if (kind == KWASM_CODE_VERSION) {
		put(b, B("\0asm"));
		put(b, &code, 4);
		return 4;
	}
	put_header(b);
	switch (kind) {
	case KWASM_CODE_SECTION:
		put_sized(b, (int)code, B(""));
		return 8;
	case KWASM_CODE_EXTERN:
		put(&s, B("\1\0\0"));
		put_u8(&s, (u8)code);
		put(&s, B("\0\0"));
		put_section(b, 2, &s);
		at = 13;
		break;
	case KWASM_CODE_FORM:
	case KWASM_CODE_TYPE:
		put_u8(&s, 1);
		if (kind == KWASM_CODE_TYPE)
			put(&s, B("\x60\1"));
		put_u8(&s, (u8)code);
		put(&s, B("\0\0\0"));
		put_section(b, 1, &s);
		at = kind == KWASM_CODE_TYPE ? 13 : 11;
		break;
	case KWASM_CODE_TABLE:
	case KWASM_CODE_RANGE:
		put_u8(&s, 1);
		put_u8(&s, (u8)code);
		put(&s, B("\1\1\1\1\1"));
		put_section(b, kind == KWASM_CODE_TABLE ? 4 : 5, &s);
		at = 11;
		break;
	case KWASM_CODE_CONST:
		put(&s, B("\1\x7f\0\x41\1\x41\1"));
		put_u8(&s, (u8)code);
		put_u8(&s, 0xb);
		put_section(b, 6, &s);
		at = 17;
		break;
	default:
		*in_func = true;
		put_u8(&s, 0);
		if (kind == KWASM_CODE_ALIGN)
			put_u8(&s, 0x28);
		else if (kind != KWASM_CODE_OP)
			put_u8(&s, kind == KWASM_CODE_OP_FB ? 0xfb :
				   kind == KWASM_CODE_OP_FC ? 0xfc : 0xfd);
		if (kind == KWASM_CODE_OP)
			put_u8(&s, (u8)code);
		else
			put_leb(&s, code);
		put(&s, B("\0\0\0\xb"));
		b->len = 0;
		put_body_module(b, &s);
		at = (u32)(b->len - s.len) + 1;
		break;
	}
	bytes_free(&s);
	return at;
}

/* The first line that holds the code is the one that names it. */
static const char *name_of(enum kwasm_code_kind kind, u32 code)
{
	size_t i = 0;

	while (rows[i].kind != kind || code < rows[i].first || code > rows[i].last)
		i++;
	return rows[i].feature;
}

int main(void)
{
	struct bytes b = { .p = NULL };
	struct kwasm_module *m;
	struct kwasm_diag d;
	char want[128];
	bool in_func;
	size_t i;
	u32 at, k;
	int err;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		for (k = 0; k < 2; k++) {
			u32 code = k ? rows[i].last : rows[i].first;

			b.len = 0;
			at = put_module(&b, rows[i].kind, code, &in_func);
			snprintf(want, sizeof(want), "%s not supported",
				 name_of(rows[i].kind, code));
			kwasm_diag_init(&d);
			m = NULL;
			err = kwasm_module_decode(b.p, b.len, NULL, &d, &m);
			ok(err == -EOPNOTSUPP && !strcmp(d.text, want) && d.offset == at &&
			   d.func == (in_func ? 0 : KWASM_DIAG_NONE),
			   "0x%x: %s (function %d, byte %u of %u)", code, d.text, (int)d.func,
			   d.offset, at);
			kwasm_module_destroy(m);
		}
	bytes_free(&b);
	return tap_done();
}
