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
#include <net/netns/generic.h>

#include "attachment.h"
#include "kernel/limits.h"

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
	if (type->bound && (!req->dev || !req->dev[0]))
		return kwasm_diag_set(diag, -EINVAL, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
				      "hook %s requires a device", type->name);
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

static bool has_device(const struct kwasm_attachment *at, const char *dev)
{
	char name[IFNAMSIZ];

	kwasm_device_name(&at->device, name);
	return !strcmp(name, dev ?: "");
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
		    has_device(at, req->dev) &&
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
			      "program %s is already attached at %s: attachment %u, priority %d, %s%s%s",
			      prog->name, at->type->name, at->id, at->priority,
			      req->dev ? "device " : "any device", req->dev ?: "",
			      kwasm_handler_is_stopped(&at->handler) ? ", detached by a trap" : "");
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
	at->handler.no_queue = type->bound;
	at->device.bound = type->bound;
	at->family = family;
	at->priority = req->priority;
	at->type = type;
	at->knet = prog->knet;
	at->attached_ns = ktime_get_boottime_ns();
	return at;
}

int kwasm_attachment_create(struct kwasm_program *prog, const struct kwasm_attach_request *req,
			    struct kwasm_leave *leave, struct kwasm_diag *diag,
			    struct kwasm_attachment **out)
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
	list_add_tail(&at->node, &knet->attachments);
	knet->num_attachments++;
	err = kwasm_handler_start(&at->handler, diag);
	if (err) {
		kwasm_leave_attachment(leave, at);
		return err;
	}
	at->id = ++next_attachment_id;
	*out = at;
	return 0;
put:
	kwasm_handler_put(&at->handler);
	return err;
}

void kwasm_attachment_stop(struct kwasm_attachment *at)
{
	kwasm_handler_stop(&at->handler);
	list_del(&at->node);
	at->knet->num_attachments--;
}

void kwasm_attachment_end(struct kwasm_attachment *at)
{
	kwasm_handler_end(&at->handler);
	kwasm_device_unfollow(&at->device);
	module_put(at->type->owner);
	kwasm_handler_put(&at->handler);
}

static unsigned int leave_id;

/* Those that exit together share the grace period between this and the other function. */
static void __net_exit net_stop(struct net *net)
{
	struct kwasm_leave *leave = net_generic(net, leave_id);
	struct kwasm_net *knet = kwasm_net_of(net);
	struct kwasm_attachment *at, *next_at;
	struct kwasm_program *prog, *next_prog;

	kwasm_leave_init(leave);
	mutex_lock(&kwasm_lock);
	list_for_each_entry_safe(at, next_at, &knet->attachments, node)
		kwasm_leave_attachment(leave, at);
	list_for_each_entry_safe(prog, next_prog, &knet->programs, node)
		kwasm_leave_program(leave, prog);
	mutex_unlock(&kwasm_lock);
}

static void __net_exit net_leave(struct net *net)
{
	kwasm_leave_free(net_generic(net, leave_id));
}

/* Registered after that of programs, so it exits before them. */
static struct pernet_operations attachment_net_ops = {
	.pre_exit = net_stop,
	.exit = net_leave,
	.id = &leave_id,
	.size = sizeof(struct kwasm_leave),
};

int kwasm_attachments_init(void)
{
	return register_pernet_subsys(&attachment_net_ops);
}

void kwasm_attachments_exit(void)
{
	unregister_pernet_subsys(&attachment_net_ops);
}
