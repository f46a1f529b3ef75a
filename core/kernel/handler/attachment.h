/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * attachment.h - a handler at a hook.
 */
#ifndef KWASM_KERNEL_ATTACHMENT_H
#define KWASM_KERNEL_ATTACHMENT_H

#include "device.h"
#include "handler.h"
#include "hook.h"

struct kwasm_actor;

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
 *
 * kwasm_lock held.  Return: 0; -ENXIO unknown hook; -EALREADY it is attached there; -errno.
 */
int kwasm_attachment_create(struct kwasm_program *prog, const struct kwasm_attach_request *req,
			    struct kwasm_diag *diag, struct kwasm_attachment **out);

/**
 * kwasm_attachments_destroy_of() - detach and free the attachments of @prog.
 *
 * Context: kwasm_lock held; waits for a grace period.
 */
void kwasm_attachments_destroy_of(struct kwasm_program *prog);

/**
 * kwasm_attachments_detach() - destroy the attachments on a list, as if each had been requested.
 *
 * @by: who asked for it, NULL for the kernel
 *
 * Listeners are notified, and linked programs are unloaded with their last attachment.
 * Context: kwasm_lock held; waits for a grace period.
 */
void kwasm_attachments_detach(struct list_head *doomed, const struct kwasm_actor *by);

#endif /* KWASM_KERNEL_ATTACHMENT_H */
