// SPDX-License-Identifier: GPL-2.0-only
/*
 * show.c - list, show, stats: loaded programs, their attachments and counters.
 *
 * Programs are requested one by one, each followed by its attachments; one that is unloaded
 * meanwhile is skipped.
 */
#include "ctl.h"
#include "nl.h"
#include "out.h"
#include "trap.h"

#include "../core/run/trap.h"

struct name_list {
	char (*names)[KWASM_NAME_LEN];
	u32 num;
};

static int collect_name(const struct ctl_fields *f, u8 cmd, void *arg)
{
	struct name_list *list = arg;
	void *names;

	names = realloc(list->names, (list->num + 1) * sizeof(*list->names));
	if (!names)
		return ctl_fail_memory();
	list->names = names;
	snprintf(list->names[list->num++], KWASM_NAME_LEN, "%s",
		 ctl_field_string(f, KWASM_A_PROGRAM_NAME));
	return 0;
}

static int programs_collect(struct name_list *list)
{
	memset(list, 0, sizeof(*list));
	return ctl_request_do(ctl_request_new(KWASM_CMD_GET_PROGRAM), true, collect_name, list);
}

/* -ENOENT is left to the caller. */
static int ask(struct ctl_request *req, bool dump, ctl_reply_fn fn, void *arg)
{
	int err;

	if (!req)
		return CTL_FAILED;
	err = ctl_request_try(req, dump, fn, arg);
	return err == -ENOENT ? err : err < 0 ? ctl_fail("%s", ctl_request_error()) : err;
}

static int ask_program(const char *name, ctl_reply_fn fn, void *arg)
{
	struct ctl_request *req = ctl_request_new(KWASM_CMD_GET_PROGRAM);

	if (req)
		ctl_request_string(req, KWASM_A_PROGRAM_NAME, name);
	return ask(req, false, fn, arg);
}

/* @name: of their program, NULL for those of all */
static int ask_attachments(const char *name, ctl_reply_fn fn, void *arg)
{
	struct ctl_request *req = ctl_request_new(KWASM_CMD_GET_ATTACHMENT);

	if (req && name)
		ctl_request_string(req, KWASM_A_ATTACHMENT_NAME, name);
	return ask(req, true, fn, arg);
}

static const char *state_name(u64 state)
{
	static const char *const words[] = {
#define STATE(name, word) word,
		KWASM_STATES(STATE)
#undef STATE
	};

	return state < ARRAY_SIZE(words) ? words[state] : "?";
}

/* ---- attachments ---------------------------------------------------------------------------- */

static void print_trap_counts(const struct ctl_fields *s)
{
	struct nlattr *at = NULL;
	struct ctl_fields t;
	const char *word, *comma = " (";

	ctl_out_uint("traps", "\n    traps %llu", ctl_field_uint(s, KWASM_A_STATS_TRAPS));
	ctl_out_object("traps_by_kind");
	while ((at = ctl_field_next(s, KWASM_A_STATS_TRAP_COUNT, at))) {
		ctl_attr_nest(at, &t);
		word = kwasm_trap_word((u32)ctl_field_uint(&t, KWASM_A_TRAP_COUNT_KIND));
		ctl_out_text("%s%s", comma, word);
		ctl_out_uint(word, " %llu", ctl_field_uint(&t, KWASM_A_TRAP_COUNT_COUNT));
		comma = ", ";
	}
	ctl_out_text("%s", *comma == ',' ? ")" : "");
	ctl_out_end();
}

static void print_stats(const struct ctl_fields *s)
{
	u64 packets = ctl_field_uint(s, KWASM_A_STATS_PACKETS);
	u64 ns = ctl_field_uint(s, KWASM_A_STATS_RUN_NS);

	ctl_out_object("stats");
	ctl_out_uint("packets", "    packets %llu", packets);
	ctl_out_uint("bytes", " (%llu bytes)", ctl_field_uint(s, KWASM_A_STATS_BYTES));
	ctl_out_uint("accepted", ": accepted %llu", ctl_field_uint(s, KWASM_A_STATS_ACCEPTED));
	ctl_out_uint("dropped", ", dropped %llu", ctl_field_uint(s, KWASM_A_STATS_DROPPED));
	ctl_out_uint("queued", ", queued %llu", ctl_field_uint(s, KWASM_A_STATS_QUEUED));
	ctl_out_uint("repeated", ", repeated %llu", ctl_field_uint(s, KWASM_A_STATS_REPEATED));
	print_trap_counts(s);
	ctl_out_uint("skipped", ", skipped %llu", ctl_field_uint(s, KWASM_A_STATS_SKIPPED));
	ctl_out_uint("reentered", ", reentered %llu", ctl_field_uint(s, KWASM_A_STATS_REENTERED));
	ctl_out_uint("restarts", ", restarts %llu", ctl_field_uint(s, KWASM_A_STATS_RESTARTS));
	ctl_out_time("run_ns", "\n    time %s in all", ns);
	ctl_out_time("run_mean_ns", ", %s mean", packets ? ns / packets : 0);
	ctl_out_time("run_max_ns", ", %s at most\n", ctl_field_uint(s, KWASM_A_STATS_RUN_MAX_NS));
	ctl_out_end();
}

