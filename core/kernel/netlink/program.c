// SPDX-License-Identifier: GPL-2.0-only
/*
 * nl_program.c - requests about programs: load, replace, unload, kill, show, code, log.
 */
#include "event.h"
#include "kernel/program/provider.h"
#include "kernel/limits.h"
#include "kernel/machine/memory.h"
#include "netlink.h"
#include "kernel/machine/watchdog.h"

static int request_denials(struct genl_info *info, struct kwasm_load_request *req,
			   struct kwasm_diag *diag)
{
	const struct nlattr *attr;
	int rem;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != KWASM_A_DENY)
			continue;
		if (req->num_deny == ARRAY_SIZE(req->deny))
			return kwasm_diag_set(diag, -E2BIG, KWASM_NO_PLACE,
					      "too many deny patterns, the limit is %zu",
					      ARRAY_SIZE(req->deny));
		req->deny[req->num_deny++] = nla_data(attr);
	}
	return 0;
}

/* Name and limits. */
static int load_request(struct genl_info *info, const struct kwasm_bytes *bytes,
			struct kwasm_load_request *req, struct kwasm_diag *diag)
{
	struct nlattr **attrs = info->attrs;

	memset(req, 0, sizeof(*req));
	req->name = kwasm_nl_string(attrs, KWASM_A_NAME);
	if (!req->name)
		return kwasm_diag_set(diag, -EINVAL, KWASM_NO_PLACE, "the request does not name a program");
	if (!kwasm_program_name_valid(req->name))
		return kwasm_diag_set(diag, -EINVAL, KWASM_NO_PLACE,
				      "invalid program name: use letters, digits, '_', '-' and '.'");
	req->bytes = bytes->data;
	req->size = bytes->size;
	if (attrs[KWASM_A_TIME_LIMIT])
		req->time_limit_ns = nla_get_u64(attrs[KWASM_A_TIME_LIMIT]);
	if (req->time_limit_ns > kwasm_limit_time_max_ns())
		return kwasm_diag_set(diag, -ERANGE, KWASM_NO_PLACE,
				      "time limit %llu ns exceeds the maximum of %llu ns (parameter max_time_limit_us)",
				      req->time_limit_ns, kwasm_limit_time_max_ns());
	if (attrs[KWASM_A_MEMORY_LIMIT])
		req->memory_limit = nla_get_u64(attrs[KWASM_A_MEMORY_LIMIT]);
	return request_denials(info, req, diag);
}

int kwasm_nl_create_program(struct genl_info *info, struct kwasm_diag *diag,
			    struct kwasm_program **prog)
{
	const struct kwasm_provider *const *providers;
	struct kwasm_load_request req;
	struct kwasm_bytes bytes;
	u32 num_providers;
	int err;

	err = kwasm_bytes_get(&bytes, info->attrs, diag);
	if (err)
		return err;
	err = load_request(info, &bytes, &req, diag);
	if (err)
		goto put_bytes;
	kwasm_providers_lock(&providers, &num_providers);
	err = kwasm_program_create(kwasm_net_of(genl_info_net(info)), &req, providers,
				   num_providers, diag, prog);
	if (err)
		kwasm_providers_unlock();
put_bytes:
	kwasm_bytes_put(&bytes);
	return err;
}

/* The answer is made before anything changes, so that a request is never half done. */
static int program_reply(struct genl_info *info, const struct kwasm_program *prog,
			 struct sk_buff **reply)
{
	void *header;
	int err;

	*reply = kwasm_nl_reply(info, KWASM_NL_SMALL, &header);
	if (!*reply)
		return -ENOMEM;
	err = kwasm_nl_put_program(*reply, prog, false);
	if (err) {
		nlmsg_free(*reply);
		return err;
	}
	genlmsg_end(*reply, header);
	return 0;
}

