// SPDX-License-Identifier: GPL-2.0-only
/*
 * attach.c - the commands attach and detach.
 */
#include <unistd.h>

#include "cause.h"
#include "change.h"
#include "device.h"
#include "out.h"

struct attach_args {
	struct ctl_load_args load;
	const char *hook;
	const char *entry;
	const char *dev;
	char found_dev[IFNAMSIZ];
	u8 family;
	struct ctl_s32 priority;
	struct ctl_s32 on_trap;
	bool again;
	bool replace;
};

struct detach_args {
	const char *name;
	const char *id;
	const char *hook;
	bool all;
};

static const struct ctl_option attach_options[] = {
	{ "hook", 0, CTL_STRING, offsetof(struct attach_args, hook), "HOOK",
	  CTL_HOOK_NAMES },
	{ "family", 0, CTL_FAMILY, offsetof(struct attach_args, family), "FAMILY",
	  "inet (both), ip or ip6; netdev at nf_ingress and nf_egress" },
	{ "priority", 0, CTL_PRIORITY, offsetof(struct attach_args, priority), "N",
	  "lower ones run first (0): a number, or raw, mangle+5 and so on" },
	{ "dev", 0, CTL_STRING, offsetof(struct attach_args, dev), "DEV",
	  "only packets of this device" },
	{ "replace", 0, CTL_FLAG, offsetof(struct attach_args, replace), NULL,
	  "replace a loaded program of this name, unless it is the same" },
	{ "again", 0, CTL_FLAG, offsetof(struct attach_args, again), NULL,
	  "attach even where the program is attached already" },
	{ "name", 0, CTL_STRING, offsetof(struct attach_args, load.name), "NAME",
	  "program name (default: that of the file)" },
	CTL_ENTRY_OPTION(struct attach_args),
	CTL_ON_TRAP_OPTION(struct attach_args),
	CTL_LOAD_OPTIONS(struct attach_args, load.),
	{ }
};

static const struct ctl_option detach_options[] = {
	{ "name", 0, CTL_STRING, offsetof(struct detach_args, name), "NAME",
	  "detach all attachments of this program" },
	{ "id", 0, CTL_STRING, offsetof(struct detach_args, id), "ID",
	  "detach this attachment" },
	{ "hook", 0, CTL_STRING, offsetof(struct detach_args, hook), "HOOK",
	  "only those at this hook" },
	{ "all", 0, CTL_FLAG, offsetof(struct detach_args, all), NULL,
	  "detach all attachments in the namespace" },
	{ }
};

static const struct ctl_row attached_rows[] = {
	{ KWASM_A_ATTACHMENT_ID, "id", "attachment %llu", ctl_out_uint },
	{ KWASM_A_ATTACHMENT_NAME, "name", ": program %s" },
	{ KWASM_A_ATTACHMENT_HOOK, "hook", " at %s" },
	{ KWASM_A_ATTACHMENT_FAMILY, "family", " %s", .word = ctl_family_name },
	{ KWASM_A_ATTACHMENT_DEV, "dev", " dev %s", .optional = true },
	{ KWASM_A_ATTACHMENT_PRIORITY, "priority", " priority %lld\n", ctl_out_s32 },
	{ KWASM_A_ATTACHMENT_STATE, "state", NULL, .word = ctl_state_name },
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
	if (args->again)
		ctl_request_flag(req, KWASM_A_ATTACHMENT_AGAIN);
	if (args->replace)
		ctl_request_flag(req, KWASM_A_ATTACHMENT_REPLACE);
	return req;
}

/* @path: the file of descriptor @fd, NULL for a loaded program; @err: of the request */
static int fail_attach(const struct attach_args *args, int err, const char *path, int fd)
{
	const char *entry = args->entry ?: KWASM_ENTRY_DEFAULT;
	const struct ctl_needs needs = { &entry, 1, " (--entry selects one)" };

	if (err == -ENXIO)
		return ctl_hook_unknown(args->hook);
	if (err == -EALREADY)
		return ctl_fail_at(NULL, &ctl_request_error()->diag,
				   " (--again attaches it once more)");
	if (err == -EEXIST)
		return ctl_fail_at(NULL, &ctl_request_error()->diag, ", or attach --replace; without the file, attach --name attaches it as it is");
	return path ? ctl_cause_loading(fd, path, ctl_request_error(), &needs) :
	       err == -ENOENT ? ctl_cause_loaded(args->load.name, entry) : ctl_request_fail(NULL);
}

static int print_attached(const struct ctl_fields *f, u8 cmd, void *arg)
{
	ctl_done_print(f, cmd, arg);
	if (ctl_field_uint(f, KWASM_A_ATTACHMENT_STATE) == KWASM_STATE_WAITING)
		ctl_warn("device %s does not exist yet: the handler waits for it",
			 ctl_field_string(f, KWASM_A_ATTACHMENT_DEV));
	return 0;
}

