// SPDX-License-Identifier: GPL-2.0-only
/*
 * family.c - the generic netlink family: validates requests and sends replies.
 *
 * Guarantees: a request reaches its handler only with attributes of its command, each of its
 * declared type and, unless it may be repeated, once; with the privilege that its command requires,
 * both of the sender and of whoever opened the socket; and with room for its reply.  A failed
 * request has changed nothing; the reason precedes the error in a message that no other task can
 * see or change.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/fs.h>

#include "kernel/compat.h"
#include "kernel/machine/ksym.h"
#include "defer.h"
#include "netlink.h"

#define COMMAND(name, privilege, flags, answer, ...)						\
	static const struct nla_policy policy_##name[KWASM_CMD_##name##_ATTR_MAX + 1] = {	\
		__VA_ARGS__									\
	};
#define DO(handler)
#define DUMP(handler)
#define ONE(attr, type) [KWASM_A_##attr] = POLICY_##type,
#define MANY(attr, type) ONE(attr, type)
#define NEST(attr, command) [KWASM_A_##attr] = NLA_POLICY_NESTED(policy_##command),
#define POLICY_u8 { .type = NLA_U8 }
#define POLICY_u32 { .type = NLA_U32 }
#define POLICY_s32 { .type = NLA_S32 }
#define POLICY_u64 { .type = NLA_U64 }
#define POLICY_flag { .type = NLA_FLAG }
#define POLICY_binary { .type = NLA_BINARY }
#define POLICY_string(bytes) { .type = NLA_NUL_STRING, .len = (bytes) }
#define POLICY_name POLICY_string(KWASM_NAME_LEN - 1)
#include "commands.def"
#undef COMMAND
#undef ONE
#undef MANY
#undef NEST

/* Attributes that a request may repeat, ended by 0. */
#define COMMAND(name, privilege, flags, answer, ...) \
	static const u8 repeated_##name[] = { __VA_ARGS__ 0 };
#define ONE(attr, type)
#define MANY(attr, type) KWASM_A_##attr,
#define NEST(attr, command)
#include "commands.def"
#undef COMMAND
#undef DO
#undef MANY
#undef NEST

#define LOADS 1		/* takes code into the kernel */
#define CHANGES 2	/* takes effect whether or not the reply arrives */
#define LATER 4		/* not while generic netlink waits for it */
#define CODE 8		/* shows machine code, which contains kernel addresses */

#define NOTHING 0
#define SMALL KWASM_NL_SMALL
#define DETAIL KWASM_NL_DETAIL

/**
 * struct command - how a command is handled
 * @flags: LOADS, CHANGES, LATER, CODE
 * @max_attr: the highest attribute of the command's space
 * @answer: bytes of attributes that a message of its answer holds at most
 * @repeated: attributes that may be repeated, ended by 0
 * @nest: attribute that is a nest, 0 for none
 * @nested: the command whose attributes the nest holds
 */
struct command {
	int (*handle)(struct kwasm_request *req);
	u32 flags;
	u32 answer;
	u32 max_attr;
	const u8 *repeated;
	u8 nest;
	u8 nested;
};

#define COMMAND(name, privilege, bits, bytes, ...)					\
	[KWASM_CMD_##name] = {								\
		.flags = bits, .answer = bytes, .repeated = repeated_##name,			\
		.max_attr = KWASM_CMD_##name##_ATTR_MAX, __VA_ARGS__				\
	},
#define DO(handler) .handle = handler,
#define MANY(attr, type)
#define NEST(attr, command) .nest = KWASM_A_##attr, .nested = KWASM_CMD_##command,

static const struct command commands[KWASM_NUM_CMDS] = {
#include "commands.def"
};

#undef COMMAND
#undef DO
#undef DUMP
#undef NEST

/*
 * The reason for an error, before it.  An extended ack only points to its text, which must outlive
 * the handler, so the ack holds a constant.
 */
