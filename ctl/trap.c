// SPDX-License-Identifier: GPL-2.0-only
/*
 * trap.c - print traps as text and JSON, the same for guests in the kernel and in this process.
 */
#include "nl.h"
#include "out.h"
#include "source.h"
#include "trap.h"

#include "../core/run/trap.h"

#define PATH_SHOWN 128u	/* bytes of a path in text: its end, which tells files apart */

void ctl_trap_from_fields(struct ctl_trap *trap, const struct ctl_fields *f)
{
	memset(trap, 0, sizeof(*trap));
	trap->kind = (u32)ctl_field_uint(f, KWASM_A_TRAP_KIND);
	trap->located = ctl_field_has(f, KWASM_A_TRAP_OFFSET);
	trap->func = (u32)ctl_field_uint(f, KWASM_A_TRAP_FUNC);
	trap->offset = (u32)ctl_field_uint(f, KWASM_A_TRAP_OFFSET);
	trap->address = ctl_field_uint(f, KWASM_A_TRAP_ADDRESS);
	trap->value = (u32)ctl_field_uint(f, KWASM_A_TRAP_VALUE);
	snprintf(trap->name, sizeof(trap->name), "%s", ctl_field_string(f, KWASM_A_TRAP_FUNC_NAME));
}

void ctl_trap_source(struct ctl_trap *trap, const struct ctl_source *source)
{
	if (trap->located)
		trap->file = ctl_source_find(source, trap->offset, &trap->line);
}

const char *ctl_trap_format(const struct ctl_trap *trap, char *buf, size_t size)
{
	const char *text = kwasm_trap_text(trap->kind);
	char name[sizeof(trap->name) + 3] = "", line[PATH_SHOWN + 32] = "";
	size_t len = trap->file ? strlen(trap->file) : 0;
	bool cut = len > PATH_SHOWN;

	if (trap->name[0])
		snprintf(name, sizeof(name), " (%s)", trap->name);
	if (len)
		snprintf(line, sizeof(line), ", %s%s:%u", cut ? "..." : "",
			 trap->file + (cut ? len - PATH_SHOWN : 0), trap->line);
	if (trap->kind == KWASM_TRAP_VERDICT)
		snprintf(buf, size, "%s: %d", text, (s32)trap->value);
	else if (!trap->located)
		snprintf(buf, size, "%s", text);
	else
		snprintf(buf, size, "%s in function %u%s at byte 0x%x%s", text, trap->func, name,
			 trap->offset, line);
	return ctl_clean(buf);
}

void ctl_trap_out(const struct ctl_trap *trap)
{
	ctl_out_string("kind", NULL, kwasm_trap_word(trap->kind));
	ctl_out_string("text", NULL, kwasm_trap_text(trap->kind));
	if (trap->located) {
		ctl_out_uint("function", NULL, trap->func);
		if (trap->name[0])
			ctl_out_string("function_name", NULL, trap->name);
		ctl_out_uint("offset", NULL, trap->offset);
	}
	if (trap->file) {
		ctl_out_string("file", NULL, trap->file);
		ctl_out_uint("line", NULL, trap->line);
	}
	if (trap->kind == KWASM_TRAP_MEMORY)
		ctl_out_uint("address", NULL, trap->address);
	if (trap->kind == KWASM_TRAP_VERDICT)
		ctl_out_uint("value", NULL, trap->value);
}

void ctl_trap_print(const struct ctl_fields *at, const struct ctl_source *source, const char *key,
		    const char *before, const char *after)
{
	struct ctl_fields t;
	struct ctl_trap trap;
	char text[400];

	if (!ctl_field_nest(at, KWASM_A_ATTACHMENT_TRAP, &t))
		return;
	ctl_trap_from_fields(&trap, &t);
	ctl_trap_source(&trap, source);
	ctl_out_text("%s%s%s", before, ctl_trap_format(&trap, text, sizeof(text)), after);
	ctl_out_object(key);
	ctl_trap_out(&trap);
	ctl_out_end();
}
