/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * user_packet.h - packets and logs for handlers that run in user space.
 */
#ifndef KWASM_USER_PACKET_H
#define KWASM_USER_PACKET_H

#include "run/ctx.h"

/**
 * struct kwasm_packet - a packet in memory
 * @data: its network header
 * @len: bytes from there to its end, at least @linear
 * @linear: bytes that the guest's inlined loads may reach, as if the rest were in fragments
 * @hook: enum kwasm_hook of the guest header
 * @family: 2 for IPv4, 10 for IPv6
 * @in: interface index or 0; @out likewise
 * @protocol: EtherType of the network header
 */
struct kwasm_packet {
	const u8 *data;
	u32 len;
	u32 linear;
	u32 hook;
	u32 family;
	u32 in;
	u32 out;
	u32 mark;
	u32 protocol;
};

/**
 * struct kwasm_user_log - receiver of a guest's log lines
 * @write: called with each line, at most KWASM_USER_LOG_LINE bytes, not terminated, control
 *	characters replaced
 */
struct kwasm_user_log {
	void (*write)(void *arg, const char *text, u32 len);
	void *arg;
};

#define KWASM_USER_LOG_LINE 256

/**
 * kwasm_user_packet_set() - set the packet that handlers of @ctx see; NULL for none.
 *
 * It must stay valid until another one is set.
 */
void kwasm_user_packet_set(struct kwasm_ctx *ctx, struct kwasm_packet *packet);

/**
 * kwasm_user_log_set() - where lines of the guests in @store go; NULL to refuse them with -ENOSPC.
 *
 * Before instantiation, for those of start functions.
 */
void kwasm_user_log_set(struct kwasm_store *store, const struct kwasm_user_log *log);

#endif /* KWASM_USER_PACKET_H */
