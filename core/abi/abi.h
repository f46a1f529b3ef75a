/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * abi.h - the packet of a running invocation, and the host functions that read it.
 */
#ifndef KWASM_ABI_H
#define KWASM_ABI_H

#include "env.h"
#include "run/host.h"

struct kwasm_ctx;
struct kwasm_packet;

/* Where a handler stands: same numbers as enum kwasm_hook of the guest header and as NF_INET_*. */
#define KWASM_HOOK_ANY U32_MAX

/* Verdicts as the guest returns them (kwasm_guest.h); netfilter's own numbers. */
#define KWASM_VERDICT_DROP 0u
#define KWASM_VERDICT_ACCEPT 1u
#define KWASM_VERDICT_QUEUE 3u
#define KWASM_VERDICT_REPEAT 4u
#define KWASM_VERDICT_KIND(v) ((v) & 0xffffu)

/** kwasm_verdict_valid() - is it one of the four, with a queue number only on QUEUE? */
static inline bool kwasm_verdict_valid(u32 v)
{
	return v <= KWASM_VERDICT_ACCEPT || v == KWASM_VERDICT_REPEAT ||
	       KWASM_VERDICT_KIND(v) == KWASM_VERDICT_QUEUE;
}

/** kwasm_verdict_name() - "accept"; NULL for none. */
const char *kwasm_verdict_name(u32 verdict);

/**
 * kwasm_packet_read() - copy bytes of a packet, linear or not; the environment's.
 * @packet: ctx->packet
 * @offset: from the network header
 * @to: @len bytes
 *
 * The range has been checked against ctx->pkt_len.  Context: the guest's.
 * Return: 0 or -EFAULT.
 */
int kwasm_packet_read(const struct kwasm_packet *packet, u32 offset, void *to, u32 len);

/** kwasm_log_write() - one line of @len bytes from the guest; the environment's.  Any context. */
int kwasm_log_write(struct kwasm_ctx *ctx, const char *text, u32 len);

/* The functions of import module "kwasm", ended by an entry without name; see kwasm_abi.def. */
extern const struct kwasm_host_fn kwasm_abi[];

#endif /* KWASM_ABI_H */
