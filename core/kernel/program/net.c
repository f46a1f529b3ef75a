// SPDX-License-Identifier: GPL-2.0-only
/*
 * net.c - programs and attachments per network namespace, and their end.
 */
#include <linux/wait_bit.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "program.h"

LIST_HEAD(kwasm_nets);

static unsigned int kwasm_net_id;

struct kwasm_net *kwasm_net_of(struct net *net)
{
	return net_generic(net, kwasm_net_id);
}

void kwasm_net_hold(struct kwasm_net *knet)
{
	lockdep_assert_held(&kwasm_lock);
	atomic_inc(&knet->leaving);
}

/* Who waits may free @knet as soon as it sees the last one; then only its address is used. */
void kwasm_net_drop(struct kwasm_net *knet)
{
	if (atomic_dec_and_test(&knet->leaving))
		wake_up_var(&knet->leaving);
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

/*
 * The lists are empty: who empties them registered for namespaces later, and exits earlier.  Others
 * may have taken something out before, and not have freed it yet.
 */
static void __net_exit net_leave(struct net *net)
{
	struct kwasm_net *knet = kwasm_net_of(net);

	mutex_lock(&kwasm_lock);
	list_del(&knet->node);
	mutex_unlock(&kwasm_lock);
	wait_var_event(&knet->leaving, !atomic_read(&knet->leaving));
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
