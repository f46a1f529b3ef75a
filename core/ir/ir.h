/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ir.h - SSA intermediate representation of one function.
 *
 * A function is an array of instructions and an array of blocks.  An instruction that defines a
 * value *is* the value: values, operands and list links are indices into ir_func.ins.  Index 0 is
 * the null instruction / no value; block 0 is the entry.
 *
 * Invariant kept by every pass and by the emitted code: a value of type IR_I32 in a register has
 * its upper 32 bits zero.
 */
#ifndef KWASM_IR_H
#define KWASM_IR_H

#include "arena.h"
#include "diag.h"
#include "step.h"
#include "wasm/module.h"

enum ir_type {
	IR_VOID,
	IR_I32,
	IR_I64,		/* also references */
	IR_F32,
	IR_F64,
};

enum ir_op {
#define IROP(name, text, args, class, flags) IR_##name,
#include "ir_ops.def"
#undef IROP
	IR_NUM_OPS
};

/* A zeroed instruction has no operation. */
static_assert(!IR_NONE);

/* Operations that passes treat the same way. */
enum ir_class {
	IR_CLASS_VALUE,		/* CONST PARAM PHI COPY, and NONE */
	IR_CLASS_ARITH,		/* ADD SUB MUL */
	IR_CLASS_MULHIGH,
	IR_CLASS_DIVIDE,	/* quotients and remainders */
	IR_CLASS_LOGIC,		/* AND OR XOR */
	IR_CLASS_SHIFT,		/* shifts and rotations */
	IR_CLASS_COUNT,		/* CLZ CTZ POPCNT */
	IR_CLASS_EXTEND,	/* within a type */
	IR_CLASS_RESIZE,	/* between the integer types */
	IR_CLASS_COMPARE,	/* of integers */
	IR_CLASS_SELECT,
	IR_CLASS_FARITH,	/* FADD FSUB FMUL FDIV */
	IR_CLASS_FEXTREME,	/* FMIN FMAX */
	IR_CLASS_FSIGN,		/* FCOPYSIGN FABS FNEG */
	IR_CLASS_FSQRT,
	IR_CLASS_FROUND,	/* to an integer, which stays a float */
	IR_CLASS_FCOMPARE,
	IR_CLASS_TRUNC,		/* float to integer */
	IR_CLASS_CONVERT,	/* integer to float */
	IR_CLASS_PRECISION,	/* DEMOTE PROMOTE */
	IR_CLASS_BITCAST,
	IR_CLASS_STATE,		/* memory, packet, context, globals, slots of locals */
	IR_CLASS_CALL,		/* calls, their stack arguments, their further results */
	IR_CLASS_END,		/* of a block */
	IR_CLASS_MOVE,		/* by register allocation */
};

enum ir_op_flag {
	IR_OP_DEF = 1 << 0,
	IR_OP_COMMUTES = 1 << 1,
	IR_OP_PURE = 1 << 2,
	IR_OP_READS = 1 << 3,
	IR_OP_WRITES = 1 << 4,
	IR_OP_TRAPS = 1 << 5,
	IR_OP_CALLS = 1 << 6,
	IR_OP_END = 1 << 7,
	IR_OP_LIST = 1 << 8,
	IR_OP_FLOAT = 1 << 9,
	IR_OP_OTYPE = 1 << 10,
};

struct ir_op_info {
	const char *name;
	u8 num_args;		/* fixed operands in ins->arg */
	u8 class;		/* enum ir_class */
	u16 flags;
};

extern const struct ir_op_info ir_op_info[IR_NUM_OPS];

/* How memory is accessed: width and extension. */
enum ir_access {
	IR_U8,
	IR_S8,
	IR_U16,
	IR_S16,
	IR_U32,
	IR_S32,
	IR_U64,
};

/** ir_access_bytes() - size of an access of that kind in bytes. */
static inline u32 ir_access_bytes(u32 access)
{
	return access <= IR_S8 ? 1 : access <= IR_S16 ? 2 : access <= IR_S32 ? 4 : 8;
}

enum ir_ins_flag {
	IR_NOTRAP = 1 << 0,	/* proven not to trap (division by a good constant, ...) */
	IR_SWAP = 1 << 1,	/* PKTLOAD: byte-swapped access */
	IR_FOLDED = 1 << 2,	/* emitted as part of its only user: no register, no code */
};

/*
 * A location after register allocation: a register of either class, or a spill slot.
 */
#define IR_LOC_NONE 0xffffu
#define IR_LOC_XMM 16u			/* 0..15 general registers, 16..31 XMM */
#define IR_LOC_SLOT 64u			/* from here on: spill slot number + IR_LOC_SLOT */

static inline bool ir_loc_is_reg(u32 loc)
{
	return loc < IR_LOC_SLOT;
}

