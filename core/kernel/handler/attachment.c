// SPDX-License-Identifier: GPL-2.0-only
/*
 * attachment.c - handlers at hooks: attach and detach.
 *
 * Guarantees: an attachment is either complete or absent; when it is destroyed, no packet uses it.
 * It holds the module of its hook, which therefore cannot be removed under it.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <net/net_namespace.h>

#include "attachment.h"
#include "kernel/limits.h"
#include "kernel/program/notify.h"

static u32 next_attachment_id;		/* kwasm_lock */

static const struct kwasm_handler_kind packet_handler = {
	.sig = ":i",
	.rule = "is not a packet handler: it must have no parameters and return one i32",
};

static const char *attachment_place(const struct kwasm_handler *h)
{
	return kwasm_attachment_of(h)->type->name;
}

static int attachment_attach(struct kwasm_handler *h, struct kwasm_diag *diag)
{
	struct kwasm_attachment *at = kwasm_attachment_of(h);

	return at->type->attach(at, diag);
}

static void attachment_detach(struct kwasm_handler *h)
{
	struct kwasm_attachment *at = kwasm_attachment_of(h);

	at->type->detach(at);
}

static void attachment_release(struct kwasm_handler *h)
{
	kfree(kwasm_attachment_of(h));
}

static const struct kwasm_handler_ops attachment_ops = {
	.kind = &packet_handler,
	.place = attachment_place,
	.attach = attachment_attach,
	.detach = attachment_detach,
	.release = attachment_release,
};

static int attachment_check(struct kwasm_net *knet, const struct kwasm_attach_request *req,
			    const struct kwasm_hook_type *type, u8 family, struct kwasm_diag *diag)
{
	if (!type)
		return kwasm_diag_set(diag, -ENXIO, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
				      "unknown hook %.32s", req->hook);
	if (family >= 32 || !(type->families & BIT(family)))
		return kwasm_diag_set(diag, -EAFNOSUPPORT, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
				      "hook %s does not support protocol family %u", type->name,
				      family);
	if (req->policy >= KWASM_NUM_POLICIES)
		return kwasm_diag_set(diag, -EINVAL, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
				      "unknown trap policy %u", req->policy);
	if (knet->num_attachments >= kwasm_limit_attachments())
		return kwasm_diag_set(diag, -ENOSPC, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
				      "too many attachments, the limit is %u (parameter max_attachments)",
				      kwasm_limit_attachments());
	return 0;
}

/* Do they share packets?  NFPROTO_INET is both of the others. */
static bool families_overlap(u8 a, u8 b)
{
	return a == b || a == NFPROTO_INET || b == NFPROTO_INET;
}

static u8 family_of(const struct kwasm_attach_request *req, const struct kwasm_hook_type *type)
{
	return req->family ?: (type ? type->default_family : 0);
}

struct kwasm_attachment *kwasm_attachment_find(const struct kwasm_program *prog,
					       const struct kwasm_attach_request *req)
{
	const struct kwasm_hook_type *type = kwasm_hook_find(req->hook);
	struct kwasm_attachment *at;

	lockdep_assert_held(&kwasm_lock);
	list_for_each_entry(at, &prog->knet->attachments, node)
		if (at->handler.prog == prog && at->type == type &&
		    at->priority == req->priority &&
		    families_overlap(at->family, family_of(req, type)) &&
		    !strcmp(at->device.name, req->dev ?: "") &&
		    !strcmp(at->handler.entry, req->entry ?: KWASM_ENTRY_DEFAULT))
			return at;
	return NULL;
}

static int attachment_check_new(const struct kwasm_program *prog,
				const struct kwasm_attach_request *req, struct kwasm_diag *diag)
{
	struct kwasm_attachment *at = req->again ? NULL : kwasm_attachment_find(prog, req);

	if (!at)
		return 0;
	return kwasm_diag_set(diag, -EALREADY, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
			      "program %s is already attached at %s: attachment %u, priority %d, %s%s",
			      prog->name, at->type->name, at->id, at->priority,
			      req->dev ? "device " : "any device", req->dev ?: "");
}

static struct kwasm_attachment *attachment_alloc(struct kwasm_program *prog,
						 const struct kwasm_attach_request *req,
						 struct kwasm_hook_type *type, u8 family)
{
	struct kwasm_attachment *at = kzalloc(sizeof(*at), GFP_KERNEL_ACCOUNT);