/* @path: as for fail_attach() */
static int send_attach(const struct attach_args *args, struct ctl_request *req, const char *path,
		       int fd)
{
	struct ctl_done done = { attached_rows, fd, path };
	int err;

	if (!req)
		return CTL_FAILED;
	err = ctl_request_try(req, false, print_attached, &done);
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
	status = ctl_load_check(&args->load);
	if (status)
		goto close;
	req = attach_request(args);
	if (req) {
		ctl_request_nest(req, KWASM_A_ATTACHMENT_PROGRAM, CTL_SPACE_PROGRAM);
		ctl_load_put(req, &args->load, name, fd);
		ctl_request_nest_end(req);
	}
	status = send_attach(args, req, path, fd);
close:
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
	if (args->load.time_limit.value || args->load.memory_limit.value ||
	    args->load.total_limit.value || args->load.deny.num || args->replace)
		return ctl_usage("--time-limit, --memory-limit, --total-limit, --deny and --replace apply only when attach loads a file");
	status = ctl_program_name(args->load.name, "", name);
	if (status)
		return status;
	req = attach_request(args);
	if (req)
		ctl_request_string(req, KWASM_A_ATTACHMENT_NAME, name);
	return send_attach(args, req, NULL, -1);
}

/* An alternative name is replaced; a device may be created later, but only with a valid name. */
static int check_device(struct attach_args *args)
{
	const struct ctl_hook *hook = ctl_hook_find(args->hook);
	char *dev = args->found_dev;
	int status;

	if (!args->dev)
		return hook && hook->bound ? ctl_usage("--hook %s requires --dev", args->hook) :
		       CTL_OK;
	status = ctl_connect() ?: ctl_device_find(args->dev, dev);
	if (status)
		return status;
	if (!*dev && strlen(args->dev) >= IFNAMSIZ)
		return ctl_fail("unknown device \"%.128s\"", args->dev);
	if (*dev && strcmp(args->dev, dev))
		ctl_warn("%s is an alternative name of device %s", args->dev, dev);
	if (*dev)
		args->dev = dev;
	return CTL_OK;
}

static int run_attach(void *arg, const struct ctl_words *words)
{
	struct attach_args *args = arg;
	int status;

	if (!args->hook)
		return ctl_usage("attach requires --hook: %s", CTL_HOOK_NAMES);
	if (args->again && args->replace)
		return ctl_usage("--again and --replace are mutually exclusive");
	status = ctl_hook_check(args->hook) ?: check_device(args);
	if (status)
		return status;
	return words->num ? attach_file(args, words->word[0]) : attach_loaded(args);
}

static int detach_id(u32 id)
{
	struct ctl_request *req = ctl_request_new(KWASM_CMD_DETACH);

	if (req)
		ctl_request_u32(req, KWASM_A_ATTACHMENT_ID, id);
	return ctl_request_do(req, false, NULL, NULL) ?: ctl_affected_print(id, NULL, NULL);
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
	return status < 0 ? ctl_request_fail(NULL) : status ?: ctl_affected_print(0, name, hook);
}

static int detach_all(const char *hook)
{
	struct ctl_ids list;
	int status = ctl_ids_collect(hook, &list);

	ctl_out_object(NULL);
	ctl_out_array("ids");
	status = status ?: ctl_ids_detach(&list);
	if (!status) {
		ctl_out_end();
		ctl_out_end();
	}
	free(list.ids);
	return status;
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

/* A number is an ID, unless it may mean a program as well. */
static int detach_word(const char *word, const char *hook)
{
	struct ctl_request *req;
	u32 id;

	if (!parse_id(word, &id))
		return detach_name(word, hook);
	req = ctl_request_new(KWASM_CMD_GET_PROGRAM);
	if (!req)
		return CTL_FAILED;
	ctl_request_string(req, KWASM_A_PROGRAM_NAME, word);
	if (!ctl_request_try(req, false, NULL, NULL))
		return ctl_usage("%s may be an attachment or a program: use --id %s or --name %s",
				 word, word, word);
	if (hook)
		return ctl_usage("--hook cannot be used with an attachment ID");
	return detach_id(id);
}

static int run_detach(void *arg, const struct ctl_words *words)
{
	const struct detach_args *args = arg;
	int status;
	u32 id;

	if ((words->num > 0) + !!args->name + !!args->id + args->all != 1)
		return ctl_usage("detach requires exactly one of: an attachment ID, a program name, or --all");
	if (args->id && args->hook)
		return ctl_usage("--hook cannot be used with an attachment ID");
	if (args->id)
		return parse_id(args->id, &id) ? detach_id(id) :
		       ctl_usage("--id: invalid attachment ID \"%s\"", args->id);
	status = ctl_hook_check(args->hook);
	if (status)
		return status;
	if (args->all)
		return detach_all(args->hook);
	return args->name ? detach_name(args->name, args->hook) :
	       detach_word(words->word[0], args->hook);
}

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
