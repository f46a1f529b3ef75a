/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ctx.h - the context that compiled code sees, and the doors in and out of it.
 */
#ifndef KWASM_CTX_H
#define KWASM_CTX_H

#include "env.h"

struct kwasm_instance;
struct kwasm_memory;
struct kwasm_module;
struct kwasm_packet;
struct kwasm_store;

/**
 * struct kwasm_ctx - a guest's context, in a register of the back end's choice while it runs
 *
 * Compiled code addresses its fields by offsetof; fixed fields first, then the per-module arrays
 * whose offsets struct kwasm_ctx_layout gives.  The first 128 bytes are hot.
 *
 * @stack_limit: lowest stack pointer a prologue may reach
 * @saved_sp: address of the return address of the innermost entry's call, for a trap
 * @mem_base: linear memory 0, loaded into a register on entry
 * @memory: linear memory 0's object or NULL
 * @kill: nonzero (enum kwasm_trap): leave at the next check
 * @trap: enum kwasm_trap of the last invocation that trapped
 * @trap_pc: machine address of the trap
 * @trap_address: for faults: the address that was accessed
 * @deadline: of the watchdog, in the environment's clock; 0 none
 * @pkt_data: network header of the running packet (linear part), or NULL
 * @pkt_linear: bytes readable at @pkt_data
 * @pkt_len: bytes of the packet from the network header on, linear or not
 * @packet: the packet for host functions
 * @results: buffer for results 1.. of multi-value calls and for operands of calls to other
 *	instances; holds the widest type of the module
 * @saved: registers of an entry that keeps them here rather than on its stack; kwasm_leave()
 *	restores them, and which they are is between it and the entry
 * @checked_sp: an entry with this stack pointer need not check @stack_limit; 0 for none
 */
struct kwasm_ctx {
	u64 stack_limit;
	u64 saved_sp;
	u8 *mem_base;
	struct kwasm_memory *memory;
	u32 kill;
	u32 trap;
	u64 trap_pc;
	u64 trap_address;
	u64 deadline;
	const u8 *pkt_data;
	u32 pkt_linear;
	u32 pkt_len;
	struct kwasm_packet *packet;

	/* metadata of the running packet, read inline by the guest */
	u32 meta_hook;
	u32 meta_family;
	u32 meta_in;
	u32 meta_out;
	u32 meta_mark;
	u32 meta_protocol;	/* ethertype, host order */

	u64 *results;
	struct kwasm_instance *instance;
	u64 saved[4];
	u64 checked_sp;
	u64 env[8];		/* the environment's own: watchdog, CPU, ... */
	struct kwasm_store *store;	/* of contexts without an instance, too */
};

/**
 * struct kwasm_ctx_layout - byte offsets from struct kwasm_ctx of the per-module arrays
 * @globals: struct kwasm_cell for each global the module defines itself
 * @global_ptrs: struct kwasm_cell * for each imported global
 * @tables: struct kwasm_table * for each table
 * @imports: struct kwasm_func * for each imported function
 * @sigs: u32 store-wide number for each type of the module
 * @size: bytes of the whole, all arrays included
 */
struct kwasm_ctx_layout {
	u32 globals;
	u32 global_ptrs;
	u32 tables;
	u32 imports;
	u32 sigs;
	u32 size;
};

/** kwasm_ctx_layout() - offsets of a module's arrays; any context. */
struct kwasm_ctx_layout kwasm_ctx_layout(const struct kwasm_module *module);

/** kwasm_ctx_trap() - make the running guest leave with @trap when the host function returns. */
static inline void kwasm_ctx_trap(struct kwasm_ctx *ctx, u32 trap)
{
	WRITE_ONCE(ctx->kill, trap);
}

/**
 * kwasm_ctx_slice() - the bytes [@ptr, @ptr + @len) of the guest's memory 0.
 *
 * Return: NULL (and the guest will trap with KWASM_TRAP_MEMORY) when any of them is out of bounds.
 */
u8 *kwasm_ctx_slice(struct kwasm_ctx *ctx, u32 ptr, u32 len);

/**
 * kwasm_enter() - the bare entry: run thunk @enter in @ctx; the back end's entry.S.
 *
 * Return: 0 or the enum kwasm_trap it ended with (also in ctx->trap).
 */
u32 kwasm_enter(struct kwasm_ctx *ctx, const void *enter, u64 *values);

/**
 * kwasm_leave() - unwind to the innermost entry; the back end's entry.S.
 *
 * Jumped to with the context in its register and ctx->trap set, from anywhere in compiled code;
 * kwasm_enter() then returns ctx->trap.  Never called from C.
 */
void kwasm_leave(void);

/**
 * kwasm_fault_redirect() - turn a guest's fault into a trap; called by the environment's fault
 * handler.
 * @ctx: the context register at the fault; the caller has checked that @pc is in sealed text
 * @pc: interrupted instruction
 * @address: address accessed, 0 for traps other than memory
 * @trap: enum kwasm_trap: KWASM_TRAP_MEMORY for an access, KWASM_TRAP_KILLED for an instruction
 *	fetch from text made non-executable, KWASM_TRAP_TIME for the watchdog
 *
 * Records the trap in @ctx.  Context: any, including NMI-like exception context; lockless.
 * Return: where to continue: kwasm_leave().
 */
const void *kwasm_fault_redirect(struct kwasm_ctx *ctx, u64 pc, u64 address, u32 trap);

#endif /* KWASM_CTX_H */
