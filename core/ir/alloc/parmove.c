// SPDX-License-Identifier: GPL-2.0-only
/*
 * parmove.c - turn parallel moves into a sequence of instructions.
 *
 * A move can be emitted as soon as no pending move reads its destination.  What then remains are
 * simple cycles: two general registers are exchanged, any other cycle is broken by saving one
 * location.  Constants are materialised last; no move reads them.
 */
#include "parmove.h"

struct ir_parmove_move {
	u32 value;
	u16 dst, src;
	bool done;
};

int ir_parmove_init(struct ir_parmove *pm, struct ir_func *f, const struct ir_target *target)
{
	memset(pm, 0, sizeof(*pm));
	pm->f = f;
	pm->target = target;
	pm->num_locs = IR_LOC_SLOT + f->num_slots + 1;
	pm->writer = kwasm_arena_alloc(f->arena, pm->num_locs, sizeof(*pm->writer));
	pm->readers = kwasm_arena_alloc(f->arena, pm->num_locs, sizeof(*pm->readers));
	return pm->writer && pm->readers ? 0 : ir_out_of_memory(f);
}

int ir_parmove_add(struct ir_parmove *pm, u32 dst, u32 src, u32 value)
{
	struct ir_parmove_move *m;

	if (dst >= pm->num_locs || (src == IR_LOC_NONE ? pm->f->ins[value].op != IR_CONST :
							 src >= pm->num_locs))
		return kwasm_diag_set(pm->f->diag, -EINVAL, pm->f->index, pm->f->ins[value].at,
				      "register allocation: a value has an unknown location");
	if (dst == src)
		return 0;
	if (pm->num == pm->max) {
		m = ir_array_grow(pm->f, pm->moves, pm->num, 1, &pm->max, sizeof(*m));
		if (!m)
			return -ENOMEM;
		pm->moves = m;
	}
	m = &pm->moves[pm->num++];
	m->value = value;
	m->dst = dst;
	m->src = src;
	m->done = false;
	return 0;
}

static int emit(struct ir_parmove *pm, u32 before, u32 op, u32 type, u32 dst, u32 src, u64 imm)
{
	struct ir_func *f = pm->f;
	u32 i = ir_ins_new(f, op, type);

	if (!i)
		return -ENOMEM;
	f->ins[i].dst = dst;
	f->ins[i].src[0] = src;
	f->ins[i].imm = imm;
	f->ins[i].at = f->ins[before].at;
	ir_ins_before(f, before, i);
	return 0;
}

/* The type that moves a value of type @type through a general register. */
static u32 gpr_type(u32 type)
{
	return type == IR_F32 ? IR_I32 : type == IR_F64 ? IR_I64 : type;
}

static int emit_move(struct ir_parmove *pm, u32 before, const struct ir_parmove_move *m)
{
	u32 type = pm->f->ins[m->value].type, scratch = pm->target->scratch_gpr;

	if (!ir_loc_is_slot(m->dst) || !ir_loc_is_slot(m->src))
		return emit(pm, before, IR_MOVE, type, m->dst, m->src, 0);
	type = gpr_type(type);
	if (emit(pm, before, IR_MOVE, type, scratch, m->src, 0))
		return -ENOMEM;
	return emit(pm, before, IR_MOVE, type, m->dst, scratch, 0);
}

static int emit_remat(struct ir_parmove *pm, u32 before, const struct ir_parmove_move *m)
{
	u32 type = pm->f->ins[m->value].type, scratch = pm->target->scratch_gpr;
	u64 imm = pm->f->ins[m->value].imm;

	if (!ir_loc_is_slot(m->dst))
		return emit(pm, before, IR_REMAT, type, m->dst, IR_LOC_NONE, imm);
	type = gpr_type(type);
	if (emit(pm, before, IR_REMAT, type, scratch, IR_LOC_NONE, imm))
		return -ENOMEM;
	return emit(pm, before, IR_MOVE, type, m->dst, scratch, 0);
}

