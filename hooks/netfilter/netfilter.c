// SPDX-License-Identifier: GPL-2.0-only
/*
 * netfilter.c - handlers at the netfilter hooks nf_pre, nf_in, nf_fwd, nf_out, nf_post, and at
 * those of a device, nf_ingress and nf_egress.
 *
 * Each attachment is a separate netfilter hook, so that netfilter orders programs, and everything
 * else at the hook, by priority.  An attachment to a device holds the device until it is detached,
 * which is before the device leaves its namespace.
 */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/slab.h>

#include "../../core/kwasm.h"

static_assert(KWASM_VERDICT_DROP == NF_DROP && KWASM_VERDICT_ACCEPT == NF_ACCEPT &&
	      KWASM_VERDICT_QUEUE == NF_QUEUE && KWASM_VERDICT_REPEAT == NF_REPEAT);

/* For guests that read devices or family; @arrival: struct nf_hook_state. */
static void describe(const void *arrival, const struct sk_buff *skb, struct kwasm_arrival *to)
{
	const struct nf_hook_state *state = arrival;

	to->in = state->in ? state->in->ifindex : 0;
	to->out = state->out ? state->out->ifindex : 0;
	to->family = state->pf;
}

/* Netfilter calls this under rcu_read_lock(), in softirq or (nf_out, nf_post) process context. */
static unsigned int handle_packet(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	return kwasm_attachment_run(priv, skb, state, describe);
}

/* At a device there are packets of every protocol. */
static void describe_netdev(const void *arrival, const struct sk_buff *skb,
			    struct kwasm_arrival *to)
{
	describe(arrival, skb, to);
	to->family = skb->protocol == htons(ETH_P_IP) ? NFPROTO_IPV4 :
		     skb->protocol == htons(ETH_P_IPV6) ? NFPROTO_IPV6 : 0;
}

/*
 * Under rcu_read_lock(), in softirq or (nf_egress) process context.  A packet that is to be sent
 * may come from a protocol that has not set its network header: then there is nothing to show.
 */
static unsigned int handle_netdev(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	struct kwasm_attachment *at = priv;

	if (unlikely((u32)skb_network_offset(skb) > skb_headlen(skb)))
		return kwasm_run_skip(&at->handler);
	return kwasm_attachment_run(at, skb, state, describe_netdev);
}

/* For attachments to one device. */
static unsigned int handle_device(struct kwasm_attachment *at, struct sk_buff *skb,
				  const struct nf_hook_state *state, const struct net_device *dev)
{
	if (!dev || dev->ifindex != READ_ONCE(at->device.ifindex))
		return NF_ACCEPT;
	return handle_packet(at, skb, state);
}

static unsigned int handle_in(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	return handle_device(priv, skb, state, state->in);
}

static unsigned int handle_out(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	return handle_device(priv, skb, state, state->out);
}

/**
 * struct hook_type - a hook of netfilter's
 * @hooknum: netfilter's number
 * @device: what handles packets of one device
 */
struct hook_type {
	struct kwasm_hook_type type;
	unsigned int hooknum;
	nf_hookfn *device;
};

/* Dumps of the hooks read the operations under RCU: they outlive their hook by a grace period. */
struct hook {
	struct nf_hook_ops ops;
	struct rcu_head rcu;
};

/* Return: the device, held; NULL if it is leaving. */
static struct net_device *device_get(const struct kwasm_attachment *at)
{
	struct net_device *dev;

	rcu_read_lock();
	dev = dev_get_by_index_rcu(at->knet->net, at->device.ifindex);
	if (dev)
		dev_hold(dev);
	rcu_read_unlock();
	return dev;
}

static void hook_free(struct hook *hook)
{
	if (hook->ops.dev)
		dev_put(hook->ops.dev);
	kfree_rcu(hook, rcu);
}

