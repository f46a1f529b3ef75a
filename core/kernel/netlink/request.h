/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * request.h - a request on its way from its message to its answer, and the parts requests share.
 */
#ifndef KWASM_KERNEL_REQUEST_H
#define KWASM_KERNEL_REQUEST_H

#include <net/genetlink.h>

#include "diag.h"
#include "kernel/program/notify.h"
#include "kernel/handler/attachment.h"
#include "kernel/program/program.h"

/**
 * struct kwasm_request - a request in progress, handled by one task
 * @attrs: its attributes, in the space of its command
 * @knet: the network namespace in which it operates
 * @by: the task that sent it
 * @leave: what it takes out; freed after its handler has returned, before the answer is sent
 * @diag: the error, set by a handler
 * @reply: the reply message, with only its headers, NULL if the command has none
 * @header: of @reply
 * @unfit: @reply must not be sent
 */
struct kwasm_request {
	struct genl_info *info;
	struct nlattr **attrs;
	struct kwasm_net *knet;
	struct kwasm_actor by;
	struct kwasm_leave leave;
	struct kwasm_diag diag;
	struct sk_buff *reply;
	void *header;
	bool unfit;
};

/**
 * kwasm_request_begin() - room for the answer, before anything is changed.
 * @answer: bytes of the answer's attributes, 0 for no answer
 *
 * Context: process, may sleep.  Return: 0 or -ENOMEM.
 */
int kwasm_request_begin(struct kwasm_request *req, struct genl_info *info, size_t answer);

/** kwasm_request_send() - send the reply.  Return: 0 or -errno; the reply is consumed. */
int kwasm_request_send(struct kwasm_request *req);

/** kwasm_request_drop() - there will be no answer. */
void kwasm_request_drop(struct kwasm_request *req);

/**
 * kwasm_request_answered() - result of filling in the reply to a change already made.
 * @err: of the serialiser, whose bounds ensure that there is none
 */
static inline void kwasm_request_answered(struct kwasm_request *req, int err)
{
	req->unfit = err;
}

/** kwasm_nl_string() - a string attribute, NULL when it is missing. */
static inline const char *kwasm_nl_string(struct nlattr **attrs, int attr)
{
	return attrs[attr] ? nla_data(attrs[attr]) : NULL;
}

/**
 * struct kwasm_binary - a WebAssembly binary on its way in, from an attribute or a file
 * @owned: to vfree(), or NULL
 */
struct kwasm_binary {
	const u8 *data;
	size_t size;
	void *owned;
};

/**
 * kwasm_binary_open() - the binary that a request carries.
 * @fd: attribute that names a file, or NULL
 * @wasm: attribute that is the binary, or NULL
 *
 * Context: process, may sleep.  Return: 0, then kwasm_binary_close() it; or -errno with @diag set.
 */
int kwasm_binary_open(struct kwasm_binary *bin, const struct nlattr *fd, const struct nlattr *wasm,
		      struct kwasm_diag *diag);
void kwasm_binary_close(struct kwasm_binary *bin);

/**
 * kwasm_turn_begin() - wait until fewer than max_loads programs are being compiled or invoked.
 *
 * kwasm_turn_end() lets the next one begin.
 * Context: process, may sleep; kwasm_lock not held.  Return: 0, or -EINTR if the caller is killed.
 */
int kwasm_turn_begin(struct kwasm_diag *diag);
void kwasm_turn_end(void);

/**
 * struct kwasm_loading - the program of a request; strings point into the message
 */
struct kwasm_loading {
	struct kwasm_load_request what;
	struct kwasm_binary bin;
};

/**
 * kwasm_loading_open() - name, binary, limits and denials.
 * @nest: of the program space, or NULL if the request itself is
 *
 * Context: process, may sleep.
 * Return: 0, the caller must call kwasm_loading_close(); or -errno with the request's diagnostic
 * set.
 */
int kwasm_loading_open(struct kwasm_loading *load, struct kwasm_request *req,
		       const struct nlattr *nest);
void kwasm_loading_close(struct kwasm_loading *load);

/**
 * kwasm_request_program() - find the program @name in the request's namespace.
 * @name: NULL if the request does not name one
 *
 * Context: kwasm_lock held.  Return: ERR_PTR() with the request's diagnostic set; no reference.
 */
struct kwasm_program *kwasm_request_program(struct kwasm_request *req, const char *name);

#endif /* KWASM_KERNEL_REQUEST_H */