static inline bool ir_loc_is_slot(u32 loc)
{
	return loc >= IR_LOC_SLOT && loc != IR_LOC_NONE;
}

/**
 * struct ir_ins - an instruction
 * @op: enum ir_op
 * @type: enum ir_type of the value, or of the operand of a store or RET
 * @otype: type of the operands if the operation is IR_OP_OTYPE
 * @access: enum ir_access
 * @flags: enum ir_ins_flag
 * @form: operand form chosen by lowering; the target's own enum, 0 = all operands in registers
 * @cc: condition chosen by lowering (target's own)
 * @scale: log2 of an index scale chosen by lowering
 * @disp: displacement chosen by lowering
 * @prev: previous in the block, 0 at its head
 * @next: next in the block, 0 at its end
 * @block: its block
 * @at: byte offset of its WebAssembly instruction
 * @arg: fixed operands
 * @list: first of @num_list operands in ir_func.pool (IR_OP_LIST), SWITCH: first of @num_list
 *	successor numbers
 * @imm: constant, see ir_ops.def
 * @dst: location of the value, by register allocation
 * @src: locations of @arg at this instruction, by register allocation
 */
struct ir_ins {
	u8 op;
	u8 type;
	u8 otype;
	u8 access;
	u8 flags;
	u8 form;
	u8 cc;
	u8 scale;
	s32 disp;
	u32 prev;
	u32 next;
	u32 block;
	u32 at;
	u32 arg[3];
	u32 list;
	u32 num_list;
	u64 imm;
	u16 dst;
	u16 src[3];
};

/**
 * struct ir_block - a basic block
 * @first: first instruction (PHIs precede others), 0 if empty
 * @last: last instruction, the block's end once it is complete
 * @preds: first of @num_preds predecessor blocks in ir_func.pool
 * @succs: first of @num_succs successor blocks in ir_func.pool; no block appears twice
 * @loop: innermost loop header this block belongs to, or IR_NO_BLOCK
 * @depth: loop nesting depth
 * @header: is a loop header
 * @cold: ends in a trap or is only reached from cold blocks
 */
struct ir_block {
	u32 first;
	u32 last;
	u32 preds;
	u32 num_preds;
	u32 succs;
	u32 num_succs;
	u32 loop;
	u32 depth;
	bool header;
	bool cold;
};

#define IR_NO_BLOCK U32_MAX

/**
 * struct ir_func - one function under compilation
 * @arena: memory of everything below; released as a whole
 * @module: the module it belongs to
 * @index: its function index
 * @diag: destination of errors
 * @ins: instructions; @num_ins used, @max_ins allocated.  The array moves when it grows: hold
 *	indices, not pointers, across ir_ins_new()
 * @pool: u32 lists (operands, predecessors, successors); moves when it grows
 * @order: blocks in the order of emission; loops are contiguous, the entry is first.  Filled by
 *	the builder, kept by every pass
 * @num_order: blocks in @order (without unreachable ones)
 * @num_lslots: frame slots for LGET/LSET
 * @num_slots: spill slots, by register allocation
 * @num_out: outgoing stack argument slots of the widest call, by lowering
 * @saved: callee-saved registers used, bit mask, by register allocation
 * @no_memory: an allocation failed; a pass that has ignored this must return -ENOMEM
 * @steps: see ir_step()
 */
struct ir_func {
	struct kwasm_arena *arena;
	const struct kwasm_module *module;
	u32 index;
	struct kwasm_diag *diag;

	struct ir_ins *ins;
	u32 num_ins, max_ins;
	struct ir_block *blocks;
	u32 num_blocks, max_blocks;
	u32 *pool;
	u32 num_pool, max_pool;
	u32 *order;
	u32 num_order;

	u32 num_lslots;
	u32 num_slots;
	u32 num_out;
	u32 saved;
	bool no_memory;
	struct kwasm_steps steps;
};

static inline bool ir_type_is_float(u32 type)
{
	return type == IR_F32 || type == IR_F64;
}

static inline bool ir_op_is(u32 op, u32 flags)
{
	return ir_op_info[op].flags & flags;
}

static inline enum ir_class ir_op_class(u32 op)
{
	return ir_op_info[op].class;
}

/** ir_func_init() - an empty function; all memory from @arena.  Return: 0 or -ENOMEM. */
int ir_func_init(struct ir_func *f, struct kwasm_arena *arena, const struct kwasm_module *module,
		 u32 index, struct kwasm_diag *diag);

/** ir_block_new() - a new empty block, not in order[].  Return: index, or IR_NO_BLOCK. */
u32 ir_block_new(struct ir_func *f);

/** ir_ins_new() - a new instruction, not linked into a block.  Return: index or 0 (-ENOMEM). */
u32 ir_ins_new(struct ir_func *f, u32 op, u32 type);