static void diag_send(struct genl_info *info, const struct kwasm_diag *diag)
{
	struct sk_buff *skb;
	void *header;

	skb = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb)
		return;
	header = genlmsg_put(skb, info->snd_portid, info->snd_seq, &kwasm_genl_family, 0,
			     KWASM_CMD_DIAG);
	if (!header || nla_put_string(skb, KWASM_A_DIAG_TEXT, diag->text) ||
	    (diag->func != KWASM_DIAG_NONE && nla_put_u32(skb, KWASM_A_DIAG_FUNC, diag->func)) ||
	    (diag->offset != KWASM_DIAG_NONE &&
	     nla_put_u32(skb, KWASM_A_DIAG_OFFSET, diag->offset))) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, header);
	genlmsg_reply(skb, info);
}

/* Numbers of attributes in a space are small: a bit each. */
#define SPACE(name, text) static_assert(KWASM_A_##name##_MAX < BITS_PER_TYPE(u64));
KWASM_SPACES(SPACE)
#undef SPACE

static bool may_repeat(const u8 *repeated, int type)
{
	for (; *repeated; repeated++)
		if (*repeated == type)
			return true;
	return false;
}

static int check_once(const struct nlattr *first, int len, const struct command *command,
		      struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	u64 seen = 0;
	int rem;

	nla_for_each_attr(attr, first, len, rem) {
		if (may_repeat(command->repeated, nla_type(attr)) ||
		    nla_type(attr) >= BITS_PER_TYPE(u64))
			continue;
		if (seen & BIT_ULL(nla_type(attr))) {
			NL_SET_ERR_MSG_ATTR(extack, attr, "attribute given twice");
			return -EINVAL;
		}
		seen |= BIT_ULL(nla_type(attr));
	}
	return 0;
}

/* No attribute is repeated, or repeated within a nest. */
static int check_request(const struct nlmsghdr *message, const struct command *command,
			 struct netlink_ext_ack *extack)
{
	const struct nlattr *first = nlmsg_attrdata(message, GENL_HDRLEN), *nest;
	int err, len = nlmsg_attrlen(message, GENL_HDRLEN);

	err = check_once(first, len, command, extack);
	if (err || !command->nest)
		return err;
	nest = nla_find(first, len, command->nest);
	if (!nest)
		return 0;
	return check_once(nla_data(nest), nla_len(nest), &commands[command->nested], extack);
}

/*
 * May addresses be shown to the task, and to the one that opened its socket?  kernel.kptr_restrict,
 * kernel.perf_event_paranoid and CAP_SYSLOG decide, as for /proc/kallsyms and the code of BPF.
 */
static bool sees_addresses(const struct sk_buff *skb)
{
	return kwasm_ksyms_visible(current_cred()) &&
	       kwasm_ksyms_visible(NETLINK_CB(skb).sk->sk_socket->file->f_cred);
}

/* Beyond what generic netlink has checked. */
static int check_privilege(struct sk_buff *skb, const struct command *command,
			   struct netlink_ext_ack *extack)
{
	if (!(command->flags & (LOADS | CODE)))
		return 0;
	if (!netlink_capable(skb, CAP_SYS_ADMIN) && !netlink_capable(skb, CAP_BPF)) {
		NL_SET_ERR_MSG(extack,
			       "loading a program or reading machine code needs CAP_NET_ADMIN and CAP_BPF or CAP_SYS_ADMIN in the initial user namespace");
		return -EPERM;
	}
	if (command->flags & CODE && !sees_addresses(skb)) {
		NL_SET_ERR_MSG(extack,
			       "machine code contains kernel addresses: reading it needs CAP_SYSLOG in the initial user namespace and a kernel.kptr_restrict below 2");
		return -EPERM;
	}
	return 0;
}

/* Is the request well-formed and allowed? */
static int admit(struct sk_buff *skb, const struct nlmsghdr *message, const struct command *command,
		 struct netlink_ext_ack *extack)
{
	return check_request(message, command, extack) ?: check_privilege(skb, command, extack);
}

/* The request is well-formed and allowed: act and answer. */
static int carry_out(struct genl_info *info)
{
	const struct command *command = &commands[info->genlhdr->cmd];
	struct kwasm_request req;
	int err;

	err = kwasm_request_begin(&req, info, command->answer);
	if (err)
		return err;
	err = command->handle(&req);
	kwasm_leave_finish(&req.leave);
	if (!err) {
		err = kwasm_request_send(&req);
		return command->flags & CHANGES ? 0 : err;
	}
	kwasm_request_drop(&req);
	if (req.diag.text[0]) {
		diag_send(info, &req.diag);
		NL_SET_ERR_MSG(info->extack, "rejected: the message diag before this error tells why");
	}
	return err;
}

