/* SPDX-License-Identifier: MIT */
/*
 * kwasm_guest.h - what a packet handler written in C includes.
 *
 *	#include <kwasm_guest.h>
 *
 *	KWASM_HANDLER(kwasm_packet)
 *	{
 *		return kwasm_pkt_u8(9) == 1 ? KWASM_DROP : KWASM_ACCEPT;
 *	}
 *
 * Build: clang --target=wasm32 -O2 -nostdlib -Wl,--no-entry -o app.wasm app.c
 *
 * One instance of the program runs on each CPU: its globals and linear memory are that CPU's own,
 * so a handler needs no locks, and a counter has to be summed over CPUs by whoever reads it.
 */
#ifndef KWASM_GUEST_H
#define KWASM_GUEST_H

#include <stddef.h>
#include <stdint.h>

/* Verdicts: what a handler returns.  Anything else counts as a trap. */
enum kwasm_verdict {
	KWASM_DROP = 0,
	KWASM_ACCEPT = 1,
	KWASM_QUEUE = 3,	/* to user space; | KWASM_QUEUE_NR(n) selects the queue */
	KWASM_REPEAT = 4,	/* run this hook again */
};

#define KWASM_QUEUE_NR(n) ((uint32_t)(n) << 16)

/* kwasm_pkt_hook() */
enum kwasm_hook {
	KWASM_HOOK_NF_PRE = 0,
	KWASM_HOOK_NF_IN = 1,
	KWASM_HOOK_NF_FWD = 2,
	KWASM_HOOK_NF_OUT = 3,
	KWASM_HOOK_NF_POST = 4,
};

#define KWASM_FAMILY_IPV4 2
#define KWASM_FAMILY_IPV6 10

/* Errors that the calls return, negated. */
#define KWASM_ENOSPC 28
#define KWASM_ENODATA 61

#ifdef __wasm__
#define KWASM_EXPORT(name) __attribute__((export_name(#name), used))
#define KWASM_CALL(name, result, params, sig, context, inl, doc) \
	extern result kwasm_##name params \
		__attribute__((import_module("kwasm"), import_name(#name)));
#include "kwasm_abi.def"
#undef KWASM_CALL
#else
#define KWASM_EXPORT(name)
#endif

/* The entry point that `kwasmctl attach` looks for unless --entry names another. */
#define KWASM_HANDLER(name) KWASM_EXPORT(name) uint32_t name(void)

#endif /* KWASM_GUEST_H */
