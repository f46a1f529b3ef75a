// SPDX-License-Identifier: GPL-2.0-only
/*
 * netlink.c - the generic netlink family: which command takes which attributes and who may send it.
 *
 * Guarantees: a request reaches its handler only with attributes that its command knows, each of
 * its declared type and, unless it may be repeated, once; a request that fails has changed nothing
 * and gets its reason as a sentence.
 */
#include <linux/atomic.h>
#include <linux/capability.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/vmalloc.h>

#include "kernel/compat.h"
#include "event.h"
#include "kernel/limits.h"
#include "netlink.h"

#define STRING(bytes) { .type = NLA_NUL_STRING, .len = (bytes) }
#define NAME [KWASM_A_NAME] = STRING(KWASM_NAME_LEN - 1)
#define BINARY_SOURCE \
	[KWASM_A_FD] = { .type = NLA_U32 }, \
	[KWASM_A_WASM] = { .type = NLA_BINARY }
#define LOAD_OPTIONS \
	BINARY_SOURCE, \
	[KWASM_A_TIME_LIMIT] = { .type = NLA_U64 }, \
	[KWASM_A_MEMORY_LIMIT] = { .type = NLA_U64 }, \
	[KWASM_A_DENY] = STRING(2 * KWASM_NAME_LEN)

/* Tables as long as the attribute space: what is not named is refused. */
static const struct nla_policy load_policy[KWASM_A_MAX + 1] = { NAME, LOAD_OPTIONS };

static const struct nla_policy named_policy[KWASM_A_MAX + 1] = { NAME };

static const struct nla_policy empty_policy[KWASM_A_MAX + 1] = { };

static const struct nla_policy attach_policy[KWASM_A_MAX + 1] = {
	NAME,
	LOAD_OPTIONS,
	[KWASM_A_HOOK] = STRING(31),
	[KWASM_A_FAMILY] = { .type = NLA_U8 },
	[KWASM_A_PRIORITY] = { .type = NLA_S32 },
	[KWASM_A_DEV] = STRING(IFNAMSIZ - 1),
	[KWASM_A_ENTRY] = STRING(KWASM_NAME_LEN - 1),
	[KWASM_A_ON_TRAP] = { .type = NLA_U8 },
};

static const struct nla_policy detach_policy[KWASM_A_MAX + 1] = {
	NAME,
	[KWASM_A_ID] = { .type = NLA_U32 },
	[KWASM_A_HOOK] = STRING(31),
};

static const struct nla_policy invoke_policy[KWASM_A_MAX + 1] = {
	BINARY_SOURCE,
	[KWASM_A_ENTRY] = STRING(KWASM_NAME_LEN - 1),
	[KWASM_A_ARG] = { .type = NLA_U64 },
	[KWASM_A_TIME_LIMIT] = { .type = NLA_U64 },
	[KWASM_A_WARMUP] = { .type = NLA_FLAG },
};

/**
 * struct command - what netlink.c knows of a command
 * @load: takes code into the kernel: CAP_BPF or CAP_SYS_ADMIN besides CAP_NET_ADMIN
 */
struct command {
	int (*handle)(struct sk_buff *skb, struct genl_info *info, struct kwasm_diag *diag);
	bool load;
};

static const struct command commands[KWASM_NUM_CMDS] = {
	[KWASM_CMD_LOAD] = { kwasm_nl_load, true },
	[KWASM_CMD_UNLOAD] = { kwasm_nl_unload },
	[KWASM_CMD_REPLACE] = { kwasm_nl_replace, true },
	[KWASM_CMD_KILL] = { kwasm_nl_kill },
	[KWASM_CMD_ATTACH] = { kwasm_nl_attach, true },
	[KWASM_CMD_DETACH] = { kwasm_nl_detach },
	[KWASM_CMD_GET_PROGRAM] = { kwasm_nl_get_program },
	[KWASM_CMD_GET_ATTACHMENT] = { kwasm_nl_get_attachment },
	[KWASM_CMD_GET_INFO] = { kwasm_nl_get_info },
	[KWASM_CMD_INVOKE] = { kwasm_nl_invoke, true },
};

/*
 * The sentence of an extended ack has to outlive the handler until the ack has been built from it.
 * That happens before this task handles another request, so a ring longer than the number of CPUs
 * that can be in between is enough; a line overwritten all the same is only a wrong sentence.
 */
