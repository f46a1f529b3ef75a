// SPDX-License-Identifier: GPL-2.0-only
/*
 * memopt.c - eliminate redundant reads.
 *
 * Requires: SSA without IR_COPY, preferably after value numbering.
 * Provides: the same with fewer reads of linear memory, globals, the packet and the context, and
 * with IR_NOTRAP on accesses that an earlier one has proven valid.
 *
 * Along a path without joins (an extended basic block), a table records the values last read or
 * written.  A write invalidates entries that it may overlap; a call invalidates all mutable
 * entries.
 *
 * Linear memory never shrinks: an address that was accessed stays accessible, so the second access
 * cannot trap.  This holds for everything that the first one dominates, whatever happens in
 * between.
 *
 * Bounded: a table has MEM_ENTRIES entries; tables are kept for at most MAX_TABLES blocks, the
 * others start empty.
 */
#include "fold.h"

#define MEM_ENTRIES 16
#define MAX_TABLES 4096

/**
 * struct known - a location and its value
 * @op: IR_LOAD for linear memory, else the reading operation
 * @stored: written by a store: reads of its width return @value converted
 * @flags: IR_SWAP
 */
struct known {
	u8 op;
	u8 type;
	u8 access;
	u8 flags;
	bool stored;
	u32 addr;
	u64 imm;
	u32 value;
};

struct table {
	struct known known[MEM_ENTRIES];
	u32 num;
	u32 oldest;
};

/* A completed access: its block, and its end relative to the address. */
struct proof {
	u32 block;
	u64 end;
};

/*
 * @kept: tables at the ends of blocks that several blocks follow
 * @proofs: of each value used as an address
 * @min_bytes: size that the memory has at least
 */
struct memopt {
	struct ir_func *f;
	struct ir_dom dom;
	struct table now;
	struct table **kept;
	u32 num_kept;
	struct proof *proofs;
	u64 min_bytes;
};

static u64 end_of(const struct ir_ins *ins)
{
	return ins->imm + ir_access_bytes(ins->access);
}

/* Marks a memory access that cannot trap, or remembers how far it reaches. */
static void prove(struct memopt *m, u32 i)
{
	struct ir_func *f = m->f;
	struct ir_ins *ins = &f->ins[i];
	struct proof *proof = &m->proofs[ins->arg[0]];
	u64 end = end_of(ins);

	if (fold_is_const(f, ins->arg[0])) {
		if (f->ins[ins->arg[0]].imm + end <= m->min_bytes)
			ins->flags |= IR_NOTRAP;
	} else if (end <= proof->end && ir_dominates(&m->dom, proof->block, ins->block)) {
		ins->flags |= IR_NOTRAP;
	} else {
		proof->block = ins->block;
		proof->end = end;
	}
}

static void forget(struct table *t, u32 n)
{
	t->known[n] = t->known[--t->num];
	t->oldest = 0;
}

/* From here on, the read @op of the location of @ins, at @addr, returns @value. */
static struct known *remember(struct table *t, u32 op, const struct ir_ins *ins, u32 addr,
			      u32 value)
{
	struct known *k;

	if (t->num < MEM_ENTRIES) {
		k = &t->known[t->num++];
	} else {
		k = &t->known[t->oldest];
		t->oldest = (t->oldest + 1) % MEM_ENTRIES;
	}
	memset(k, 0, sizeof(*k));
	k->op = op;
	k->type = ins->type;
	k->access = ins->access;
	k->flags = ins->flags & IR_SWAP;
	k->addr = addr;
	k->imm = ins->imm;
	k->value = value;
	return k;
}

/* May the store @ins change the location of @k? */
static bool overlaps(const struct ir_func *f, const struct known *k, const struct ir_ins *ins)
{
	u64 from = ins->imm;
	u64 to = end_of(ins);
	u64 base = 0;

	if (k->op != IR_LOAD)
		return false;
	if (k->addr != ins->arg[0]) {
		if (!fold_is_const(f, k->addr) || !fold_is_const(f, ins->arg[0]))
			return true;
		base = f->ins[k->addr].imm;
		from += f->ins[ins->arg[0]].imm;
		to += f->ins[ins->arg[0]].imm;
	}
	return from < base + k->imm + ir_access_bytes(k->access) && base + k->imm < to;
}

/* May two globals be one?  Several imports may be linked to the same. */
static bool same_global(const struct kwasm_module *module, u64 a, u64 b)
{
	return a == b || (a < module->num_global_imports && b < module->num_global_imports);
}

static void forget_written(struct memopt *m, const struct ir_ins *ins)
{
	const struct known *k;
	u32 n = 0;

	while (n < m->now.num) {
		k = &m->now.known[n];
		if (ins->op == IR_STORE ? overlaps(m->f, k, ins) :
		    k->op == IR_GGET && same_global(m->f->module, k->imm, ins->imm))
			forget(&m->now, n);
		else
			n++;
	}
}

static void store(struct memopt *m, u32 i)
{
	const struct ir_ins *ins = &m->f->ins[i];

	forget_written(m, ins);
	remember(&m->now, IR_LOAD, ins, ins->arg[0], ins->arg[1])->stored = true;
}

static void global_set(struct memopt *m, u32 i)
{
	const struct ir_ins *ins = &m->f->ins[i];

	forget_written(m, ins);
	remember(&m->now, IR_GGET, ins, 0, ins->arg[0]);
}

