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

void kwasm_hook_unregister(struct kwasm_hook_type *type)
{
	struct kwasm_attachment *at, *tmp;
	struct kwasm_net *knet;
	LIST_HEAD(doomed);

	mutex_lock(&kwasm_lock);
	list_del(&type->node);
	list_for_each_entry(knet, &kwasm_nets, node)
		list_for_each_entry_safe(at, tmp, &knet->attachments, node)
			if (at->type == type)
				list_move_tail(&at->node, &doomed);
	kwasm_attachments_detach(&doomed, NULL);
	mutex_unlock(&kwasm_lock);
}
EXPORT_SYMBOL_GPL(kwasm_hook_unregister);
