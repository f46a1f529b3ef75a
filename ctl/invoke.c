// SPDX-License-Identifier: GPL-2.0-only
/*
 * invoke.c - call an exported function, in this process or in the kernel.
 *
 * Guarantees: both accept the same arguments and print the same results; a trap is a failure.
 */
#include <ctype.h>
#include <unistd.h>

#include "cause.h"
#include "ctl.h"
#include "guest.h"
#include "nl.h"
#include "out.h"

#include "../core/run/trap.h"
#include "../core/user/user_packet.h"

#define ARGS_MAX KWASM_MAX_ARGS
#define LINES_MAX 1000

struct invoke_args {
	bool kernel;
	bool time;
	struct ctl_amount time_limit;
	struct ctl_amount memory_limit;
	struct ctl_list limits;
};

static const struct ctl_option invoke_options[] = {
	{ "kernel", 0, CTL_FLAG, offsetof(struct invoke_args, kernel), NULL,
	  "run in the kernel instead of this process" },
	{ "time", 0, CTL_FLAG, offsetof(struct invoke_args, time), NULL,
	  "call twice, print the results and the second call's time in ns" },
	{ "time-limit", 0, CTL_TIME, offsetof(struct invoke_args, time_limit), "TIME",
	  "stop the call after this time" },
	{ "memory-limit", 0, CTL_SIZE, offsetof(struct invoke_args, memory_limit), "SIZE",
	  "limit the module's memory (user space only)" },
	CTL_LIMIT_OPTION(struct invoke_args),
	{ }
};

/**
 * struct outcome - outcome of a call; results, unless it trapped
 * @lines: log lines of the guest, the first LINES_MAX of them; in this process only
 */
struct outcome {
	struct ctl_call call;
	char **lines;
	u32 num_lines;
	u32 num;
	u64 values[ARGS_MAX];
	u8 types[ARGS_MAX];
};

/* Decimal or hexadecimal, from the type's signed minimum to its unsigned maximum. */
static bool parse_int(const char *text, u32 bits, u64 *value)
{
	bool negative = text[0] == '-';
	unsigned long long v;
	char *end;

	if (!isdigit((unsigned char)text[negative || text[0] == '+']))
		return false;
	errno = 0;
	v = strtoull(text + (negative || text[0] == '+'), &end, ctl_number_base(text));
	if (*end || errno)
		return false;
	if (negative ? v > 1ull << (bits - 1) : bits == 32 && v > U32_MAX)
		return false;
	*value = negative ? 0 - v : v;
	if (bits == 32)
		*value = (u32)*value;
	return true;
}

static bool parse_real(const char *text, bool wide, u64 *value)
{
	double d;
	float f;
	char *end;
	u32 bits;

	if (wide) {
		d = strtod(text, &end);
		memcpy(value, &d, sizeof(d));
	} else {
		f = strtof(text, &end);
		memcpy(&bits, &f, sizeof(bits));
		*value = bits;
	}
	return end != text && !*end;
}

static bool parse_value(const char *text, u8 type, u64 *value)
{
	switch (type) {
	case KWASM_I32:
		return parse_int(text, 32, value);
	case KWASM_I64:
		return parse_int(text, 64, value);
	case KWASM_F32:
		return parse_real(text, false, value);
	case KWASM_F64:
		return parse_real(text, true, value);
	default:
		*value = 0;
		return !strcmp(text, "null");
	}
}

static int parse_args(const struct kwasm_functype *type, const char *name,
		      const struct ctl_words *words, u64 *values)
{
	u32 i, given = words->num - 2;

	if (type->num_params > ARGS_MAX || type->num_results > ARGS_MAX)
		return ctl_fail("%s has more than %u parameters or results", name, ARGS_MAX);
	if (given != type->num_params)
		return ctl_usage("%s takes %u argument%s, not %u", name, type->num_params,
				 type->num_params == 1 ? "" : "s", given);
	for (i = 0; i < given; i++)
		if (!parse_value(words->word[2 + i], type->params[i], &values[i]))
			return ctl_usage("argument %u of %s: invalid %s \"%s\"", i + 1, name,
					 kwasm_type_name(type->params[i]), words->word[2 + i]);
	return CTL_OK;
}

