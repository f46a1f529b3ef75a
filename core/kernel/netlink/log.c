// SPDX-License-Identifier: GPL-2.0-only
/*
 * log.c - dumps of the logs of programs.
 */
#include "netlink.h"

int kwasm_nl_put_log_line(struct sk_buff *skb, const struct kwasm_program *prog,
			  struct kwasm_log_line *line)
{
	line->text[min_t(u32, line->len, sizeof(line->text) - 1)] = 0;
	return nla_put_string(skb, KWASM_A_LOG_NAME, prog->name) ?:
	       kwasm_nl_put_u64(skb, KWASM_A_LOG_TIME_NS, line->time_ns) ?:
	       nla_put_u32(skb, KWASM_A_LOG_CPU, line->cpu) ?:
	       kwasm_nl_put_u64(skb, KWASM_A_LOG_NUMBER, line->seq) ?:
	       nla_put_string(skb, KWASM_A_LOG_TEXT, line->text);
}

static int put_log(struct sk_buff *skb, struct netlink_callback *cb, struct kwasm_program *prog)
{
	struct kwasm_log_line *line = kzalloc(sizeof(*line), GFP_KERNEL);
	void *header;
	int err = 0;

	if (!line)
		return -ENOMEM;
	while (!err && kwasm_log_get(&prog->log, cb->args[1], line)) {
		header = kwasm_dump_begin(skb, cb);
		err = header ? kwasm_dump_end(skb, header,
					      kwasm_nl_put_log_line(skb, prog, line)) : -EMSGSIZE;
		if (!err)
			cb->args[1] = line->seq + 1;
	}
	kfree(line);
	return err;
}

/* args[0]: id of the program whose log is being sent, args[1]: its next line, args[2]: its load. */
int kwasm_nl_dump_log(struct sk_buff *skb, struct netlink_callback *cb)
{
	const char *name = kwasm_nl_string(kwasm_dump_attrs(cb), KWASM_A_LOG_NAME);
	struct kwasm_net *knet = kwasm_net_of(sock_net(skb->sk));
	struct kwasm_program *prog;

	mutex_lock(&kwasm_lock);
	list_for_each_entry(prog, &knet->programs, node) {
		if (prog->id < cb->args[0] || (name && strcmp(name, prog->name)))
			continue;
		if (prog->id != cb->args[0] || prog->loaded_ns != cb->args[2]) {
			cb->args[0] = prog->id;
			cb->args[2] = prog->loaded_ns;
			cb->args[1] = 0;
		}
		if (put_log(skb, cb, prog))
			break;
	}
	mutex_unlock(&kwasm_lock);
	return skb->len;
}
