// SPDX-License-Identifier: GPL-2.0-only
/*
 * build_join.c - the builder's journal, its edges, and the PHIs where edges meet.
 *
 * Guarantees: an edge costs what it carries, a join what its edges carry and the PHIs that it
 * makes; all of it is counted against the builder's budget.
 */
#include "build.h"

void build_local_set(struct build *b, u32 x, u32 value)
{
	struct build_change *change;

	if (b->locals[x] == value)
		return;
	if (b->latest[x] <= b->frames[b->num_frames - 1].journal) {
		b->journal = ir_array_grow(b->f, b->journal, b->num_journal, 1, &b->max_journal,
					   sizeof(*b->journal));
		if (!b->journal) {
			b->err = -ENOMEM;
			return;
		}
		change = &b->journal[b->num_journal];
		change->local = x;
		change->old = b->locals[x];
		change->prev = b->latest[x];
		b->latest[x] = ++b->num_journal;
	}
	b->locals[x] = value;
}

void build_journal_rewind(struct build *b, const struct build_frame *frame)
{
	build_spend(b, b->num_journal - frame->journal);
	while (b->num_journal > frame->journal) {
		const struct build_change *change = &b->journal[--b->num_journal];

		b->locals[change->local] = change->old;
		b->latest[change->local] = change->prev;
	}
}

u32 build_changes_merge(struct build *b, struct build_change *list, u32 first, u32 num,
			s64 outer, u32 *latest)
{
	u32 kept = first;
	u32 i;

	for (i = first; i < num; i++) {
		struct build_change change = list[i];

		b->homes[change.local].cost++;
		if (change.prev > outer) {
			latest[change.local] = change.prev;
		} else {
			list[kept++] = change;
			latest[change.local] = kept;
		}
	}
	return kept;
}

void build_journal_merge(struct build *b, const struct build_frame *frame, u32 outer)
{
	build_spend(b, b->num_journal - frame->journal);
	b->num_journal = build_changes_merge(b, b->journal, frame->journal, b->num_journal,
					     outer, b->latest);
}

/* Room for @n words in build.data; U32_MAX on error. */
static u32 data_new(struct build *b, u32 n)
{
	u32 at = b->num_data;

	if (!build_spend(b, n))
		return U32_MAX;
	b->data = ir_array_grow(b->f, b->data, at, n, &b->max_data, sizeof(*b->data));
	if (!b->data) {
		b->err = -ENOMEM;
		return U32_MAX;
	}
	b->num_data += n;
	return at;
}

static struct build_edge *edge_new(struct build *b, struct build_frame *frame, u32 from)
{
	struct build_edge *edge;

	b->edges = ir_array_grow(b->f, b->edges, b->num_edges, 1, &b->max_edges,
				 sizeof(*b->edges));
	if (!b->edges) {
		b->err = -ENOMEM;
		return NULL;
	}
	edge = &b->edges[b->num_edges];
	edge->from = from;
	edge->num_changed = 0;
	edge->values = b->num_data;
	edge->next = frame->edges;
	frame->edges = b->num_edges++;
	frame->num_edges++;
	return edge;
}

/* The locals that have changed since the start of @frame, each once. */
static void add_changes(struct build *b, const struct build_frame *frame, struct build_edge *edge)
{
	u32 at = data_new(b, 2 * (b->num_journal - frame->journal));
	u32 i;

	if (b->err)
		return;
	for (i = frame->journal; i < b->num_journal; i++) {
		const struct build_change *change = &b->journal[i];

		if (change->prev > frame->journal || b->locals[change->local] == change->old)
			continue;
		b->data[at++] = change->local;
		b->data[at++] = b->locals[change->local];
		b->homes[change->local].cost += 2;
		edge->num_changed++;
	}
	b->num_data = at;
}

static void add_loop_locals(struct build *b, const struct build_frame *frame)
{
	u32 first = b->loops.first[frame->loop];
	u32 n = b->loops.count[frame->loop];
	u32 at = data_new(b, n);
	u32 i;

	for (i = 0; i < n && !b->err; i++) {
		u32 x = b->loops.locals[first + i];

		b->data[at + i] = b->locals[x];
		b->homes[x].cost++;
	}
}

