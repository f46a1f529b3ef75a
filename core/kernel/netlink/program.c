// SPDX-License-Identifier: GPL-2.0-only
/*
 * program.c - requests about programs: load, replace, unload, kill, show; and about the module.
 *
 * Guarantees: each parses, acts and replies, in this order; acting is independent of the reply.
 */
#include "kernel/limits.h"
#include "kernel/machine/memory.h"
#include "kernel/program/notify.h"
#include "netlink.h"
#include "kernel/machine/watchdog.h"

int kwasm_nl_create_program(struct kwasm_request *req, const struct nlattr *nest,
			    struct kwasm_program **prog)
{
	struct kwasm_loading load;
	int err;

	err = kwasm_turn_begin(&req->diag);
	if (err)
		return err;
	err = kwasm_loading_open(&load, req, nest);
	if (err)
		goto end;
	err = kwasm_program_create(req->knet, &load.what, &req->diag, prog);
	kwasm_loading_close(&load);
end:
	kwasm_turn_end();
	return err;
}

int kwasm_nl_load(struct kwasm_request *req)
{
	struct kwasm_program *prog;
	int err;

	err = kwasm_nl_create_program(req, NULL, &prog);
	if (err)
		return err;
	mutex_lock(&kwasm_lock);
	err = kwasm_program_add(prog, &req->diag);
	if (!err) {
		kwasm_notify_program(KWASM_EVENT_LOAD, &req->by, prog);
		kwasm_request_answered(req, kwasm_nl_put_program(req->reply, prog, false));
	}
	mutex_unlock(&kwasm_lock);
	if (err)
		kwasm_program_put(prog);
	return err;
}

/* The program that a request names; kwasm_lock held. */
static struct kwasm_program *named_program(struct kwasm_request *req)
{
	return kwasm_request_program(req, kwasm_nl_string(req->attrs, KWASM_A_PROGRAM_NAME));
}

/* Let @act take the program that a request names out, under kwasm_lock. */
static int on_program(struct kwasm_request *req,
		      int (*act)(struct kwasm_request *req, struct kwasm_program *prog))
{
	struct kwasm_program *prog;
	int err;

	mutex_lock(&kwasm_lock);
	prog = named_program(req);
	err = IS_ERR(prog) ? PTR_ERR(prog) : act(req, prog);
	mutex_unlock(&kwasm_lock);
	return err;
}

static int unload(struct kwasm_request *req, struct kwasm_program *prog)
{
	if (prog->num_handlers)
		return kwasm_diag_set(&req->diag, -EBUSY, KWASM_NO_PLACE,
				      "program %s is in use: detach it first (attachments: %u)",
				      prog->name, prog->num_handlers);
	kwasm_notify_program(KWASM_EVENT_UNLOAD, &req->by, prog);
	kwasm_leave_program(&req->leave, prog);
	return 0;
}

int kwasm_nl_unload(struct kwasm_request *req)
{
	return on_program(req, unload);
}

/* No instruction of the program is executed any more, then it is detached and unloaded. */
static int kill_program(struct kwasm_request *req, struct kwasm_program *prog)
{
	kwasm_program_kill(prog);
	kwasm_notify_program(KWASM_EVENT_KILL, &req->by, prog);
	kwasm_leave_attachments_of(&req->leave, prog);
	kwasm_leave_program(&req->leave, prog);
	return 0;
}

int kwasm_nl_kill(struct kwasm_request *req)
{
	return on_program(req, kill_program);
}

int kwasm_nl_replace_program(struct kwasm_request *req, struct kwasm_program *old,
			     struct kwasm_program *new)
{
	int err;

	new->id = old->id;
	new->linked = old->linked;
	err = kwasm_handlers_replace(old, new, &req->leave.runs, &req->diag);
	if (err)
		return err;
	list_add(&new->node, &old->node);
	new->knet->num_programs++;
	kwasm_leave_program(&req->leave, old);
	kwasm_notify_program(KWASM_EVENT_REPLACE, &req->by, new);
	return 0;
}

