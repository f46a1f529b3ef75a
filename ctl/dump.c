// SPDX-License-Identifier: GPL-2.0-only
/*
 * dump.c - show a module's instructions, its IR and its machine code.
 *
 * A file is compiled in this process; otherwise the argument is the name of a loaded program, whose
 * machine code is read from the kernel.
 */
#include <unistd.h>

#include "../core/ir/ir.h"
#include "ctl.h"
#include "dump.h"
#include "nl.h"
#include "out.h"

struct dump_args {
	bool wasm;
	const char *ir;
	bool assembly;
	const char *func;
	struct ctl_list limits;
};

static const struct ctl_option dump_options[] = {
	{ "wasm", 0, CTL_FLAG, offsetof(struct dump_args, wasm), NULL,
	  "WebAssembly instructions (default for a file)" },
	{ "ir", 0, CTL_STRING, offsetof(struct dump_args, ir), "PASS",
	  "compiler IR after this pass; \"all\" for every pass" },
	{ "asm", 0, CTL_FLAG, offsetof(struct dump_args, assembly), NULL,
	  "machine code (default for a loaded program)" },
	{ "func", 0, CTL_STRING, offsetof(struct dump_args, func), "N|NAME",
	  "only this function" },
	CTL_LIMIT_OPTION(struct dump_args),
	{ }
};

/* ---- IR ------------------------------------------------------------------------------------- */

/**
 * struct ir_dump_to - destination of listings
 * @failed: out of memory: a listing is incomplete
 */
struct ir_dump_to {
	const char *pass;
	bool failed;
};

/* Collect one listing. */
struct text_buffer {
	char *text;
	size_t len;
	bool failed;
};

static void buffer_write(void *arg, const char *text, size_t len)
{
	struct text_buffer *b = arg;
	char *bigger = realloc(b->text, b->len + len + 1);

	if (!bigger) {
		b->failed = true;
		return;
	}
	b->text = bigger;
	memcpy(b->text + b->len, text, len);
	b->len += len;
	b->text[b->len] = 0;
}

/* Print a listing, modifying it in place. */
static void print_lines(char *text)
{
	char *end;

	ctl_out_array("lines");
	for (; text && *text; text = end) {
		end = text + strcspn(text, "\n");
		if (*end)
			*end++ = 0;
		ctl_out_string(NULL, NULL, text);
		ctl_out_text("%s\n", text);	/* the compiler's text, which may contain tabs */
	}
	ctl_out_end();
}

static void on_pass(void *arg, struct ir_func *f, const char *pass)
{
	struct ir_dump_to *to = arg;
	struct text_buffer b = { 0 };
	struct ir_sink sink = { buffer_write, &b };

	if (strcmp(to->pass, "all") && strcmp(to->pass, pass))
		return;
	ir_dump(f, &sink);
	ctl_out_object(NULL);
	ctl_out_uint("function", "function %llu", f->index);
	ctl_out_string("pass", " after %s\n", pass);
	print_lines(b.text);
	ctl_out_text("\n");
	ctl_out_end();
	to->failed |= b.failed;
	free(b.text);
}

static int check_pass(const char *pass)
{
	char known[256] = "";
	u32 i;

	if (!strcmp(pass, "all"))
		return CTL_OK;
	for (i = 0; kwasm_pass_name(i); i++) {
		if (!strcmp(kwasm_pass_name(i), pass))
			return CTL_OK;
		strncat(known, " ", sizeof(known) - strlen(known) - 1);
		strncat(known, kwasm_pass_name(i), sizeof(known) - strlen(known) - 1);
	}
	return ctl_usage("unknown pass \"%s\": use one of all%s", pass, known);
}

static int dump_ir(struct ctl_guest *g, const char *pass, u32 func)
{
	struct ir_dump_to to = { pass };
	struct kwasm_compile_opts opts = {
		.dump = on_pass, .dump_arg = &to, .verify = true,
		.dump_func = func == CTL_EVERY_FUNCTION ? KWASM_DIAG_NONE : func,
	};
	int status;

	ctl_out_array(NULL);
	status = ctl_guest_compile(g, &opts);
	if (!status && to.failed)
		status = ctl_fail_memory();
	if (!status)
		ctl_out_end();
	return status;
}

/* ---- machine code --------------------------------------------------------------------------- */

/**
 * struct labels - the functions of a listing; freed by labels_release()
 */
struct labels {
	struct ctl_code_label *all;
	u32 num;
};

static int labels_add(struct labels *labels, u32 index, u32 start, u32 end,
		      const char *name, u32 len)
{
	struct ctl_code_label *all = realloc(labels->all, (labels->num + 1) * sizeof(*all));
	char *copy = len ? strndup(name, len) : strdup("");

	if (all)
		labels->all = all;
	if (!all || !copy) {
		free(copy);
		return ctl_fail_memory();
	}
	all[labels->num++] = (struct ctl_code_label) { index, start, end, copy };
	return CTL_OK;
}

static void labels_release(struct labels *labels)
{
	while (labels->num)
		free(labels->all[--labels->num].name);
	free(labels->all);
}

static int dump_file_asm(struct ctl_guest *g, u32 func)
{
	const struct kwasm_module *m = g->module;
	struct ctl_code_text text = { 0 };
	struct labels labels = { 0 };
	int status;
	u32 i;

	status = ctl_guest_compile(g, NULL);
	for (i = m->num_func_imports; i < m->num_funcs && !status; i++) {
		const struct kwasm_code_func *f = &g->code->funcs[i - m->num_func_imports];

		if (func == CTL_EVERY_FUNCTION || func == i)
			status = labels_add(&labels, i, f->start, f->end, m->funcs[i].name.str,
					    m->funcs[i].name.len);
	}
	if (!status) {
		text.bytes = g->code->text.exec;
		text.size = g->code->text_used;
		text.labels = labels.all;
		text.num_labels = labels.num;
		text.sites = g->code->sites;
		text.num_sites = g->code->num_sites;
		text.source = ctl_guest_source(g);
		status = ctl_dump_asm(&text);
	}
	labels_release(&labels);
	return status;
}

