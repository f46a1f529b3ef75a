// SPDX-License-Identifier: GPL-2.0-only
/*
 * kwasm_testcaller_main.c - a packet that this machine sends, from contexts in which few do.
 *
 * Writing to the parameter "send" passes a packet to netfilter's hook for packets sent:
 *
 *	"plain"		in process context
 *	"bh"		with BH off
 *	"irqs"		with BH and interrupts off, as netconsole does for what a softirq prints
 *	a number	with BH off, and so many bytes left on the stack
 */
#include <linux/bottom_half.h>
#include <linux/ip.h>
#include <linux/irqflags.h>
#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/sched/task_stack.h>
#include <linux/skbuff.h>
#include <net/net_namespace.h>

#include <asm/asm.h>

static struct sk_buff *packet(void)
{
	struct sk_buff *skb = alloc_skb(128, GFP_KERNEL);
	struct iphdr *ip;

	if (!skb)
		return NULL;
	skb_reset_network_header(skb);
	ip = skb_put_zero(skb, sizeof(*ip));
	ip->version = 4;
	ip->ihl = sizeof(*ip) / 4;
	ip->tot_len = htons(sizeof(*ip));
	ip->saddr = htonl(INADDR_LOOPBACK);
	ip->daddr = htonl(INADDR_LOOPBACK);
	skb->protocol = htons(ETH_P_IP);
	return skb;
}

static int arrived(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	return 0;
}

/* Return: whether the packet was accepted. */
static noinline bool pass(struct sk_buff *skb)
{
	return nf_hook(NFPROTO_IPV4, NF_INET_LOCAL_OUT, &init_net, NULL, skb, NULL,
		       init_net.loopback_dev, arrived) == 1;
}

static noinline bool pass_bh(struct sk_buff *skb)
{
	bool accepted;

	local_bh_disable();
	accepted = pass(skb);
	local_bh_enable();
	return accepted;
}

static bool pass_irqs(struct sk_buff *skb)
{
	unsigned long flags;
	bool accepted;

	local_bh_disable();
	local_irq_save(flags);
	accepted = pass(skb);
	local_irq_restore(flags);
	local_bh_enable();
	return accepted;
}

static noinline bool pass_deep(struct sk_buff *skb, unsigned long left)
{
	unsigned long here = current_stack_pointer - (unsigned long)task_stack_page(current);
	char room[128];
	bool accepted;

	OPTIMIZER_HIDE_VAR(skb);
	memset(room, 0, sizeof(room));
	barrier_data(room);
	accepted = here > left ? pass_deep(skb, left) : pass_bh(skb);
	barrier_data(room);
	return accepted;
}

static int send_set(const char *how, const struct kernel_param *kp)
{
	struct sk_buff *skb = packet();
	unsigned long left;
	bool accepted;

	if (!skb)
		return -ENOMEM;
	if (sysfs_streq(how, "plain"))
		accepted = pass(skb);
	else if (sysfs_streq(how, "bh"))
		accepted = pass_bh(skb);
	else if (sysfs_streq(how, "irqs"))
		accepted = pass_irqs(skb);
	else if (!kstrtoul(how, 0, &left) && left >= 2048)
		accepted = pass_deep(skb, left);
	else
		accepted = false;
	if (!accepted)
		return -EPERM;
	kfree_skb(skb);
	return 0;
}

static const struct kernel_param_ops send_ops = { .set = send_set };
module_param_cb(send, &send_ops, NULL, 0200);
MODULE_PARM_DESC(send, "send a packet from a context");

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Packets from unusual contexts, for tests");