int kwasm_nl_replace(struct kwasm_request *req)
{
	struct kwasm_program *prog, *old;
	int err;

	err = kwasm_nl_create_program(req, NULL, &prog);
	if (err)
		return err;
	mutex_lock(&kwasm_lock);
	old = named_program(req);
	err = PTR_ERR_OR_ZERO(old);
	if (!err)
		err = kwasm_nl_replace_program(req, old, prog);
	if (!err)
		kwasm_request_answered(req, kwasm_nl_put_program(req->reply, prog, false));
	mutex_unlock(&kwasm_lock);
	if (err)
		kwasm_program_put(prog);
	return err;
}

int kwasm_nl_get_program(struct kwasm_request *req)
{
	struct kwasm_program *prog;
	int err;

	mutex_lock(&kwasm_lock);
	prog = named_program(req);
	err = IS_ERR(prog) ? PTR_ERR(prog) : kwasm_nl_put_program(req->reply, prog, true);
	mutex_unlock(&kwasm_lock);
	return err;
}

int kwasm_nl_dump_programs(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct kwasm_net *knet = kwasm_net_of(sock_net(skb->sk));
	const char *name = kwasm_nl_string(kwasm_dump_attrs(cb), KWASM_A_PROGRAM_NAME);
	struct kwasm_program *prog;
	void *header;

	mutex_lock(&kwasm_lock);
	list_for_each_entry(prog, &knet->programs, node) {
		if (prog->id <= cb->args[0] || (name && strcmp(name, prog->name)))
			continue;
		header = kwasm_dump_begin(skb, cb);
		if (!header ||
		    kwasm_dump_end(skb, header, kwasm_nl_put_program(skb, prog, true)))
			break;
		cb->args[0] = prog->id;
	}
	mutex_unlock(&kwasm_lock);
	return skb->len;
}

int kwasm_nl_get_info(struct kwasm_request *req)
{
	struct kwasm_linear_usage used, max;
	struct sk_buff *reply = req->reply;
	int err;

	kwasm_linear_usage_get(&used, &max);
	mutex_lock(&kwasm_lock);
	err = nla_put_string(reply, KWASM_A_INFO_VERSION, KWASM_VERSION) ?:
	      nla_put_u32(reply, KWASM_A_INFO_PROGRAMS, req->knet->num_programs) ?:
	      nla_put_u32(reply, KWASM_A_INFO_ATTACHMENTS, req->knet->num_attachments) ?:
	      nla_put_u32(reply, KWASM_A_INFO_MEMORIES, used.memories) ?:
	      nla_put_u32(reply, KWASM_A_INFO_MEMORIES_MAX, max.memories) ?:
	      kwasm_nl_put_u64(reply, KWASM_A_INFO_PAGES, used.pages) ?:
	      kwasm_nl_put_u64(reply, KWASM_A_INFO_PAGES_MAX, max.pages) ?:
	      kwasm_nl_put_u64(reply, KWASM_A_INFO_TOTAL_BYTES, kwasm_account_used(NULL)) ?:
	      kwasm_nl_put_u64(reply, KWASM_A_INFO_TOTAL_LIMIT, kwasm_account_limit(NULL)) ?:
	      kwasm_nl_put_u64(reply, KWASM_A_INFO_PROGRAM_LIMIT,
			       kwasm_limit_program_bytes_max()) ?:
	      nla_put_u32(reply, KWASM_A_INFO_TIME_SCALE,
			  kwasm_watchdog_scale(NSEC_PER_SEC) / NSEC_PER_SEC) ?:
	      kwasm_nl_put_u64(reply, KWASM_A_INFO_TIME_LIMIT, kwasm_limit_time_ns()) ?:
	      kwasm_nl_put_u64(reply, KWASM_A_INFO_TIME_LIMIT_MAX, kwasm_limit_time_max_ns()) ?:
	      kwasm_nl_put_u64(reply, KWASM_A_INFO_INVOKE_LIMIT, kwasm_limit_invoke_ns()) ?:
	      kwasm_nl_put_u64(reply, KWASM_A_INFO_MEMORY_LIMIT, kwasm_limit_memory_bytes());
	mutex_unlock(&kwasm_lock);
	return err;
}
