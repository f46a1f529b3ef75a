// SPDX-License-Identifier: GPL-2.0-only
/*
 * attachment.c - requests about attachments: attach, detach, show.
 */
#include <linux/kmod.h>
#include <linux/netdevice.h>

#include "kernel/program/notify.h"
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

/* An attach request; its strings point into the message. */
static int attach_request(struct kwasm_request *req, struct kwasm_attach_request *where)
{
	struct nlattr **attrs = req->attrs;

	memset(where, 0, sizeof(*where));
	where->hook = kwasm_nl_string(attrs, KWASM_A_ATTACHMENT_HOOK);
	if (!where->hook)
		return kwasm_diag_set(&req->diag, -EINVAL, KWASM_NO_PLACE,
				      "the request does not name a hook");
	if (attrs[KWASM_A_ATTACHMENT_NAME] && attrs[KWASM_A_ATTACHMENT_PROGRAM])
		return kwasm_diag_set(&req->diag, -EINVAL, KWASM_NO_PLACE,
				      "the request must either name a program or contain one");
	where->entry = kwasm_nl_string(attrs, KWASM_A_ATTACHMENT_ENTRY);
	where->dev = kwasm_nl_string(attrs, KWASM_A_ATTACHMENT_DEV);
	if (where->dev && !dev_valid_name(where->dev))
		return kwasm_diag_set(&req->diag, -EINVAL, KWASM_NO_PLACE,
				      "invalid device name \"%.15s\"", where->dev);
	if (attrs[KWASM_A_ATTACHMENT_FAMILY])
		where->family = nla_get_u8(attrs[KWASM_A_ATTACHMENT_FAMILY]);
	if (attrs[KWASM_A_ATTACHMENT_ON_TRAP])
		where->policy = nla_get_u8(attrs[KWASM_A_ATTACHMENT_ON_TRAP]);
	if (attrs[KWASM_A_ATTACHMENT_PRIORITY])
		where->priority = nla_get_s32(attrs[KWASM_A_ATTACHMENT_PRIORITY]);
	where->again = nla_get_flag(attrs[KWASM_A_ATTACHMENT_AGAIN]);
	if (nla_get_flag(attrs[KWASM_A_ATTACHMENT_REPLACE]) && !attrs[KWASM_A_ATTACHMENT_PROGRAM])
		return kwasm_diag_set(&req->diag, -EINVAL, KWASM_NO_PLACE,
				      "the request does not contain the program that replaces another");
	return request_hook(where->hook, &req->diag);
}

/* A loaded program of this name with the same binary is used instead of a new one. */
static struct kwasm_program *same_program(const struct kwasm_program *fresh)
{
	struct kwasm_program *prog = kwasm_program_find(fresh->knet, fresh->name);

	if (!prog || memcmp(prog->digest, fresh->digest, sizeof(prog->digest)))
		return NULL;
	if (prog->time_limit_ns != fresh->time_limit_ns ||
	    prog->limits.memory_pages != fresh->limits.memory_pages ||
	    kwasm_account_limit(prog->account) != kwasm_account_limit(fresh->account))
		return NULL;
	return prog;
}

/* List @fresh and attach it, or do neither; on success the list owns its reference. */
static int attach_new(struct kwasm_program *fresh, const struct kwasm_attach_request *where,
		      struct kwasm_request *req, struct kwasm_attachment **at)
{
	int err = kwasm_program_add(fresh, &req->diag);

	if (err)
		return err;
	fresh->linked = true;
	err = kwasm_attachment_create(fresh, where, &req->leave, &req->diag, at);
	if (err) {
		/* Out of the list again; the caller still has its reference. */
		kwasm_program_get(fresh);
		kwasm_leave_program(&req->leave, fresh);
		return err;
	}
	kwasm_notify_program(KWASM_EVENT_LOAD, &req->by, fresh);
	return 0;
}

