// SPDX-License-Identifier: GPL-2.0-only
/*
 * dump_wasm.c - a listing of WebAssembly instructions with their byte offsets.
 *
 * Reads a validated module with the core's instruction decoder.
 */
#include "ctl.h"
#include "dump.h"
#include "out.h"
#include "source.h"

#include "../core/wasm/op.h"

#define INDENT_MAX 40

/**
 * struct listing - a line under construction
 * @failed: out of memory: the line is incomplete
 * @file: source line of the last instruction, NULL for none
 */
struct listing {
	const struct kwasm_module *module;
	struct kwasm_reader reader;
	char *text;
	size_t len;
	size_t room;
	bool failed;
	const struct ctl_source *source;
	const char *file;
	u32 line;
};

/* Make room for @more bytes and the terminating NUL. */
static bool make_room(struct listing *l, size_t more)
{
	size_t room = max(2 * l->room, l->len + more + 1);
	char *text;

	if (l->room - l->len > more)
		return true;
	text = realloc(l->text, room);
	if (!text) {
		l->failed = true;
		return false;
	}
	l->text = text;
	l->room = room;
	return true;
}

static __printf(2, 3) void put(struct listing *l, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (n <= 0 || !make_room(l, (size_t)n))
		return;
	va_start(args, fmt);
	vsnprintf(l->text + l->len, l->room - l->len, fmt, args);
	va_end(args);
	l->len += (size_t)n;
}

static const char *line_end(struct listing *l)
{
	return l->len ? l->text : "";
}

static void put_type(struct listing *l, const struct kwasm_functype *t)
{
	u32 i;

	put(l, "(");
	for (i = 0; i < t->num_params; i++)
		put(l, "%s%s", i ? " " : "", kwasm_type_name(t->params[i]));
	put(l, ") -> (");
	for (i = 0; i < t->num_results; i++)
		put(l, "%s%s", i ? " " : "", kwasm_type_name(t->params[t->num_params + i]));
	put(l, ")");
}

static void put_func(struct listing *l, u32 func)
{
	const struct kwasm_name *name = &l->module->funcs[func].name;

	put(l, " %u", func);
	if (name->len)
		put(l, " (%.*s)", KWASM_NAME_ARGS(*name));
}

static void put_block_type(struct listing *l, const struct kwasm_op *op)
{
	if (op->block_index >= 0) {
		put(l, " ");
		put_type(l, &l->module->types[op->block_index]);
	} else if (op->block_type != KWASM_VOID) {
		put(l, " %s", kwasm_type_name(op->block_type));
	}
}

static void put_labels(struct listing *l, const struct kwasm_op *op)
{
	struct kwasm_reader r = kwasm_op_labels(&l->reader, op);
	u32 i;

	for (i = 0; i < op->num_targets; i++)
		put(l, " %u", kwasm_read_leb_u32(&r));
	put(l, " default %u", kwasm_read_leb_u32(&r));
}

static void put_types(struct listing *l, const struct kwasm_op *op)
{
	u32 i;

	for (i = 0; i < op->num_targets; i++)
		put(l, " %s", kwasm_type_name(l->reader.bytes[op->targets + i]));
}

static void put_real(struct listing *l, const struct kwasm_op *op, bool wide)
{
	u32 low = (u32)op->bits;
	double d;
	float f;

	memcpy(&d, &op->bits, sizeof(d));
	memcpy(&f, &low, sizeof(f));
	if (wide)
		put(l, " %.17g", d);
	else
		put(l, " %.9g", (double)f);
}

static void put_access(struct listing *l, const struct kwasm_op *op)
{
	if (op->offset)
		put(l, " offset=%u", op->offset);
	put(l, " align=%u", 1u << op->align);
}

