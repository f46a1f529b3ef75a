// SPDX-License-Identifier: GPL-2.0-only
/*
 * build_loops.c - the builder's first walk: which locals each loop assigns, which loops have
 * branches back.
 *
 * Linear in the body, except for the sets of locals, which propagate from a loop to the enclosing
 * loop; that part counts against the builder's budget.
 */
#include "build.h"

/* Beyond it loops do not make a local worth more. */
#define MAX_HEAT_DEPTH 6

/*
 * @labels: of each open control instruction, the loop's number plus 1, or 0
 * @open: of each open loop, its number and the first of its entries
 * @entries: locals that the open loops assign
 */
struct walk {
	struct build *b;
	u32 *labels;
	u32 num_labels, max_labels;
	struct open_loop {
		u32 loop;
		u32 first;
	} *open;
	u32 num_open, max_open;
	struct build_change *entries;
	u32 num_entries, max_entries;
	u32 *latest;
	u32 max_locals;
};

/* A local of an inner loop is worth more than one outside. */
static void heat(struct walk *w, u32 local)
{
	w->b->homes[local].heat += 1u << (2 * min_t(u32, w->num_open, MAX_HEAT_DEPTH));
}

static void assign(struct walk *w, u32 local)
{
	if (w->b->homes[local].slot || !w->num_open ||
	    w->latest[local] > w->open[w->num_open - 1].first)
		return;
	w->entries = ir_array_grow(w->b->f, w->entries, w->num_entries, 1, &w->max_entries,
				   sizeof(*w->entries));
	if (!w->entries) {
		w->b->err = -ENOMEM;
		return;
	}
	w->entries[w->num_entries].local = local;
	w->entries[w->num_entries].prev = w->latest[local];
	w->latest[local] = ++w->num_entries;
}

static void open_label(struct walk *w, bool is_loop)
{
	struct build_loops *loops = &w->b->loops;
	struct ir_func *f = w->b->f;

	w->labels = ir_array_grow(f, w->labels, w->num_labels, 1, &w->max_labels,
				  sizeof(*w->labels));
	w->open = ir_array_grow(f, w->open, w->num_open, 1, &w->max_open, sizeof(*w->open));
	if (!w->labels || !w->open) {
		w->b->err = -ENOMEM;
		return;
	}
	w->labels[w->num_labels] = 0;
	if (is_loop) {
		w->open[w->num_open].loop = loops->num++;
		w->open[w->num_open++].first = w->num_entries;
		w->labels[w->num_labels] = loops->num;
	}
	w->num_labels++;
}

/* The innermost loop ends: its set is complete, and belongs to the loop around it too. */
static void close_loop(struct walk *w)
{
	struct build_loops *loops = &w->b->loops;
	u32 first = w->open[--w->num_open].first;
	u32 loop = w->open[w->num_open].loop;
	u32 count = w->num_entries - first;
	u32 i;

	if (!build_spend(w->b, count))
		return;
	loops->locals = ir_array_grow(w->b->f, loops->locals, loops->num_locals, count,
				      &w->max_locals, sizeof(*loops->locals));
	if (!loops->locals) {
		w->b->err = -ENOMEM;
		return;
	}
	loops->first[loop] = loops->num_locals;
	loops->count[loop] = count;
	for (i = first; i < w->num_entries; i++)
		loops->locals[loops->num_locals++] = w->entries[i].local;
	w->num_entries = build_changes_merge(w->b, w->entries, first, w->num_entries,
					     w->num_open ? w->open[w->num_open - 1].first : -1ll,
					     w->latest);
}

static void branch(struct walk *w, u32 label)
{
	u32 loop = w->labels[w->num_labels - 1 - label];

	if (loop)
		w->b->loops.back[loop - 1] = 1;
}

static void branch_table(struct walk *w, const struct kwasm_reader *r, const struct kwasm_op *op)
{
	struct kwasm_reader labels = kwasm_op_labels(r, op);
	u32 i;

	if (!build_spend(w->b, op->num_targets))
		return;
	for (i = 0; i <= op->num_targets; i++)
		branch(w, kwasm_read_leb_u32(&labels));
}

static void step(struct walk *w, const struct kwasm_reader *r, const struct kwasm_op *op)
{
	switch (op->code) {
	case WASM_BLOCK:
	case WASM_IF:
		open_label(w, false);
		break;
	case WASM_LOOP:
		open_label(w, true);
		break;
	case WASM_END:
		if (w->labels[--w->num_labels])
			close_loop(w);
		break;
	case WASM_BR:
	case WASM_BR_IF:
		branch(w, op->index);
		break;
	case WASM_BR_TABLE:
		branch_table(w, r, op);
		break;
	case WASM_LOCAL_GET:
		heat(w, op->index);
		break;
	case WASM_LOCAL_SET:
	case WASM_LOCAL_TEE:
		heat(w, op->index);
		assign(w, op->index);
		break;
	}
}

int build_loops_find(struct build *b)
{
	struct kwasm_arena *arena = b->f->arena;
	struct walk w = { .b = b };
	struct kwasm_reader r = b->reader;
	struct kwasm_op op;

	b->loops.first = kwasm_arena_alloc(arena, b->info->num_blocks + 1, sizeof(u32));
	b->loops.count = kwasm_arena_alloc(arena, b->info->num_blocks + 1, sizeof(u32));
	b->loops.back = kwasm_arena_alloc(arena, b->info->num_blocks + 1, 1);
	w.latest = kwasm_arena_alloc(arena, b->info->num_locals + 1, sizeof(u32));
	if (!b->loops.first || !b->loops.count || !b->loops.back || !w.latest)
		return ir_out_of_memory(b->f);
	open_label(&w, false);		/* the function's own */
	while (!b->err && w.num_labels) {
		b->err = kwasm_op_read(&r, &op);
		if (!b->err)
			b->err = ir_work(b->f, 1 + op.num_targets);
		if (b->err)
			break;
		b->at = op.at;
		step(&w, &r, &op);
	}
	return b->err;
}
