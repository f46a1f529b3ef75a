/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * host.h - functions that the host offers to guests.
 *
 * A host function is called straight from compiled code, in the context the guest runs in (softirq
 * with BH off, or process context): C prototype `u64 fn(struct kwasm_ctx *ctx, u64 a0, ... a4)`.
 * i32 arguments arrive zero-extended; an i32 result is truncated by the caller.  Floats arrive and
 * return as bit patterns in integer registers, those of an f32 zero-extended.  At most five
 * parameters and one result.  Guest pointers go through kwasm_ctx_slice() only.
 */
#ifndef KWASM_HOST_H
#define KWASM_HOST_H

#include "wasm/module.h"

struct kwasm_ctx;

#define KWASM_HOST_PARAMS 5u

/* What the compiler may emit in place of the call. */
enum kwasm_host_inline {
	KWASM_INLINE_NONE,
	KWASM_INLINE_PKTLOAD,	/* @access, @swap: typed load from the packet; slow: a call */
	KWASM_INLINE_CTXLOAD,	/* @ctx_offset, @access: field of struct kwasm_ctx */
};

/* Where a function may be called. */
enum kwasm_host_context {
	KWASM_HOST_ANY = 0,
	KWASM_HOST_PACKET = 1 << 0,	/* only while a packet is being handled */
};

/**
 * struct kwasm_host_fn - one host function
 * @module: import module name
 * @name: import field name
 * @sig: "ii:i" as in wasm_ops.def
 * @fn: C function, cast to a plain pointer; see above for its prototype
 * @context: enum kwasm_host_context
 * @inline_op: enum kwasm_host_inline; with @access (enum ir_access), @swap, @ctx_offset
 * @doc: one sentence for documentation and `kwasmctl show`
 */
struct kwasm_host_fn {
	const char *module;
	const char *name;
	const char *sig;
	const void *fn;
	u8 context;
	u8 inline_op;
	u8 access;
	bool swap;
	u16 ctx_offset;
	const char *doc;
};

/**
 * struct kwasm_hostmap - what each imported function of a module is bound to at compile time
 * @fns: one entry per imported function; NULL entries are bound at instantiation to another
 *	instance's function and called through struct kwasm_ctx
 */
struct kwasm_hostmap {
	const struct kwasm_host_fn **fns;
	u32 num_fns;
};

/**
 * kwasm_hostmap_resolve() - bind function imports against a list of host tables.
 * @module: whose imports
 * @tables: arrays of host functions, each ended by an entry with a NULL name
 * @num_tables: their number
 * @strict: an import found in no table is an error (else its entry stays NULL)
 * @diag: names the import, its type, what was expected
 * @map: filled in; free with kwasm_hostmap_release()
 *
 * Return: 0, -ENOENT no such function, -EPROTOTYPE another type, -ENOMEM.
 */
int kwasm_hostmap_resolve(const struct kwasm_module *module,
			  const struct kwasm_host_fn *const *tables, u32 num_tables, bool strict,
			  struct kwasm_diag *diag, struct kwasm_hostmap *map);
void kwasm_hostmap_release(struct kwasm_hostmap *map);

/**
 * kwasm_host_call() - call a host function as compiled code does.
 * @fn: what to call
 * @ctx: its first argument
 * @type: of the function; it may have more parameters where @fn stands in for code that is missing
 * @values: the arguments; what is above 32 bits of an i32 or f32 is of no account
 *
 * Context: the host function's.  Return: the result, those of 32 bits zero-extended, or 0.
 */
u64 kwasm_host_call(const struct kwasm_host_fn *fn, struct kwasm_ctx *ctx,
		    const struct kwasm_functype *type, const u64 *values);

/**
 * kwasm_functype_format() - spell a type as host functions do, "ii:i"; a reference is an 'r'.
 *
 * Cut to @size bytes with the NUL.
 */
void kwasm_functype_format(const struct kwasm_functype *type, char *buf, size_t size);

/** kwasm_host_sig_matches() - does "ii:i" describe @type? */
bool kwasm_host_sig_matches(const char *sig, const struct kwasm_functype *type);

#endif /* KWASM_HOST_H */
