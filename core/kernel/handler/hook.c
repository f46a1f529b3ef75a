// SPDX-License-Identifier: GPL-2.0-only
/*
 * hook.c - the registry of hooks that modules offer.
 *
 * Guarantees: when kwasm_hook_unregister() returns, nothing is attached at the hook in any
 * namespace and no packet is on its way through it.  An attachment holds a reference to the module
 * of its hook's functions.
 */
#include <linux/export.h>

#include "attachment.h"
#include "hook.h"
#include "kernel/program/notify.h"

static LIST_HEAD(hook_types);		/* kwasm_lock */

struct kwasm_hook_type *kwasm_hook_find(const char *name)
{
	struct kwasm_hook_type *type;

	lockdep_assert_held(&kwasm_lock);
	list_for_each_entry(type, &hook_types, node)
		if (!strcmp(type->name, name))
			return type;
	return NULL;
}

bool kwasm_hook_known(const char *name)
{
	bool known;

	mutex_lock(&kwasm_lock);
	known = kwasm_hook_find(name);
	mutex_unlock(&kwasm_lock);
	return known;
}

int kwasm_hook_register(struct kwasm_hook_type *type)
{
	int err = 0;

	mutex_lock(&kwasm_lock);
	if (kwasm_hook_find(type->name))
		err = -EEXIST;
	else
		list_add_tail(&type->node, &hook_types);
	mutex_unlock(&kwasm_lock);
	return err;
}
EXPORT_SYMBOL_GPL(kwasm_hook_register);

static void leave_notified(struct kwasm_leave *leave, struct kwasm_attachment *at)
{
	kwasm_notify_handler(KWASM_EVENT_DETACH, NULL, at->handler.prog, &at->handler);
	kwasm_leave_attachment(leave, at);
}

void kwasm_hook_unregister(struct kwasm_hook_type *type)
{
	struct kwasm_attachment *at, *tmp;
	struct kwasm_leave leave;
	struct kwasm_net *knet;

	kwasm_leave_init(&leave);
	mutex_lock(&kwasm_lock);
	list_del(&type->node);
	list_for_each_entry(knet, &kwasm_nets, node) {
		list_for_each_entry_safe(at, tmp, &knet->attachments, node) {
			if (at->type == type)
				leave_notified(&leave, at);
		}
	}
	kwasm_leave_linked(&leave, NULL);
	mutex_unlock(&kwasm_lock);
	synchronize_rcu();	/* for those that others have stopped, too */
	kwasm_leave_free(&leave);
}
EXPORT_SYMBOL_GPL(kwasm_hook_unregister);

void kwasm_attachments_leave_device(struct net *net, int ifindex)
{
	struct kwasm_net *knet = kwasm_net_of(net);
	struct kwasm_attachment *at, *tmp;
	struct kwasm_leave leave;

	kwasm_leave_init(&leave);
	mutex_lock(&kwasm_lock);
	list_for_each_entry_safe(at, tmp, &knet->attachments, node)
		if (at->device.bound && at->device.ifindex == ifindex)
			leave_notified(&leave, at);
	kwasm_leave_linked(&leave, NULL);
	mutex_unlock(&kwasm_lock);
	kwasm_leave_finish(&leave);
}
