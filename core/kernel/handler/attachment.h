/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * attachment.h - a handler at a hook.
 */
#ifndef KWASM_KERNEL_ATTACHMENT_H
#define KWASM_KERNEL_ATTACHMENT_H

#include "device.h"
#include "handler.h"
#include "hook.h"
#include "leave.h"

/**
 * struct kwasm_attachment - a handler at a hook
 * @device: the device whose packets it sees; its last field is read per packet, like the first one
 *	of @handler
 * @family: like @priority and @type fixed
 * @hook_priv: owned by the hook module
 * @id: unique while the module is loaded
 * @node: in the namespace's list; kwasm_lock
 */
struct kwasm_attachment {
	struct kwasm_device device;
	struct kwasm_handler handler;
	u8 family;
	s32 priority;
	struct kwasm_hook_type *type;
	void *hook_priv;
	u32 id;
	struct kwasm_net *knet;
	struct list_head node;
	u64 attached_ns;
};

/**
 * struct kwasm_attach_request - where to attach what
 */
struct kwasm_attach_request {
	const char *hook;
	const char *entry;	/* NULL: KWASM_ENTRY_DEFAULT */
	const char *dev;	/* NULL: any */
	u8 family;		/* 0: the hook's default */
	u8 policy;
	s32 priority;
	bool again;		/* even where the program is attached already */
};

static inline struct kwasm_attachment *kwasm_attachment_of(const struct kwasm_handler *h)
{
	return container_of(h, struct kwasm_attachment, handler);
}

/* Attachments are destroyed with their namespace. */
int kwasm_attachments_init(void);
void kwasm_attachments_exit(void);

/**
 * kwasm_attachment_find() - the attachment of @prog that a request would repeat.
 *
 * Of the same function, with the same hook, priority and device; families may overlap.
 * kwasm_lock held.  Return: NULL if there is none.
 */
struct kwasm_attachment *kwasm_attachment_find(const struct kwasm_program *prog,
					       const struct kwasm_attach_request *req);

/**
 * kwasm_attachment_create() - attach @prog.
 * @leave: receives what a failure leaves behind, if packets may have seen it
 *
 * kwasm_lock held.  Return: 0; -ENXIO unknown hook; -EALREADY it is attached there; -errno.
 */
int kwasm_attachment_create(struct kwasm_program *prog, const struct kwasm_attach_request *req,
			    struct kwasm_leave *leave, struct kwasm_diag *diag,
			    struct kwasm_attachment **out);

/**
 * kwasm_attachments_leave_device() - detach what is bound to a device that leaves.
 * @net: the namespace that it leaves
 * @ifindex: its index there
 *
 * Listeners are notified.  Context: process, may sleep, rtnl may be held; kwasm_lock not held.
 * Waits for a grace period if anything was attached.
 */
void kwasm_attachments_leave_device(struct net *net, int ifindex);

/*
 * Parts of kwasm_leave_attachment() and kwasm_leave_free(): stop it and take it out of the list,
 * under kwasm_lock; and free it after a grace period, without.
 */
void kwasm_attachment_stop(struct kwasm_attachment *at);
void kwasm_attachment_end(struct kwasm_attachment *at);

#endif /* KWASM_KERNEL_ATTACHMENT_H */
