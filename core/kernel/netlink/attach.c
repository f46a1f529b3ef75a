// SPDX-License-Identifier: GPL-2.0-only
/*
 * nl_attach.c - requests about attachments: attach, detach, show.
 */
#include <linux/kmod.h>

#include "event.h"
#include "kernel/program/provider.h"
#include "netlink.h"

/* The hook's module may not be loaded yet. */
static int request_hook(const char *hook, struct kwasm_diag *diag)
{
	if (!kwasm_program_name_valid(hook))
		return kwasm_diag_set(diag, -EINVAL, KWASM_NO_PLACE,
				      "invalid hook name: use letters, digits, '_', '-' and '.'");
	if (!kwasm_hook_known(hook))
		request_module("kwasm-hook-%s", hook);
	return 0;
}

static int attach_request(struct genl_info *info, struct kwasm_attach_request *req,
			  struct kwasm_diag *diag)
{
	struct nlattr **attrs = info->attrs;

	memset(req, 0, sizeof(*req));
	req->hook = kwasm_nl_string(attrs, KWASM_A_HOOK);
	if (!req->hook)
		return kwasm_diag_set(diag, -EINVAL, KWASM_NO_PLACE, "the request does not name a hook");
	req->entry = kwasm_nl_string(attrs, KWASM_A_ENTRY);
	req->dev = kwasm_nl_string(attrs, KWASM_A_DEV);
	if (attrs[KWASM_A_FAMILY])
		req->family = nla_get_u8(attrs[KWASM_A_FAMILY]);
	if (attrs[KWASM_A_ON_TRAP])
		req->policy = nla_get_u8(attrs[KWASM_A_ON_TRAP]);
	if (attrs[KWASM_A_PRIORITY])
		req->priority = nla_get_s32(attrs[KWASM_A_PRIORITY]);
	return request_hook(req->hook, diag);
}

static int attachment_reply(struct kwasm_attachment *at, struct sk_buff *reply, void *header)
{
	int err = kwasm_nl_put_attachment(reply, at);

	if (!err)
		genlmsg_end(reply, header);
	return err;
}

/* Attach @prog, which was loaded just now if @fresh, and fill in the reply; kwasm_lock held. */
static int attach_program(struct kwasm_program *prog, const struct kwasm_attach_request *req,
			  bool fresh, struct sk_buff *reply, void *header, struct kwasm_diag *diag)
{
	struct kwasm_attachment *at;
	int err;

	err = kwasm_attachment_create(prog, req, diag, &at);
	if (err)
		return err;
	err = attachment_reply(at, reply, header);
	if (err) {
		kwasm_attachment_destroy(at);
		return err;
	}
	if (fresh)
		kwasm_event_program(KWASM_EVENT_LOAD, prog);
	kwasm_event_attachment(KWASM_EVENT_ATTACH, at);
	return 0;
}

/* A program of this name that was made from the same bytes is as good as a new one. */
static struct kwasm_program *same_program(const struct kwasm_program *fresh)
{
	struct kwasm_program *prog = kwasm_program_find(fresh->knet, fresh->name);

	if (!prog || memcmp(prog->digest, fresh->digest, sizeof(prog->digest)))
		return NULL;
	if (prog->time_limit_ns != fresh->time_limit_ns ||
	    prog->limits.memory_pages != fresh->limits.memory_pages)
		return NULL;
	return prog;
}

static int attach_fresh(struct kwasm_program *fresh, const struct kwasm_attach_request *req,
			struct sk_buff *reply, void *header, struct kwasm_diag *diag)
{
	struct kwasm_program *prog = same_program(fresh);
	int err;

	if (prog) {
		err = attach_program(prog, req, false, reply, header, diag);
		if (!err)
			kwasm_program_put(fresh);
		return err;
	}
	err = kwasm_program_add(fresh, diag);
	if (err)
		return err;
	fresh->linked = true;
	err = attach_program(fresh, req, true, reply, header, diag);
	if (err) {
		/* Out of the list again; the caller still has its reference. */
		kwasm_program_get(fresh);
		kwasm_program_remove(fresh);
		return err;
	}
	return 0;
}

static int attach_loading(struct genl_info *info, const struct kwasm_attach_request *req,
			  struct sk_buff *reply, void *header,
			  struct kwasm_diag *diag)
{
	struct kwasm_program *fresh;
	int err;

	err = kwasm_nl_create_program(info, diag, &fresh);
	if (err)
		return err;
	mutex_lock(&kwasm_lock);
	err = attach_fresh(fresh, req, reply, header, diag);
	mutex_unlock(&kwasm_lock);
	kwasm_providers_unlock();
	if (err)
		kwasm_program_put(fresh);
	return err;
}

static int attach_loaded(struct genl_info *info, const struct kwasm_attach_request *req,
			 struct sk_buff *reply, void *header,
			 struct kwasm_diag *diag)
{
	struct kwasm_program *prog;
	int err;

