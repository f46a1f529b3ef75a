// SPDX-License-Identifier: GPL-2.0-only
/*
 * nl_code.c - dumps of a program's machine code and of logs.
 */
#include "code.h"
#include "netlink.h"

#define CODE_PIECE 2048u	/* bytes of machine code in one message */

static void *dump_begin(struct sk_buff *skb, struct netlink_callback *cb, u8 command)
{
	return genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			   &kwasm_genl_family, NLM_F_MULTI, command);
}

static int put_function(struct sk_buff *skb, const struct kwasm_program *prog, u32 n)
{
	const struct kwasm_code_func *func = &prog->code->funcs[n];
	u32 index = prog->module->num_func_imports + n;
	const struct kwasm_name *name = &prog->module->funcs[index].name;
	struct nlattr *nest = nla_nest_start(skb, KWASM_A_FUNCTION);
	char text[KWASM_NAME_LEN];

	if (!nest)
		return -EMSGSIZE;
	snprintf(text, sizeof(text), "%.*s", (int)min_t(u32, name->len, sizeof(text) - 1),
		 name->str ?: "");
	if (nla_put_u32(skb, KWASM_A_INDEX, index) || nla_put_string(skb, KWASM_A_ENTRY, text) ||
	    nla_put_u32(skb, KWASM_A_START, func->start) ||
	    nla_put_u32(skb, KWASM_A_SIZE, func->end - func->start))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/*
 * Functions first, one a message, then the text in pieces; @pos counts both.  A program is found
 * by its name again for each part, so the id sees to it that it is still the same one.
 */
static int put_code_item(struct sk_buff *skb, const struct kwasm_program *prog, u32 pos)
{
	u32 num = prog->module->num_funcs - prog->module->num_func_imports;
	u32 start;

	if (pos < num)
		return put_function(skb, prog, pos);
	start = (pos - num) * CODE_PIECE;
	if (start >= prog->code->text_used)
		return -ENODATA;
	if (nla_put_u32(skb, KWASM_A_START, start) ||
	    nla_put_u64_64bit(skb, KWASM_A_ADDRESS, (unsigned long)prog->code->text.exec,
			      KWASM_A_PAD) ||
	    nla_put(skb, KWASM_A_CODE, min(CODE_PIECE, prog->code->text_used - start),
		    prog->code->text.exec + start))
		return -EMSGSIZE;
	return 0;
}

int kwasm_nl_dump_code(struct sk_buff *skb, struct netlink_callback *cb)
{
	const char *name = kwasm_nl_string(kwasm_dump_attrs(cb), KWASM_A_NAME);
	struct kwasm_program *prog;
	void *header;
	int err = 0;

	mutex_lock(&kwasm_lock);
	prog = name ? kwasm_program_find(kwasm_net_of(sock_net(skb->sk)), name) : NULL;
	if (!prog || (cb->args[1] && cb->args[1] != prog->id)) {
		mutex_unlock(&kwasm_lock);
		return -ENOENT;
	}
	cb->args[1] = prog->id;
	while (!err) {
		header = dump_begin(skb, cb, KWASM_CMD_GET_CODE);
		if (!header)
			break;
		err = put_code_item(skb, prog, cb->args[0]);
		if (err) {
			genlmsg_cancel(skb, header);
		} else {
			genlmsg_end(skb, header);
			cb->args[0]++;
		}
	}
	mutex_unlock(&kwasm_lock);
	return skb->len;
}

int kwasm_nl_put_log_line(struct sk_buff *skb, const struct kwasm_program *prog,
			  struct kwasm_log_line *line)
{
	struct nlattr *nest = nla_nest_start(skb, KWASM_A_LOG);

	line->text[min_t(u32, line->len, sizeof(line->text) - 1)] = 0;
	if (!nest || nla_put_string(skb, KWASM_A_NAME, prog->name) ||
	    nla_put_u64_64bit(skb, KWASM_A_TIME_NS, line->time_ns, KWASM_A_PAD) ||
	    nla_put_u32(skb, KWASM_A_CPU, line->cpu) ||
	    nla_put_u64_64bit(skb, KWASM_A_COUNT, line->seq, KWASM_A_PAD) ||
	    nla_put_string(skb, KWASM_A_TEXT, line->text))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_log(struct sk_buff *skb, struct netlink_callback *cb, struct kwasm_program *prog)
{
	struct kwasm_log_line *line = kzalloc(sizeof(*line), GFP_KERNEL);
	void *header;
	int err = 0;

	if (!line)
		return -ENOMEM;
	while (kwasm_log_get(&prog->log, cb->args[1], line)) {
		header = dump_begin(skb, cb, KWASM_CMD_GET_LOG);
		err = header ? kwasm_nl_put_log_line(skb, prog, line) : -EMSGSIZE;
		if (err) {
			if (header)
				genlmsg_cancel(skb, header);
			break;
		}
		genlmsg_end(skb, header);
		cb->args[1] = line->seq + 1;
	}
	kfree(line);
	return err;
}

/* args[0]: id of the program whose log is being sent, args[1]: its next line. */
int kwasm_nl_dump_log(struct sk_buff *skb, struct netlink_callback *cb)
{
	const char *name = kwasm_nl_string(kwasm_dump_attrs(cb), KWASM_A_NAME);
	struct kwasm_net *knet = kwasm_net_of(sock_net(skb->sk));
	struct kwasm_program *prog;

	mutex_lock(&kwasm_lock);
	list_for_each_entry(prog, &knet->programs, node) {
		if (prog->id < cb->args[0] || (name && strcmp(name, prog->name)))
			continue;
		if (prog->id != cb->args[0]) {
			cb->args[0] = prog->id;
			cb->args[1] = 0;
		}
		if (put_log(skb, cb, prog))
			break;
	}
	mutex_unlock(&kwasm_lock);
	return skb->len;
}
