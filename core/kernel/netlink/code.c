// SPDX-License-Identifier: GPL-2.0-only
/*
 * code.c - dumps of a program's machine code.
 */
#include "code.h"
#include "netlink.h"

#define CODE_PIECE 2048u	/* bytes of machine code in one message */

static int put_function(struct sk_buff *skb, const struct kwasm_program *prog, u32 n)
{
	const struct kwasm_code_func *func = &prog->image.code->funcs[n];
	u32 index = prog->image.module->num_func_imports + n;
	struct nlattr *nest = nla_nest_start(skb, KWASM_A_CODE_FUNCTION);

	if (!nest || nla_put_u32(skb, KWASM_A_FUNCTION_INDEX, index) ||
	    kwasm_nl_put_name(skb, KWASM_A_FUNCTION_NAME, &prog->image.module->funcs[index].name) ||
	    nla_put_u32(skb, KWASM_A_FUNCTION_START, func->start) ||
	    nla_put_u32(skb, KWASM_A_FUNCTION_SIZE, func->end - func->start))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/*
 * Functions first, one per message, then the text in pieces; @pos counts both.  The program is
 * looked up by name for each part; a replaced one keeps its ID, but not the time of its load.
 */
static int put_code_item(struct sk_buff *skb, const struct kwasm_program *prog, u32 pos)
{
	u32 num = prog->image.module->num_funcs - prog->image.module->num_func_imports;
	u32 start;

	if (pos < num)
		return put_function(skb, prog, pos);
	start = (pos - num) * CODE_PIECE;
	if (start >= prog->image.code->text_used)
		return -ENODATA;
	return nla_put_u32(skb, KWASM_A_CODE_START, start) ?:
	       kwasm_nl_put_u64(skb, KWASM_A_CODE_ADDRESS,
				(unsigned long)prog->image.code->text.exec) ?:
	       nla_put(skb, KWASM_A_CODE_PIECE,
		       min(CODE_PIECE, prog->image.code->text_used - start),
		       prog->image.code->text.exec + start);
}

/* args[0]: the next item, args[1]: when the program was loaded. */
int kwasm_nl_dump_code(struct sk_buff *skb, struct netlink_callback *cb)
{
	const char *name = kwasm_nl_string(kwasm_dump_attrs(cb), KWASM_A_CODE_NAME);
	struct kwasm_program *prog;
	void *header;

	mutex_lock(&kwasm_lock);
	prog = name ? kwasm_program_find(kwasm_net_of(sock_net(skb->sk)), name) : NULL;
	if (!prog || (cb->args[1] && cb->args[1] != prog->loaded_ns)) {
		mutex_unlock(&kwasm_lock);
		return prog ? -EAGAIN : -ENOENT;
	}
	cb->args[1] = prog->loaded_ns;
	for (;;) {
		header = kwasm_dump_begin(skb, cb);
		if (!header ||
		    kwasm_dump_end(skb, header, put_code_item(skb, prog, cb->args[0])))
			break;
		cb->args[0]++;
	}
	mutex_unlock(&kwasm_lock);
	return skb->len;
}
