/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netlink.h - inside the generic netlink family: requests, replies, and who handles what.
 */
#ifndef KWASM_KERNEL_NETLINK_H
#define KWASM_KERNEL_NETLINK_H

#include <net/genetlink.h>
#include <net/sock.h>

#include "diag.h"
#include "kernel/compat.h"
#include "uapi/kwasm.h"
#include "kernel/handler/hook.h"
#include "kernel/program/program.h"

extern struct genl_family kwasm_genl_family;

int kwasm_netlink_init(void);
void kwasm_netlink_exit(void);

/**
 * struct kwasm_bytes - a WebAssembly binary on its way in, from an attribute or a file
 */
struct kwasm_bytes {
	const u8 *data;
	size_t size;
	void *owned;		/* to vfree(), or NULL */
};

/** kwasm_bytes_get() - FD or WASM of a request.  Return: 0 or -errno with @diag set. */
int kwasm_bytes_get(struct kwasm_bytes *bytes, struct nlattr **attrs, struct kwasm_diag *diag);
void kwasm_bytes_put(struct kwasm_bytes *bytes);

/** kwasm_nl_string() - a string attribute, NULL when it is missing. */
static inline const char *kwasm_nl_string(struct nlattr **attrs, int attr)
{
	return attrs[attr] ? nla_data(attrs[attr]) : NULL;
}

/**
 * kwasm_nl_create_program() - the program a request carries, not yet listed.
 *
 * On success the host tables stay locked until the caller has listed or dropped the program.
 */
int kwasm_nl_create_program(struct genl_info *info, struct kwasm_diag *diag,
			    struct kwasm_program **prog);

/** kwasm_nl_find_program() - by NAME; ERR_PTR() with @diag set.  kwasm_lock held. */
struct kwasm_program *kwasm_nl_find_program(struct genl_info *info, struct kwasm_diag *diag);

#define KWASM_NO_PLACE KWASM_DIAG_NONE, KWASM_DIAG_NONE

/* Handlers: a request, -errno with @diag set on failure.  Process context, no locks held. */
int kwasm_nl_load(struct sk_buff *skb, struct genl_info *info, struct kwasm_diag *diag);
int kwasm_nl_unload(struct sk_buff *skb, struct genl_info *info, struct kwasm_diag *diag);
int kwasm_nl_replace(struct sk_buff *skb, struct genl_info *info, struct kwasm_diag *diag);
int kwasm_nl_kill(struct sk_buff *skb, struct genl_info *info, struct kwasm_diag *diag);
int kwasm_nl_attach(struct sk_buff *skb, struct genl_info *info, struct kwasm_diag *diag);
int kwasm_nl_detach(struct sk_buff *skb, struct genl_info *info, struct kwasm_diag *diag);
int kwasm_nl_get_program(struct sk_buff *skb, struct genl_info *info, struct kwasm_diag *diag);
int kwasm_nl_get_attachment(struct sk_buff *skb, struct genl_info *info, struct kwasm_diag *diag);
int kwasm_nl_get_info(struct sk_buff *skb, struct genl_info *info, struct kwasm_diag *diag);
int kwasm_nl_invoke(struct sk_buff *skb, struct genl_info *info, struct kwasm_diag *diag);

int kwasm_nl_dump_programs_start(struct netlink_callback *cb);
int kwasm_nl_dump_programs(struct sk_buff *skb, struct netlink_callback *cb);
int kwasm_nl_dump_attachments(struct sk_buff *skb, struct netlink_callback *cb);
int kwasm_nl_dump_code(struct sk_buff *skb, struct netlink_callback *cb);
int kwasm_nl_dump_log(struct sk_buff *skb, struct netlink_callback *cb);

/*
 * Bytes of attributes in a message: of most, and of a program with its manifest, where names are
 * cut and their number is bounded (nl_put.c).
 */
#define KWASM_NL_SMALL GENLMSG_DEFAULT_SIZE
#define KWASM_NL_DETAIL 12288

/** kwasm_nl_reply() - start a reply of at most @size bytes; NULL when there is no memory. */
struct sk_buff *kwasm_nl_reply(struct genl_info *info, size_t size, void **header);

/*
 * Serialisers.  Return: 0, or -EMSGSIZE when there is no room; then the message is of no use.
 * Programs and attachments under kwasm_lock.
 */
int kwasm_nl_put_program(struct sk_buff *skb, const struct kwasm_program *prog, bool detail);
int kwasm_nl_put_attachment(struct sk_buff *skb, struct kwasm_attachment *at);
int kwasm_nl_put_log_line(struct sk_buff *skb, const struct kwasm_program *prog,
			  struct kwasm_log_line *line);
int kwasm_nl_put_trap(struct sk_buff *skb, const struct kwasm_module *module,
		      const struct kwasm_trap_info *trap);

#endif /* KWASM_KERNEL_NETLINK_H */
