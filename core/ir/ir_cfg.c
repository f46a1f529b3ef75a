// SPDX-License-Identifier: GPL-2.0-only
/*
 * ir_cfg.c - analysis of a function's control flow: dominators, loops, coldness.
 *
 * WebAssembly's control flow is reducible, and order[] keeps every block after its predecessors,
 * except for back edges.  One sweep therefore suffices where general graphs need iteration:
 * dominators take O(edges * log(blocks)), loops nearly O(edges), whatever the nesting.
 */
#include "ir.h"

/*
 * The dominator tree while it grows: jump[] skips ancestors so that two nodes meet in
 * O(log(depth)) steps.
 */
struct tree {
	u32 *idom;
	u32 *jump;
	u32 *depth;
};

static void tree_add(struct tree *t, u32 node, u32 parent)
{
	u32 skip = t->jump[parent];

	t->idom[node] = parent;
	t->depth[node] = t->depth[parent] + 1;
	if (t->depth[parent] - t->depth[skip] == t->depth[skip] - t->depth[t->jump[skip]])
		t->jump[node] = t->jump[skip];
	else
		t->jump[node] = parent;
}

static u32 tree_climb(const struct tree *t, u32 node, u32 depth)
{
	while (t->depth[node] > depth)
		node = t->depth[t->jump[node]] >= depth ? t->jump[node] : t->idom[node];
	return node;
}

/* The deepest node that is above or equal to both. */
static u32 tree_meet(const struct tree *t, u32 a, u32 b)
{
	a = tree_climb(t, a, t->depth[b]);
	b = tree_climb(t, b, t->depth[a]);
	while (a != b) {
		if (t->jump[a] != t->jump[b]) {
			a = t->jump[a];
			b = t->jump[b];
		} else {
			a = t->idom[a];
			b = t->idom[b];
		}
	}
	return a;
}

/* Numbers the finished tree in preorder: a subtree is an interval of walk[]. */
static void dom_number(struct ir_func *f, struct ir_dom *dom, u32 *size, u32 *cursor)
{
	u32 i;

	for (i = f->num_order; i-- > 1;) {
		u32 b = f->order[i];

		ir_note(f, 2);
		size[b]++;
		size[dom->idom[b]] += size[b];
	}
	size[f->order[0]]++;
	for (i = 0; i < f->num_order; i++) {
		u32 b = f->order[i];

		dom->pre[b] = i ? cursor[dom->idom[b]] : 0;
		dom->last[b] = dom->pre[b] + size[b] - 1;
		dom->walk[dom->pre[b]] = b;
		cursor[b] = dom->pre[b] + 1;
		if (i)
			cursor[dom->idom[b]] += size[b];
	}
}

int ir_dom_build(struct ir_func *f, struct ir_dom *dom)
{
	u32 *space = kwasm_arena_alloc(f->arena, f->num_blocks, 6 * sizeof(u32));
	u32 n = f->num_blocks;
	struct tree t;
	u32 i, k;

	if (!space)
		return ir_out_of_memory(f);
	dom->idom = space;
	dom->pre = space + n;
	dom->last = space + 2 * n;
	dom->walk = space + 3 * n;
	t.idom = dom->idom;
	t.jump = space + 4 * n;
	t.depth = space + 5 * n;
	for (i = 0; i < n; i++)
		dom->idom[i] = IR_NO_BLOCK;
	dom->idom[f->order[0]] = f->order[0];
	t.jump[f->order[0]] = f->order[0];
	for (i = 1; i < f->num_order; i++) {
		u32 b = f->order[i];
		u32 meet = IR_NO_BLOCK;

		ir_note(f, 1 + 4 * (u64)f->blocks[b].num_preds);
		for (k = 0; k < f->blocks[b].num_preds; k++) {
			u32 p = ir_pred(f, b, k);

			if (dom->idom[p] == IR_NO_BLOCK)
				continue;	/* back edge */
			meet = meet == IR_NO_BLOCK ? p : tree_meet(&t, meet, p);
		}
		if (meet == IR_NO_BLOCK)
			return kwasm_diag_set(f->diag, -EINVAL, f->index, KWASM_DIAG_NONE,
					      "block %u comes before its predecessors", b);
		tree_add(&t, b, meet);
	}
	memset(t.jump, 0, 2 * n * sizeof(u32));
	dom_number(f, dom, t.jump, t.depth);
	return 0;
}

/*
 * State of the loop search.
 * @pos: place in order[]
 * @parent: the loop that directly contains a block, or a header's loop
 * @top: union-find: towards the outermost loop found so far that contains a block
 */
struct loops {
	u32 *pos;
	u32 *parent;
	u32 *top;
	u32 *work;
	u32 *next;
	u32 *head;
};

static u32 loops_top(struct loops *l, u32 b)
{
	while (l->top[b] != b) {
		l->top[b] = l->top[l->top[b]];
		b = l->top[b];
	}
	return b;
}

/* Puts what reaches a back edge of @h into its loop; loops inside it are found already. */
static void loops_collect(struct ir_func *f, struct loops *l, u32 h)
{
	u32 n = 0;
	u32 b = h;
	u32 k;

	do {
		for (k = 0; k < f->blocks[b].num_preds; k++) {
			u32 p = ir_pred(f, b, k);

			if (b == h && l->pos[p] < l->pos[h])
				continue;	/* enters the loop */
			p = loops_top(l, p);
			if (p == h)
				continue;
			l->top[p] = h;
			l->parent[p] = h;
			l->work[n++] = p;
		}
		b = n ? l->work[--n] : h;
	} while (b != h);
}

static bool is_header(const struct ir_func *f, const struct loops *l, u32 b)
{
	u32 k;

	for (k = 0; k < f->blocks[b].num_preds; k++)
		if (l->pos[ir_pred(f, b, k)] >= l->pos[b])
			return true;
	return false;
}