static void print_where(const struct ctl_fields *a)
{
	ctl_out_uint("id", "  attachment %llu", ctl_field_uint(a, KWASM_A_ATTACHMENT_ID));
	ctl_out_string("name", NULL, ctl_field_string(a, KWASM_A_ATTACHMENT_NAME));
	ctl_out_string("hook", " at %s", ctl_field_string(a, KWASM_A_ATTACHMENT_HOOK));
	ctl_out_string("family", " %s",
		       ctl_family_name((u32)ctl_field_uint(a, KWASM_A_ATTACHMENT_FAMILY)));
	ctl_out_int("priority", " priority %lld", ctl_field_s32(a, KWASM_A_ATTACHMENT_PRIORITY));
	if (ctl_field_has(a, KWASM_A_ATTACHMENT_DEV))
		ctl_out_string("dev", " dev %s", ctl_field_string(a, KWASM_A_ATTACHMENT_DEV));
	ctl_out_string("entry", " entry %s", ctl_field_string(a, KWASM_A_ATTACHMENT_ENTRY));
	ctl_out_string("on_trap", " on-trap %s",
		       ctl_policy_name((u32)ctl_field_uint(a, KWASM_A_ATTACHMENT_ON_TRAP)));
	ctl_out_string("state", ": %s", state_name(ctl_field_uint(a, KWASM_A_ATTACHMENT_STATE)));
	ctl_out_since("since", " since %s\n", ctl_field_uint(a, KWASM_A_ATTACHMENT_AGE_NS));
}

static int print_attachment(const struct ctl_fields *f, u8 cmd, void *arg)
{
	struct ctl_fields s;

	ctl_out_object(NULL);
	print_where(f);
	if (ctl_field_nest(f, KWASM_A_ATTACHMENT_STATS, &s))
		print_stats(&s);
	ctl_trap_print(f, "last_trap", "    last trap: ", "\n");
	ctl_out_end();
	return 0;
}

/* ---- show ----------------------------------------------------------------------------------- */

static const char *extern_name(u64 kind)
{
	static const char *const words[] = { "function", "table", "memory", "global" };

	return kind < ARRAY_SIZE(words) ? words[kind] : "?";
}

/* Imports, whose names follow that of a module, or exports. */
static void print_externs(const struct ctl_fields *p, int attr, const char *key)
{
	bool imports = attr == KWASM_A_PROGRAM_IMPORT;
	int name = imports ? KWASM_A_IMPORT_NAME : KWASM_A_EXPORT_NAME;
	int kind = imports ? KWASM_A_IMPORT_KIND : KWASM_A_EXPORT_KIND;
	struct nlattr *at = NULL;
	struct ctl_fields e;

	ctl_out_array(key);
	if (ctl_field_has(p, attr))
		ctl_out_text("  %s", key);
	while ((at = ctl_field_next(p, attr, at))) {
		ctl_attr_nest(at, &e);
		ctl_out_object(NULL);
		if (imports)
			ctl_out_string("module", " %s",
				       ctl_field_string(&e, KWASM_A_IMPORT_MODULE));
		ctl_out_string("name", imports ? ".%s" : " %s", ctl_field_string(&e, name));
		ctl_out_string("kind", NULL, extern_name(ctl_field_uint(&e, kind)));
		ctl_out_end();
	}
	if (ctl_field_has(p, attr))
		ctl_out_text("\n");
	ctl_out_end();
}