/**
 * ir_num_operands() - operand slots of @ins: all of arg[], then its list.
 *
 * Slots of arg[] that the operation does not use hold 0.
 */
static inline u32 ir_num_operands(const struct ir_ins *ins)
{
	return 3 + (ir_op_is(ins->op, IR_OP_LIST) ? ins->num_list : 0);
}

/** ir_operand() - operand slot @n of @ins; valid until an instruction or a list is created. */
static inline u32 *ir_operand(struct ir_func *f, u32 ins, u32 n)
{
	return n < 3 ? &f->ins[ins].arg[n] : &f->pool[f->ins[ins].list + n - 3];
}

/** ir_succ() - successor @n of block @b. */
static inline u32 ir_succ(const struct ir_func *f, u32 b, u32 n)
{
	return f->pool[f->blocks[b].succs + n];
}

/** ir_pred() - predecessor @n of block @b. */
static inline u32 ir_pred(const struct ir_func *f, u32 b, u32 n)
{
	return f->pool[f->blocks[b].preds + n];
}

/** ir_ins_append() - link at the end of @block. */
void ir_ins_append(struct ir_func *f, u32 block, u32 ins);

/** ir_ins_before() - link @ins before @pos, in @pos's block. */
void ir_ins_before(struct ir_func *f, u32 pos, u32 ins);

/** ir_ins_after() - link @ins after @pos, in @pos's block. */
void ir_ins_after(struct ir_func *f, u32 pos, u32 ins);

/** ir_ins_detach() - take @ins out of its block, to be linked somewhere else. */
void ir_ins_detach(struct ir_func *f, u32 ins);

/** ir_ins_unlink() - take @ins out of its block; it becomes IR_NONE. */
void ir_ins_unlink(struct ir_func *f, u32 ins);

/** ir_pool_new() - @n consecutive zeroed u32s.  Return: index, or U32_MAX (-ENOMEM). */
u32 ir_pool_new(struct ir_func *f, u32 n);

/*
 * ir_for_each_ins() - instructions of block @b in order; the current one may be unlinked.
 *
 * Each takes a step: passes cannot forget it.
 */
#define ir_for_each_ins(f, b, i, tmp) \
	for ((i) = (f)->blocks[b].first; \
	     (i) && ((tmp) = (f)->ins[i].next, ir_note(f, 1), true); (i) = (tmp))

/** ir_uses() - call @fn on each operand in use of @ins, fixed and listed; it may rewrite them. */
void ir_uses(struct ir_func *f, u32 ins, void (*fn)(u32 *use, void *arg), void *arg);

/**
 * ir_array_grow() - make room for @used + @n elements of @size bytes in @array.
 * @max: elements there is room for; doubles when it grows, so that the total stays linear
 *
 * Return: the array, perhaps moved; NULL (recorded in f->diag) when memory is exhausted.
 */
void *ir_array_grow(struct ir_func *f, void *array, u32 used, u32 n, u32 *max, size_t size);

/**
 * ir_out_of_memory() - record it as the error.
 *
 * Return: -ENOMEM, even if it is the limit that leaves none; the compiler returns -E2BIG then.
 */
int ir_out_of_memory(struct ir_func *f);

/**
 * ir_work() - account for @n steps: see step.h.
 *
 * Every pass calls it for each instruction or so, with more where an instruction or a block takes
 * as many steps as it has operands, edges or values.
 * Return: 0, or -EINTR or -ETIME when the work must be abandoned; the compiler says why.
 */
static inline int ir_work(struct ir_func *f, u64 n)
{
	return kwasm_steps_take(&f->steps, n);
}

/** ir_note() - @n steps in a loop that cannot end early; the next ir_work() that can fails. */
static inline void ir_note(struct ir_func *f, u64 n)
{
	(void)ir_work(f, n);
}

/** ir_step() - one step. */
static inline int ir_step(struct ir_func *f)
{
	return ir_work(f, 1);
}

/**
 * struct ir_dom - the dominator tree; arrays over blocks, defined for those in order[]
 * @idom: immediate dominator, the entry's is itself
 * @walk: blocks in preorder of the tree
 * @pre: place of a block in @walk
 * @last: place of the last block of its subtree in @walk
 */
struct ir_dom {
	u32 *idom;
	u32 *walk;
	u32 *pre;
	u32 *last;
};

/**
 * ir_dom_build() - compute the dominator tree; valid until the control flow changes.
 *
 * Takes O(edges * log(blocks)).  Return: 0, -ENOMEM, or -EINVAL when order[] is wrong.
 */
int ir_dom_build(struct ir_func *f, struct ir_dom *dom);

/** ir_dominates() - is every path to block @b one through @a? */
static inline bool ir_dominates(const struct ir_dom *dom, u32 a, u32 b)
{
	return dom->pre[a] <= dom->pre[b] && dom->pre[b] <= dom->last[a];
}