/* Listeners learn of a new attachment, the requester of any; kwasm_lock held. */
static void attached(struct kwasm_request *req, struct kwasm_attachment *at, bool new)
{
	if (new)
		kwasm_notify_handler(KWASM_EVENT_ATTACH, &req->by, at->handler.prog, &at->handler);
	kwasm_request_answered(req, kwasm_nl_put_attachment(req->reply, at));
}

/*
 * The attachment that a request to replace finds in place.  It stays as it is, so the request must
 * not ask for another policy.
 */
static int attachment_in_place(struct kwasm_request *req, const struct kwasm_program *prog,
			       const struct kwasm_attach_request *where,
			       struct kwasm_attachment **at)
{
	*at = where->again ? NULL : kwasm_attachment_find(prog, where);
	if (!*at || !req->attrs[KWASM_A_ATTACHMENT_ON_TRAP] ||
	    (*at)->handler.policy == where->policy)
		return 0;
	return kwasm_diag_set(&req->diag, -EINVAL, KWASM_NO_PLACE,
			      "attachment %u has another trap policy: detach it to change the policy",
			      (*at)->id);
}

/*
 * Replace @old with @fresh and attach it, or do neither.  A new attachment is one of @fresh from
 * the start, and goes again if another one cannot change.
 */
static int attach_replacing(struct kwasm_request *req, const struct kwasm_attach_request *where,
			    struct kwasm_program *old, struct kwasm_program *fresh)
{
	struct kwasm_attachment *at;
	bool new;
	int err;

	err = attachment_in_place(req, old, where, &at);
	if (err)
		return err;
	new = !at;
	err = new ? kwasm_attachment_create(fresh, where, &req->leave, &req->diag, &at) : 0;
	if (err)
		return err;
	err = kwasm_nl_replace_program(req, old, fresh);
	if (!err) {
		attached(req, at, new);
	} else if (new) {
		/* The caller still has its reference. */
		kwasm_program_get(fresh);
		kwasm_leave_attachments_of(&req->leave, fresh);
		kwasm_leave_program(&req->leave, fresh);
	}
	return err;
}

/* Attach @prog, or, if it is to be replaced by itself, find it attached. */
static int attach_listed(struct kwasm_request *req, const struct kwasm_attach_request *where,
			 struct kwasm_program *prog)
{
	struct kwasm_attachment *at = NULL;
	int err = 0;
	bool new;

	if (nla_get_flag(req->attrs[KWASM_A_ATTACHMENT_REPLACE]))
		err = attachment_in_place(req, prog, where, &at);
	new = !at;
	if (!err && new)
		err = kwasm_attachment_create(prog, where, &req->leave, &req->diag, &at);
	if (!err)
		attached(req, at, new);
	return err;
}

/* Has a trap detached what a request would attach?  To be replaced, even by itself, lets it run. */
static bool is_stopped(const struct kwasm_program *prog, const struct kwasm_attach_request *where)
{
	const struct kwasm_attachment *at = kwasm_attachment_find(prog, where);

	return at && kwasm_handler_is_stopped(&at->handler);
}

static int attach_loading(struct kwasm_request *req, const struct kwasm_attach_request *where)
{
	struct kwasm_program *fresh, *prog, *old = NULL;
	struct kwasm_attachment *at;
	int err;

	err = kwasm_nl_create_program(req, req->attrs[KWASM_A_ATTACHMENT_PROGRAM], &fresh);
	if (err)
		return err;
	mutex_lock(&kwasm_lock);
	prog = same_program(fresh);
	if (nla_get_flag(req->attrs[KWASM_A_ATTACHMENT_REPLACE])) {
		old = kwasm_program_find(fresh->knet, fresh->name);
		if (prog && is_stopped(prog, where))
			prog = NULL;
	}
	if (prog) {
		err = attach_listed(req, where, prog);
	} else if (old) {
		err = attach_replacing(req, where, old, fresh);
	} else {
		err = attach_new(fresh, where, req, &at);
		if (!err)
			attached(req, at, true);
	}
	mutex_unlock(&kwasm_lock);
	if (err || prog)
		kwasm_program_put(fresh);
	return err;
}