#define SENTENCES 64
static char sentences[SENTENCES][KWASM_DIAG_TEXT + 64];
static atomic_t next_sentence;

static void diag_to_ack(const struct kwasm_diag *diag, struct netlink_ext_ack *extack)
{
	char *text = sentences[(u32)atomic_inc_return(&next_sentence) % SENTENCES];

	kwasm_diag_format(diag, text, sizeof(sentences[0]));
	if (extack)
		extack->_msg = text;
}

/* The diagnostic with its numbers, ahead of the error, for those who want more than words. */
static void diag_send(struct genl_info *info, const struct kwasm_diag *diag)
{
	struct nlattr *nest;
	struct sk_buff *skb;
	void *header;

	skb = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb)
		return;
	header = genlmsg_put(skb, info->snd_portid, info->snd_seq, &kwasm_genl_family, 0,
			     KWASM_CMD_DIAG);
	if (!header)
		goto free;
	nest = nla_nest_start(skb, KWASM_A_DIAG);
	if (!nest || nla_put_string(skb, KWASM_A_TEXT, diag->text))
		goto free;
	if (diag->func != KWASM_DIAG_NONE && nla_put_u32(skb, KWASM_A_FUNC, diag->func))
		goto free;
	if (diag->offset != KWASM_DIAG_NONE && nla_put_u32(skb, KWASM_A_OFFSET, diag->offset))
		goto free;
	nla_nest_end(skb, nest);
	genlmsg_end(skb, header);
	genlmsg_reply(skb, info);
	return;
free:
	nlmsg_free(skb);
}

static bool may_repeat(int type)
{
	return type == KWASM_A_DENY || type == KWASM_A_ARG;
}

static int check_duplicates(struct genl_info *info)
{
	DECLARE_BITMAP(seen, KWASM_NUM_ATTRS) = { };
	const struct nlattr *attr;
	int rem;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		int type = nla_type(attr);

		if (type > KWASM_A_MAX || may_repeat(type))
			continue;
		if (__test_and_set_bit(type, seen)) {
			NL_SET_ERR_MSG_ATTR(info->extack, attr, "attribute given twice");
			return -EINVAL;
		}
	}
	return 0;
}

static int handle_request(struct sk_buff *skb, struct genl_info *info)
{
	const struct command *command = &commands[info->genlhdr->cmd];
	struct kwasm_diag diag;
	int err;

	err = check_duplicates(info);
	if (err)
		return err;
	if (command->load && !netlink_capable(skb, CAP_SYS_ADMIN) &&
	    !netlink_capable(skb, CAP_BPF)) {
		NL_SET_ERR_MSG(info->extack,
			       "loading a program needs CAP_NET_ADMIN and CAP_BPF or CAP_SYS_ADMIN in the initial user namespace");
		return -EPERM;
	}
	kwasm_diag_init(&diag);
	err = command->handle(skb, info, &diag);
	if (err && diag.text[0]) {
		diag_to_ack(&diag, info->extack);
		diag_send(info, &diag);
	}
	return err;
}

#define OP(command, table, perm)					\
	{ .cmd = KWASM_CMD_##command, .flags = perm, .policy = table,	\
	  .maxattr = KWASM_A_MAX, .doit = handle_request }
#define DUMP(command, table, perm, fn)					\
	{ .cmd = KWASM_CMD_##command, .flags = perm, .policy = table,	\
	  .maxattr = KWASM_A_MAX, .dumpit = fn }
#define BOTH(command, table, perm, fn, begin)				\
	{ .cmd = KWASM_CMD_##command, .flags = perm, .policy = table,	\
	  .maxattr = KWASM_A_MAX, .doit = handle_request, .dumpit = fn, .start = begin }

static const struct genl_ops ops[] = {
	OP(LOAD, load_policy, GENL_ADMIN_PERM),
	OP(UNLOAD, named_policy, GENL_ADMIN_PERM),
	OP(REPLACE, load_policy, GENL_ADMIN_PERM),
	OP(KILL, named_policy, GENL_ADMIN_PERM),
	OP(ATTACH, attach_policy, GENL_ADMIN_PERM),
	OP(DETACH, detach_policy, GENL_ADMIN_PERM),
	OP(INVOKE, invoke_policy, GENL_ADMIN_PERM),
	BOTH(GET_PROGRAM, named_policy, GENL_UNS_ADMIN_PERM, kwasm_nl_dump_programs,
	     kwasm_nl_dump_programs_start),
	BOTH(GET_ATTACHMENT, detach_policy, GENL_UNS_ADMIN_PERM, kwasm_nl_dump_attachments, NULL),
	DUMP(GET_CODE, named_policy, GENL_ADMIN_PERM, kwasm_nl_dump_code),
	DUMP(GET_LOG, named_policy, GENL_UNS_ADMIN_PERM, kwasm_nl_dump_log),
	OP(GET_INFO, empty_policy, 0),
};