int kwasm_nl_load(struct sk_buff *skb, struct genl_info *info, struct kwasm_diag *diag)
{
	struct kwasm_program *prog;
	struct sk_buff *reply;
	int err;

	err = kwasm_nl_create_program(info, diag, &prog);
	if (err)
		return err;
	mutex_lock(&kwasm_lock);
	err = kwasm_program_add(prog, diag);
	if (!err) {
		err = program_reply(info, prog, &reply);
		if (err) {
			kwasm_program_get(prog);
			kwasm_program_remove(prog);
		} else {
			kwasm_event_program(KWASM_EVENT_LOAD, prog);
		}
	}
	mutex_unlock(&kwasm_lock);
	kwasm_providers_unlock();
	if (err) {
		kwasm_program_put(prog);
		return err;
	}
	genlmsg_reply(reply, info);	/* it is loaded, even if the answer gets lost */
	return 0;
}

struct kwasm_program *kwasm_nl_find_program(struct genl_info *info, struct kwasm_diag *diag)
{
	const char *name = kwasm_nl_string(info->attrs, KWASM_A_NAME);
	struct kwasm_program *prog;

	if (!name) {
		kwasm_diag_set(diag, -EINVAL, KWASM_NO_PLACE, "the request does not name a program");
		return ERR_PTR(-EINVAL);
	}
	prog = kwasm_program_find(kwasm_net_of(genl_info_net(info)), name);
	if (prog)
		return prog;
	kwasm_diag_set(diag, -ENOENT, KWASM_NO_PLACE, "program %.63s is not loaded", name);
	return ERR_PTR(-ENOENT);
}

int kwasm_nl_unload(struct sk_buff *skb, struct genl_info *info, struct kwasm_diag *diag)
{
	struct kwasm_program *prog;
	int err = 0;

	mutex_lock(&kwasm_lock);
	prog = kwasm_nl_find_program(info, diag);
	if (IS_ERR(prog)) {
		err = PTR_ERR(prog);
	} else if (prog->attachments) {
		err = kwasm_diag_set(diag, -EBUSY, KWASM_NO_PLACE,
				     "program %s is in use: detach it first (attachments: %u)",
				     prog->name, prog->attachments);
	} else {
		kwasm_event_program(KWASM_EVENT_UNLOAD, prog);
		kwasm_program_remove(prog);
	}
	mutex_unlock(&kwasm_lock);
	return err;
}

/* Kill: no instruction of the program is executed any more, then it is detached and unloaded. */
int kwasm_nl_kill(struct sk_buff *skb, struct genl_info *info, struct kwasm_diag *diag)
{
	struct kwasm_program *prog;
	int err = 0;

	mutex_lock(&kwasm_lock);
	prog = kwasm_nl_find_program(info, diag);
	if (IS_ERR(prog)) {
		err = PTR_ERR(prog);
	} else {
		kwasm_program_kill(prog);
		kwasm_event_program(KWASM_EVENT_KILL, prog);
		kwasm_program_detach_all(prog);
		kwasm_program_remove(prog);
	}
	mutex_unlock(&kwasm_lock);
	return err;
}

static int replace_attachments(struct kwasm_program *old, struct kwasm_program *new,
			       struct kwasm_diag *diag)
{
	struct list_head *list = &old->knet->attachments;
	struct kwasm_attachment *at;
	int err;

	list_for_each_entry(at, list, node) {
		if (at->prog != old)
			continue;
		err = kwasm_attachment_prepare(at, new, diag);
		if (err)
			goto cancel;
	}
	list_for_each_entry(at, list, node)
		if (at->next)
			kwasm_attachment_commit(at);
	return 0;
cancel:
	list_for_each_entry(at, list, node)
		if (at->next)
			kwasm_attachment_cancel(at);
	return err;
}

