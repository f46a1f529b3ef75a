// SPDX-License-Identifier: GPL-2.0-only
/*
 * ir.c - storage of one function's intermediate representation.
 *
 * Instructions, blocks and lists are arrays in the function's arena that double in size, so that
 * their total cost is linear in their contents.  A growing array moves: callers keep indices.
 * Nothing is freed before the arena.
 */
#include "ir.h"

#define D IR_OP_DEF
#define C IR_OP_COMMUTES
#define P IR_OP_PURE
#define L IR_OP_READS
#define W IR_OP_WRITES
#define T IR_OP_TRAPS
#define X IR_OP_CALLS
#define E IR_OP_END
#define V IR_OP_LIST
#define F IR_OP_FLOAT
#define O IR_OP_OTYPE

const struct ir_op_info ir_op_info[IR_NUM_OPS] = {
#define IROP(op, text, args, kind, bits) \
	[IR_##op] = { .name = text, .num_args = args, .class = IR_CLASS_##kind, .flags = bits },
#include "ir_ops.def"
#undef IROP
};

#undef D
#undef C
#undef P
#undef L
#undef W
#undef T
#undef X
#undef E
#undef V
#undef F
#undef O

int ir_out_of_memory(struct ir_func *f)
{
	f->no_memory = true;
	if (f->arena->full)
		return kwasm_diag_set(f->diag, -ENOMEM, f->index, KWASM_DIAG_NONE,
				      "compiling the function needs too much memory: the limit max_compile_bytes is %zu",
				      f->arena->limit);
	return kwasm_diag_set(f->diag, -ENOMEM, f->index, KWASM_DIAG_NONE,
			      "out of memory while compiling the function");
}

void *ir_array_grow(struct ir_func *f, void *array, u32 used, u32 n, u32 *max, size_t size)
{
	u32 want = used + n;
	u32 room = *max;
	void *moved = NULL;

	if (array && want >= used && want <= room)
		return array;
	while (room < want && room <= U32_MAX / 4)
		room = room ? 2 * room : 64;
	if (want >= used && want <= room)
		moved = kwasm_arena_alloc(f->arena, room, size);
	if (!moved) {
		ir_out_of_memory(f);
		return NULL;
	}
	if (used)
		memcpy(moved, array, used * size);
	*max = room;
	return moved;
}

int ir_func_init(struct ir_func *f, struct kwasm_arena *arena, const struct kwasm_module *module,
		 u32 index, struct kwasm_diag *diag)
{
	memset(f, 0, sizeof(*f));
	f->arena = arena;
	f->module = module;
	f->index = index;
	f->diag = diag;
	f->ins = ir_array_grow(f, NULL, 0, 1, &f->max_ins, sizeof(*f->ins));
	if (!f->ins)
		return -ENOMEM;
	f->num_ins = 1;		/* the null instruction */
	return 0;
}

u32 ir_block_new(struct ir_func *f)
{
	struct ir_block *blocks;

	blocks = ir_array_grow(f, f->blocks, f->num_blocks, 1, &f->max_blocks, sizeof(*blocks));
	if (!blocks)
		return IR_NO_BLOCK;
	f->blocks = blocks;
	memset(&blocks[f->num_blocks], 0, sizeof(*blocks));
	blocks[f->num_blocks].loop = IR_NO_BLOCK;
	return f->num_blocks++;
}

u32 ir_ins_new(struct ir_func *f, u32 op, u32 type)
{
	struct ir_ins *ins = ir_array_grow(f, f->ins, f->num_ins, 1, &f->max_ins, sizeof(*ins));

	if (!ins)
		return 0;
	f->ins = ins;
	ins += f->num_ins;
	memset(ins, 0, sizeof(*ins));
	ins->op = op;
	ins->type = type;
	ins->block = IR_NO_BLOCK;
	ins->dst = IR_LOC_NONE;
	ins->src[0] = IR_LOC_NONE;
	ins->src[1] = IR_LOC_NONE;
	ins->src[2] = IR_LOC_NONE;
	return f->num_ins++;
}

/* Set the successor of @prev in @block; 0 is before the first instruction and after the last. */
static void set_next(struct ir_func *f, u32 block, u32 prev, u32 next)
{
	if (prev)
		f->ins[prev].next = next;
	else
		f->blocks[block].first = next;
}

/* Set the predecessor of @next, likewise. */
static void set_prev(struct ir_func *f, u32 block, u32 next, u32 prev)
{
	if (next)
		f->ins[next].prev = prev;
	else
		f->blocks[block].last = prev;
}

/* Link @ins between its neighbours. */
static void link_between(struct ir_func *f, u32 block, u32 prev, u32 next, u32 ins)
{
	f->ins[ins].block = block;
	f->ins[ins].prev = prev;
	f->ins[ins].next = next;
	set_next(f, block, prev, ins);
	set_prev(f, block, next, ins);
}

void ir_ins_append(struct ir_func *f, u32 block, u32 ins)
{
	link_between(f, block, f->blocks[block].last, 0, ins);
}

void ir_ins_before(struct ir_func *f, u32 pos, u32 ins)
{
	link_between(f, f->ins[pos].block, f->ins[pos].prev, pos, ins);
}

void ir_ins_after(struct ir_func *f, u32 pos, u32 ins)
{
	link_between(f, f->ins[pos].block, pos, f->ins[pos].next, ins);
}

void ir_ins_detach(struct ir_func *f, u32 ins)
{
	u32 block = f->ins[ins].block;
	u32 prev = f->ins[ins].prev;
	u32 next = f->ins[ins].next;

	set_next(f, block, prev, next);
	set_prev(f, block, next, prev);
	f->ins[ins].prev = 0;
	f->ins[ins].next = 0;
	f->ins[ins].block = IR_NO_BLOCK;
}

void ir_ins_unlink(struct ir_func *f, u32 ins)
{
	ir_ins_detach(f, ins);
	f->ins[ins].op = IR_NONE;
	f->ins[ins].type = IR_VOID;
}

u32 ir_pool_new(struct ir_func *f, u32 n)
{
	u32 at = f->num_pool;
	u32 *pool;

	if (!n)
		return at;
	pool = ir_array_grow(f, f->pool, at, n, &f->max_pool, sizeof(*pool));
	if (!pool)
		return U32_MAX;
	f->pool = pool;
	memset(&pool[at], 0, n * sizeof(*pool));
	f->num_pool += n;
	return at;
}

void ir_uses(struct ir_func *f, u32 ins, void (*fn)(u32 *use, void *arg), void *arg)
{
	u32 n = ir_num_operands(&f->ins[ins]);
	u32 i;

	ir_note(f, 1 + n);
	for (i = 0; i < n; i++) {
		u32 *use = ir_operand(f, ins, i);

		if (*use)
			fn(use, arg);
	}
}
