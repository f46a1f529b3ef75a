// SPDX-License-Identifier: GPL-2.0-only
/*
 * program.c - the commands that change the kernel's state: load, replace, unload, kill, attach,
 * detach.
 */
#include <unistd.h>

#include "cause.h"
#include "ctl.h"
#include "field.h"
#include "guest.h"
#include "names.h"
#include "nl.h"
#include "out.h"

/* Options of all commands that load a program. */
struct load_args {
	const char *name;
	u64 time_limit;
	u64 memory_limit;
	struct ctl_list deny;
};

struct attach_args {
	struct load_args load;
	const char *hook;
	const char *entry;
	const char *dev;
	u8 family;
	struct ctl_s32 priority;
	struct ctl_s32 on_trap;
};

struct detach_args {
	const char *name;
	const char *hook;
	bool all;
};

struct unload_args {
	bool all;
};

#define LOAD_OPTIONS(type, member)								\
	{ "time-limit", 0, CTL_TIME, offsetof(type, member time_limit), "TIME",		\
	  "stop an invocation after this time" },						\
	{ "memory-limit", 0, CTL_SIZE, offsetof(type, member memory_limit), "SIZE",		\
	  "limit the memory of each instance" },						\
	{ "deny", 0, CTL_LIST, offsetof(type, member deny), "PATTERN",				\
	  "reject a program with a matching import" }

static const struct ctl_option load_options[] = {
	{ "name", 0, CTL_STRING, offsetof(struct load_args, name), "NAME",
	  "program name (default: that of the file)" },
	LOAD_OPTIONS(struct load_args,),
	{ }
};

static const struct ctl_option replace_options[] = {
	LOAD_OPTIONS(struct load_args,),
	{ }
};

static const struct ctl_option attach_options[] = {
	{ "hook", 0, CTL_STRING, offsetof(struct attach_args, hook), "HOOK",
	  CTL_HOOK_NAMES },
	{ "family", 0, CTL_FAMILY, offsetof(struct attach_args, family), "FAMILY",
	  "inet (both), ip or ip6" },
	{ "priority", 0, CTL_S32, offsetof(struct attach_args, priority), "N",
	  "lower priorities run first (0)" },
	{ "dev", 0, CTL_STRING, offsetof(struct attach_args, dev), "DEV",
	  "only packets of this device" },
	{ "name", 0, CTL_STRING, offsetof(struct attach_args, load.name), "NAME",
	  "program name (default: that of the file)" },
	CTL_ENTRY_OPTION(struct attach_args),
	CTL_ON_TRAP_OPTION(struct attach_args),
	LOAD_OPTIONS(struct attach_args, load.),
	{ }
};

static const struct ctl_option detach_options[] = {
	{ "name", 0, CTL_STRING, offsetof(struct detach_args, name), "NAME",
	  "detach all attachments of this program" },
	{ "hook", 0, CTL_STRING, offsetof(struct detach_args, hook), "HOOK",
	  "only those at this hook" },
	{ "all", 0, CTL_FLAG, offsetof(struct detach_args, all), NULL,
	  "detach all attachments in the namespace" },
	{ }
};

static const struct ctl_option unload_options[] = {
	{ "all", 0, CTL_FLAG, offsetof(struct unload_args, all), NULL,
	  "detach everything in the namespace and unload every program" },
	{ }
};

static void put_load(struct ctl_request *req, const struct load_args *args, const char *name,
		     int fd)
{
	u32 i;

	ctl_request_string(req, KWASM_A_PROGRAM_NAME, name);
	ctl_request_u32(req, KWASM_A_PROGRAM_FD, (u32)fd);
	if (args->time_limit)
		ctl_request_u64(req, KWASM_A_PROGRAM_TIME_LIMIT, args->time_limit);
	if (args->memory_limit)
		ctl_request_u64(req, KWASM_A_PROGRAM_MEMORY_LIMIT, args->memory_limit);
	for (i = 0; i < args->deny.num; i++)
		ctl_request_string(req, KWASM_A_PROGRAM_DENY, args->deny.items[i]);
}

