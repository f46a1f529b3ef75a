/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * abi.h - the host functions of import module "kwasm", and the environment functions that they use.
 */
#ifndef KWASM_ABI_H
#define KWASM_ABI_H

#include "env.h"
#include "run/provider.h"

struct kwasm_ctx;
struct kwasm_packet;

/**
 * kwasm_packet_read() - copy bytes of a packet, linear or not; implemented by the environment.
 * @packet: ctx->packet
 * @offset: from the network header
 * @to: @len bytes
 *
 * The range has been checked against ctx->pkt_len.  Context: the guest's.
 * Return: 0 or -EFAULT.
 */
int kwasm_packet_read(const struct kwasm_packet *packet, u32 offset, void *to, u32 len);

/** kwasm_log_write() - log a line of @len bytes; implemented by the environment.  Any context. */
int kwasm_log_write(struct kwasm_ctx *ctx, const char *text, u32 len);

/* Import module "kwasm"; see kwasm_abi.def. */
extern const struct kwasm_provider kwasm_abi;

#endif /* KWASM_ABI_H */
