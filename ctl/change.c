// SPDX-License-Identifier: GPL-2.0-only
/*
 * change.c - what the commands share that change the kernel's state: a program to load, its limits,
 * attachments to detach, and the output.
 */
#include "change.h"
#include "guest.h"
#include "out.h"

void ctl_load_put(struct ctl_request *req, const struct ctl_load_args *args, const char *name,
		  int fd)
{
	u32 i;

	ctl_request_string(req, KWASM_A_PROGRAM_NAME, name);
	ctl_request_u32(req, KWASM_A_PROGRAM_FD, (u32)fd);
	if (args->time_limit.value)
		ctl_request_u64(req, KWASM_A_PROGRAM_TIME_LIMIT, args->time_limit.value);
	if (args->memory_limit.value)
		ctl_request_u64(req, KWASM_A_PROGRAM_MEMORY_LIMIT, args->memory_limit.value);
	if (args->total_limit.value)
		ctl_request_u64(req, KWASM_A_PROGRAM_TOTAL_LIMIT, args->total_limit.value);
	for (i = 0; i < args->deny.num; i++)
		ctl_request_string(req, KWASM_A_PROGRAM_DENY, args->deny.items[i]);
}

/* The kernel would refuse a limit in its own units. */
static int check_maxima(const struct ctl_fields *f, u8 cmd, void *arg)
{
	const struct ctl_load_args *args = arg;
	int status = CTL_OK;

	if (ctl_field_has(f, KWASM_A_INFO_TIME_LIMIT_MAX))
		status = ctl_amount_check("time-limit", &args->time_limit,
					  ctl_field_uint(f, KWASM_A_INFO_TIME_LIMIT_MAX),
					  "max_time_limit_us");
	if (!status && ctl_field_has(f, KWASM_A_INFO_MEMORY_LIMIT))
		status = ctl_amount_check("memory-limit", &args->memory_limit,
					  ctl_field_uint(f, KWASM_A_INFO_MEMORY_LIMIT),
					  "max_memory_pages");
	if (!status && ctl_field_has(f, KWASM_A_INFO_PROGRAM_LIMIT))
		status = ctl_amount_check("total-limit", &args->total_limit,
					  ctl_field_uint(f, KWASM_A_INFO_PROGRAM_LIMIT),
					  "max_program_mb");
	return status;
}

int ctl_load_check(const struct ctl_load_args *args)
{
	if (!args->time_limit.value && !args->memory_limit.value && !args->total_limit.value)
		return CTL_OK;
	return ctl_request_do(ctl_request_new(KWASM_CMD_GET_INFO), false, check_maxima,
			      (void *)args);
}

int ctl_done_print(const struct ctl_fields *f, u8 cmd, void *arg)
{
	const struct ctl_done *done = arg;

	ctl_out_object(NULL);
	ctl_rows_print(done->rows, f);
	if (done->fd >= 0)
		ctl_warn_file(done->fd, done->path);
	ctl_out_end();
	return 0;
}

int ctl_affected_print(u32 id, const char *name, const char *hook)
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

static int collect_id(const struct ctl_fields *f, u8 cmd, void *arg)
{
	struct ctl_ids *list = arg;
	u32 *ids;

	ids = realloc(list->ids, (list->num + 1) * sizeof(*ids));
	if (!ids)
		return ctl_fail_memory();
	list->ids = ids;
	list->ids[list->num++] = (u32)ctl_field_uint(f, KWASM_A_ATTACHMENT_ID);
	return 0;
}

int ctl_ids_detach(const struct ctl_ids *list)
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

int ctl_ids_collect(const char *hook, struct ctl_ids *list)
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
