// SPDX-License-Identifier: GPL-2.0-only
/*
 * abi.c - the host functions of import module "kwasm", as listed in kwasm_abi.def.
 *
 * Every function here is called from compiled code in the guest's context (softirq or process,
 * BH off): nothing sleeps, nothing allocates, guest memory is reached through kwasm_ctx_slice().
 */
#include "run/ctx.h"
#include "run/trap.h"
#include "abi.h"

static u64 abi_log(KWASM_HOST2(ctx, text, len))
{
	const u8 *line = kwasm_ctx_slice(ctx, text, len);

	return line ? (u32)kwasm_log_write(ctx, (const char *)line, len) : 0;
}

/*
 * Out-of-line form of the typed loads: bytes [offset, offset + size) little endian into @value.
 * Without a packet the guest traps.
 */
static int packet_load(struct kwasm_ctx *ctx, u32 offset, void *value, u32 size)
{
	if (unlikely(!ctx->packet)) {
		kwasm_ctx_trap(ctx, KWASM_TRAP_HOST);
		return -ENODATA;
	}
	if (offset > ctx->pkt_len || ctx->pkt_len - offset < size)
		return -ENODATA;
	barrier_nospec();
	return kwasm_packet_read(ctx->packet, offset, value, size) ? -ENODATA : 0;
}

static u64 abi_pkt_u8(KWASM_HOST1(ctx, offset))
{
	u8 v;
	int err = packet_load(ctx, offset, &v, sizeof(v));

	return err ? (u32)err : v;
}

static u64 abi_pkt_le16(KWASM_HOST1(ctx, offset))
{
	u16 v;
	int err = packet_load(ctx, offset, &v, sizeof(v));

	return err ? (u32)err : v;
}

static u64 abi_pkt_be16(KWASM_HOST1(ctx, offset))
{
	u16 v;
	int err = packet_load(ctx, offset, &v, sizeof(v));

	return err ? (u32)err : swab16(v);
}

static u64 abi_pkt_le32(KWASM_HOST1(ctx, offset))
{
	u32 v;
	int err = packet_load(ctx, offset, &v, sizeof(v));

	return err ? (u64)(s64)err : v;
}

static u64 abi_pkt_be32(KWASM_HOST1(ctx, offset))
{
	u32 v;
	int err = packet_load(ctx, offset, &v, sizeof(v));

	return err ? (u64)(s64)err : swab32(v);
}

static u64 abi_pkt_read(KWASM_HOST3(ctx, offset, to, len))
{
	u32 n = 0;
	u8 *buf;

	if (unlikely(!ctx->packet)) {
		kwasm_ctx_trap(ctx, KWASM_TRAP_HOST);
		return 0;
	}
	if ((u32)offset < ctx->pkt_len)
		n = min_t(u32, len, ctx->pkt_len - (u32)offset);
	buf = kwasm_ctx_slice(ctx, to, len);
	if (!buf || !n)
		return 0;
	barrier_nospec();
	if (kwasm_packet_read(ctx->packet, offset, buf, n))
		return (u32)-ENODATA;
	return n;
}

/* Fields that the compiler reads inline; the call exists for indirect use. */
#define CTX_GETTER(name, field)						\
	static u64 abi_##name(KWASM_HOST0(ctx))			\
	{								\
		return ctx->field;					\
	}

CTX_GETTER(pkt_len, pkt_len)
CTX_GETTER(pkt_hook, meta_hook)
CTX_GETTER(pkt_family, meta_family)
CTX_GETTER(pkt_ifindex_in, meta_in)
CTX_GETTER(pkt_ifindex_out, meta_out)
CTX_GETTER(pkt_mark, meta_mark)
CTX_GETTER(pkt_protocol, meta_protocol)

#define ANY KWASM_HOST_ANY
#define PACKET KWASM_HOST_PACKET
#define NONE .inline_op = KWASM_INLINE_NONE
#define CTX(field, acc) .inline_op = KWASM_INLINE_CTXLOAD, .access = KWASM_ACCESS_##acc, \
	.ctx_offset = offsetof(struct kwasm_ctx, field)
#define PKT(acc, swp) .inline_op = KWASM_INLINE_PKTLOAD, .access = KWASM_ACCESS_##acc, .swap = swp

static const struct kwasm_host_fn host_fns[] = {
#define KWASM_CALL(call, result, params, signature, where, inl, text)		\
	{ .name = #call, .sig = signature, .fn = abi_##call, .context = where, .doc = text, inl },
#include "uapi/kwasm_abi.def"
#undef KWASM_CALL
};

const struct kwasm_provider kwasm_abi = {
	.module = "kwasm",
	.fns = host_fns,
	.num_fns = ARRAY_SIZE(host_fns),
};