static const struct ctl_row loaded_rows[] = {
	{ KWASM_A_PROGRAM_NAME, "name", "program %s" },
	{ KWASM_A_PROGRAM_ID, "id", ", id %llu", ctl_out_uint },
	{ KWASM_A_PROGRAM_CODE_BYTES, "code_bytes", ", %llu bytes of code", ctl_out_uint },
	{ KWASM_A_PROGRAM_COMPILE_NS, "compile_ns", " in %s\n", ctl_out_time },
	{ }
};

/**
 * struct done - how a reply is printed
 * @fd: the module's file, -1 if the request has none
 */
struct done {
	const struct ctl_row *rows;
	int fd;
	const char *path;
};

static int print_done(const struct ctl_fields *f, u8 cmd, void *arg)
{
	const struct done *done = arg;

	ctl_out_object(NULL);
	ctl_rows_print(done->rows, f);
	if (done->fd >= 0)
		ctl_warn_file(done->fd, done->path);
	ctl_out_end();
	return 0;
}

#define ENTRIES_MAX 16	/* of attachments that are asked about */

/* The entries of attachments. */
struct entry_list {
	char names[ENTRIES_MAX][CTL_NAME_MAX];
	const char *entries[ENTRIES_MAX];
	u32 num;
};

static int collect_entry(const struct ctl_fields *f, u8 cmd, void *arg)
{
	struct entry_list *list = arg;

	if (list->num < ENTRIES_MAX) {
		snprintf(list->names[list->num], CTL_NAME_MAX, "%s",
			 ctl_field_string(f, KWASM_A_ATTACHMENT_ENTRY));
		list->entries[list->num] = list->names[list->num];
		list->num++;
	}
	return 0;
}

/* A replacement needs the entries of its attachments; the request's error is the one to report. */
static int fail_program(u8 cmd, const char *name, const char *path, int fd)
{
	const struct ctl_error error = *ctl_request_error();
	struct entry_list list = { 0 };
	struct ctl_needs needs = {
		.entries = list.entries,
		.advice = " (to run another one, detach the program and attach it with --entry)",
	};
	struct ctl_request *req;

	if (cmd != KWASM_CMD_REPLACE || !error.refused)
		return ctl_cause_loading(fd, path, &error, &needs);
	req = ctl_request_new(KWASM_CMD_GET_ATTACHMENT);
	if (!req)
		return CTL_FAILED;
	ctl_request_string(req, KWASM_A_ATTACHMENT_NAME, name);
	if (!ctl_request_try(req, true, collect_entry, &list))
		needs.num = list.num;
	return ctl_cause_loading(fd, path, &error, &needs);
}

/* Load or replace program @name; the reply contains it. */
static int send_program(u8 cmd, const struct load_args *args, const char *name, const char *path)
{
	struct done done = { loaded_rows, .path = path };
	struct ctl_request *req;
	int status, fd;

	fd = ctl_file_open(path);
	if (fd < 0)
		return CTL_FAILED;
	done.fd = fd;
	req = ctl_request_new(cmd);
	if (req)
		put_load(req, args, name, fd);
	status = CTL_FAILED;
	if (req && !ctl_request_try(req, false, print_done, &done))
		status = CTL_OK;
	else if (req)
		status = fail_program(cmd, name, path, fd);
	close(fd);
	return status;
}

static int run_load(void *arg, const struct ctl_words *words)
{
	const struct load_args *args = arg;
	char name[CTL_NAME_MAX];
	int status;

	status = ctl_program_name(args->name, words->word[0], name);
	return status ?: send_program(KWASM_CMD_LOAD, args, name, words->word[0]);
}

static int run_replace(void *arg, const struct ctl_words *words)
{
	char name[CTL_NAME_MAX];
	int status;

	status = ctl_program_name(words->word[0], words->word[0], name);
	return status ?: send_program(KWASM_CMD_REPLACE, arg, name, words->word[1]);
}

/* For JSON only: the object of a command without other output. */
static int print_affected(u32 id, const char *name, const char *hook)
{
	ctl_out_object(NULL);
	if (id)
		ctl_out_uint("id", NULL, id);
	if (name)
		ctl_out_string("name", NULL, name);
	if (hook)
		ctl_out_string("hook", NULL, hook);
	ctl_out_end();
	return CTL_OK;
}

