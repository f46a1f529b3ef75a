/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * defer.h - requests that are carried out by their caller, but without generic netlink's lock.
 */
#ifndef KWASM_KERNEL_DEFER_H
#define KWASM_KERNEL_DEFER_H

#include <net/genetlink.h>

/**
 * kwasm_defer_pending() - has the current task requests that it will carry out?
 *
 * What it asks for after them has to wait for its turn as well.  Context: process.
 */
bool kwasm_defer_pending(void);

/**
 * kwasm_defer_request() - carry a request out when the current task leaves the kernel.
 * @skb: its message, of which a reference is taken
 * @info: the request; @info->attrs has @max_attr + 1 entries
 * @act: carries it out, with a copy of @info; the ack with its result is sent afterwards
 *
 * The requests of a task are carried out in the order in which they were made, before it returns
 * to user space.  The namespace, the sender's socket and this module stay until then.
 *
 * Context: process; of a request's handler.
 * Return: -EINTR, for which netlink sends no ack; or another -errno and nothing happens.
 */
int kwasm_defer_request(struct sk_buff *skb, struct genl_info *info, u32 max_attr,
			int (*act)(struct genl_info *info));

#endif /* KWASM_KERNEL_DEFER_H */