static int attach_loaded(struct kwasm_request *req, const struct kwasm_attach_request *where)
{
	struct kwasm_program *prog;
	int err;

	mutex_lock(&kwasm_lock);
	prog = kwasm_request_program(req, kwasm_nl_string(req->attrs, KWASM_A_ATTACHMENT_NAME));
	err = IS_ERR(prog) ? PTR_ERR(prog) : attach_listed(req, where, prog);
	mutex_unlock(&kwasm_lock);
	return err;
}

int kwasm_nl_attach(struct kwasm_request *req)
{
	struct kwasm_attach_request where;
	int err;

	err = attach_request(req, &where);
	if (err)
		return err;
	return req->attrs[KWASM_A_ATTACHMENT_PROGRAM] ? attach_loading(req, &where) :
	       attach_loaded(req, &where);
}

/* Which attachments a request means: by id, or by program and optionally hook. */
struct selection {
	u32 id;
	const char *name;
	const char *hook;
};

static struct selection selection_of(struct nlattr **attrs)
{
	struct nlattr *id = attrs[KWASM_A_ATTACHMENT_ID];
	struct selection sel = {
		.id = id ? nla_get_u32(id) : 0,
		.name = kwasm_nl_string(attrs, KWASM_A_ATTACHMENT_NAME),
		.hook = kwasm_nl_string(attrs, KWASM_A_ATTACHMENT_HOOK),
	};

	return sel;
}

static bool selected(const struct kwasm_attachment *at, const struct selection *sel)
{
	if (sel->id && at->id != sel->id)
		return false;
	if (sel->name && strcmp(at->handler.prog->name, sel->name))
		return false;
	return !sel->hook || !strcmp(at->type->name, sel->hook);
}

int kwasm_nl_detach(struct kwasm_request *req)
{
	struct selection sel = selection_of(req->attrs);
	struct kwasm_attachment *at, *tmp;
	bool found = false;

	if (!sel.id && !sel.name)
		return kwasm_diag_set(&req->diag, -EINVAL, KWASM_NO_PLACE,
				      "the request names neither an attachment nor a program");
	mutex_lock(&kwasm_lock);
	list_for_each_entry_safe(at, tmp, &req->knet->attachments, node) {
		if (!selected(at, &sel))
			continue;
		kwasm_notify_handler(KWASM_EVENT_DETACH, &req->by, at->handler.prog, &at->handler);
		kwasm_leave_attachment(&req->leave, at);
		found = true;
	}
	kwasm_leave_linked(&req->leave, &req->by);
	mutex_unlock(&kwasm_lock);
	if (found)
		return 0;
	if (sel.id)
		return kwasm_diag_set(&req->diag, -ENOENT, KWASM_NO_PLACE,
				      "unknown attachment %u", sel.id);
	return kwasm_diag_set(&req->diag, -ENOENT, KWASM_NO_PLACE,
			      "program %.63s is not attached%s%.31s", sel.name,
			      sel.hook ? " at " : "", sel.hook ?: "");
}

int kwasm_nl_get_attachment(struct kwasm_request *req)
{
	struct selection sel = selection_of(req->attrs);
	struct kwasm_attachment *at;
	int err = -ENOENT;

	if (!sel.id)
		return kwasm_diag_set(&req->diag, -EINVAL, KWASM_NO_PLACE,
				      "the request does not name an attachment");
	mutex_lock(&kwasm_lock);
	list_for_each_entry(at, &req->knet->attachments, node) {
		if (selected(at, &sel)) {
			err = kwasm_nl_put_attachment(req->reply, at);
			break;
		}
	}
	mutex_unlock(&kwasm_lock);
	if (err == -ENOENT)
		kwasm_diag_set(&req->diag, err, KWASM_NO_PLACE, "unknown attachment %u",
			       sel.id);
	return err;
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
		header = kwasm_dump_begin(skb, cb);
		if (!header || kwasm_dump_end(skb, header, kwasm_nl_put_attachment(skb, at)))
			break;
		cb->args[0] = at->id;
	}
	mutex_unlock(&kwasm_lock);
	return skb->len;
}
