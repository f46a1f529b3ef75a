// SPDX-License-Identifier: GPL-2.0-only
/*
 * program.c - the commands that change programs: load, replace, unload, kill.
 */
#include <unistd.h>

#include "cause.h"
#include "change.h"
#include "names.h"
#include "out.h"

static const struct ctl_option load_options[] = {
	{ "name", 0, CTL_STRING, offsetof(struct ctl_load_args, name), "NAME",
	  "program name (default: that of the file)" },
	CTL_LOAD_OPTIONS(struct ctl_load_args,),
	{ }
};

static const struct ctl_option replace_options[] = {
	CTL_LOAD_OPTIONS(struct ctl_load_args,),
	{ }
};

struct unload_args {
	bool all;
};

static const struct ctl_option unload_options[] = {
	{ "all", 0, CTL_FLAG, offsetof(struct unload_args, all), NULL,
	  "detach everything in the namespace and unload every program" },
	{ }
};

static const struct ctl_row loaded_rows[] = {
	{ KWASM_A_PROGRAM_NAME, "name", "program %s" },
	{ KWASM_A_PROGRAM_ID, "id", ", id %llu", ctl_out_uint },
	{ KWASM_A_PROGRAM_CODE_BYTES, "code_bytes", ", %llu bytes of code", ctl_out_uint },
	{ KWASM_A_PROGRAM_COMPILE_NS, "compile_ns", " in %s\n", ctl_out_time },
	{ }
};

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
static int send_program(u8 cmd, const struct ctl_load_args *args, const char *name,
			const char *path)
{
	struct ctl_done done = { loaded_rows, .path = path };
	struct ctl_request *req;
	int status, fd;

	fd = ctl_file_open(path);
	if (fd < 0)
		return CTL_FAILED;
	status = ctl_load_check(args);
	if (status)
		goto close;
	done.fd = fd;
	req = ctl_request_new(cmd);
	if (req)
		ctl_load_put(req, args, name, fd);
	status = CTL_FAILED;
	if (req && !ctl_request_try(req, false, ctl_done_print, &done))
		status = CTL_OK;
	else if (req)
		status = fail_program(cmd, name, path, fd);
close:
	close(fd);
	return status;
}

static int run_load(void *arg, const struct ctl_words *words)
{
	const struct ctl_load_args *args = arg;
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
	return status ?: ctl_affected_print(0, name, NULL);
}

static int run_kill(void *arg, const struct ctl_words *words)
{
	return send_name(KWASM_CMD_KILL, words->word[0]);
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
	struct ctl_ids ids = { 0 };
	struct ctl_names names;
	int status = ctl_names_collect(&names) ?: ctl_ids_collect(NULL, &ids);

	ctl_out_object(NULL);
	ctl_out_array("ids");
	status = status ?: ctl_ids_detach(&ids);
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

const struct ctl_command ctl_load = {
	.name = "load", .usage = "[OPTION]... FILE.wasm",
	.summary = "load a program without attaching it",
	.details = "The kernel validates and compiles it. \"-\" reads standard input.\n",
	.options = load_options, .args_size = sizeof(struct ctl_load_args),
	.min_words = 1, .max_words = 1, .run = run_load,
};

const struct ctl_command ctl_replace = {
	.name = "replace", .usage = "[OPTION]... NAME FILE.wasm",
	.summary = "replace a loaded program with another",
	.details = "Either every attachment switches to the new program, or, on an error, none does.\n",
	.options = replace_options, .args_size = sizeof(struct ctl_load_args),
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
