// SPDX-License-Identifier: GPL-2.0-only
/*
 * event.c - notifications; nothing is built while nobody listens.
 */
#include "event.h"
#include "kernel/work.h"
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

void kwasm_event_log(struct kwasm_program *prog)
{
	if (genl_has_listeners(&kwasm_genl_family, prog->knet->net, 0))
		queue_work(kwasm_wq, &prog->log_work);
	else	/* events are about what is new; what is old can be read from the ring */
		WRITE_ONCE(prog->log_sent, READ_ONCE(prog->log.next_seq));
}

/* One message a line. */
void kwasm_event_log_work(struct work_struct *work)
{
	struct kwasm_program *prog = container_of(work, struct kwasm_program, log_work);
	struct kwasm_log_line *line = kzalloc(sizeof(*line), GFP_KERNEL);
	struct net *net = prog->knet->net;
	struct sk_buff *skb;
	void *header;

	while (line && kwasm_log_get(&prog->log, prog->log_sent, line)) {
		prog->log_sent = line->seq + 1;
		skb = event_begin(net, KWASM_EVENT_LOG, &header);
		if (skb)
			event_end(net, skb, header, kwasm_nl_put_log_line(skb, prog, line));
	}
	kfree(line);
}
