/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * x64.h - code generation for x86-64: shared by the files of this directory.
 *
 * Register use while a guest runs:
 *	r15		struct kwasm_ctx
 *	r14		base of linear memory 0
 *	rsp, rbp	frame; rbp chains always
 *	r11, xmm15	scratch inside the code of one IR instruction
 *	others		values; rbx, r12 and r13 survive calls
 *
 * Calls between guest functions take integers in X64_ARG_REGS, floats in xmm0-7, the rest on the
 * stack at [rsp + 8 k] of the caller, which is [rbp + 16 + 8 k] of the callee.  Result 0 is in rax
 * or xmm0, the others in ctx->results.
 */
#ifndef KWASM_X64_X64_H
#define KWASM_X64_X64_H

#include "target.h"
#include "ir/ir.h"
#include "run/instance.h"
#include "run/rt.h"
#include "asm.h"
#include "cpu.h"

#define X64_MEMORY X64_R14
#define X64_SCRATCH X64_R11
#define X64_SCRATCH_XMM X64_XMM15

#define X64_NUM_INT_ARGS 6u
#define X64_NUM_FLOAT_ARGS 8u
#define X64_NUM_HOST_ARGS KWASM_HOST_PARAMS

/* A frame up to this size need not be checked: it fits in the reserve of stack_limit. */
#define X64_SMALL_FRAME 256u
#define X64_MAX_FRAME (1u << 20)

/*
 * Operand forms that lowering chooses. 0 is "not lowered".  Unless noted, @arg is as in ir_ops.def.
 */
enum x64_form {
	X64_FORM_NONE,
	X64_FORM_RR,	/* operands in registers; the second may be in a spill slot */
	X64_FORM_RI,	/* the last operand is a constant: imm, but disp where imm has a meaning */
	X64_FORM_RM,	/* the second operand is in memory: arg[1] address, imm offset */
	X64_FORM_RK,	/* the second operand is the float constant imm, in the pool */
	X64_FORM_FIRST,	/* FMIN, FMAX: arg[1], or imm, unless arg[0] is less, greater */
	X64_FORM_MI,	/* comparison of memory with imm: arg[0] address, disp offset, access */
	X64_FORM_LEA,	/* ADD: arg[0] + (arg[1] << scale) + disp */
	X64_FORM_ZX,	/* AND with a mask of 8, 16 or 32 bits, given by access */
	X64_FORM_NEG,	/* SUB from 0; arg[0] */
	X64_FORM_NOT,	/* XOR with -1 */
	X64_FORM_CL,	/* shift by cl */
	X64_FORM_TEST,	/* comparison with 0 of arg[0] & arg[1] */
	X64_FORM_TESTI,	/* comparison with 0 of arg[0] & imm */
	X64_FORM_FLAGS,	/* BR, SELECT: the instruction before left the condition cc in the flags */
	X64_FORM_ABS,	/* LOAD, STORE: the address is imm alone */
	X64_FORM_ABS_RI, /* STORE: the address is imm alone, the value disp */
	X64_FORM_REG,	/* PARAM: in register disp */
	X64_FORM_STACK,	/* PARAM: in stack argument disp */
	X64_FORM_LOCAL,	/* CALL of a function of the module */
	X64_FORM_HOST,	/* CALL of a host function, CALLRT */
	X64_FORM_WIDE,	/* CALL of a wide one, its arguments at the bottom of the frame */
	X64_FORM_CROSS,	/* CALL of another instance's function */
};

/*
 * An instruction that only sets flags for the next one is a comparison of type IR_VOID.  Only moves
 * may be between the two, which preserve the flags.
 */
static inline bool x64_only_flags(const struct ir_ins *ins)
{
	return ins->type == IR_VOID;
}

/*
 * Conditions beside enum x64_cc that take two flags of a float comparison: equal and ordered, not
 * equal or unordered.  The lowest bit negates here as well.
 */
#define X64_CC_FEQ 16u
#define X64_CC_FNE 17u

/**
 * struct x64_pooled - a constant that code reads from memory
 * @bits: its bytes, of which the first @bytes are used
 * @label: its position
 * @next: next in the hash chain, plus 1, or 0
 */