static void print_digest(const struct ctl_fields *p)
{
	char hex[2 * 32 + 1] = "";
	const u8 *digest;
	size_t size, i;

	digest = ctl_field_bytes(p, KWASM_A_PROGRAM_TAG, &size);
	for (i = 0; i < size && i < 32; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	ctl_out_string("sha256", "  sha256 %s\n", hex);
}

static int print_program(const struct ctl_fields *f, u8 cmd, void *arg)
{
	ctl_out_object(NULL);
	ctl_out_string("name", "program %s", ctl_field_string(f, KWASM_A_PROGRAM_NAME));
	ctl_out_uint("id", " id %llu", ctl_field_uint(f, KWASM_A_PROGRAM_ID));
	ctl_out_bool("linked", " (unloads with its last attachment)",
		     ctl_field_uint(f, KWASM_A_PROGRAM_LINKED));
	ctl_out_bool("floats", " (uses floats)", ctl_field_uint(f, KWASM_A_PROGRAM_FLOATS));
	ctl_out_since("since", " loaded %s\n", ctl_field_uint(f, KWASM_A_PROGRAM_AGE_NS));
	ctl_out_size("wasm_bytes", "  wasm %s", ctl_field_uint(f, KWASM_A_PROGRAM_WASM_BYTES));
	ctl_out_size("code_bytes", ", code %s", ctl_field_uint(f, KWASM_A_PROGRAM_CODE_BYTES));
	ctl_out_time("compile_ns", " compiled in %s",
		     ctl_field_uint(f, KWASM_A_PROGRAM_COMPILE_NS));
	ctl_out_size("memory_bytes", ", memory %s",
		     ctl_field_uint(f, KWASM_A_PROGRAM_MEMORY_BYTES));
	ctl_out_uint("instances", " in %llu instances\n",
		     ctl_field_uint(f, KWASM_A_PROGRAM_INSTANCES));
	ctl_out_time("time_limit_ns", "  limits: time %s",
		     ctl_field_uint(f, KWASM_A_PROGRAM_TIME_LIMIT));
	ctl_out_size("memory_limit", ", memory %s per instance\n",
		     ctl_field_uint(f, KWASM_A_PROGRAM_MEMORY_LIMIT));
	ctl_out_uint("log_lost", ctl_field_uint(f, KWASM_A_PROGRAM_LOST) ?
		     "  log lines lost %llu\n" : NULL, ctl_field_uint(f, KWASM_A_PROGRAM_LOST));
	print_digest(f);
	print_externs(f, KWASM_A_PROGRAM_IMPORT, "imports");
	print_externs(f, KWASM_A_PROGRAM_EXPORT, "exports");
	*(bool *)arg = true;
	return 0;
}

/* An unloaded program prints nothing: -ENOENT precedes its first byte. */
static int show_program(const char *name)
{
	bool begun = false;
	int status;

	status = ask_program(name, print_program, &begun);
	if (!begun)
		return status;
	ctl_out_array("attachments");
	if (!status)
		status = ask_attachments(name, print_attachment, NULL);
	ctl_out_end();
	ctl_out_end();
	return status == -ENOENT ? CTL_OK : status;
}

static int run_show(void *arg, const struct ctl_words *words)
{
	struct name_list list;
	int status = CTL_OK;
	u32 i;

	if (words->num) {
		ctl_out_array(NULL);
		status = show_program(words->word[0]);
		if (status)
			return status < 0 ? ctl_fail("%s", ctl_request_error()) : status;
		ctl_out_end();
		return CTL_OK;
	}
	status = programs_collect(&list);
	if (status)
		goto free;
	ctl_out_array(NULL);
	for (i = 0; i < list.num && status <= 0; i++) {
		if (i)
			ctl_out_text("\n");
		status = show_program(list.names[i]);
	}
	status = max(status, 0);
	if (!status)
		ctl_out_end();
free:
	free(list.names);
	return status;
}

/* ---- list ----------------------------------------------------------------------------------- */

static int print_row(const struct ctl_fields *f, u8 cmd, void *arg)
{
	ctl_out_object(NULL);
	ctl_out_uint("id", "%4llu", ctl_field_uint(f, KWASM_A_PROGRAM_ID));
	ctl_out_string("name", "  %-20s", ctl_field_string(f, KWASM_A_PROGRAM_NAME));
	ctl_out_uint("wasm_bytes", " %8llu", ctl_field_uint(f, KWASM_A_PROGRAM_WASM_BYTES));
	ctl_out_uint("code_bytes", " %8llu", ctl_field_uint(f, KWASM_A_PROGRAM_CODE_BYTES));
	ctl_out_size("memory_bytes", " %8s", ctl_field_uint(f, KWASM_A_PROGRAM_MEMORY_BYTES));
	*(bool *)arg = true;
	return 0;
}

static int print_hook(const struct ctl_fields *f, u8 cmd, void *arg)
{
	bool *first = arg;

	ctl_out_string(NULL, *first ? "%s" : ",%s", ctl_field_string(f, KWASM_A_ATTACHMENT_HOOK));
	*first = false;
	return 0;
}

static int list_program(const char *name)
{
	bool begun = false, first = true;
	int status;

	status = ask_program(name, print_row, &begun);
	if (!begun)
		return status;
	ctl_out_array("hooks");
	ctl_out_text("  ");
	if (!status)
		status = ask_attachments(name, print_hook, &first);
	ctl_out_text("%s\n", first ? "-" : "");
	ctl_out_end();
	ctl_out_end();
	return max(status, 0);
}

static int run_list(void *arg, const struct ctl_words *words)
{
	struct name_list list;
	int status;
	u32 i;

	status = programs_collect(&list);
	if (status)
		goto free;
	ctl_out_array(NULL);
	if (list.num)
		ctl_out_text("%4s  %-20s %8s %8s %8s  %s\n", "ID", "NAME", "WASM", "CODE",
			     "MEMORY", "HOOKS");
	for (i = 0; i < list.num && status <= 0; i++)
		status = list_program(list.names[i]);
	status = max(status, 0);
	if (!status)
		ctl_out_end();
free:
	free(list.names);
	return status;
}

/* ---- stats ---------------------------------------------------------------------------------- */

static int print_stats_row(const struct ctl_fields *f, u8 cmd, void *arg)
{
	struct ctl_fields s;
	u64 packets, ns;

	if (!ctl_field_nest(f, KWASM_A_ATTACHMENT_STATS, &s))
		return 0;
	packets = ctl_field_uint(&s, KWASM_A_STATS_PACKETS);
	ns = ctl_field_uint(&s, KWASM_A_STATS_RUN_NS);
	ctl_out_object(NULL);
	ctl_out_uint("id", "%4llu", ctl_field_uint(f, KWASM_A_ATTACHMENT_ID));
	ctl_out_string("name", "  %-20s", ctl_field_string(f, KWASM_A_ATTACHMENT_NAME));
	ctl_out_string("hook", " %-8s", ctl_field_string(f, KWASM_A_ATTACHMENT_HOOK));
	ctl_out_uint("packets", " %10llu", packets);
	ctl_out_uint("bytes", " %12llu", ctl_field_uint(&s, KWASM_A_STATS_BYTES));
	ctl_out_uint("accepted", " %10llu", ctl_field_uint(&s, KWASM_A_STATS_ACCEPTED));
	ctl_out_uint("dropped", " %10llu", ctl_field_uint(&s, KWASM_A_STATS_DROPPED));
	ctl_out_uint("queued", " %8llu", ctl_field_uint(&s, KWASM_A_STATS_QUEUED));
	ctl_out_uint("repeated", " %8llu", ctl_field_uint(&s, KWASM_A_STATS_REPEATED));
	ctl_out_uint("traps", " %8llu", ctl_field_uint(&s, KWASM_A_STATS_TRAPS));
	ctl_out_uint("skipped", NULL, ctl_field_uint(&s, KWASM_A_STATS_SKIPPED));
	ctl_out_uint("reentered", NULL, ctl_field_uint(&s, KWASM_A_STATS_REENTERED));
	ctl_out_uint("restarts", NULL, ctl_field_uint(&s, KWASM_A_STATS_RESTARTS));
	ctl_out_time("run_mean_ns", " %9s", packets ? ns / packets : 0);
	ctl_out_time("run_max_ns", " %9s\n", ctl_field_uint(&s, KWASM_A_STATS_RUN_MAX_NS));
	ctl_out_end();
	return 0;
}

static int run_stats(void *arg, const struct ctl_words *words)
{
	const char *name = words->num ? words->word[0] : NULL;
	int status = ctl_connect();

	/* An unknown name is an error, not an empty table. */
	if (!status && name)
		status = ask_program(name, NULL, NULL);
	if (status)
		return status < 0 ? ctl_fail("%s", ctl_request_error()) : status;
	ctl_out_array(NULL);
	ctl_out_text("%4s  %-20s %-8s %10s %12s %10s %10s %8s %8s %8s %9s %9s\n", "ID", "PROGRAM",
		     "HOOK", "PACKETS", "BYTES", "ACCEPTED", "DROPPED", "QUEUED", "REPEATED",
		     "TRAPS", "MEAN", "MAX");
	status = ask_attachments(name, print_stats_row, NULL);
	if (!status)
		ctl_out_end();
	return status < 0 ? ctl_fail("%s", ctl_request_error()) : status;
}

const struct ctl_command ctl_list = {
	.name = "list", .usage = "",
	.summary = "list programs, one per line",
	.run = run_list,
};

const struct ctl_command ctl_show = {
	.name = "show", .usage = "[NAME]",
	.summary = "show programs in detail: imports, attachments, counters, last trap",
	.max_words = 1, .run = run_show,
};

const struct ctl_command ctl_stats = {
	.name = "stats", .usage = "[NAME]",
	.summary = "show counters of attachments, one per line",
	.max_words = 1, .run = run_stats,
};
