// SPDX-License-Identifier: GPL-2.0-only
/*
 * user_packet.c - how host functions reach a packet and a log in user space.
 */
#include "user_packet.h"

#include "abi/abi.h"
#include "run/store.h"

void kwasm_user_packet_set(struct kwasm_ctx *ctx, struct kwasm_packet *packet)
{
	static const struct kwasm_packet none;
	const struct kwasm_packet *p = packet ?: &none;

	ctx->packet = packet;
	ctx->pkt_data = p->data;
	ctx->pkt_len = p->len;
	ctx->pkt_linear = min(p->linear, p->len);
	ctx->meta_hook = p->hook;
	ctx->meta_family = p->family;
	ctx->meta_in = p->in;
	ctx->meta_out = p->out;
	ctx->meta_mark = p->mark;
	ctx->meta_protocol = p->protocol;
}

void kwasm_user_log_set(struct kwasm_store *store, const struct kwasm_user_log *log)
{
	store->owner = (void *)log;
}

int kwasm_packet_read(const struct kwasm_packet *packet, u32 offset, void *to, u32 len)
{
	if (offset > packet->len || packet->len - offset < len)
		return -EFAULT;
	memcpy(to, packet->data + offset, len);
	return 0;
}

int kwasm_log_write(struct kwasm_ctx *ctx, const char *text, u32 len)
{
	const struct kwasm_user_log *log = ctx->instance->store->owner;
	char line[KWASM_USER_LOG_LINE];
	u32 i;

	if (!log)
		return -ENOSPC;
	len = min_t(u32, len, sizeof(line));
	for (i = 0; i < len; i++)
		line[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '.';
	log->write(log->arg, line, len);
	return (int)len;
}