/* Rewrite order[] so that each loop is contiguous; blocks outside a loop move after it. */
static void loops_gather(struct ir_func *f, struct loops *l)
{
	u32 root = IR_NO_BLOCK;
	u32 n = 0;
	u32 b, i;

	for (i = f->num_order; i--;) {
		ir_note(f, 1);
		b = f->order[i];
		if (l->parent[b] == IR_NO_BLOCK) {
			l->next[b] = root;
			root = b;
		} else {
			l->next[b] = l->head[l->parent[b]];
			l->head[l->parent[b]] = b;
		}
	}
	b = root;
	while (b != IR_NO_BLOCK) {
		ir_note(f, 1);
		f->order[n++] = b;
		if (l->head[b] != IR_NO_BLOCK) {
			b = l->head[b];
			continue;
		}
		while (l->next[b] == IR_NO_BLOCK && l->parent[b] != IR_NO_BLOCK)
			b = l->parent[b];
		b = l->next[b];
	}
}

/* A block is cold if it always ends in a trap, or if only cold blocks lead to it. */
static void mark_cold(struct ir_func *f)
{
	u32 i, k;

	for (i = f->num_order; i--;) {
		struct ir_block *b = &f->blocks[f->order[i]];

		ir_note(f, 1 + b->num_succs);
		b->cold = f->ins[b->last].op == IR_TRAP || b->num_succs;
		for (k = 0; k < b->num_succs; k++)
			if (!f->blocks[f->pool[b->succs + k]].cold)
				b->cold = false;
	}
	for (i = 1; i < f->num_order; i++) {
		struct ir_block *b = &f->blocks[f->order[i]];
		bool cold = true;

		ir_note(f, 1 + b->num_preds);
		for (k = 0; k < b->num_preds; k++)
			if (!f->blocks[f->pool[b->preds + k]].cold)
				cold = false;
		if (cold)
			b->cold = true;
	}
}

int ir_loops_find(struct ir_func *f)
{
	u32 n = f->num_blocks;
	u32 *space = kwasm_arena_alloc(f->arena, n, 6 * sizeof(u32));
	struct loops l;
	u32 i;

	if (!space)
		return ir_out_of_memory(f);
	l.pos = space;
	l.parent = space + n;
	l.top = space + 2 * n;
	l.work = space + 3 * n;
	l.next = space + 4 * n;
	l.head = space + 5 * n;
	for (i = 0; i < n; i++) {
		l.parent[i] = IR_NO_BLOCK;
		l.head[i] = IR_NO_BLOCK;
		l.top[i] = i;
		f->blocks[i].cold = false;
	}
	for (i = 0; i < f->num_order; i++)
		l.pos[f->order[i]] = i;
	for (i = f->num_order; i--;) {
		u32 b = f->order[i];

		ir_note(f, 1 + f->blocks[b].num_preds);
		f->blocks[b].header = is_header(f, &l, b);
		if (f->blocks[b].header)
			loops_collect(f, &l, b);
	}
	for (i = 0; i < f->num_order; i++) {
		struct ir_block *b = &f->blocks[f->order[i]];
		u32 up = l.parent[f->order[i]];

		ir_note(f, 1);
		b->loop = b->header ? f->order[i] : up;
		b->depth = up == IR_NO_BLOCK ? 0 : f->blocks[up].depth;
		b->depth += b->header;
	}
	loops_gather(f, &l);
	mark_cold(f);
	return 0;
}

static bool has_succ(const struct ir_func *f, u32 from, u32 to)
{
	u32 k;

	for (k = 0; k < f->blocks[from].num_succs; k++)
		if (ir_succ(f, from, k) == to)
			return true;
	return false;
}

/*
 * Takes the predecessors out of block @b that are dead or do not lead to it any more, with their
 * operands of PHIs.  An edge is only ever taken from a block that keeps one successor: the blocks
 * with many need no search.
 */
static void filter_preds(struct ir_func *f, u32 b, const u8 *live)
{
	u32 num = f->blocks[b].num_preds;
	u32 kept = 0;
	u32 k, i;

	for (k = 0; k < num; k++) {
		u32 p = ir_pred(f, b, k);

		ir_note(f, 1);
		if (!live[p] || (f->blocks[p].num_succs <= 2 && !has_succ(f, p, b)))
			continue;
		if (kept < k) {
			f->pool[f->blocks[b].preds + kept] = p;
			for (i = f->blocks[b].first; f->ins[i].op == IR_PHI; i = f->ins[i].next) {
				f->pool[f->ins[i].list + kept] = f->pool[f->ins[i].list + k];
				ir_note(f, 1);
			}
		}
		kept++;
	}
	f->blocks[b].num_preds = kept;
	for (i = f->blocks[b].first; f->ins[i].op == IR_PHI; i = f->ins[i].next) {
		f->ins[i].num_list = kept;
		ir_note(f, 1);
	}
}

int ir_cfg_clean(struct ir_func *f)
{
	u8 *live = kwasm_arena_alloc(f->arena, f->num_blocks, 1);
	u32 n = 0;
	u32 i, k;

	if (!live)
		return ir_out_of_memory(f);
	live[f->order[0]] = 1;
	/* every live block but the entry has a predecessor before it in order[] */
	for (i = 0; i < f->num_order; i++) {
		u32 b = f->order[i];

		if (!live[b])
			continue;
		for (k = 0; k < f->blocks[b].num_succs; k++)
			live[ir_succ(f, b, k)] = 1;
		f->order[n++] = b;
	}
	f->num_order = n;
	for (i = 0; i < n; i++)
		filter_preds(f, f->order[i], live);
	return ir_loops_find(f);
}