static int send_name(u8 cmd, const char *given)
{
	char name[CTL_NAME_MAX];
	struct ctl_request *req;
	int status = ctl_program_name(given, given, name);

	if (status)
		return status;
	req = ctl_request_new(cmd);
	if (req)
		ctl_request_string(req, KWASM_A_PROGRAM_NAME, name);
	status = ctl_request_do(req, false, NULL, NULL);
	return status ?: print_affected(0, name, NULL);
}

static int run_kill(void *arg, const struct ctl_words *words)
{
	return send_name(KWASM_CMD_KILL, words->word[0]);
}

static const struct ctl_row attached_rows[] = {
	{ KWASM_A_ATTACHMENT_ID, "id", "attachment %llu", ctl_out_uint },
	{ KWASM_A_ATTACHMENT_NAME, "name", ": program %s" },
	{ KWASM_A_ATTACHMENT_HOOK, "hook", " at %s" },
	{ KWASM_A_ATTACHMENT_FAMILY, "family", " %s", .word = ctl_family_name },
	{ KWASM_A_ATTACHMENT_DEV, "dev", " dev %s", .optional = true },
	{ KWASM_A_ATTACHMENT_PRIORITY, "priority", " priority %lld\n", ctl_out_s32 },
	{ }
};

static struct ctl_request *attach_request(const struct attach_args *args)
{
	struct ctl_request *req = ctl_request_new(KWASM_CMD_ATTACH);

	if (!req)
		return NULL;
	ctl_request_string(req, KWASM_A_ATTACHMENT_HOOK, args->hook);
	if (args->family)
		ctl_request_u8(req, KWASM_A_ATTACHMENT_FAMILY, args->family);
	if (args->priority.given)
		ctl_request_s32(req, KWASM_A_ATTACHMENT_PRIORITY, args->priority.value);
	if (args->dev)
		ctl_request_string(req, KWASM_A_ATTACHMENT_DEV, args->dev);
	if (args->entry)
		ctl_request_string(req, KWASM_A_ATTACHMENT_ENTRY, args->entry);
	if (args->on_trap.given)
		ctl_request_u8(req, KWASM_A_ATTACHMENT_ON_TRAP, (u8)args->on_trap.value);
	return req;
}

/* @path: the file of descriptor @fd, NULL for a loaded program; @err: of the request */
static int fail_attach(const struct attach_args *args, int err, const char *path, int fd)
{
	const char *entry = args->entry ?: KWASM_ENTRY_DEFAULT;
	const struct ctl_needs needs = { &entry, 1, " (--entry selects one)" };

	if (err == -ENXIO)
		return ctl_hook_unknown(args->hook);
	return path ? ctl_cause_loading(fd, path, ctl_request_error(), &needs) :
	       ctl_request_fail(NULL);
}

/* @path: as for fail_attach() */
static int send_attach(const struct attach_args *args, struct ctl_request *req, const char *path,
		       int fd)
{
	struct done done = { attached_rows, fd, path };
	int err;

	if (!req)
		return CTL_FAILED;
	err = ctl_request_try(req, false, print_done, &done);
	return err ? fail_attach(args, err, path, fd) : CTL_OK;
}

static int attach_file(const struct attach_args *args, const char *path)
{
	char name[CTL_NAME_MAX];
	struct ctl_request *req;
	int status, fd;

	status = ctl_program_name(args->load.name, path, name);
	if (status)
		return status;
	fd = ctl_file_open(path);
	if (fd < 0)
		return CTL_FAILED;
	req = attach_request(args);
	if (req) {
		ctl_request_nest(req, KWASM_A_ATTACHMENT_PROGRAM, CTL_SPACE_PROGRAM);
		put_load(req, &args->load, name, fd);
		ctl_request_nest_end(req);
	}
	status = send_attach(args, req, path, fd);
	close(fd);
	return status;
}

static int attach_loaded(const struct attach_args *args)
{
	char name[CTL_NAME_MAX];
	struct ctl_request *req;
	int status;

	if (!args->load.name)
		return ctl_usage("attach requires a file, or --name with the name of a loaded program");
	if (args->load.time_limit || args->load.memory_limit || args->load.deny.num)
		return ctl_usage("--time-limit, --memory-limit and --deny apply only when attach loads a file");
	status = ctl_program_name(args->load.name, "", name);
	if (status)
		return status;
	req = attach_request(args);
	if (req)
		ctl_request_string(req, KWASM_A_ATTACHMENT_NAME, name);
	return send_attach(args, req, NULL, -1);
}