static void print_value(const char *before, u8 type, u64 value)
{
	double d;
	float f;
	u32 low = (u32)value;

	ctl_out_text("%s", before);
	switch (type) {
	case KWASM_I32:
		ctl_out_int("value", "%lld", (s32)low);
		break;
	case KWASM_I64:
		ctl_out_int("value", "%lld", (s64)value);
		break;
	case KWASM_F32:
		memcpy(&f, &low, sizeof(f));
		ctl_out_real("value", "%.9g", (double)f);
		break;
	case KWASM_F64:
		memcpy(&d, &value, sizeof(d));
		ctl_out_real("value", "%.17g", d);
		break;
	default:
		ctl_out_string("value", "%s", value ? "ref" : "null");
	}
}

/* A handler that asks for its packet traps here, since there is none. */
static const char *hint_trap(const struct ctl_trap *trap, const struct kwasm_module *m, u32 func)
{
	return trap->kind == KWASM_TRAP_HOST && ctl_cause_is_handler(m, func) ?
	       ": it needs a packet: run a packet handler with kwasmctl test --pcap" : "";
}

/* In text a line is printed at once, on standard error: standard output has the results. */
static void on_log(void *arg, const char *text, u32 len)
{
	struct outcome *o = arg;
	char *line = strndup(text, len);
	char **lines;

	if (line && !ctl_out_is_json())
		fprintf(stderr, "log: %s\n", ctl_clean(line));
	lines = line && o->num_lines < LINES_MAX ?
		realloc(o->lines, (o->num_lines + 1) * sizeof(*lines)) : NULL;
	if (!lines) {
		free(line);
		return;
	}
	o->lines = lines;
	lines[o->num_lines++] = line;
}

static void print_lines(const struct outcome *o)
{
	u32 i;

	if (!o->num_lines)
		return;
	ctl_out_array("log");
	for (i = 0; i < o->num_lines; i++)
		ctl_out_string(NULL, NULL, o->lines[i]);
	ctl_out_end();
}

static void release_lines(struct outcome *o)
{
	while (o->num_lines)
		free(o->lines[--o->num_lines]);
	free(o->lines);
}

/* Return: CTL_FAILED; JSON is one document with both, the trap and the error. */
static int print_trap(const struct outcome *o, const char *hint)
{
	const struct ctl_trap *trap = &o->call.trap;
	char text[400], message[512];

	snprintf(message, sizeof(message), "trap: %s%s",
		 ctl_trap_format(trap, text, sizeof(text)), hint);
	if (!ctl_out_is_json())
		return ctl_fail("%s", message);
	ctl_out_object(NULL);
	ctl_out_object("trap");
	ctl_trap_out(trap);
	ctl_out_end();
	print_lines(o);
	ctl_out_error_member(message, NULL, trap->located ? trap->func : KWASM_DIAG_NONE,
			     trap->located ? trap->offset : KWASM_DIAG_NONE);
	ctl_out_end();
	return CTL_FAILED;
}

static int print_outcome(const struct outcome *o, bool time)
{
	u32 i;

	ctl_out_object(NULL);
	ctl_out_array("results");
	for (i = 0; i < o->num; i++) {
		ctl_out_object(NULL);
		ctl_out_string("type", NULL, kwasm_type_name(o->types[i]));
		print_value(i ? " " : "", o->types[i], o->values[i]);
		ctl_out_end();
	}
	ctl_out_end();
	print_lines(o);
	if (time)
		ctl_out_uint("time_ns", o->num ? " %llu" : "%llu", o->call.ns);
	ctl_out_text("%s", time || o->num ? "\n" : "");
	ctl_out_end();
	return CTL_OK;
}

static int invoke_here(struct ctl_guest *g, const struct kwasm_export *export,
		       const struct invoke_args *args, const u64 *values, struct outcome *o)
{
	const struct kwasm_functype *type = kwasm_module_functype(g->module, export->index);
	const struct kwasm_user_log log = { on_log, o };
	int status, n;

	g->log = &log;
	status = ctl_guest_compile(g, NULL) ?:
		 ctl_guest_start(g, &args->memory_limit, args->time_limit.value);
	for (n = args->time ? 2 : 1; n && !status && !o->call.trapped; n--) {
		memcpy(o->values, values, sizeof(o->values));
		status = ctl_guest_call(g, export->index, o->values, args->time_limit.value,
					&o->call);
	}
	o->num = type->num_results;
	memcpy(o->types, kwasm_functype_results(type), o->num);
	return status;
}