static void put_immediates(struct listing *l, const struct kwasm_op *op)
{
	switch (kwasm_op_imm(op->code)) {
	case KWASM_IMM_NONE:
	case KWASM_IMM_MEMORY:
	case KWASM_IMM_MEMORY_MEMORY:
		break;
	case KWASM_IMM_BLOCK:
		put_block_type(l, op);
		break;
	case KWASM_IMM_LABELS:
		put_labels(l, op);
		break;
	case KWASM_IMM_FUNC:
		put_func(l, op->index);
		break;
	case KWASM_IMM_TYPE_TABLE:
		put(l, " ");
		put_type(l, &l->module->types[op->index]);
		put(l, " table %u", op->index2);
		break;
	case KWASM_IMM_TYPES:
		put_types(l, op);
		break;
	case KWASM_IMM_LABEL:
	case KWASM_IMM_LOCAL:
	case KWASM_IMM_GLOBAL:
	case KWASM_IMM_TABLE:
	case KWASM_IMM_ELEM:
	case KWASM_IMM_DATA:
	case KWASM_IMM_DATA_MEMORY:
		put(l, " %u", op->index);
		break;
	case KWASM_IMM_TABLE_TABLE:
	case KWASM_IMM_ELEM_TABLE:
		put(l, " %u %u", op->index, op->index2);
		break;
	case KWASM_IMM_I32:
		put(l, " %d", (s32)op->bits);
		break;
	case KWASM_IMM_I64:
		put(l, " %lld", (long long)op->bits);
		break;
	case KWASM_IMM_F32:
	case KWASM_IMM_F64:
		put_real(l, op, kwasm_op_imm(op->code) == KWASM_IMM_F64);
		break;
	case KWASM_IMM_REFTYPE:
		put(l, " %s", kwasm_type_name(op->block_type));
		break;
	case KWASM_IMM_MEM0:
	case KWASM_IMM_MEM1:
	case KWASM_IMM_MEM2:
	case KWASM_IMM_MEM3:
		put_access(l, op);
		break;
	}
}

/* In text a line of its own, where it differs from that of the instruction before. */
static void list_source(struct listing *l, const char *file, u32 line)
{
	char text[256];

	if (file && (!l->file || strcmp(file, l->file) || line != l->line)) {
		snprintf(text, sizeof(text), "%s:%u", file, line);
		ctl_out_text("%s\n", ctl_clean(text));
	}
	l->file = file;
	l->line = line;
}

static void list_instruction(struct listing *l, const struct kwasm_op *op, u32 depth)
{
	u32 line = 0;
	const char *file = ctl_source_find(l->source, op->at, &line);

	list_source(l, file, line);
	l->len = 0;
	put(l, "%*s%s", (int)min_t(u32, 2 * depth, INDENT_MAX), "", kwasm_op_name(op->code));
	put_immediates(l, op);
	ctl_out_object(NULL);
	ctl_out_uint("offset", "%6llx:  ", op->at);
	ctl_out_string("text", "%s\n", line_end(l));
	if (file) {
		ctl_out_string("file", NULL, file);
		ctl_out_uint("line", NULL, line);
	}
	ctl_out_end();
}

static int list_function(struct listing *l, u32 func)
{
	const struct kwasm_module *m = l->module;
	const struct kwasm_func_info *info = &m->funcs[func];
	u32 depth = 1;
	struct kwasm_op op;

	l->len = 0;
	put(l, "function");
	put_func(l, func);
	put(l, " ");
	put_type(l, kwasm_module_functype(m, func));
	ctl_out_object(NULL);
	ctl_out_uint("function", NULL, func);
	ctl_out_string("text", "%s", line_end(l));
	ctl_out_uint("locals", ", %llu locals\n", info->num_locals);
	ctl_out_array("instructions");
	l->reader = (struct kwasm_reader) {
		.bytes = m->bytes, .pos = info->code, .end = info->end, .func = func,
	};
	while (l->reader.pos < info->end && !l->failed) {
		if (kwasm_op_read(&l->reader, &op))
			return ctl_fail("cannot decode the instruction at byte 0x%x",
					l->reader.pos);
		if (op.code == WASM_END || op.code == WASM_ELSE)
			depth -= !!depth;
		list_instruction(l, &op, depth);
		depth += op.code == WASM_BLOCK || op.code == WASM_LOOP || op.code == WASM_IF ||
			 op.code == WASM_ELSE;
	}
	if (l->failed)
		return ctl_fail_memory();
	ctl_out_end();
	ctl_out_end();
	return CTL_OK;
}

int ctl_dump_wasm(struct ctl_guest *g, u32 func)
{
	struct listing l = { .module = g->module, .source = ctl_guest_source(g) };
	int status = CTL_OK;
	u32 i;

	ctl_out_array(NULL);
	for (i = g->module->num_func_imports; i < g->module->num_funcs && !status; i++) {
		if (func != CTL_EVERY_FUNCTION && func != i)
			continue;
		status = list_function(&l, i);
		ctl_out_text("\n");
	}
	free(l.text);
	if (!status)
		ctl_out_end();
	return status;
}
