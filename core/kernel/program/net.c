// SPDX-License-Identifier: GPL-2.0-only
/*
 * net.c - programs and attachments per network namespace, and their end.
 */
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "program.h"

LIST_HEAD(kwasm_nets);

static unsigned int kwasm_net_id;

struct kwasm_net *kwasm_net_of(struct net *net)
{
	return net_generic(net, kwasm_net_id);
}

static int __net_init net_enter(struct net *net)
{
	struct kwasm_net *knet = kwasm_net_of(net);

	knet->net = net;
	INIT_LIST_HEAD(&knet->programs);
	INIT_LIST_HEAD(&knet->attachments);
	mutex_lock(&kwasm_lock);
	list_add_tail(&knet->node, &kwasm_nets);
	mutex_unlock(&kwasm_lock);
	return 0;
}

/* Handlers are gone: their users registered for namespaces later, and exit earlier. */
static void __net_exit net_leave(struct net *net)
{
	struct kwasm_net *knet = kwasm_net_of(net);
	struct kwasm_program *prog, *tmp;

	mutex_lock(&kwasm_lock);
	list_for_each_entry_safe(prog, tmp, &knet->programs, node)
		kwasm_program_remove(prog);
	list_del(&knet->node);
	mutex_unlock(&kwasm_lock);
}

static struct pernet_operations kwasm_net_ops = {
	.init = net_enter,
	.exit = net_leave,
	.id = &kwasm_net_id,
	.size = sizeof(struct kwasm_net),
};

int kwasm_nets_init(void)
{
	return register_pernet_subsys(&kwasm_net_ops);
}

void kwasm_nets_exit(void)
{
	unregister_pernet_subsys(&kwasm_net_ops);
}