	if (!at)
		return NULL;
	if (kwasm_handler_init(&at->handler, &attachment_ops, prog, req->entry, req->policy)) {
		kfree(at);
		return NULL;
	}
	at->handler.hook_number = type->number;
	at->handler.describe = type->describe;
	at->family = family;
	at->priority = req->priority;
	at->type = type;
	at->knet = prog->knet;
	at->attached_ns = ktime_get_ns();
	return at;
}

int kwasm_attachment_create(struct kwasm_program *prog, const struct kwasm_attach_request *req,
			    struct kwasm_diag *diag, struct kwasm_attachment **out)
{
	struct kwasm_net *knet = prog->knet;
	struct kwasm_hook_type *type;
	struct kwasm_attachment *at;
	u8 family;
	int err;

	lockdep_assert_held(&kwasm_lock);
	type = kwasm_hook_find(req->hook);
	family = family_of(req, type);
	err = attachment_check(knet, req, type, family, diag) ?:
	      attachment_check_new(prog, req, diag);
	if (err)
		return err;
	at = attachment_alloc(prog, req, type, family);
	if (!at)
		return -ENOMEM;
	err = -ENOENT;
	if (!try_module_get(type->owner)) {
		kwasm_diag_set(diag, err, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
			       "the module of hook %s is being removed", type->name);
		goto put;
	}
	kwasm_device_follow(&at->device, knet->net, req->dev);
	err = kwasm_handler_start(&at->handler, diag);
	if (err)
		goto unfollow;
	at->id = ++next_attachment_id;
	list_add_tail(&at->node, &knet->attachments);
	knet->num_attachments++;
	*out = at;
	return 0;
unfollow:
	kwasm_device_unfollow(&at->device);
	module_put(type->owner);
put:
	kwasm_handler_put(&at->handler);
	return err;
}

/* Detach and free those moved to a list, in one grace period. */
static void attachments_destroy(struct list_head *doomed)
{
	struct kwasm_attachment *at, *tmp;

	lockdep_assert_held(&kwasm_lock);
	list_for_each_entry(at, doomed, node)
		kwasm_handler_stop(&at->handler);
	if (list_empty(doomed))
		return;
	synchronize_rcu();
	list_for_each_entry_safe(at, tmp, doomed, node) {
		kwasm_handler_end(&at->handler);
		kwasm_device_unfollow(&at->device);
		list_del(&at->node);
		at->knet->num_attachments--;
		module_put(at->type->owner);
		kwasm_handler_put(&at->handler);
	}
}

void kwasm_attachments_detach(struct list_head *doomed, const struct kwasm_actor *by)
{
	struct kwasm_program *prog, *tmp;
	struct kwasm_attachment *at;
	struct kwasm_net *knet;

	list_for_each_entry(at, doomed, node)
		kwasm_notify_handler(KWASM_EVENT_DETACH, by, at->handler.prog, &at->handler);
	attachments_destroy(doomed);
	list_for_each_entry(knet, &kwasm_nets, node) {
		list_for_each_entry_safe(prog, tmp, &knet->programs, node) {
			if (!prog->linked || prog->num_handlers)
				continue;
			kwasm_notify_program(KWASM_EVENT_UNLOAD, by, prog);
			kwasm_program_remove(prog);
		}
	}
}

void kwasm_attachments_destroy_of(struct kwasm_program *prog)
{
	struct kwasm_attachment *at, *tmp;
	LIST_HEAD(doomed);

	list_for_each_entry_safe(at, tmp, &prog->knet->attachments, node)
		if (at->handler.prog == prog)
			list_move_tail(&at->node, &doomed);
	attachments_destroy(&doomed);
}

static void __net_exit net_leave(struct net *net)
{
	mutex_lock(&kwasm_lock);
	attachments_destroy(&kwasm_net_of(net)->attachments);
	mutex_unlock(&kwasm_lock);
}

/* Registered after that of programs, so it exits before them. */
static struct pernet_operations attachment_net_ops = {
	.exit = net_leave,
};

int kwasm_attachments_init(void)
{
	return register_pernet_subsys(&attachment_net_ops);
}

void kwasm_attachments_exit(void)
{
	unregister_pernet_subsys(&attachment_net_ops);
}