/**
 * ir_loops_find() - fill in loop, depth, header and cold of every block in order[].
 *
 * Requires order[] with each block after its predecessors, except for back edges; rearranges it so
 * that each loop is contiguous.  Return: 0 or -ENOMEM.
 */
int ir_loops_find(struct ir_func *f);

/**
 * ir_cfg_clean() - after edges were removed: drop unreachable blocks.
 *
 * The caller removes edges of a block except for one successor and sets succs and num_succs; this
 * updates preds, PHIs, order[] and loops.  Return: 0 or -ENOMEM.
 */
int ir_cfg_clean(struct ir_func *f);

/**
 * ir_verify() - check the IR's rules (links, dominance, types, operand counts, pred/succ symmetry).
 *
 * Meant for test builds and for `dump`.  Return: 0 or -EINVAL with @f->diag set.
 */
int ir_verify(struct ir_func *f);

/* Receives a listing piece by piece. */
struct ir_sink {
	void (*write)(void *arg, const char *text, size_t len);
	void *arg;
};

/** ir_dump() - a readable listing of @f, locations included once they are assigned. */
void ir_dump(struct ir_func *f, const struct ir_sink *sink);

/*
 * The passes, in the order compile.c runs them.  Each returns 0 or -errno with f->diag set
 * (-ENOMEM: arena ceiling, -EOPNOTSUPP: not compiled yet, -EINTR).
 */
struct kwasm_bindings;

/* Requires a validated module.  Provides SSA, order[], preds, succs, loops; all is reachable. */
int ir_build(struct ir_func *f, const struct kwasm_bindings *bindings);
/* Constants, algebra, branches on constants, redundant PHIs, chains of blocks. */
int ir_fold(struct ir_func *f);
/* Joins blocks that only follow each other; the last step of ir_fold(). */
int ir_merge_blocks(struct ir_func *f);
/* Merge equal computations if one dominates the other. */
int ir_gvn(struct ir_func *f);
/* Redundant loads and stores inside extended blocks; accesses that are proven not to trap. */
int ir_memopt(struct ir_func *f);
/* Loop-invariant pure code to preheaders. */
int ir_licm(struct ir_func *f);
/* Values that nothing needs. */
int ir_dce(struct ir_func *f);
/* No edge from a block with several successors to one with several predecessors. */
int ir_split_edges(struct ir_func *f);

/**
 * struct ir_target_ins - constraints of a lowered instruction for register allocation
 * @def: IR_LOC_NONE no value, IR_TARGET_ANY any register of the value's class, or a fixed register
 * @use: for each @arg: IR_TARGET_ANY a register, IR_TARGET_ANYLOC a register or slot, a fixed
 *	register, or IR_LOC_NONE not used (0 operand, folded)
 * @tied: the value must be in the location of arg[0] (two-address form)
 * @commutes: arg[0] and arg[1] may be exchanged before registers are assigned
 * @late: bit n: arg[n] is still needed while the value is written (must not share its register)
 * @clobbers: registers destroyed, bit n = location n (32 bits: 16 general, 16 XMM); neither
 *	operands that are read late nor the value may be in one, unless fixed there
 * @list_use: for IR_OP_LIST: fixed register of each listed operand, @num_list entries; valid
 *	until the next call
 */
#define IR_TARGET_ANY 0xfffeu
#define IR_TARGET_ANYLOC 0xfffdu

struct ir_target_ins {
	u16 def;
	u16 use[3];
	bool tied;
	bool commutes;
	u8 late;
	u32 clobbers;
	const u16 *list_use;
};

/**
 * struct ir_target - the machine, as register allocation sees it
 * @allocatable: registers values may live in, bit mask over locations 0..31
 * @callee_saved: subset of it that calls preserve
 * @describe: fills in @t for instruction @ins
 */
struct ir_target {
	u32 allocatable;
	u32 callee_saved;
	u16 scratch_gpr;	/* never allocated: for moves in a cycle or from slot to slot */
	u16 scratch_xmm;
	void (*describe)(struct ir_func *f, u32 ins, struct ir_target_ins *t);
};

/*
 * Requires lowered IR with split edges.  Provides dst/src locations for every instruction, PHIs
 * resolved into MOVE/XCHG/REMAT, num_slots, saved.
 */
int ir_regalloc(struct ir_func *f, const struct ir_target *target);

/**
 * ir_regalloc_verify() - prove that every instruction reads the right values on all paths.
 *
 * Meant for test builds and for `dump`: takes memory in proportion to blocks times locations.
 * Return: 0, -EINVAL with @f->diag set, -ENOMEM or -EINTR.
 */
int ir_regalloc_verify(struct ir_func *f, const struct ir_target *target);

#endif /* KWASM_IR_H */