struct x64_pooled {
	u64 bits[2];
	u32 bytes;
	u32 label;
	u32 next;
};

/**
 * struct x64_pool - the constants of a module
 * @heads: of the hash chains: index plus 1, or 0; @max of them
 */
struct x64_pool {
	struct x64_pooled *consts;
	u32 *heads;
	u32 num;
	u32 max;
};

/**
 * struct x64_call_table - code offsets of the functions of one type in a constant table
 * @funcs: function of each element, U32_MAX for null; NULL: calls look into the table
 * @size: its number of elements
 * @label: position of the offsets, 4 bytes each, relative to it
 */
struct x64_call_table {
	u32 table;
	u32 type;
	const u32 *funcs;
	u32 size;
	u32 label;
};

#define X64_MAX_CALL_TABLES 64u
#define X64_MAX_FIXED_TABLES 64u

/**
 * struct x64_call_tables - the jump tables of a module
 * @entries: of all of them
 * @funcs: of each table of the module: x64_call_table.funcs of all its jump tables
 * @examined: bit n: funcs[n] is known
 */
struct x64_call_tables {
	struct x64_call_table table[X64_MAX_CALL_TABLES];
	u32 num;
	u32 entries;
	u32 *funcs[X64_MAX_FIXED_TABLES];
	u64 examined;
};

/* Symbols that code refers to; host functions of imports start at X64_SYM_HOST. */
enum x64_sym {
	X64_SYM_LEAVE,
	X64_SYM_CROSS,
	X64_SYM_RETURN,
	X64_SYM_INDIRECT,	/* + register number */
	X64_SYM_RT = X64_SYM_INDIRECT + 16,
	X64_SYM_HOST = X64_SYM_RT + KWASM_NUM_RT,
};

/**
 * struct x64_code - the module's machine code under construction
 * @layout: of the context
 * @sites: in ascending order of pc
 * @funcs: of each defined function
 * @labels: start of each defined function
 * @trap_stubs: label of the stub of each enum kwasm_trap; [KWASM_TRAP_NONE] takes the kind from
 *	ctx->kill
 * @cross_stub: label of the stub that calls into another instance
 * @slow_stubs: first of the labels of the out-of-line packet loads, one per imported function
 * @used_slow: those that are needed
 * @retpoline: indirect jumps go through thunks
 * @return_thunk: returns go through a thunk
 * @features: enum x64_cpu_feature
 * @pool: constants in memory
 * @call_tables: of indirect calls
 */
struct x64_code {
	struct x64_asm as;
	const struct kwasm_module *module;
	const struct kwasm_bindings *bindings;
	struct kwasm_ctx_layout layout;
	struct kwasm_site *sites;
	u32 num_sites;
	u32 max_sites;
	struct kwasm_code_func *funcs;
	u32 *labels;
	u32 trap_stubs[KWASM_NUM_TRAPS];
	u32 cross_stub;
	u32 slow_stubs;
	u8 *used_slow;
	bool retpoline;
	bool return_thunk;
	u32 features;
	struct x64_pool pool;
	struct x64_call_tables call_tables;
	u64 tables_called;
};

/* The functions of struct kwasm_target. */

int x64_code_init(void *arg, const struct kwasm_module *module,
		  const struct kwasm_bindings *bindings, struct kwasm_steps *steps);
void x64_code_destroy(void *arg);

/*
 * Provides a form for every instruction, without ZEXT (32-bit values are zero-extended in their
 * registers) and dead pure code.
 */
int x64_lower(void *arg, struct ir_func *f);
int x64_emit(void *arg, struct ir_func *f);

/* Adds the stubs first. */
int x64_code_link(void *arg, struct kwasm_code *out, struct kwasm_diag *diag);

/** x64_work() - @n steps of linking; false, with the assembler failed, if it has to stop. */
bool x64_work(struct x64_code *code, u64 n);

/** x64_asm_status() - the assembler's sticky error, with @diag set.  @func: see kwasm_diag. */
int x64_asm_status(const struct x64_code *code, u32 func, struct kwasm_diag *diag);

