/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netlink.h - internals of the generic netlink family: handlers, dumps, serialisers.
 */
#ifndef KWASM_KERNEL_NETLINK_H
#define KWASM_KERNEL_NETLINK_H

#include <net/genetlink.h>
#include <net/sock.h>

#include "diag.h"
#include "kernel/compat.h"
#include "uapi/kwasm.h"
#include "kernel/handler/attachment.h"
#include "kernel/program/program.h"
#include "request.h"

extern struct genl_family kwasm_genl_family;

int kwasm_netlink_init(void);
void kwasm_netlink_exit(void);

/* Send events to multicast listeners, while the family is registered. */
void kwasm_events_init(void);
void kwasm_events_exit(void);

#define KWASM_NO_PLACE KWASM_DIAG_NONE, KWASM_DIAG_NONE

/*
 * Handlers in commands.def: process context, no locks held.  Of a request: -errno with the
 * request's diagnostic set on failure, without any change.  Of a dump: as in the kernel's
 * netlink_callback.
 */
#define COMMAND(name, privilege, flags, answer, ...) __VA_ARGS__
#define DO(handler) int handler(struct kwasm_request *req);
#define DUMP(handler) int handler(struct sk_buff *skb, struct netlink_callback *cb);
#define ONE(attr, type)
#define MANY(attr, type)
#define NEST(attr, command)
#include "commands.def"
#undef COMMAND
#undef DO
#undef DUMP
#undef ONE
#undef MANY
#undef NEST

/**
 * kwasm_nl_create_program() - the program that a request carries, not yet listed.
 * @nest: where in the request it is, NULL for the request itself
 *
 * Context: process, may sleep; kwasm_lock not held.
 * Return: 0, then the caller lists the program or drops its reference; or -errno with the request's
 * diagnostic set.
 */
int kwasm_nl_create_program(struct kwasm_request *req, const struct nlattr *nest,
			    struct kwasm_program **prog);

/**
 * kwasm_nl_replace_program() - let @new take the place of @old, which leaves.
 *
 * Either every handler changes, or none.  Context: kwasm_lock held, may sleep.
 * Return: 0 or -errno with the request's diagnostic set.
 */
int kwasm_nl_replace_program(struct kwasm_request *req, struct kwasm_program *old,
			     struct kwasm_program *new);

/*
 * Bytes of attributes in a message: of most, and of a program with its manifest, where names are
 * cut and their number is bounded (show.c).
 */
#define KWASM_NL_SMALL GENLMSG_DEFAULT_SIZE
#define KWASM_NL_DETAIL 12288

/** kwasm_dump_begin() - start a message of a dump.  Return: NULL if there is no room. */
void *kwasm_dump_begin(struct sk_buff *skb, struct netlink_callback *cb);

/** kwasm_dump_end() - finish it, or cancel it on @err.  Return: @err. */
int kwasm_dump_end(struct sk_buff *skb, void *header, int err);

/*
 * Serialisers of an attribute space.  Return: 0, or -EMSGSIZE if there is no room; the message is
 * then unusable.  Programs and attachments under kwasm_lock.
 */
int kwasm_nl_put_program(struct sk_buff *skb, const struct kwasm_program *prog, bool detail);
int kwasm_nl_put_attachment(struct sk_buff *skb, struct kwasm_attachment *at);
int kwasm_nl_put_log_line(struct sk_buff *skb, const struct kwasm_program *prog,
			  struct kwasm_log_line *line);

/** kwasm_nl_put_trap() - nest @attr, of the trap space. */
int kwasm_nl_put_trap(struct sk_buff *skb, int attr, const struct kwasm_module *module,
		      const struct kwasm_trap_info *trap);

static inline int kwasm_nl_put_u64(struct sk_buff *skb, int attr, u64 value)
{
	/* The padding is attribute 1 in every space that has numbers of 64 bits. */
	return nla_put_u64_64bit(skb, attr, value, KWASM_A_PROGRAM_PAD);
}

/** kwasm_nl_put_name() - a name from the binary, which need not be terminated or short. */
int kwasm_nl_put_name(struct sk_buff *skb, int attr, const struct kwasm_name *name);

#endif /* KWASM_KERNEL_NETLINK_H */