static int dump_file(const struct dump_args *args, const char *path)
{
	u32 func = CTL_EVERY_FUNCTION;
	struct ctl_guest g;
	int status;

	status = args->ir ? check_pass(args->ir) : CTL_OK;
	if (status)
		return status;
	status = ctl_guest_decode(&g, path, &args->limits);
	if (status)
		return status;
	if (args->func && !ctl_guest_function(&g, args->func, &func))
		status = CTL_FAILED;
	else if (func < g.module->num_func_imports)
		status = ctl_fail("function %u is imported and has no code", func);
	else if (args->ir)
		status = dump_ir(&g, args->ir, func);
	else if (args->assembly)
		status = dump_file_asm(&g, func);
	else
		status = ctl_dump_wasm(&g, func);
	ctl_guest_close(&g);
	return status;
}

/* ---- a loaded program ----------------------------------------------------------------------- */

/**
 * struct loaded - a program's code, received from the kernel
 */
struct loaded {
	struct labels labels;
	u8 *bytes;
	u32 size;
	u64 address;
};

static int read_function(struct loaded *l, const struct ctl_fields *f)
{
	const char *name = ctl_field_string(f, KWASM_A_FUNCTION_NAME);
	u32 start = (u32)ctl_field_uint(f, KWASM_A_FUNCTION_START);
	u32 size = (u32)ctl_field_uint(f, KWASM_A_FUNCTION_SIZE);

	return labels_add(&l->labels, (u32)ctl_field_uint(f, KWASM_A_FUNCTION_INDEX), start,
			  start + size, name, (u32)strlen(name));
}

static int read_code(const struct ctl_fields *f, u8 cmd, void *arg)
{
	struct loaded *l = arg;
	struct ctl_fields in;
	const u8 *piece;
	size_t size;
	u8 *bytes;

	if (ctl_field_nest(f, KWASM_A_CODE_FUNCTION, &in))
		return read_function(l, &in);
	piece = ctl_field_bytes(f, KWASM_A_CODE_PIECE, &size);
	if (!piece)
		return 0;
	if (ctl_field_uint(f, KWASM_A_CODE_START) != l->size)
		return ctl_fail("the program changed while its code was being read: try again");
	bytes = realloc(l->bytes, l->size + size);
	if (!bytes)
		return ctl_fail_memory();
	l->bytes = bytes;
	memcpy(bytes + l->size, piece, size);
	l->size += (u32)size;
	l->address = ctl_field_uint(f, KWASM_A_CODE_ADDRESS);
	return 0;
}

/* Select the requested function. */
static int select_label(const struct labels *labels, const char *name, struct ctl_code_text *text)
{
	char number[16];
	u32 i;

	for (i = 0; i < labels->num; i++) {
		snprintf(number, sizeof(number), "%u", labels->all[i].index);
		if (strcmp(name, number) && strcmp(name, labels->all[i].name))
			continue;
		text->labels = &labels->all[i];
		text->num_labels = 1;
		return CTL_OK;
	}
	return ctl_fail("the program does not define a function %s", name);
}

static int dump_loaded(const struct dump_args *args, const char *name)
{
	struct loaded l = { 0 };
	struct ctl_code_text text;
	struct ctl_request *req;
	char checked[CTL_NAME_MAX];
	int status;

	if (args->wasm || args->ir)
		return ctl_fail("%s is not a file: a loaded program supports only --asm", name);
	status = ctl_program_name(name, name, checked) ?: ctl_program_check(checked);
	if (status)
		return status;
	req = ctl_request_new(KWASM_CMD_GET_CODE);
	if (req)
		ctl_request_string(req, KWASM_A_CODE_NAME, checked);
	status = ctl_request_do(req, true, read_code, &l);
	text = (struct ctl_code_text) {
		.bytes = l.bytes, .size = l.size, .address = l.address,
		.labels = l.labels.all, .num_labels = l.labels.num,
	};
	if (!status && args->func)
		status = select_label(&l.labels, args->func, &text);
	if (!status)
		status = ctl_dump_asm(&text);
	labels_release(&l.labels);
	free(l.bytes);
	return status;
}

static int run_dump(void *arg, const struct ctl_words *words)
{
	const struct dump_args *args = arg;
	const char *what = words->word[0], *suffix = strrchr(what, '.');

	if (args->wasm + !!args->ir + args->assembly > 1)
		return ctl_usage("--wasm, --ir and --asm are mutually exclusive");
	if (!strcmp(what, "-") || strchr(what, '/') || !access(what, F_OK) ||
	    (suffix && !strcmp(suffix, ".wasm")))
		return dump_file(args, what);
	return dump_loaded(args, what);
}

const struct ctl_command ctl_dump = {
	.name = "dump", .usage = "[OPTION]... FILE.wasm | NAME",
	.summary = "show WebAssembly instructions, compiler IR or machine code",
	.details = "NAME is a loaded program; FILE.wasm is compiled in this process.\n"
		   "objdump disassembles machine code.\n",
	.options = dump_options, .args_size = sizeof(struct dump_args),
	.min_words = 1, .max_words = 1, .run = run_dump,
};