static int run_attach(void *arg, const struct ctl_words *words)
{
	const struct attach_args *args = arg;
	int status;

	if (!args->hook)
		return ctl_usage("attach requires --hook: %s", CTL_HOOK_NAMES);
	status = ctl_hook_check(args->hook);
	if (status)
		return status;
	return words->num ? attach_file(args, words->word[0]) : attach_loaded(args);
}

static int detach_id(u32 id)
{
	struct ctl_request *req = ctl_request_new(KWASM_CMD_DETACH);

	if (req)
		ctl_request_u32(req, KWASM_A_ATTACHMENT_ID, id);
	return ctl_request_do(req, false, NULL, NULL) ?: print_affected(id, NULL, NULL);
}

static int detach_name(const char *given, const char *hook)
{
	char name[CTL_NAME_MAX];
	struct ctl_request *req;
	int status = ctl_program_name(given, given, name);

	if (status)
		return status;
	req = ctl_request_new(KWASM_CMD_DETACH);
	if (req) {
		ctl_request_string(req, KWASM_A_ATTACHMENT_NAME, name);
		if (hook)
			ctl_request_string(req, KWASM_A_ATTACHMENT_HOOK, hook);
	}
	status = !req ? CTL_FAILED : ctl_request_try(req, false, NULL, NULL);
	if (status == -ENOENT && hook && !ctl_hook_find(hook) && ctl_request_error()->refused)
		return ctl_hook_unknown(hook);
	return status < 0 ? ctl_request_fail(NULL) : status ?: print_affected(0, name, hook);
}

struct id_list {
	u32 *ids;
	u32 num;
};

static int collect_id(const struct ctl_fields *f, u8 cmd, void *arg)
{
	struct id_list *list = arg;
	u32 *ids;

	ids = realloc(list->ids, (list->num + 1) * sizeof(*ids));
	if (!ids)
		return ctl_fail_memory();
	list->ids = ids;
	list->ids[list->num++] = (u32)ctl_field_uint(f, KWASM_A_ATTACHMENT_ID);
	return 0;
}

/* Detach @list one by one; the IDs are members of an array. */
static int detach_each(const struct id_list *list)
{
	struct ctl_request *req;
	int err;
	u32 i;

	for (i = 0; i < list->num; i++) {
		req = ctl_request_new(KWASM_CMD_DETACH);
		if (!req)
			return CTL_FAILED;
		ctl_request_u32(req, KWASM_A_ATTACHMENT_ID, list->ids[i]);
		err = ctl_request_try(req, false, NULL, NULL);
		/* Detached meanwhile: the goal is reached. */
		if (err && err != -ENOENT)
			return ctl_request_fail(NULL);
		if (!err)
			ctl_out_uint(NULL, NULL, list->ids[i]);
	}
	return CTL_OK;
}

static int collect_ids(const char *hook, struct id_list *list)
{
	struct ctl_request *req = ctl_request_new(KWASM_CMD_GET_ATTACHMENT);
	int status;

	memset(list, 0, sizeof(*list));
	if (req && hook)
		ctl_request_string(req, KWASM_A_ATTACHMENT_HOOK, hook);
	status = ctl_request_do(req, true, collect_id, list);
	if (!status && !list->num && hook && !ctl_hook_find(hook))
		status = ctl_hook_unknown(hook);
	return status;
}

static int detach_all(const char *hook)
{
	struct id_list list;
	int status = collect_ids(hook, &list);

	ctl_out_object(NULL);
	ctl_out_array("ids");
	status = status ?: detach_each(&list);
	if (!status) {
		ctl_out_end();
		ctl_out_end();
	}
	free(list.ids);
	return status;
}

/* Those that have gone with their last attachment are unloaded as well. */
static int unload_each(const struct ctl_names *list)
{
	struct ctl_request *req;
	int err;
	u32 i;

	for (i = 0; i < list->num; i++) {
		req = ctl_request_new(KWASM_CMD_UNLOAD);
		if (!req)
			return CTL_FAILED;
		ctl_request_string(req, KWASM_A_PROGRAM_NAME, list->names[i]);
		err = ctl_request_try(req, false, NULL, NULL);
		if (err && err != -ENOENT)
			return ctl_request_fail(NULL);
		ctl_out_string(NULL, NULL, list->names[i]);
	}
	return CTL_OK;
}