	mutex_lock(&kwasm_lock);
	prog = kwasm_nl_find_program(info, diag);
	err = PTR_ERR_OR_ZERO(prog);
	if (!err)
		err = attach_program(prog, req, false, reply, header, diag);
	mutex_unlock(&kwasm_lock);
	return err;
}

int kwasm_nl_attach(struct sk_buff *skb, struct genl_info *info, struct kwasm_diag *diag)
{
	struct kwasm_attach_request req;
	struct sk_buff *reply;
	void *header;
	int err;

	err = attach_request(info, &req, diag);
	if (err)
		return err;
	reply = kwasm_nl_reply(info, KWASM_NL_SMALL, &header);
	if (!reply)
		return -ENOMEM;
	if (info->attrs[KWASM_A_FD] || info->attrs[KWASM_A_WASM])
		err = attach_loading(info, &req, reply, header, diag);
	else
		err = attach_loaded(info, &req, reply, header, diag);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	genlmsg_reply(reply, info);	/* it is attached, even if the answer gets lost */
	return 0;
}

/* Which attachments a request means: by id, or by program and optionally hook. */
struct selection {
	u32 id;
	const char *name;
	const char *hook;
};

static struct selection selection_of(struct nlattr **attrs)
{
	struct selection sel = {
		.id = attrs[KWASM_A_ID] ? nla_get_u32(attrs[KWASM_A_ID]) : 0,
		.name = kwasm_nl_string(attrs, KWASM_A_NAME),
		.hook = kwasm_nl_string(attrs, KWASM_A_HOOK),
	};

	return sel;
}

static bool selected(const struct kwasm_attachment *at, const struct selection *sel)
{
	if (sel->id && at->id != sel->id)
		return false;
	if (sel->name && strcmp(at->prog->name, sel->name))
		return false;
	return !sel->hook || !strcmp(at->type->name, sel->hook);
}

int kwasm_nl_detach(struct sk_buff *skb, struct genl_info *info, struct kwasm_diag *diag)
{
	struct kwasm_net *knet = kwasm_net_of(genl_info_net(info));
	struct selection sel = selection_of(info->attrs);
	struct kwasm_attachment *at, *tmp;
	LIST_HEAD(doomed);
	bool found;

	if (!sel.id && !sel.name)
		return kwasm_diag_set(diag, -EINVAL, KWASM_NO_PLACE,
				      "the request names neither an attachment nor a program");
	mutex_lock(&kwasm_lock);
	list_for_each_entry_safe(at, tmp, &knet->attachments, node)
		if (selected(at, &sel))
			list_move_tail(&at->node, &doomed);
	found = !list_empty(&doomed);
	kwasm_attachments_detach(&doomed);
	mutex_unlock(&kwasm_lock);
	if (found)
		return 0;
	if (sel.id)
		return kwasm_diag_set(diag, -ENOENT, KWASM_NO_PLACE,
				      "unknown attachment %u", sel.id);
	return kwasm_diag_set(diag, -ENOENT, KWASM_NO_PLACE, "program %.63s is not attached%s%.31s",
			      sel.name, sel.hook ? " at " : "", sel.hook ?: "");
}

int kwasm_nl_get_attachment(struct sk_buff *skb, struct genl_info *info, struct kwasm_diag *diag)
{
	struct kwasm_net *knet = kwasm_net_of(genl_info_net(info));
	struct selection sel = selection_of(info->attrs);
	struct kwasm_attachment *at;
	struct sk_buff *reply;
	int err = -ENOENT;
	void *header;

	if (!sel.id)
		return kwasm_diag_set(diag, -EINVAL, KWASM_NO_PLACE,
				      "the request does not name an attachment");
	reply = kwasm_nl_reply(info, KWASM_NL_SMALL, &header);
	if (!reply)
		return -ENOMEM;
	mutex_lock(&kwasm_lock);
	list_for_each_entry(at, &knet->attachments, node) {
		if (selected(at, &sel)) {
			err = attachment_reply(at, reply, header);
			break;
		}
	}
	mutex_unlock(&kwasm_lock);
	if (err) {
		nlmsg_free(reply);
		return kwasm_diag_set(diag, err, KWASM_NO_PLACE, "unknown attachment %u",
				      sel.id);
	}
	return genlmsg_reply(reply, info);
}

int kwasm_nl_dump_attachments(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct kwasm_net *knet = kwasm_net_of(sock_net(skb->sk));
	struct selection sel = selection_of(kwasm_dump_attrs(cb));
	struct kwasm_attachment *at;
	void *header;

	mutex_lock(&kwasm_lock);
	/* Ids grow along the list. */
	list_for_each_entry(at, &knet->attachments, node) {
		if (at->id <= cb->args[0] || !selected(at, &sel))
			continue;
		header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				     &kwasm_genl_family, NLM_F_MULTI, KWASM_CMD_GET_ATTACHMENT);
		if (!header)
			break;
		if (kwasm_nl_put_attachment(skb, at)) {
			genlmsg_cancel(skb, header);
			break;
		}
		genlmsg_end(skb, header);
		cb->args[0] = at->id;
	}
	mutex_unlock(&kwasm_lock);
	return skb->len;
}