void build_edge_add(struct build *b, struct build_frame *frame)
{
	u32 arity = frame->kind == BUILD_LOOP ? frame->num_params : frame->num_results;
	struct build_edge *edge = edge_new(b, frame, b->block);
	u32 at;

	if (!edge)
		return;
	at = data_new(b, arity);
	if (b->err)
		return;
	memcpy(&b->data[at], &b->stack[b->height - arity], arity * sizeof(u32));
	if (frame->kind == BUILD_LOOP)
		add_loop_locals(b, frame);
	else if (frame->kind != BUILD_FUNC)
		add_changes(b, frame, edge);
}

void build_edge_other(struct build *b, struct build_frame *frame)
{
	struct build_edge *edge = edge_new(b, frame, frame->cond);

	if (!edge)
		return;
	edge->values = frame->params;
	b->f->pool[b->f->blocks[frame->cond].succs + 1] = frame->block;
}

void build_start(struct build *b, u32 block)
{
	struct ir_func *f = b->f;

	f->order = ir_array_grow(f, f->order, f->num_order, 1, &b->max_order, sizeof(*f->order));
	if (!f->order || block == IR_NO_BLOCK) {
		b->err = -ENOMEM;
		return;
	}
	f->order[f->num_order++] = block;
	b->block = block;
}

void build_start_after(struct build *b, u32 block, u32 from)
{
	u32 preds = ir_pool_new(b->f, 1);

	build_start(b, block);
	if (b->err || preds == U32_MAX) {
		b->err = -ENOMEM;
		return;
	}
	b->f->pool[preds] = from;
	b->f->blocks[block].preds = preds;
	b->f->blocks[block].num_preds = 1;
}

/* Sets @block's predecessors; the edges of a frame are linked newest first. */
static void set_preds(struct build *b, u32 block, const struct build_frame *frame)
{
	u32 n = frame->num_edges;
	u32 preds = ir_pool_new(b->f, n);
	u32 e = frame->edges;

	if (preds == U32_MAX) {
		b->err = -ENOMEM;
		return;
	}
	b->f->blocks[block].preds = preds;
	b->f->blocks[block].num_preds = n;
	for (; n--; e = b->edges[e].next)
		b->f->pool[preds + n] = b->edges[e].from;
}

/* A PHI with one operand for each of @frame's edges, all of them @value. */
static u32 phi_new(struct build *b, const struct build_frame *frame, u32 value)
{
	u32 n = frame->num_edges;
	u32 list, phi, i;

	if (!build_spend(b, n))
		return 0;
	list = ir_pool_new(b->f, n);
	phi = build_emit(b, IR_PHI, b->f->ins[value].type);
	if (list == U32_MAX || !phi) {
		b->err = -ENOMEM;
		return 0;
	}
	b->f->ins[phi].list = list;
	b->f->ins[phi].num_list = n;
	for (i = 0; i < n; i++)
		b->f->pool[list + i] = value;
	return phi;
}

/* Operand @k of the results: the value that all edges carry, or a PHI. */
static u32 join_result(struct build *b, const struct build_frame *frame, u32 k)
{
	u32 value = b->data[b->edges[frame->edges].values + k];
	u32 n = frame->num_edges;
	bool differs = false;
	u32 e, phi;

	for (e = frame->edges; e != U32_MAX; e = b->edges[e].next)
		if (b->data[b->edges[e].values + k] != value)
			differs = true;
	if (!differs)
		return value;
	phi = phi_new(b, frame, value);
	for (e = frame->edges; e != U32_MAX && phi; e = b->edges[e].next)
		b->f->pool[b->f->ins[phi].list + --n] = b->data[b->edges[e].values + k];
	return phi;
}