static const struct genl_multicast_group groups[] = {
	{ .name = KWASM_GENL_GROUP_EVENTS, .flags = GENL_MCAST_CAP_NET_ADMIN },
};

struct genl_family kwasm_genl_family = {
	.name = KWASM_GENL_NAME,
	.version = KWASM_GENL_VERSION,
	.maxattr = KWASM_A_MAX,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
};

struct sk_buff *kwasm_nl_reply(struct genl_info *info, size_t size, void **header)
{
	struct sk_buff *skb = genlmsg_new(size, GFP_KERNEL);

	if (!skb)
		return NULL;
	*header = genlmsg_put_reply(skb, info, &kwasm_genl_family, 0, info->genlhdr->cmd);
	if (!*header) {
		nlmsg_free(skb);
		return NULL;
	}
	return skb;
}

static int read_whole(struct file *file, void *to, size_t size)
{
	loff_t pos = 0;
	ssize_t n;

	while (pos < size) {
		n = kernel_read(file, to + pos, size - pos, &pos);
		if (n <= 0)
			return n ?: -EIO;
	}
	return 0;
}

/*
 * kernel_read_file() is not for this: security modules want a reason from a list in which a
 * program's file does not occur, and warn of the unknown one.
 */
static int bytes_from_file(struct kwasm_bytes *bytes, struct file *file, struct kwasm_diag *diag)
{
	loff_t size = i_size_read(file_inode(file));
	struct kwasm_limits limits;
	int err;

	if (!S_ISREG(file_inode(file)->i_mode) || !(file->f_mode & FMODE_READ))
		return kwasm_diag_set(diag, -EINVAL, KWASM_NO_PLACE,
				      "the program's file is not a readable regular file");
	kwasm_limits_get(&limits);
	if (size > limits.module_bytes)
		return kwasm_diag_set(diag, -E2BIG, KWASM_NO_PLACE,
				      "the file is larger than %u bytes (parameter max_module_bytes)",
				      limits.module_bytes);
	bytes->owned = __vmalloc(max_t(size_t, size, 1), GFP_KERNEL_ACCOUNT);
	if (!bytes->owned)
		return -ENOMEM;
	err = read_whole(file, bytes->owned, size);
	if (err) {
		kwasm_bytes_put(bytes);
		return kwasm_diag_set(diag, err, KWASM_NO_PLACE,
				      "cannot read the program's file: error %d", err);
	}
	bytes->data = bytes->owned;
	bytes->size = size;
	return 0;
}

int kwasm_bytes_get(struct kwasm_bytes *bytes, struct nlattr **attrs, struct kwasm_diag *diag)
{
	struct file *file;
	int err;

	memset(bytes, 0, sizeof(*bytes));
	if (!attrs[KWASM_A_FD] == !attrs[KWASM_A_WASM])
		return kwasm_diag_set(diag, -EINVAL, KWASM_NO_PLACE,
				      "the request must contain a program as either fd or wasm");
	if (attrs[KWASM_A_WASM]) {
		bytes->data = nla_data(attrs[KWASM_A_WASM]);
		bytes->size = nla_len(attrs[KWASM_A_WASM]);
		return 0;
	}
	file = fget(nla_get_u32(attrs[KWASM_A_FD]));
	if (!file)
		return kwasm_diag_set(diag, -EBADF, KWASM_NO_PLACE,
				      "the program's file descriptor is not open");
	err = bytes_from_file(bytes, file, diag);
	fput(file);
	return err;
}

void kwasm_bytes_put(struct kwasm_bytes *bytes)
{
	vfree(bytes->owned);
}

int kwasm_netlink_init(void)
{
	return genl_register_family(&kwasm_genl_family);
}

void kwasm_netlink_exit(void)
{
	genl_unregister_family(&kwasm_genl_family);
}
