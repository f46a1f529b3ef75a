// SPDX-License-Identifier: GPL-2.0-only
/*
 * event.c - notifications; messages are only built if there is a listener.
 */
#include "event.h"
#include "kernel/work.h"
#include "netlink.h"

/**
 * struct event - a message under construction
 * @nest: its subject
 */
struct event {
	struct net *net;
	struct sk_buff *skb;
	void *header;
	struct nlattr *nest;
};

/* Return: false if there is no listener or no memory. */
static bool event_begin(struct event *ev, struct net *net, enum kwasm_event kind, int about)
{
	ev->net = net;
	if (!genl_has_listeners(&kwasm_genl_family, net, 0))
		return false;
	ev->skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!ev->skb)
		return false;
	ev->header = genlmsg_put(ev->skb, 0, 0, &kwasm_genl_family, 0, KWASM_CMD_EVENT);
	if (!ev->header || nla_put_u8(ev->skb, KWASM_A_EVENT_KIND, kind))
		goto free;
	ev->nest = nla_nest_start(ev->skb, about);
	if (ev->nest)
		return true;
free:
	nlmsg_free(ev->skb);
	return false;
}

static void event_end(struct event *ev, int err)
{
	if (err) {
		nlmsg_free(ev->skb);
		return;
	}
	nla_nest_end(ev->skb, ev->nest);
	genlmsg_end(ev->skb, ev->header);
	genlmsg_multicast_netns(&kwasm_genl_family, ev->net, ev->skb, 0, 0, GFP_KERNEL);
}

void kwasm_event_program(enum kwasm_event kind, const struct kwasm_program *prog)
{
	struct event ev;

	if (event_begin(&ev, prog->knet->net, kind, KWASM_A_EVENT_PROGRAM))
		event_end(&ev, kwasm_nl_put_program(ev.skb, prog, false));
}

void kwasm_event_attachment(enum kwasm_event kind, struct kwasm_attachment *at)
{
	struct event ev;

	if (event_begin(&ev, at->knet->net, kind, KWASM_A_EVENT_ATTACHMENT))
		event_end(&ev, kwasm_nl_put_attachment(ev.skb, at));
}

void kwasm_event_log(struct kwasm_program *prog)
{
	if (genl_has_listeners(&kwasm_genl_family, prog->knet->net, 0))
		queue_work(kwasm_wq, &prog->log_work);
	else	/* events report new lines; old ones can be read from the ring */
		WRITE_ONCE(prog->log_sent, READ_ONCE(prog->log.next_seq));
}

/* One message a line. */
void kwasm_event_log_work(struct work_struct *work)
{
	struct kwasm_program *prog = container_of(work, struct kwasm_program, log_work);
	struct kwasm_log_line *line = kzalloc(sizeof(*line), GFP_KERNEL);
	struct event ev;

	while (line && kwasm_log_get(&prog->log, prog->log_sent, line)) {
		prog->log_sent = line->seq + 1;
		if (event_begin(&ev, prog->knet->net, KWASM_EVENT_LOG, KWASM_A_EVENT_LOG))
			event_end(&ev, kwasm_nl_put_log_line(ev.skb, prog, line));
	}
	kfree(line);
}