int kwasm_nl_replace(struct sk_buff *skb, struct genl_info *info, struct kwasm_diag *diag)
{
	struct kwasm_program *prog, *old;
	struct sk_buff *reply;
	int err;

	err = kwasm_nl_create_program(info, diag, &prog);
	if (err)
		return err;
	mutex_lock(&kwasm_lock);
	old = kwasm_nl_find_program(info, diag);
	err = PTR_ERR_OR_ZERO(old);
	if (err)
		goto unlock;
	prog->id = old->id;
	prog->linked = old->linked;
	err = program_reply(info, prog, &reply);
	if (err)
		goto unlock;
	err = replace_attachments(old, prog, diag);
	if (err) {
		nlmsg_free(reply);
		goto unlock;
	}
	list_replace_init(&old->node, &prog->node);
	kwasm_event_program(KWASM_EVENT_REPLACE, prog);
	kwasm_program_retire(old);
unlock:
	mutex_unlock(&kwasm_lock);
	kwasm_providers_unlock();
	if (err) {
		kwasm_program_put(prog);
		return err;
	}
	genlmsg_reply(reply, info);
	return 0;
}

int kwasm_nl_get_program(struct sk_buff *skb, struct genl_info *info, struct kwasm_diag *diag)
{
	struct kwasm_program *prog;
	struct sk_buff *reply;
	void *header;
	int err;

	reply = kwasm_nl_reply(info, KWASM_NL_DETAIL, &header);
	if (!reply)
		return -ENOMEM;
	mutex_lock(&kwasm_lock);
	prog = kwasm_nl_find_program(info, diag);
	err = IS_ERR(prog) ? PTR_ERR(prog) : kwasm_nl_put_program(reply, prog, true);
	mutex_unlock(&kwasm_lock);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info);
}

int kwasm_nl_dump_programs_start(struct netlink_callback *cb)
{
	cb->min_dump_alloc = KWASM_NL_DETAIL;
	return 0;
}

int kwasm_nl_dump_programs(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct kwasm_net *knet = kwasm_net_of(sock_net(skb->sk));
	const char *name = kwasm_nl_string(kwasm_dump_attrs(cb), KWASM_A_NAME);
	struct kwasm_program *prog;
	void *header;

	mutex_lock(&kwasm_lock);
	list_for_each_entry(prog, &knet->programs, node) {
		if (prog->id <= cb->args[0] || (name && strcmp(name, prog->name)))
			continue;
		header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				     &kwasm_genl_family, NLM_F_MULTI, KWASM_CMD_GET_PROGRAM);
		if (!header)
			break;
		if (kwasm_nl_put_program(skb, prog, true)) {
			genlmsg_cancel(skb, header);
			break;
		}
		genlmsg_end(skb, header);
		cb->args[0] = prog->id;
	}
	mutex_unlock(&kwasm_lock);
	return skb->len;
}

int kwasm_nl_get_info(struct sk_buff *skb, struct genl_info *info, struct kwasm_diag *diag)
{
	struct kwasm_net *knet = kwasm_net_of(genl_info_net(info));
	struct kwasm_linear_usage used, max;
	struct sk_buff *reply;
	void *header;
	int err;

	reply = kwasm_nl_reply(info, KWASM_NL_SMALL, &header);
	if (!reply)
		return -ENOMEM;
	kwasm_linear_usage_get(&used, &max);
	mutex_lock(&kwasm_lock);
	err = nla_put_string(reply, KWASM_A_VERSION, KWASM_VERSION) ||
	      nla_put_u32(reply, KWASM_A_PROGRAMS, knet->num_programs) ||
	      nla_put_u32(reply, KWASM_A_ATTACHMENTS, knet->num_attachments) ||
	      nla_put_u32(reply, KWASM_A_MEMORIES, used.memories) ||
	      nla_put_u32(reply, KWASM_A_MEMORIES_MAX, max.memories) ||
	      nla_put_u64_64bit(reply, KWASM_A_PAGES, used.pages, KWASM_A_PAD) ||
	      nla_put_u64_64bit(reply, KWASM_A_PAGES_MAX, max.pages, KWASM_A_PAD) ||
	      nla_put_u32(reply, KWASM_A_TIME_SCALE,
			  kwasm_watchdog_scale(NSEC_PER_SEC) / NSEC_PER_SEC) ||
	      nla_put_u64_64bit(reply, KWASM_A_TIME_LIMIT, kwasm_limit_time_ns(), KWASM_A_PAD);
	mutex_unlock(&kwasm_lock);
	if (err) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info);
}