static int handle_request(struct sk_buff *skb, struct genl_info *info)
{
	const struct command *command = &commands[info->genlhdr->cmd];
	int err;

	err = admit(skb, info->nlhdr, command, info->extack);
	if (err)
		return err;
	if (command->flags & LATER || kwasm_defer_pending())
		return kwasm_defer_request(skb, info, command->max_attr, carry_out);
	return carry_out(info);
}

static u8 dump_command(const struct netlink_callback *cb)
{
	return ((const struct genlmsghdr *)nlmsg_data(cb->nlh))->cmd;
}

static int admit_dump(struct netlink_callback *cb, struct netlink_ext_ack *extack)
{
	if (kwasm_defer_pending()) {
		NL_SET_ERR_MSG(extack, "a dump must not follow such a request in the same message or call: send it alone");
		return -EBUSY;
	}
	return admit(cb->skb, cb->nlh, &commands[dump_command(cb)], extack);
}

/* The text of a refused dump's ack, in a message ahead of it. */
static void dump_diag_send(const struct netlink_callback *cb, const struct netlink_ext_ack *extack,
			   int err)
{
	struct genl_info info = {
		.snd_portid = NETLINK_CB(cb->skb).portid, .snd_seq = cb->nlh->nlmsg_seq,
	};
	struct kwasm_diag diag;

	kwasm_diag_init(&diag);
	kwasm_diag_set(&diag, err, KWASM_NO_PLACE, "%s", extack->_msg);
	genl_info_net_set(&info, sock_net(NETLINK_CB(cb->skb).sk));
	diag_send(&info, &diag);
}

/* Linux 6.1 has no extended ack for what is refused here. */
static int start_dump(struct netlink_callback *cb)
{
	struct netlink_ext_ack none = { };
	int err;

	cb->min_dump_alloc = commands[dump_command(cb)].answer;
	err = admit_dump(cb, cb->extack ?: &none);
	if (err && none._msg)
		dump_diag_send(cb, &none, err);
	return err;
}

void *kwasm_dump_begin(struct sk_buff *skb, struct netlink_callback *cb)
{
	return genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			   &kwasm_genl_family, NLM_F_MULTI, dump_command(cb));
}

int kwasm_dump_end(struct sk_buff *skb, void *header, int err)
{
	if (err)
		genlmsg_cancel(skb, header);
	else
		genlmsg_end(skb, header);
	return err;
}

#define PRIVILEGE_ADMIN GENL_ADMIN_PERM
#define PRIVILEGE_OWNER GENL_UNS_ADMIN_PERM
#define PRIVILEGE_ANYBODY 0

#define COMMAND(name, privilege, bits, bytes, ...)					\
	{										\
		.cmd = KWASM_CMD_##name, .flags = PRIVILEGE_##privilege,		\
		.policy = policy_##name, .maxattr = KWASM_CMD_##name##_ATTR_MAX, __VA_ARGS__	\
	},
#define DO(handler) .doit = handle_request,
#define DUMP(handler) .start = start_dump, .dumpit = handler,
#define NEST(attr, command)

static const struct genl_ops ops[] = {
#include "commands.def"
};

#undef COMMAND
#undef DO
#undef DUMP
#undef ONE
#undef MANY
#undef NEST

static const struct genl_multicast_group groups[] = {
	{ .name = KWASM_GENL_GROUP_EVENTS, .flags = GENL_MCAST_CAP_NET_ADMIN },
};

struct genl_family kwasm_genl_family = {
	.name = KWASM_GENL_NAME,
	.version = KWASM_GENL_VERSION,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
};

int kwasm_netlink_init(void)
{
	int err = genl_register_family(&kwasm_genl_family);

	if (!err)
		kwasm_events_init();
	return err;
}

void kwasm_netlink_exit(void)
{
	kwasm_events_exit();
	genl_unregister_family(&kwasm_genl_family);
}