static int unload_all(void)
{
	struct id_list ids = { 0 };
	struct ctl_names names;
	int status = ctl_names_collect(&names) ?: collect_ids(NULL, &ids);

	ctl_out_object(NULL);
	ctl_out_array("ids");
	status = status ?: detach_each(&ids);
	if (!status) {
		ctl_out_end();
		ctl_out_array("names");
		status = unload_each(&names);
	}
	if (!status) {
		ctl_out_end();
		ctl_out_end();
	}
	free(ids.ids);
	free(names.names);
	return status;
}

static int run_unload(void *arg, const struct ctl_words *words)
{
	const struct unload_args *args = arg;

	if ((words->num > 0) + args->all != 1)
		return ctl_usage("unload requires either a program name or --all");
	return args->all ? unload_all() : send_name(KWASM_CMD_UNLOAD, words->word[0]);
}

static bool parse_id(const char *text, u32 *id)
{
	unsigned long v;
	char *end;

	if (!text[0] || strspn(text, "0123456789") != strlen(text))
		return false;
	errno = 0;
	v = strtoul(text, &end, 10);
	*id = (u32)v;
	return !errno && v && v <= U32_MAX;
}

static int run_detach(void *arg, const struct ctl_words *words)
{
	const struct detach_args *args = arg;
	int status;
	u32 id;

	if ((words->num > 0) + !!args->name + args->all != 1)
		return ctl_usage("detach requires exactly one of: an attachment ID, a program name, or --all");
	status = ctl_hook_check(args->hook);
	if (status)
		return status;
	if (args->all)
		return detach_all(args->hook);
	if (args->name)
		return detach_name(args->name, args->hook);
	if (!parse_id(words->word[0], &id))
		return detach_name(words->word[0], args->hook);
	if (args->hook)
		return ctl_usage("--hook cannot be used with an attachment ID");
	return detach_id(id);
}

const struct ctl_command ctl_load = {
	.name = "load", .usage = "[OPTION]... FILE.wasm",
	.summary = "load a program without attaching it",
	.details = "The kernel validates and compiles it. \"-\" reads standard input.\n",
	.options = load_options, .args_size = sizeof(struct load_args),
	.min_words = 1, .max_words = 1, .run = run_load,
};

const struct ctl_command ctl_replace = {
	.name = "replace", .usage = "[OPTION]... NAME FILE.wasm",
	.summary = "replace a loaded program with another",
	.details = "Either every attachment switches to the new program, or, on an error, none does.\n",
	.options = replace_options, .args_size = sizeof(struct load_args),
	.min_words = 2, .max_words = 2, .run = run_replace,
};

const struct ctl_command ctl_unload = {
	.name = "unload", .usage = "NAME | --all",
	.summary = "unload a program that has no attachments",
	.details = "Modules with attachments cannot be removed; after detach --all or unload --all in\n"
		   "every network namespace they can.\n",
	.options = unload_options, .args_size = sizeof(struct unload_args),
	.max_words = 1, .run = run_unload,
};

const struct ctl_command ctl_kill = {
	.name = "kill", .usage = "NAME",
	.summary = "stop a program at once, detach and unload it",
	.details = "Its code is made non-executable, which also stops CPUs that are running it.\n",
	.min_words = 1, .max_words = 1, .run = run_kill,
};

const struct ctl_command ctl_attach = {
	.name = "attach", .usage = "--hook HOOK [OPTION]... [FILE.wasm]",
	.summary = "run a program on every packet at a hook",
	.details = "Without a file, --name selects a loaded program. A program that attach loads is\n"
		   "unloaded with its last attachment.\n",
	.options = attach_options, .args_size = sizeof(struct attach_args),
	.max_words = 1, .run = run_attach,
};

const struct ctl_command ctl_detach = {
	.name = "detach", .usage = "ID | NAME [--hook HOOK] | --all",
	.summary = "detach programs from hooks",
	.options = detach_options, .args_size = sizeof(struct detach_args),
	.max_words = 1, .run = run_detach,
};
