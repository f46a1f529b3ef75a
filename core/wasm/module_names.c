// SPDX-License-Identifier: GPL-2.0-only
/*
 * module_names.c - strings of a binary, and the name section (spec 5.2.4, appendix A.4).
 *
 * Guarantees: a name is valid UTF-8.  The name section is optional: a damaged one yields fewer
 * names, never an error.
 */
#include "module_decode.h"

#define NAMES_MODULE 0
#define NAMES_FUNCTION 1
#define NAMES_GLOBAL 7
#define BYTES_PER_STEP 8u		/* that are checked */

/* Length of the UTF-8 sequence at @s, of which @left bytes can be read; 0 if it is invalid. */
static u32 utf8_sequence(const u8 *s, u32 left)
{
	u8 low = 0x80, high = 0xbf;
	u32 i, len;

	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		len = 2;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		len = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		len = 4;
	else
		return 0;
	if (left < len)
		return 0;
	/* The second byte excludes over-long forms, surrogates, and values beyond U+10FFFF. */
	if (s[0] == 0xe0)
		low = 0xa0;
	else if (s[0] == 0xed)
		high = 0x9f;
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xf4)
		high = 0x8f;
	if (s[1] < low || s[1] > high)
		return 0;
	for (i = 2; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	}
	return len;
}

struct kwasm_name kwasm_decoder_name(struct kwasm_decoder *d, struct kwasm_reader *r)
{
	u32 at = r->pos;
	u32 len = kwasm_read_leb_u32(r);
	const u8 *s = kwasm_read_bytes(r, len);
	u32 i = 0, n;

	if (s && kwasm_steps_take(&d->steps, 1 + len / BYTES_PER_STEP))
		s = NULL;
	if (!s)
		return (struct kwasm_name){ .str = "" };
	while (i < len) {
		n = utf8_sequence(s + i, len - i);
		if (!n) {
			kwasm_reader_fail(r, -ENOEXEC, at, "malformed UTF-8 encoding");
			return (struct kwasm_name){ .str = "" };
		}
		i += n;
	}
	return (struct kwasm_name){ .str = (const char *)s, .len = len };
}

/* Clang, rustc and Zig call it __stack_pointer, AssemblyScript ~lib/memory/__stack_pointer. */
static bool is_stack_pointer(const struct kwasm_module *m, u32 index, struct kwasm_name name)
{
	static const char want[] = "__stack_pointer";
	const u32 len = sizeof(want) - 1;
	const struct kwasm_global *global = &m->globals[index];

	if (name.len < len || memcmp(name.str + name.len - len, want, len) ||
	    (name.len > len && name.str[name.len - len - 1] != '/'))
		return false;
	return index >= m->num_global_imports && global->type.mutable &&
	       global->type.type == KWASM_I32 && global->init.kind == KWASM_CONST_VALUE;
}

/* @r is the window of a subsection of function names or global names. */
static void indexed_names(struct kwasm_decoder *d, struct kwasm_reader *r, u8 id)
{
	u32 n = kwasm_read_leb_u32(r);
	struct kwasm_module *m = d->m;
	struct kwasm_name name;
	u32 index;

	while (n-- && !r->err && !d->steps.stopped) {
		index = kwasm_read_leb_u32(r);
		name = kwasm_decoder_name(d, r);
		if (r->err)
			return;
		if (id == NAMES_FUNCTION && index < m->num_funcs)
			m->funcs[index].name = name;
		else if (id == NAMES_GLOBAL && index < m->num_globals &&
			 is_stack_pointer(m, index, name))
			m->stack_pointer = index;
	}
}

static void name_section(struct kwasm_decoder *d, struct kwasm_reader r)
{
	struct kwasm_reader sub;
	struct kwasm_name name;
	u32 size;
	u8 id;

	/* Its errors are ignored, but for the caller's end, which the steps remember. */
	r.diag = NULL;
	while (!r.err && !d->steps.stopped && r.pos < r.end) {
		id = kwasm_read_u8(&r);
		size = kwasm_read_leb_u32(&r);
		sub = r;
		if (!kwasm_read_bytes(&r, size))
			return;
		sub.end = r.pos;
		if (id == NAMES_MODULE) {
			name = kwasm_decoder_name(d, &sub);
			if (!sub.err)
				d->m->name = name;
		} else if (id == NAMES_FUNCTION || id == NAMES_GLOBAL) {
			indexed_names(d, &sub, id);
		}
	}
}

void kwasm_decode_names(struct kwasm_decoder *d)
{
	struct kwasm_module *m = d->m;
	const struct kwasm_export *e;
	u32 i;

	m->stack_pointer = KWASM_DIAG_NONE;
	name_section(d, d->names);
	for (i = 0; i < m->num_exports && !d->r.err; i++) {
		kwasm_decoder_work(d, 1);
		e = &m->exports[i];
		if (e->kind == KWASM_EXTERN_FUNC && !m->funcs[e->index].name.len)
			m->funcs[e->index].name = e->name;
	}
	kwasm_decoder_work(d, 0);
}