static int read_outcome(const struct ctl_fields *f, u8 cmd, void *arg)
{
	struct ctl_fields t, value;
	struct outcome *o = arg;
	struct nlattr *at = NULL;

	o->call.ns = ctl_field_uint(f, KWASM_A_CALL_TIME_NS);
	if (ctl_field_nest(f, KWASM_A_CALL_TRAP, &t)) {
		o->call.trapped = true;
		ctl_trap_from_fields(&o->call.trap, &t);
		return 0;
	}
	while (o->num < ARGS_MAX && (at = ctl_field_next(f, KWASM_A_CALL_RESULT, at))) {
		ctl_attr_nest(at, &value);
		o->values[o->num] = ctl_field_uint(&value, KWASM_A_VALUE_BITS);
		o->types[o->num++] = (u8)ctl_field_uint(&value, KWASM_A_VALUE_TYPE);
	}
	return 0;
}

static int check_maximum(const struct ctl_fields *f, u8 cmd, void *arg)
{
	return !ctl_field_has(f, KWASM_A_INFO_INVOKE_LIMIT) ? CTL_OK :
	       ctl_amount_check("time-limit", arg, ctl_field_uint(f, KWASM_A_INFO_INVOKE_LIMIT),
				"invoke_limit_ms");
}

static int check_limit(const struct ctl_amount *limit)
{
	if (!limit->value)
		return CTL_OK;
	return ctl_request_do(ctl_request_new(KWASM_CMD_GET_INFO), false, check_maximum,
			      (void *)limit);
}

static int invoke_kernel(int fd, const char *path, const struct kwasm_functype *type,
			 const char *name, const struct invoke_args *args, const u64 *values,
			 struct outcome *o)
{
	struct ctl_request *req = ctl_request_new(KWASM_CMD_INVOKE);
	const struct ctl_needs needs = { 0 };
	u32 i;

	if (req) {
		ctl_request_u32(req, KWASM_A_CALL_FD, (u32)fd);
		ctl_request_string(req, KWASM_A_CALL_ENTRY, name);
		for (i = 0; i < type->num_params; i++)
			ctl_request_u64(req, KWASM_A_CALL_ARG, values[i]);
		if (args->time_limit.value)
			ctl_request_u64(req, KWASM_A_CALL_TIME_LIMIT, args->time_limit.value);
		if (args->time)
			ctl_request_flag(req, KWASM_A_CALL_WARMUP);
	}
	if (!req)
		return CTL_FAILED;
	return ctl_request_try(req, false, read_outcome, o) < 0 ?
	       ctl_cause_loading(fd, path, ctl_request_error(), &needs) : CTL_OK;
}

static int run_invoke(void *arg, const struct ctl_words *words)
{
	const struct invoke_args *args = arg;
	const struct kwasm_functype *type;
	const struct kwasm_export *export;
	struct outcome outcome = { 0 };
	u64 values[ARGS_MAX] = { 0 };
	struct ctl_guest guest;
	int status, fd;

	if (args->kernel && (args->memory_limit.value || args->limits.num))
		return ctl_usage("--memory-limit and --limit cannot be used with --kernel: the parameters of module kwasm apply");
	if (args->kernel && !strcmp(words->word[0], "-"))
		return ctl_usage("--kernel requires a file, not standard input");
	/* Opened once: a pipe cannot be read twice, and a file may change. */
	fd = ctl_file_open(words->word[0]);
	if (fd < 0)
		return CTL_FAILED;
	status = ctl_guest_decode_fd(&guest, fd, words->word[0], &args->limits);
	if (status)
		goto close;
	status = CTL_FAILED;
	export = ctl_guest_export(&guest, words->word[1], false);
	if (!export)
		goto close;
	type = kwasm_module_functype(guest.module, export->index);
	status = parse_args(type, words->word[1], words, values);
	if (status)
		goto close;
	status = args->kernel ? check_limit(&args->time_limit) ?:
		 invoke_kernel(fd, words->word[0], type, words->word[1], args, values, &outcome) :
		 invoke_here(&guest, export, args, values, &outcome);
	if (!status && outcome.call.trapped)
		status = print_trap(&outcome, hint_trap(&outcome.call.trap, guest.module,
							export->index));
	else if (!status)
		status = print_outcome(&outcome, args->time);
close:
	release_lines(&outcome);
	ctl_guest_close(&guest);
	close(fd);
	return status;
}

const struct ctl_command ctl_invoke = {
	.name = "invoke", .usage = "[OPTION]... FILE.wasm NAME [ARGUMENT]...",
	.summary = "call an exported function",
	.details = "Arguments are decimal or hexadecimal (0x) numbers of the parameters' types;\n"
		   "\"null\" is the null reference. Results are printed on one line.\n",
	.options = invoke_options, .args_size = sizeof(struct invoke_args),
	.min_words = 2, .max_words = 2 + 1000, .reals = true, .run = run_invoke,
};
