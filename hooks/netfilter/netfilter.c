// SPDX-License-Identifier: GPL-2.0-only
/*
 * netfilter.c - handlers at the netfilter hooks nf_pre, nf_in, nf_fwd, nf_out, nf_post.
 *
 * Each attachment is a separate netfilter hook, so that netfilter orders programs, and everything
 * else at the hook, by priority.
 */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/slab.h>

#include "../../core/kwasm.h"

static_assert(KWASM_VERDICT_DROP == NF_DROP && KWASM_VERDICT_ACCEPT == NF_ACCEPT &&
	      KWASM_VERDICT_QUEUE == NF_QUEUE && KWASM_VERDICT_REPEAT == NF_REPEAT);

/* Netfilter calls this under rcu_read_lock(), in softirq or (nf_out, nf_post) process context. */
static unsigned int handle_packet(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	return kwasm_attachment_run(priv, skb, state);
}

/* For attachments to one device: the relevant one at the hook. */
static unsigned int handle_device(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	const struct kwasm_attachment *at = priv;
	const struct net_device *dev = state->in;

	if (at->type->place == NF_INET_LOCAL_OUT || at->type->place == NF_INET_POST_ROUTING)
		dev = state->out;
	if (!dev || strncmp(dev->name, at->dev, IFNAMSIZ))
		return NF_ACCEPT;
	return handle_packet(priv, skb, state);
}

/* Dumps of the hooks read the operations under RCU: they outlive their hook by a grace period. */
struct hook {
	struct nf_hook_ops ops;
	struct rcu_head rcu;
};

static int attach(struct kwasm_attachment *at, struct kwasm_diag *diag)
{
	struct hook *hook = kzalloc(sizeof(*hook), GFP_KERNEL_ACCOUNT);
	int err;

	if (!hook)
		return -ENOMEM;
	hook->ops.hook = at->dev[0] ? handle_device : handle_packet;
	hook->ops.priv = at;
	hook->ops.pf = at->family;
	hook->ops.hooknum = at->type->place;
	hook->ops.priority = at->priority;
	err = nf_register_net_hook(at->knet->net, &hook->ops);
	if (err) {
		kfree_rcu(hook, rcu);
		return kwasm_diag_set(diag, err, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
				      "cannot register a netfilter hook at %s with priority %d: error %d",
				      at->type->name, at->priority, err);
	}
	at->hook_priv = hook;
	return 0;
}

static void detach(struct kwasm_attachment *at)
{
	struct hook *hook = at->hook_priv;

	nf_unregister_net_hook(at->knet->net, &hook->ops);
	kfree_rcu(hook, rcu);
	at->hook_priv = NULL;
}

#define INET_FAMILIES (BIT(NFPROTO_INET) | BIT(NFPROTO_IPV4) | BIT(NFPROTO_IPV6))

#define HOOK_NETFILTER(word, value, hook)		\
	{						\
		.name = #word,				\
		.number = value,			\
		.place = NF_INET_##hook,		\
		.families = INET_FAMILIES,		\
		.default_family = NFPROTO_INET,		\
		.attach = attach,			\
		.detach = detach,			\
	},

static struct kwasm_hook_type hooks[] = {
#define KWASM_HOOK(constant, word, value, module, place, ...) HOOK_##module(word, value, place)
#include "../../core/uapi/kwasm_hooks.def"
#undef KWASM_HOOK
};

static int __init kwasm_netfilter_init(void)
{
	int err;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		err = kwasm_hook_register(&hooks[i]);
		if (err)
			goto unregister;
	}
	return 0;
unregister:
	while (i--)
		kwasm_hook_unregister(&hooks[i]);
	return err;
}

static void __exit kwasm_netfilter_exit(void)
{
	u32 i = ARRAY_SIZE(hooks);

	while (i--)
		kwasm_hook_unregister(&hooks[i]);
	rcu_barrier();
}

module_init(kwasm_netfilter_init);
module_exit(kwasm_netfilter_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("WebAssembly packet handlers at netfilter hooks");

#define ALIAS_NETFILTER(word) MODULE_ALIAS("kwasm-hook-" #word);
#define KWASM_HOOK(constant, word, value, module, ...) ALIAS_##module(word)
#include "../../core/uapi/kwasm_hooks.def"
#undef KWASM_HOOK
