/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hook.h - hook types that modules register.
 */
#ifndef KWASM_KERNEL_HOOK_H
#define KWASM_KERNEL_HOOK_H

#include <linux/list.h>
#include <linux/types.h>

#include "diag.h"

struct kwasm_arrival;
struct kwasm_attachment;
struct module;
struct sk_buff;

/**
 * struct kwasm_hook_type - a hook in the kernel to which handlers can be attached
 * @name: "nf_pre"
 * @owner: the module of its functions, to which each attachment holds a reference
 * @number: result of kwasm_pkt_hook(); see kwasm_hooks.def
 * @families: supported families, bit mask over NFPROTO_*
 * @default_family: used if the request does not name one
 * @bound: its attachments are bound to a device, which the request names; no verdict queue
 * @attach: start passing packets to the handler; process context, kwasm_lock held, so it must not
 *	take rtnl
 * @detach: after this and a grace period, which it does not wait for, no packet reaches the
 *	handler; context as @attach
 * @describe: describes an arrival that the module passes to kwasm_attachment_run()
 */
struct kwasm_hook_type {
	const char *name;
	struct module *owner;
	u32 number;
	u32 families;
	u8 default_family;
	bool bound;
	int (*attach)(struct kwasm_attachment *at, struct kwasm_diag *diag);
	void (*detach)(struct kwasm_attachment *at);
	void (*describe)(const void *arrival, const struct sk_buff *skb, struct kwasm_arrival *to);
	struct list_head node;
};

/** kwasm_hook_register() - offer a hook.  Process context.  Return: 0 or -EEXIST. */
int kwasm_hook_register(struct kwasm_hook_type *type);

/**
 * kwasm_hook_unregister() - unregister a hook type.
 *
 * Where its owner is removed by force, handlers are attached still: they are detached everywhere.
 * Context: process, may sleep.
 */
void kwasm_hook_unregister(struct kwasm_hook_type *type);

/** kwasm_hook_known() - is a hook of this name registered?  Process context. */
bool kwasm_hook_known(const char *name);

/** kwasm_hook_find() - by name; NULL for none.  kwasm_lock held. */
struct kwasm_hook_type *kwasm_hook_find(const char *name);

#endif /* KWASM_KERNEL_HOOK_H */
