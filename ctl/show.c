// SPDX-License-Identifier: GPL-2.0-only
/*
 * show.c - list, show, stats: loaded programs, their attachments and counters.
 *
 * Programs are requested one by one, each followed by its attachments; one that is unloaded
 * meanwhile is skipped.
 */
#include <sha2.h>

#include "ctl.h"
#include "field.h"
#include "guest.h"
#include "names.h"
#include "nl.h"
#include "out.h"
#include "stats.h"
#include "trap.h"

/* @print each program and its number in the list, after a title unless the list is empty. */
static int each_program(void (*title)(void), int (*print)(const char *name, u32 n))
{
	struct ctl_names list;
	int status;
	u32 i;

	status = ctl_names_collect(&list);
	if (status)
		goto free;
	ctl_out_array(NULL);
	if (title && list.num)
		title();
	for (i = 0; i < list.num && status <= 0; i++)
		status = print(list.names[i], i);
	status = max(status, 0);
	if (!status)
		ctl_out_end();
free:
	free(list.names);
	return status;
}

/* -ENOENT is left to the caller. */
static int ask(struct ctl_request *req, bool dump, ctl_reply_fn fn, void *arg)
{
	int err;

	if (!req)
		return CTL_FAILED;
	err = ctl_request_try(req, dump, fn, arg);
	return err == -ENOENT ? err : err < 0 ? ctl_request_fail(NULL) : err;
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

const char *ctl_state_name(u32 state)
{
	static const char *const words[] = {
#define STATE(name, word) word,
		KWASM_STATES(STATE)
#undef STATE
	};

	return state < ARRAY_SIZE(words) ? words[state] : "?";
}

/* ---- attachments ---------------------------------------------------------------------------- */

static const struct ctl_row attachment_rows[] = {
	{ KWASM_A_ATTACHMENT_ID, "id", "  attachment %llu", ctl_out_uint },
	{ KWASM_A_ATTACHMENT_NAME, "name", NULL },
	{ KWASM_A_ATTACHMENT_HOOK, "hook", " at %s" },
	{ KWASM_A_ATTACHMENT_FAMILY, "family", " %s", .word = ctl_family_name },
	{ KWASM_A_ATTACHMENT_PRIORITY, "priority", " priority %lld", ctl_out_s32 },
	{ KWASM_A_ATTACHMENT_DEV, "dev", " dev %s", .optional = true },
	{ KWASM_A_ATTACHMENT_ENTRY, "entry", " entry %s" },
	{ KWASM_A_ATTACHMENT_ON_TRAP, "on_trap", " on-trap %s", .word = ctl_policy_name },
	{ KWASM_A_ATTACHMENT_STATE, "state", ": %s", .word = ctl_state_name },
	{ KWASM_A_ATTACHMENT_AGE_NS, "since", " since %s\n", ctl_out_since },
	{ }
};

/* @arg: source lines of its program, or NULL */
static int print_attachment(const struct ctl_fields *f, u8 cmd, void *arg)
{
	struct ctl_stats stats;
	struct ctl_fields s;

	ctl_out_object(NULL);
	ctl_rows_print(attachment_rows, f);
	if (ctl_field_nest(f, KWASM_A_ATTACHMENT_STATS, &s)) {
		ctl_stats_from_fields(&stats, &s);
		ctl_out_object("stats");
		ctl_stats_print(&stats);
		ctl_out_end();
	}
	ctl_trap_print(f, arg, "last_trap", "    last trap: ", "\n");
	ctl_out_end();
	return 0;
}

/* ---- show ----------------------------------------------------------------------------------- */

static const char *extern_name(u32 kind)
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
		ctl_out_string("kind", NULL, extern_name((u32)ctl_field_uint(&e, kind)));
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

static const struct ctl_row program_rows[] = {
	{ KWASM_A_PROGRAM_NAME, "name", "program %s" },
	{ KWASM_A_PROGRAM_ID, "id", " id %llu", ctl_out_uint },
	{ KWASM_A_PROGRAM_LINKED, "linked", " (unloads with its last attachment)", ctl_out_flag },
	{ KWASM_A_PROGRAM_FLOATS, "floats", " (uses floats)", ctl_out_flag },
	{ KWASM_A_PROGRAM_AGE_NS, "since", " loaded %s\n", ctl_out_since },
	{ KWASM_A_PROGRAM_WASM_BYTES, "wasm_bytes", "  wasm %s", ctl_out_size },
	{ KWASM_A_PROGRAM_CODE_BYTES, "code_bytes", ", code %s", ctl_out_size },
	{ KWASM_A_PROGRAM_COMPILE_NS, "compile_ns", " compiled in %s", ctl_out_time },
	{ KWASM_A_PROGRAM_MEMORY_BYTES, "memory_bytes", ", memory %s", ctl_out_size },
	{ KWASM_A_PROGRAM_INSTANCES, "instances", " in %llu instances\n", ctl_out_uint },
	{ KWASM_A_PROGRAM_TOTAL_BYTES, "total_bytes", "  takes %s in all\n", ctl_out_size },
	{ KWASM_A_PROGRAM_TIME_LIMIT, "time_limit_ns", "  limits: time %s", ctl_out_time },
	{ KWASM_A_PROGRAM_MEMORY_LIMIT, "memory_limit", ", memory %s per instance",
	  ctl_out_size },
	{ KWASM_A_PROGRAM_TOTAL_LIMIT, "total_limit", ", %s in all\n", ctl_out_size },
	{ }
};

static int print_program(const struct ctl_fields *f, u8 cmd, void *arg)
{
	ctl_out_object(NULL);
	ctl_rows_print(program_rows, f);
	ctl_out_uint("log_lost", ctl_field_uint(f, KWASM_A_PROGRAM_LOST) ?
		     "  log lines lost %llu\n" : NULL, ctl_field_uint(f, KWASM_A_PROGRAM_LOST));
	print_digest(f);
	print_externs(f, KWASM_A_PROGRAM_IMPORT, "imports");
	print_externs(f, KWASM_A_PROGRAM_EXPORT, "exports");
	*(bool *)arg = true;
	return 0;
}

/* An unloaded program prints nothing: -ENOENT precedes its first byte. */
static int show_program(const char *name, const struct ctl_source *source)
{
	bool begun = false;
	int status;

	status = ask_program(name, print_program, &begun);
	if (!begun)
		return status;
	ctl_out_array("attachments");
	if (!status)
		status = ask_attachments(name, print_attachment, (void *)source);
	ctl_out_end();
	ctl_out_end();
	return status == -ENOENT ? CTL_OK : status;
}

static int show_next(const char *name, u32 n)
{
	if (n)
		ctl_out_text("\n");
	return show_program(name, NULL);
}

struct show_args {
	const char *module;
};

static const struct ctl_option show_options[] = {
	{ "module", 0, CTL_STRING, offsetof(struct show_args, module), "FILE.wasm",
	  "file of NAME: shows source lines of traps" },
	{ }
};

static int collect_digest(const struct ctl_fields *f, u8 cmd, void *arg)
{
	const u8 *digest;
	size_t size;

	digest = ctl_field_bytes(f, KWASM_A_PROGRAM_TAG, &size);
	memset(arg, 0, SHA256_DIGEST_LENGTH);
	memcpy(arg, digest, min_t(size_t, size, SHA256_DIGEST_LENGTH));
	return 0;
}

/* Lines of another module would be wrong: the digest tells. */
static int check_module(struct ctl_guest *g, const char *name)
{
	u8 loaded[SHA256_DIGEST_LENGTH], read[SHA256_DIGEST_LENGTH];
	SHA2_CTX ctx;
	int status = ask_program(name, collect_digest, loaded);

	if (status)
		return status;
	SHA256Init(&ctx);
	SHA256Update(&ctx, g->module->bytes, g->module->size);
	SHA256Final(read, &ctx);
	if (!memcmp(loaded, read, sizeof(read)))
		return CTL_OK;
	return ctl_fail_file(g->path, "program %s was not loaded from it: its sha256 differs",
			     name);
}

static int show_one(const char *name, const char *module)
{
	const struct ctl_list none = { };
	struct ctl_guest g = { };
	int status = CTL_OK;

	if (module) {
		status = ctl_guest_decode(&g, module, &none);
		if (!status)
			status = check_module(&g, name);
	}
	ctl_out_array(NULL);
	if (!status)
		status = show_program(name, module ? ctl_guest_source(&g) : NULL);
	ctl_guest_close(&g);
	if (status)
		return status < 0 ? ctl_request_fail(NULL) : status;
	ctl_out_end();
	return CTL_OK;
}

static int run_show(void *arg, const struct ctl_words *words)
{
	const struct show_args *args = arg;

	if (words->num)
		return show_one(words->word[0], args->module);
	return args->module ? ctl_usage("--module requires NAME") :
			      each_program(NULL, show_next);
}

/* ---- list ----------------------------------------------------------------------------------- */

static const struct ctl_row list_rows[] = {
	{ KWASM_A_PROGRAM_ID, "id", "%4llu", ctl_out_uint },
	{ KWASM_A_PROGRAM_NAME, "name", "  %-20s" },
	{ KWASM_A_PROGRAM_WASM_BYTES, "wasm_bytes", " %8llu", ctl_out_uint },
	{ KWASM_A_PROGRAM_CODE_BYTES, "code_bytes", " %8llu", ctl_out_uint },
	{ KWASM_A_PROGRAM_MEMORY_BYTES, "memory_bytes", " %8s", ctl_out_size },
	{ }
};

static int print_row(const struct ctl_fields *f, u8 cmd, void *arg)
{
	ctl_out_object(NULL);
	ctl_rows_print(list_rows, f);
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

static int list_program(const char *name, u32 n)
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

static void print_title(void)
{
	ctl_out_text("%4s  %-20s %8s %8s %8s  %s\n", "ID", "NAME", "WASM", "CODE", "MEMORY",
		     "HOOKS");
}

/* An attachment in the order in which a hook runs them. */
struct placed {
	u32 id;
	s32 priority;
	u32 family;
	u32 state;
	char dev[16];
	char name[KWASM_NAME_LEN];
	char entry[KWASM_NAME_LEN];
};

struct placed_list {
	struct placed *all;
	u32 num;
};

static int collect_placed(const struct ctl_fields *f, u8 cmd, void *arg)
{
	struct placed_list *list = arg;
	struct placed *p = realloc(list->all, (list->num + 1) * sizeof(*p));

	if (!p)
		return ctl_fail_memory();
	list->all = p;
	p += list->num++;
	p->id = (u32)ctl_field_uint(f, KWASM_A_ATTACHMENT_ID);
	p->priority = (s32)ctl_field_uint(f, KWASM_A_ATTACHMENT_PRIORITY);
	p->family = (u32)ctl_field_uint(f, KWASM_A_ATTACHMENT_FAMILY);
	p->state = (u32)ctl_field_uint(f, KWASM_A_ATTACHMENT_STATE);
	snprintf(p->dev, sizeof(p->dev), "%s", ctl_field_string(f, KWASM_A_ATTACHMENT_DEV));
	snprintf(p->name, sizeof(p->name), "%s", ctl_field_string(f, KWASM_A_ATTACHMENT_NAME));
	snprintf(p->entry, sizeof(p->entry), "%s", ctl_field_string(f, KWASM_A_ATTACHMENT_ENTRY));
	return 0;
}

/* Of equal priorities, the one attached last runs first. */
static int compare_placed(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	return x->id > y->id ? -1 : x->id < y->id;
}

static void print_placed(const struct placed *p)
{
	const char *name = ctl_priority_name(p->priority);
	char nft[16] = "";

	if (name)
		snprintf(nft, sizeof(nft), "%s", name);
	ctl_out_object(NULL);
	ctl_out_int("priority", "%11lld", p->priority);
	ctl_out_text(" %-8s", nft);
	ctl_out_string("family", " %-6s", ctl_family_name(p->family));
	if (!p->dev[0])
		ctl_out_text(" %-15s", "-");
	else
		ctl_out_string("dev", " %-15s", p->dev);
	ctl_out_string("name", " %-20s", p->name);
	ctl_out_string("entry", " %-14s", p->entry);
	ctl_out_string("state", " %-8s", ctl_state_name(p->state));
	ctl_out_uint("id", " %llu\n", p->id);
	ctl_out_end();
}

static int list_hook(const char *hook)
{
	struct ctl_request *req = ctl_request_new(KWASM_CMD_GET_ATTACHMENT);
	struct placed_list list = { 0 };
	int status;
	u32 i;

	if (req)
		ctl_request_string(req, KWASM_A_ATTACHMENT_HOOK, hook);
	status = ctl_request_do(req, true, collect_placed, &list);
	if (!status && !list.num && !ctl_hook_find(hook))
		status = ctl_hook_unknown(hook);
	if (status)
		goto free;
	if (list.num)
		qsort(list.all, list.num, sizeof(*list.all), compare_placed);
	ctl_out_array(NULL);
	if (list.num)
		ctl_out_text("%11s %-8s %-6s %-15s %-20s %-14s %-8s %s\n", "PRIORITY", "", "FAMILY",
			     "DEVICE", "PROGRAM", "ENTRY", "STATE", "ID");
	for (i = 0; i < list.num; i++)
		print_placed(&list.all[i]);
	ctl_out_end();
free:
	free(list.all);
	return status;
}

struct list_args {
	const char *hook;
};

static const struct ctl_option list_options[] = {
	{ "hook", 0, CTL_STRING, offsetof(struct list_args, hook), "HOOK",
	  "the handlers at this hook, in the order in which they run" },
	{ }
};

static int run_list(void *arg, const struct ctl_words *words)
{
	const struct list_args *args = arg;

	if (args->hook)
		return ctl_hook_check(args->hook) ?: list_hook(args->hook);
	return each_program(print_title, list_program);
}

/* ---- stats ---------------------------------------------------------------------------------- */

static const struct ctl_row whose_rows[] = {
	{ KWASM_A_ATTACHMENT_ID, "id", "%4llu", ctl_out_uint },
	{ KWASM_A_ATTACHMENT_NAME, "name", "  %-20s" },
	{ KWASM_A_ATTACHMENT_HOOK, "hook", " %-8s" },
	{ }
};

/* The column after the traps says what became of their packets. */
static int print_stats_row(const struct ctl_fields *f, u8 cmd, void *arg)
{
	char mean[32], most[32];
	struct ctl_stats s;
	struct ctl_fields in;

	if (!ctl_field_nest(f, KWASM_A_ATTACHMENT_STATS, &in))
		return 0;
	ctl_stats_from_fields(&s, &in);
	ctl_out_object(NULL);
	ctl_rows_print(whose_rows, f);
	ctl_stats_out(&s);
	ctl_out_text(" %10llu %12llu %10llu %10llu %8llu %8llu %8llu",
		     (unsigned long long)s.packets, (unsigned long long)s.bytes,
		     (unsigned long long)s.accepted, (unsigned long long)s.dropped,
		     (unsigned long long)s.queued, (unsigned long long)s.repeated,
		     (unsigned long long)s.traps);
	ctl_out_string("on_trap", " %-8s",
		       ctl_policy_name((u32)ctl_field_uint(f, KWASM_A_ATTACHMENT_ON_TRAP)));
	ctl_out_text(" %9s %9s\n", ctl_time_format(mean, ctl_stats_mean(&s)),
		     ctl_time_format(most, s.run_max_ns));
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
		return status < 0 ? ctl_request_fail(NULL) : status;
	ctl_out_array(NULL);
	ctl_out_text("%4s  %-20s %-8s %10s %12s %10s %10s %8s %8s %8s %-8s %9s %9s\n", "ID",
		     "PROGRAM", "HOOK", "PACKETS", "BYTES", "ACCEPTED", "DROPPED", "QUEUED",
		     "REPEATED", "TRAPS", "ON-TRAP", "MEAN", "MAX");
	status = ask_attachments(name, print_stats_row, NULL);
	if (!status)
		ctl_out_end();
	return status < 0 ? ctl_request_fail(NULL) : status;
}

const struct ctl_command ctl_list = {
	.name = "list", .usage = "[--hook HOOK]",
	.summary = "list programs, or the handlers at a hook, one per line",
	.options = list_options, .args_size = sizeof(struct list_args), .run = run_list,
};

const struct ctl_command ctl_show = {
	.name = "show", .usage = "[OPTION]... [NAME]",
	.summary = "show programs in detail: imports, attachments, counters, last trap",
	.options = show_options, .args_size = sizeof(struct show_args),
	.max_words = 1, .run = run_show,
};

const struct ctl_command ctl_stats = {
	.name = "stats", .usage = "[NAME]",
	.summary = "show counters of attachments, one per line",
	.max_words = 1, .run = run_stats,
};
