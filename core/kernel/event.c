// SPDX-License-Identifier: GPL-2.0-only
/*
 * event.c - notifications; nothing is built while nobody listens.
 */
#include "event.h"
#include "netlink.h"

static struct sk_buff *event_begin(struct net *net, enum kwasm_event event, void **header)
{
	struct sk_buff *skb;

	if (!genl_has_listeners(&kwasm_genl_family, net, 0))
		return NULL;
	skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb)
		return NULL;
	*header = genlmsg_put(skb, 0, 0, &kwasm_genl_family, 0, KWASM_CMD_EVENT);
	if (!*header || nla_put_u8(skb, KWASM_A_EVENT, event)) {
		nlmsg_free(skb);
		return NULL;
	}
	return skb;
}

static void event_end(struct net *net, struct sk_buff *skb, void *header, int err)
{
	if (err) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, header);
	genlmsg_multicast_netns(&kwasm_genl_family, net, skb, 0, 0, GFP_KERNEL);
}

void kwasm_event_program(enum kwasm_event event, const struct kwasm_program *prog)
{
	struct net *net = prog->knet->net;
	struct sk_buff *skb;
	void *header;

	skb = event_begin(net, event, &header);
	if (skb)
		event_end(net, skb, header, kwasm_nl_put_program(skb, prog, false));
}

void kwasm_event_attachment(enum kwasm_event event, struct kwasm_attachment *at)
{
	struct net *net = at->knet->net;
	struct sk_buff *skb;
	void *header;

	skb = event_begin(net, event, &header);
	if (skb)
		event_end(net, skb, header, kwasm_nl_put_attachment(skb, at));
}