/* Integer argument registers of guest functions; lower_call.c. */
extern const u8 x64_arg_regs[X64_NUM_INT_ARGS];

/**
 * struct x64_args - walks over the arguments of one call
 * @ints: registers taken
 * @floats: registers taken
 * @stack: stack arguments taken
 */
struct x64_args {
	u32 ints;
	u32 floats;
	u32 stack;
};

/** x64_args_next() - place of the next argument, of @type.  Return: register, or X64_NONE. */
static inline u8 x64_args_next(struct x64_args *args, u8 type)
{
	if (kwasm_type_is_float(type)) {
		if (args->floats < X64_NUM_FLOAT_ARGS)
			return X64_XMM0 + args->floats++;
	} else if (args->ints < X64_NUM_INT_ARGS) {
		return x64_arg_regs[args->ints++];
	}
	args->stack++;
	return X64_NONE;
}

/* Helpers of the emitters that are independent of a function; stubs.c. */

/** x64_site() - record module offset @at for a trap at machine code offset @pc. */
void x64_site(struct x64_code *code, u32 pc, u32 at);

/** x64_call_site() - record module offset @at for a trap in the callee of the last emitted call. */
void x64_call_site(struct x64_code *code, u32 at);

/** x64_return() - the bare return, as the running kernel requires. */
void x64_return(struct x64_code *code);

/** x64_call_reg() - indirect call through @reg. */
void x64_call_reg(struct x64_code *code, u8 reg);

/** x64_jmp_reg() - indirect jump through @reg. */
void x64_jmp_reg(struct x64_code *code, u8 reg);

/** x64_call_host() - call C code; clobbers r11 if it is far. */
void x64_call_host(struct x64_code *code, u32 sym);

/** x64_stack_check() - to @trap when @bytes below rsp are below the limit; destroys r11. */
void x64_stack_check(struct x64_code *code, u32 bytes, u32 trap);

/** x64_const() - memory operand of 4 or 8 bytes, @bits; pool.c. */
struct x64_mem x64_const(struct x64_code *code, enum x64_width w, u64 bits);

/** x64_const_pair() - memory operand of 16 aligned bytes, all of its floats of width @w @bits. */
struct x64_mem x64_const_pair(struct x64_code *code, enum x64_width w, u64 bits);

/** x64_pool_emit() - put all constants here. */
void x64_pool_emit(struct x64_code *code);
void x64_pool_destroy(struct x64_pool *pool);

/**
 * x64_call_table() - jump table for calls of @type through @table; call_table.c.
 *
 * Return: NULL if such calls must read the table itself.
 */
const struct x64_call_table *x64_call_table(struct x64_code *code, u32 table, u32 type);

/** x64_call_tables_emit() - put all jump tables here. */
void x64_call_tables_emit(struct x64_code *code);
void x64_call_tables_destroy(struct x64_call_tables *tables);

/** x64_thunk() - the entry thunk of defined function @index. */
void x64_thunk(struct x64_code *code, u32 index);

/** x64_stubs() - all shared stubs, after the last function. */
void x64_stubs(struct x64_code *code);

#define X64_CTX_AT(field) x64_at(X64_CTX, offsetof(struct kwasm_ctx, field))

/**
 * kwasm_cross_call() - call a function of another instance or of the host from compiled code.
 * @ctx: the caller's
 * @func: the callee
 * @frame: the caller's argument registers and stack as the stub saved them
 *
 * Context: the guest's.  Return: result 0; the others are in ctx->results.  When the callee traps
 * ctx->kill is set.
 */
u64 kwasm_cross_call(struct kwasm_ctx *ctx, struct kwasm_func *func, const u64 *frame);

/* Layout of @frame above. */
#define X64_CROSS_INTS 0u
#define X64_CROSS_FLOATS X64_NUM_INT_ARGS
#define X64_CROSS_STACK (X64_CROSS_FLOATS + X64_NUM_FLOAT_ARGS + 2)

#endif /* KWASM_X64_X64_H */
