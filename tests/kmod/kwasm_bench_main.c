// SPDX-License-Identifier: GPL-2.0-only
/*
 * kwasm_bench_main.c - cost of a packet at NF_INET_PRE_ROUTING.
 *
 * /sys/kernel/debug/kwasm_bench/run: writing N passes one prebuilt UDP packet through the hook N
 * times, with BH off as in a softirq; reading returns the nanoseconds.  In an emulator that counts
 * instructions as nanoseconds, the difference between 2N and N divided by N is the cost of a
 * packet.  .../hooks: writing N (at most HOOKS_MAX) replaces the registered hooks with N empty
 * hooks in C.
 */
#include <linux/debugfs.h>
#include <linux/ip.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/net_namespace.h>

#define HOOKS_MAX 4
#define RUN_MAX 10000000
#define PAYLOAD 64

static struct dentry *dir;
static struct sk_buff *packet;
static DEFINE_MUTEX(lock);
static u64 last_ns;		/* lock */
static u64 refused;		/* packets of the last run that were not accepted; lock */
static u32 num_hooks;		/* lock */

static unsigned int empty_hook(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	return NF_ACCEPT;
}

static struct nf_hook_ops hooks[HOOKS_MAX];

static int okfn(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	return 0;
}

static int run_set(void *data, u64 n)
{
	struct net_device *dev = init_net.loopback_dev;
	u64 start, i;

	if (n > RUN_MAX)
		return -EINVAL;
	mutex_lock(&lock);
	refused = 0;
	local_bh_disable();
	start = ktime_get_ns();
	for (i = 0; i < n; i++)
		if (nf_hook(NFPROTO_IPV4, NF_INET_PRE_ROUTING, &init_net, NULL, packet, dev, NULL,
			    okfn) != 1)
			refused++;
	last_ns = ktime_get_ns() - start;
	local_bh_enable();
	n = refused;
	mutex_unlock(&lock);
	return n ? -EIO : 0;
}

static int run_get(void *data, u64 *ns)
{
	mutex_lock(&lock);
	*ns = last_ns;
	mutex_unlock(&lock);
	return 0;
}

DEFINE_DEBUGFS_ATTRIBUTE(run_fops, run_get, run_set, "%llu\n");

static void hooks_remove(void)
{
	while (num_hooks)
		nf_unregister_net_hook(&init_net, &hooks[--num_hooks]);
}

static int hooks_set(void *data, u64 n)
{
	int err = 0;

	if (n > HOOKS_MAX)
		return -EINVAL;
	mutex_lock(&lock);
	hooks_remove();
	while (num_hooks < n && !err) {
		hooks[num_hooks] = (struct nf_hook_ops) {
			.hook = empty_hook,
			.pf = NFPROTO_IPV4,
			.hooknum = NF_INET_PRE_ROUTING,
			.priority = (int)num_hooks,
		};
		err = nf_register_net_hook(&init_net, &hooks[num_hooks]);
		num_hooks += !err;
	}
	mutex_unlock(&lock);
	return err;
}

static int hooks_get(void *data, u64 *n)
{
	mutex_lock(&lock);
	*n = num_hooks;
	mutex_unlock(&lock);
	return 0;
}

DEFINE_DEBUGFS_ATTRIBUTE(hooks_fops, hooks_get, hooks_set, "%llu\n");

/* 192.0.2.2:4000 to 192.0.2.1:9, as received from a device. */
static struct sk_buff *packet_build(void)
{
	struct sk_buff *skb = alloc_skb(NET_SKB_PAD + sizeof(struct iphdr) +
					sizeof(struct udphdr) + PAYLOAD, GFP_KERNEL);
	struct udphdr *udp;
	struct iphdr *ip;

	if (!skb)
		return NULL;
	skb_reserve(skb, NET_SKB_PAD);
	skb_reset_network_header(skb);
	ip = skb_put_zero(skb, sizeof(*ip));
	skb_set_transport_header(skb, sizeof(*ip));
	udp = skb_put_zero(skb, sizeof(*udp));
	skb_put_zero(skb, PAYLOAD);
	ip->version = 4;
	ip->ihl = 5;
	ip->ttl = 64;
	ip->protocol = IPPROTO_UDP;
	ip->tot_len = htons(skb->len);
	ip->saddr = htonl(0xc0000202);
	ip->daddr = htonl(0xc0000201);
	ip_send_check(ip);
	udp->source = htons(4000);
	udp->dest = htons(9);
	udp->len = htons(sizeof(*udp) + PAYLOAD);
	skb->dev = init_net.loopback_dev;
	skb->protocol = htons(ETH_P_IP);
	return skb;
}

static int __init kwasm_bench_init(void)
{
	packet = packet_build();
	if (!packet)
		return -ENOMEM;
	dir = debugfs_create_dir("kwasm_bench", NULL);
	debugfs_create_file("run", 0600, dir, NULL, &run_fops);
	debugfs_create_file("hooks", 0600, dir, NULL, &hooks_fops);
	return 0;
}

static void __exit kwasm_bench_exit(void)
{
	debugfs_remove(dir);
	hooks_remove();
	kfree_skb(packet);
}

module_init(kwasm_bench_init);
module_exit(kwasm_bench_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Cost of a packet at a netfilter hook");
