/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * image.h - a module ready to be instantiated: decoded, bound, compiled and named.
 */
#ifndef KWASM_KERNEL_IMAGE_H
#define KWASM_KERNEL_IMAGE_H

#include "code.h"
#include "run/sleepers.h"
#include "provider.h"

#define KWASM_DENY_MAX 16

struct kwasm_ksyms;
struct kwasm_limits;

/**
 * struct kwasm_image_request - what an image is made of
 * @name: in the names of its functions in kallsyms
 * @bytes: the binary, @size bytes; no reference to it is kept
 * @limits: of decoding
 * @deny: @num_deny import patterns ("module.name", shell wildcards) that are refused
 */
struct kwasm_image_request {
	const char *name;
	const u8 *bytes;
	size_t size;
	const struct kwasm_limits *limits;
	const char *const *deny;
	u32 num_deny;
};

/**
 * struct kwasm_image - a compiled module and what it holds; immutable
 * @providers: what its imports are bound to
 * @sleepers: which of its functions a handler must not enter
 */
struct kwasm_image {
	struct kwasm_module *module;
	struct kwasm_held_providers providers;
	struct kwasm_code *code;
	struct kwasm_sleepers sleepers;
	struct kwasm_ksyms *ksyms;
};

/**
 * kwasm_image_create() - decode, check, bind and compile a module.
 * @req: what of
 * @diag: the message if it is rejected
 * @image: filled in, and released by kwasm_image_destroy() whether it fails or not
 *
 * No lock is held meanwhile.  Context: process, may sleep, interruptible by a fatal signal.
 * Return: 0 or -errno.
 */
int kwasm_image_create(const struct kwasm_image_request *req, struct kwasm_diag *diag,
		       struct kwasm_image *image);

/** kwasm_image_destroy() - release what it holds; no store is bound to it.  May sleep. */
void kwasm_image_destroy(struct kwasm_image *image);

#endif /* KWASM_KERNEL_IMAGE_H */