/* Emit the moves that are ready; each may free the location that it reads. */
static int run(struct ir_parmove *pm, u32 before)
{
	while (pm->num_ready) {
		struct ir_parmove_move *m = &pm->moves[pm->ready[--pm->num_ready]];
		u32 src = m->src;

		if (emit_move(pm, before, m))
			return -ENOMEM;
		m->done = true;
		if (--pm->readers[src] || !pm->writer[src])
			continue;
		m = &pm->moves[pm->writer[src] - 1];
		if (m->src != IR_LOC_NONE && !m->done)
			pm->ready[pm->num_ready++] = pm->writer[src] - 1;
	}
	return 0;
}

static bool is_gpr(u32 loc)
{
	return loc < IR_LOC_XMM;
}

/*
 * Where what @reader reads is saved.  A move from slot to slot in the cycle needs the scratch
 * register for itself.
 */
static u32 save_place(struct ir_parmove *pm, const struct ir_parmove_move *reader, bool slot_slot)
{
	if (slot_slot) {
		if (!pm->slot_used)
			pm->f->num_slots++;
		pm->slot_used = true;
		return pm->num_locs - 1;
	}
	return ir_type_is_float(pm->f->ins[reader->value].type) ? pm->target->scratch_xmm :
						     pm->target->scratch_gpr;
}

/* Opens the cycle that move number @n is part of. */
static int open_cycle(struct ir_parmove *pm, u32 before, u32 n)
{
	struct ir_parmove_move *m = &pm->moves[n], *reader = m, save;
	bool slot_slot = ir_loc_is_slot(m->dst) && ir_loc_is_slot(m->src);

	while (reader->src != m->dst) {
		reader = &pm->moves[pm->writer[reader->src] - 1];
		slot_slot |= ir_loc_is_slot(reader->dst) && ir_loc_is_slot(reader->src);
	}
	if (m->src == reader->dst && is_gpr(m->dst) && is_gpr(m->src)) {
		m->done = true;
		reader->done = true;
		return emit(pm, before, IR_XCHG, IR_I64, m->dst, m->src, 0);
	}
	save = *reader;
	save.dst = save_place(pm, reader, slot_slot);
	if (emit_move(pm, before, &save))
		return -ENOMEM;
	pm->readers[m->dst]--;
	reader->src = save.dst;
	pm->readers[save.dst]++;
	pm->ready[pm->num_ready++] = n;
	return run(pm, before);
}

static int sequence(struct ir_parmove *pm, u32 before)
{
	u32 n;
	int err;

	for (n = 0; n < pm->num; n++) {
		pm->writer[pm->moves[n].dst] = n + 1;
		if (pm->moves[n].src != IR_LOC_NONE)
			pm->readers[pm->moves[n].src]++;
	}
	for (n = 0; n < pm->num; n++)
		if (pm->moves[n].src != IR_LOC_NONE && !pm->readers[pm->moves[n].dst])
			pm->ready[pm->num_ready++] = n;
	err = run(pm, before);
	for (n = 0; !err && n < pm->num; n++)
		if (pm->moves[n].src != IR_LOC_NONE && !pm->moves[n].done)
			err = open_cycle(pm, before, n);
	for (n = 0; !err && n < pm->num; n++)
		if (pm->moves[n].src == IR_LOC_NONE)
			err = emit_remat(pm, before, &pm->moves[n]);
	return err;
}

int ir_parmove_flush(struct ir_parmove *pm, u32 before)
{
	u32 n, *ready;
	int err;

	if (!pm->num)
		return 0;
	if (pm->num > pm->max_ready) {
		ready = ir_array_grow(pm->f, pm->ready, 0, pm->num, &pm->max_ready, sizeof(*ready));
		if (!ready)
			return -ENOMEM;
		pm->ready = ready;
	}
	err = sequence(pm, before);
	for (n = 0; n < pm->num; n++) {
		pm->writer[pm->moves[n].dst] = 0;
		pm->readers[pm->moves[n].dst] = 0;
		if (pm->moves[n].src != IR_LOC_NONE)
			pm->readers[pm->moves[n].src] = 0;
	}
	pm->num = 0;
	return err;
}