/* Count on how many edges each local changes, and whether the values agree. */
static void merge_count(struct build *b, const struct build_frame *frame)
{
	u32 e, i;

	for (e = frame->edges; e != U32_MAX; e = b->edges[e].next) {
		const struct build_edge *edge = &b->edges[e];
		const u32 *pair = &b->data[edge->values + frame->num_results];

		for (i = 0; i < edge->num_changed; i++, pair += 2) {
			struct build_merge *m = &b->merge[pair[0]];

			if (!m->seen++)
				m->value = pair[1];
			else if (m->value != pair[1])
				m->differs = true;
		}
	}
}

/*
 * Puts edge @n's values into the PHIs of the locals it changes.  merge[].value is the PHI once
 * merge[].seen is U32_MAX; a local that needs none is left alone.
 */
static void merge_edge(struct build *b, const struct build_frame *frame,
		       const struct build_edge *edge, u32 n)
{
	u32 i;

	for (i = 0; i < edge->num_changed && !b->err; i++) {
		const u32 *pair = &b->data[edge->values + frame->num_results + 2 * i];
		struct build_merge *m = &b->merge[pair[0]];

		if (m->seen == frame->num_edges && !m->differs)
			continue;
		if (m->seen != U32_MAX) {
			m->value = phi_new(b, frame, b->locals[pair[0]]);
			b->homes[pair[0]].cost += frame->num_edges;
			m->seen = U32_MAX;
		}
		b->f->pool[b->f->ins[m->value].list + n] = pair[1];
	}
}

/* Locals take the merged values; the scratch of the merge is zeroed again. */
static void merge_finish(struct build *b, const struct build_frame *frame)
{
	u32 e, i;

	for (e = frame->edges; e != U32_MAX && !b->err; e = b->edges[e].next) {
		const struct build_edge *edge = &b->edges[e];

		for (i = 0; i < edge->num_changed && !b->err; i++) {
			u32 x = b->data[edge->values + frame->num_results + 2 * i];

			if (b->merge[x].seen)
				build_local_set(b, x, b->merge[x].value);
			memset(&b->merge[x], 0, sizeof(b->merge[x]));
		}
	}
}

void build_join(struct build *b, const struct build_frame *frame)
{
	u32 n = frame->num_edges;
	u32 e, k;

	build_start(b, frame->block);
	if (b->err)
		return;
	set_preds(b, frame->block, frame);
	for (k = 0; k < frame->num_results && !b->err; k++)
		build_push(b, join_result(b, frame, k));
	if (frame->kind == BUILD_FUNC || b->err)
		return;
	merge_count(b, frame);
	for (e = frame->edges; e != U32_MAX && !b->err; e = b->edges[e].next)
		merge_edge(b, frame, &b->edges[e], --n);
	merge_finish(b, frame);
}

void build_header(struct build *b, struct build_frame *frame)
{
	u32 first = b->loops.first[frame->loop];
	u32 n = b->loops.count[frame->loop];
	u32 i;

	build_start(b, frame->block);
	for (i = 0; i < frame->num_params && !b->err; i++) {
		u32 *value = &b->stack[b->height - frame->num_params + i];

		*value = build_emit(b, IR_PHI, b->f->ins[*value].type);
	}
	for (i = 0; i < n && !b->err; i++) {
		u32 x = b->loops.locals[first + i];

		build_local_set(b, x, build_emit(b, IR_PHI, build_type(b->local_types[x])));
	}
}

void build_header_end(struct build *b, const struct build_frame *frame)
{
	u32 phi = b->f->blocks[frame->block].first;
	u32 k, e, list;

	set_preds(b, frame->block, frame);
	for (k = 0; !b->err && b->f->ins[phi].op == IR_PHI; k++) {
		u32 n = frame->num_edges;

		list = ir_pool_new(b->f, n);
		if (list == U32_MAX) {
			b->err = -ENOMEM;
			return;
		}
		for (e = frame->edges; e != U32_MAX; e = b->edges[e].next)
			b->f->pool[list + --n] = b->data[b->edges[e].values + k];
		b->f->ins[phi].list = list;
		b->f->ins[phi].num_list = frame->num_edges;
		phi = b->f->ins[phi].next;
	}
}
