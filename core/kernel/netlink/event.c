// SPDX-License-Identifier: GPL-2.0-only
/*
 * event.c - events of programs and handlers, as messages to the multicast group "events".
 */
#include "kernel/program/notify.h"
#include "netlink.h"

static bool wants_events(struct net *net)
{
	return genl_has_listeners(&kwasm_genl_family, net, 0);
}

static int put_circumstances(struct sk_buff *skb, const struct kwasm_notice *notice)
{
	const struct kwasm_actor *by = notice->by;

	return nla_put_u8(skb, KWASM_A_EVENT_KIND, notice->event) ?:
	       kwasm_nl_put_u64(skb, KWASM_A_EVENT_TIME_NS, notice->time_ns) ?:
	       (by ? nla_put_u32(skb, KWASM_A_EVENT_UID, by->uid) ?:
		     nla_put_u32(skb, KWASM_A_EVENT_PID, by->pid) : 0);
}

/* The object of the event, as a nest. */
static int put_subject(struct sk_buff *skb, const struct kwasm_notice *notice)
{
	int about = notice->line ? KWASM_A_EVENT_LOG :
		    notice->handler ? KWASM_A_EVENT_ATTACHMENT : KWASM_A_EVENT_PROGRAM;
	struct nlattr *nest = nla_nest_start(skb, about);
	int err;

	if (!nest)
		return -EMSGSIZE;
	if (notice->line)
		err = kwasm_nl_put_log_line(skb, notice->prog, notice->line);
	else if (notice->handler)
		err = kwasm_nl_put_attachment(skb, kwasm_attachment_of(notice->handler));
	else
		err = kwasm_nl_put_program(skb, notice->prog, false);
	nla_nest_end(skb, nest);
	return err;
}

static void send_event(const struct kwasm_notice *notice)
{
	struct sk_buff *skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	void *header;

	if (!skb)
		return;
	header = genlmsg_put(skb, 0, 0, &kwasm_genl_family, 0, KWASM_CMD_EVENT);
	if (!header || put_circumstances(skb, notice) || put_subject(skb, notice)) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, header);
	genlmsg_multicast_netns(&kwasm_genl_family, notice->prog->knet->net, skb, 0, 0, GFP_KERNEL);
}

static struct kwasm_listener listener = { .wants = wants_events, .tell = send_event };

void kwasm_events_init(void)
{
	kwasm_listener_register(&listener);
}

/* What is left ends with the module: the rooms below end it when nobody can be told any more. */
static void tell_end(void)
{
	const struct kwasm_actor by = kwasm_actor_current();
	struct kwasm_attachment *at;
	struct kwasm_program *prog;
	struct kwasm_net *knet;

	mutex_lock(&kwasm_lock);
	list_for_each_entry(knet, &kwasm_nets, node) {
		list_for_each_entry(at, &knet->attachments, node)
			kwasm_notify_handler(KWASM_EVENT_DETACH, &by, at->handler.prog,
					     &at->handler);
		list_for_each_entry(prog, &knet->programs, node)
			kwasm_notify_program(KWASM_EVENT_UNLOAD, &by, prog);
	}
	mutex_unlock(&kwasm_lock);
}

void kwasm_events_exit(void)
{
	tell_end();
	kwasm_listener_unregister(&listener);
}