static int hook_register(struct kwasm_attachment *at, struct hook *hook, struct kwasm_diag *diag)
{
	int err;

	if (at->type->bound) {
		hook->ops.dev = device_get(at);
		if (!hook->ops.dev)
			return kwasm_diag_set(diag, -ENODEV, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
					      "hook %s requires a device, and none is named %s",
					      at->type->name, at->device.name);
	}
	err = nf_register_net_hook(at->knet->net, &hook->ops);
	if (err == -EOPNOTSUPP)
		return kwasm_diag_set(diag, err, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
				      "hook %s requires a kernel with CONFIG_NETFILTER_INGRESS and _EGRESS",
				      at->type->name);
	if (err)
		return kwasm_diag_set(diag, err, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
				      "cannot register a netfilter hook at %s with priority %d: error %d",
				      at->type->name, at->priority, err);
	return 0;
}

static int attach(struct kwasm_attachment *at, struct kwasm_diag *diag)
{
	const struct hook_type *type = container_of(at->type, struct hook_type, type);
	struct hook *hook = kzalloc(sizeof(*hook), GFP_KERNEL_ACCOUNT);
	int err;

	if (!hook)
		return -ENOMEM;
	hook->ops.hook = at->device.name[0] ? type->device : handle_packet;
	hook->ops.priv = at;
	hook->ops.pf = at->family;
	hook->ops.hooknum = type->hooknum;
	hook->ops.priority = at->priority;
	err = hook_register(at, hook, diag);
	if (err) {
		hook_free(hook);
		return err;
	}
	at->hook_priv = hook;
	return 0;
}

static void detach(struct kwasm_attachment *at)
{
	struct hook *hook = at->hook_priv;

	nf_unregister_net_hook(at->knet->net, &hook->ops);
	hook_free(hook);
	at->hook_priv = NULL;
}

#define INET_FAMILIES (BIT(NFPROTO_INET) | BIT(NFPROTO_IPV4) | BIT(NFPROTO_IPV6))

/* The device that --dev is compared with, by the column DEVICE of kwasm_hooks.def */
#define DEVICE_IN handle_in
#define DEVICE_OUT handle_out
#define DEVICE_BOTH handle_in

#define HOOK_NETFILTER(word, value, place, which)	\
	{						\
		.type.name = #word,			\
		.type.owner = THIS_MODULE,		\
		.type.number = value,			\
		.type.families = INET_FAMILIES,		\
		.type.default_family = NFPROTO_INET,	\
		.type.attach = attach,			\
		.type.detach = detach,			\
		.type.describe = describe,		\
		.hooknum = NF_INET_##place,		\
		.device = DEVICE_##which,		\
	},

#define HOOK_NETDEV(word, value, place, which)			\
	{							\
		.type.name = #word,				\
		.type.owner = THIS_MODULE,			\
		.type.number = value,				\
		.type.families = BIT(NFPROTO_NETDEV),		\
		.type.default_family = NFPROTO_NETDEV,		\
		.type.bound = true,				\
		.type.attach = attach,				\
		.type.detach = detach,				\
		.type.describe = describe_netdev,		\
		.hooknum = NF_NETDEV_##place,			\
		.device = handle_netdev,			\
	},

static struct hook_type hooks[] = {
#define KWASM_HOOK(constant, word, value, module, place, which, ...) \
	HOOK_##module(word, value, place, which)
#include "../../core/uapi/kwasm_hooks.def"
#undef KWASM_HOOK
};

static int __init kwasm_netfilter_init(void)
{
	int err;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		err = kwasm_hook_register(&hooks[i].type);
		if (err)
			goto unregister;
	}
	return 0;
unregister:
	while (i--)
		kwasm_hook_unregister(&hooks[i].type);
	return err;
}

static void __exit kwasm_netfilter_exit(void)
{
	u32 i = ARRAY_SIZE(hooks);

	while (i--)
		kwasm_hook_unregister(&hooks[i].type);
	rcu_barrier();
}

module_init(kwasm_netfilter_init);
module_exit(kwasm_netfilter_exit);
MODULE_LICENSE("GPL");
MODULE_VERSION(KWASM_VERSION);
MODULE_DESCRIPTION("WebAssembly packet handlers at netfilter hooks");

#define ALIAS_NETFILTER(word) MODULE_ALIAS("kwasm-hook-" #word)
#define ALIAS_NETDEV(word) ALIAS_NETFILTER(word)
#define KWASM_HOOK(constant, word, value, module, ...) ALIAS_##module(word);
#include "../../core/uapi/kwasm_hooks.def"
#undef KWASM_HOOK
