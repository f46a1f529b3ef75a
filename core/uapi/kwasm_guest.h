/* SPDX-License-Identifier: MIT */
/*
 * kwasm_guest.h - the header for packet handlers in C and C++.
 *
 *	#include <kwasm_guest.h>
 *
 *	KWASM_HANDLER(kwasm_packet)
 *	{
 *		return kwasm_pkt_u8(9) == 1 ? KWASM_DROP : KWASM_ACCEPT;
 *	}
 *
 * Build: clang $(pkg-config --cflags kwasm) -O2 -c -o app.o app.c
 *	wasm-ld $(pkg-config --libs kwasm) -o app.wasm app.o
 *
 * Each CPU runs its own instance of the program, with its own globals and linear memory, so a
 * handler needs no locks, and a reader has to sum a counter over all CPUs.
 */
#ifndef KWASM_GUEST_H
#define KWASM_GUEST_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Verdicts: return values of a handler.  Any other value is a trap. */
enum kwasm_verdict {
	KWASM_DROP = 0,
	KWASM_ACCEPT = 1,
	KWASM_QUEUE = 3,	/* to user space; | KWASM_QUEUE_NR(n) selects the queue */
	KWASM_REPEAT = 4,	/* run this handler again */
};

#define KWASM_QUEUE_NR(n) ((uint32_t)(n) << 16)

/* kwasm_pkt_hook(): KWASM_HOOK_NF_PRE and so on */
enum kwasm_hook {
#define KWASM_HOOK(name, word, number, module, place, device, context, where) \
	KWASM_HOOK_##name = number,
#include "kwasm_hooks.def"
#undef KWASM_HOOK
};

#define KWASM_FAMILY_IPV4 2
#define KWASM_FAMILY_IPV6 10

/* Errors; calls return them negated. */
#define KWASM_ENOENT 2
#define KWASM_ENOSPC 28
#define KWASM_ELOOP 40
#define KWASM_ENODATA 61
#define KWASM_EBADMSG 74

#ifdef __wasm__
#define KWASM_EXPORT(name) __attribute__((export_name(#name), used))
#define KWASM_CALL(name, result, params, sig, context, inl, doc) \
	extern result kwasm_##name params \
		__attribute__((import_module("kwasm"), import_name(#name)));
#include "kwasm_abi.def"
#undef KWASM_CALL

/*
 * Constructors run once per instance, before its first packet.  The linker wraps every export in a
 * call of all constructors, on every packet, unless something refers to __wasm_call_ctors; this
 * does.  It costs a program without constructors 63 bytes and nothing per packet.  Weak: several
 * files of a program may include this header, and a C library may bring the same function.
 */
void __wasm_call_ctors(void);
void _initialize(void);
__attribute__((weak)) KWASM_EXPORT(_initialize) void _initialize(void)
{
	__wasm_call_ctors();
}
#else
#define KWASM_EXPORT(name)
#endif

#define KWASM_PROTO_ICMP 1
#define KWASM_PROTO_TCP 6
#define KWASM_PROTO_UDP 17
#define KWASM_PROTO_ICMPV6 58

/**
 * struct kwasm_transport - where the transport header is
 * @protocol: KWASM_PROTO_*, or any other IANA protocol number
 * @offset: of the transport header, relative to the network header
 */
struct kwasm_transport {
	uint32_t protocol;
	uint32_t offset;
};

#ifdef __wasm__
/*
 * The kernel walks as many IPv6 extension headers as the packet holds.  A packet of 1,500 bytes
 * holds at most 182; a longer chain than this is not walked, so that its sender does not decide how
 * long a handler runs.
 */
#define KWASM_IPV6_EXTENSIONS_MAX 256

/* Hop-by-hop options, routing, fragment, authentication, destination options. */
static inline int kwasm_ipv6_is_extension(uint32_t header)
{
	return header == 0 || header == 43 || header == 44 || header == 51 || header == 60;
}

/* Bytes of the extension header at @offset, or an error: RFC 8200 section 4, RFC 4302 section 2. */
static inline int32_t kwasm_ipv6_extension_size(uint32_t header, uint32_t offset)
{
	int32_t fragment, length;

	if (header == 44) {
		fragment = kwasm_pkt_be16(offset + 2);
		if (fragment < 0)
			return fragment;
		return fragment & 0xfff8 ? -KWASM_ENOENT : 8;
	}
	length = kwasm_pkt_u8(offset + 1);
	if (length < 0)
		return length;
	return header == 51 ? (length + 2) * 4 : (length + 1) * 8;
}

static inline int32_t kwasm_ipv6_transport(struct kwasm_transport *t)
{
	int32_t next = kwasm_pkt_u8(6);
	uint32_t offset = 40;
	int32_t size;

	for (int n = 0; next >= 0 && kwasm_ipv6_is_extension((uint32_t)next); n++) {
		uint32_t header = (uint32_t)next;

		if (n == KWASM_IPV6_EXTENSIONS_MAX)
			return -KWASM_ELOOP;
		next = kwasm_pkt_u8(offset);
		if (next < 0)
			return next;
		t->protocol = (uint32_t)next;
		size = kwasm_ipv6_extension_size(header, offset);
		if (size < 0)
			return size;
		offset += (uint32_t)size;
	}
	if (next < 0)
		return next;
	if (offset > kwasm_pkt_len())
		return -KWASM_ENODATA;
	t->protocol = (uint32_t)next;
	t->offset = offset;
	return 0;
}

static inline int32_t kwasm_ipv4_transport(struct kwasm_transport *t)
{
	int32_t protocol = kwasm_pkt_u8(9);
	int32_t version = kwasm_pkt_u8(0);
	uint32_t size = ((uint32_t)version & 15) * 4;

	if (protocol < 0)
		return protocol;
	t->protocol = (uint32_t)protocol;
	if (size < 20)
		return -KWASM_EBADMSG;
	if (kwasm_pkt_be16(6) & 0x1fff)
		return -KWASM_ENOENT;
	t->offset = size;
	return 0;
}

/**
 * kwasm_transport() - find the transport header of an IPv4 or IPv6 packet.
 * @t: filled in; after -KWASM_ENOENT its protocol is known, but there is no offset
 *
 * Skips IPv4 options and the extension headers of IPv6 that the kernel skips.  That the header
 * begins inside the packet does not mean that it is whole: loads from it may fail.
 *
 * What an error means for a filter: a later fragment is useless to its receiver without the first
 * one, so a filter that drops first fragments lets it pass; whatever else has no transport header
 * should be treated like what the filter is there to stop.
 *
 * Return: 0; -KWASM_ENOENT: a later fragment, which holds no transport header; -KWASM_ENODATA: the
 * packet ends before it; -KWASM_EBADMSG: the IPv4 header says it is shorter than any can be;
 * -KWASM_ELOOP: more than KWASM_IPV6_EXTENSIONS_MAX extension headers.
 */
static inline int32_t kwasm_transport(struct kwasm_transport *t)
{
	return kwasm_pkt_family() == KWASM_FAMILY_IPV6 ? kwasm_ipv6_transport(t) :
							 kwasm_ipv4_transport(t);
}
#endif

/* Defines a handler; `kwasmctl attach` uses kwasm_packet unless --entry names another. */
#ifdef __cplusplus
#define KWASM_HANDLER(name) extern "C" KWASM_EXPORT(name) uint32_t name(void)
}
#else
#define KWASM_HANDLER(name) KWASM_EXPORT(name) uint32_t name(void)
#endif

#endif /* KWASM_GUEST_H */