/* Replace the read @i with the result of a load after a store of @value of its width. */
static bool convert(struct ir_func *f, u32 i, u32 value)
{
	switch (f->ins[i].access) {
	case IR_U8:
		return fold_to_op_const(f, i, IR_AND, value, 0xff);
	case IR_S8:
		return fold_to_op(f, i, IR_EXT8S, value, 0);
	case IR_U16:
		return fold_to_op_const(f, i, IR_AND, value, 0xffff);
	case IR_S16:
		return fold_to_op(f, i, IR_EXT16S, value, 0);
	case IR_U32:
	case IR_S32:
		if (f->ins[i].type != IR_I64)
			return fold_to_copy(f, i, value);
		return f->ins[i].access == IR_U32 ?
			       fold_to_op_const(f, i, IR_AND, value, U32_MAX) :
			       fold_to_op(f, i, IR_EXT32S, value, 0);
	default:
		return fold_to_copy(f, i, value);
	}
}

static bool is_same_place(const struct ir_func *f, const struct known *k, const struct ir_ins *ins)
{
	if (k->op != ins->op || k->type != ins->type || k->imm != ins->imm)
		return false;
	if (k->addr == ins->arg[0])
		return true;
	return fold_is_const(f, k->addr) && fold_is_const(f, ins->arg[0]) &&
	       f->ins[k->addr].imm == f->ins[ins->arg[0]].imm;
}

/* Replace the read @i with the value of @k, if it is known. */
static bool forward(struct ir_func *f, u32 i, const struct known *k)
{
	const struct ir_ins *ins = &f->ins[i];

	if (!is_same_place(f, k, ins))
		return false;
	if (k->stored)
		return ir_access_bytes(k->access) == ir_access_bytes(ins->access) &&
		       convert(f, i, k->value);
	return k->access == ins->access && k->flags == (ins->flags & IR_SWAP) &&
	       fold_to_copy(f, i, k->value);
}

static void read(struct memopt *m, u32 i)
{
	const struct ir_ins *ins;
	u32 n;

	for (n = m->now.num; n--;) {
		if (forward(m->f, i, &m->now.known[n])) {
			if (m->f->ins[i].op == IR_COPY)
				ir_ins_detach(m->f, i);
			return;
		}
	}
	ins = &m->f->ins[i];
	remember(&m->now, ins->op, ins, ins->arg[0], i);
}

static void visit(struct memopt *m, u32 i)
{
	struct ir_func *f = m->f;

	fold_resolve(f, i);
	switch (f->ins[i].op) {
	case IR_LOAD:
		prove(m, i);
		read(m, i);
		break;
	case IR_STORE:
		prove(m, i);
		store(m, i);
		break;
	case IR_GSET:
		global_set(m, i);
		break;
	case IR_GGET:
	case IR_MEMSIZE:
	case IR_PKTLOAD:
	case IR_CTXLOAD:
		read(m, i);
		break;
	default:
		if (ir_op_is(f->ins[i].op, IR_OP_CALLS)) {
			m->now.num = 0;
			m->now.oldest = 0;
		}
	}
}

/* The state at the start of @b: that at the end of its only predecessor. */
static void enter(struct memopt *m, u32 b, u32 last)
{
	const struct ir_block *block = &m->f->blocks[b];
	u32 pred = block->num_preds == 1 ? ir_pred(m->f, b, 0) : IR_NO_BLOCK;

	if (pred != IR_NO_BLOCK && pred == last)
		return;
	if (pred != IR_NO_BLOCK && m->kept[pred]) {
		m->now = *m->kept[pred];
		return;
	}
	m->now.num = 0;
	m->now.oldest = 0;
}

/* Keeps the state at the end of @b for those that follow it later in the walk. */
static int leave(struct memopt *m, u32 b)
{
	if (m->f->blocks[b].num_succs < 2 || !m->now.num || m->num_kept == MAX_TABLES)
		return 0;
	m->kept[b] = kwasm_arena_alloc(m->f->arena, 1, sizeof(struct table));
	if (!m->kept[b])
		return ir_out_of_memory(m->f);
	*m->kept[b] = m->now;
	m->num_kept++;
	return 0;
}

static int walk(struct memopt *m)
{
	struct ir_func *f = m->f;
	u32 last = IR_NO_BLOCK;
	u32 n, i, next;
	int err;

	for (n = 0; n < f->num_order; n++) {
		u32 b = m->dom.walk[n];

		enter(m, b, last);
		ir_for_each_ins(f, b, i, next) {
			err = ir_step(f);
			if (err)
				return err;
			visit(m, i);
		}
		err = f->no_memory ? -ENOMEM : leave(m, b);
		if (err)
			return err;
		last = b;
	}
	return fold_resolve_all(f);
}

int ir_memopt(struct ir_func *f)
{
	struct memopt *m = kwasm_arena_alloc(f->arena, 1, sizeof(*m));
	int err;

	if (!m)
		return ir_out_of_memory(f);
	m->f = f;
	m->kept = kwasm_arena_alloc(f->arena, f->num_blocks, sizeof(*m->kept));
	m->proofs = kwasm_arena_alloc(f->arena, f->num_ins, sizeof(*m->proofs));
	if (!m->kept || !m->proofs)
		return ir_out_of_memory(f);
	if (f->module->num_memories)
		m->min_bytes = (u64)f->module->memories[0].min * KWASM_PAGE_SIZE;
	err = ir_dom_build(f, &m->dom);
	if (err)
		return err;
	return walk(m);
}
