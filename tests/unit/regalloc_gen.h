/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * regalloc_gen.h - random programs and random machines, for the tests of register allocation.
 *
 *	seeded structured program (if, switch, loops with breaks, calls, both register classes)
 *	  -> ir_regalloc() for a machine with 5 to 13 registers and random operand constraints
 *	  -> ir_regalloc_verify(): symbolic execution over all paths
 */
#ifndef KWASM_TESTS_REGALLOC_GEN_H
#define KWASM_TESTS_REGALLOC_GEN_H

#include "tap.h"
#include "ir/alloc/live.h"

#define VARS 24			/* mutable variables of a program, the odd ones are floats */
#define MAX_EDGES 8

struct edge_list {
	u32 to[MAX_EDGES];
	u32 num;
};

/* A program under construction. */
struct gen {
	struct ir_func f;
	struct kwasm_arena arena;
	struct kwasm_diag diag;
	u64 seed;
	u32 block;		/* current block */
	u32 vars;		/* number of variables in use */
	u32 var[VARS];
	u32 budget;		/* instructions left */
	struct edge_list *edges;
	u32 max_edges;
};

/* The machine; describe() has no other access to it. */
static struct {
	struct ir_target target;
	u32 regs;
} machine;

static u32 rnd(struct gen *g, u32 n)
{
	g->seed = g->seed * 6364136223846793005ull + 1442695040888963407ull;
	return (u32)((g->seed >> 33) % n);
}

static bool is_float(u32 type)
{
	return type >= IR_F32;
}

/* ---- the machine -------------------------------------------------------------------------- */

static u16 list_regs[64];

static void describe_list(const struct ir_func *f, const struct ir_ins *ins)
{
	u32 n, ints = 0, floats = 0;

	for (n = 0; n < ins->num_list; n++) {
		bool fl = is_float(f->ins[f->pool[ins->list + n]].type);

		list_regs[n] = fl ? IR_LOC_XMM + floats++ : ints++;
	}
}

static void describe_random(struct ir_func *f, u32 i, struct ir_target_ins *t)
{
	const struct ir_ins *ins = &f->ins[i];
	u32 h = (u32)ins->disp, base = is_float(ins->type) ? IR_LOC_XMM : 0, n;

	t->def = ins->type ? IR_TARGET_ANY : IR_LOC_NONE;
	for (n = 0; n < 3; n++)
		t->use[n] = !ins->arg[n] ? IR_LOC_NONE :
			    (h >> (8 + n)) & 1 ? IR_TARGET_ANYLOC : IR_TARGET_ANY;
	if (!ins->type)
		return;
	/* no two-address form and no fixed operand of another class */
	if (ins->arg[0] && is_float(f->ins[ins->arg[0]].type) != is_float(ins->type))
		h |= 7;
	switch (h % 8) {
	case 0:
	case 1:
	case 2:
		t->tied = true;
		t->use[0] = IR_TARGET_ANY;
		t->late = (h >> 11) & 2;
		t->commutes = ins->op == IR_ADD;
		break;
	case 3:
		t->def = base + ((h >> 12) & 1 ? 2 : 0);
		t->use[0] = base;
		t->clobbers = (1u << base) | (4u << base);
		t->late = 6;
		break;
	case 4:
		t->tied = true;
		t->use[0] = IR_TARGET_ANY;
		if (ins->arg[1])
			t->use[1] = (is_float(f->ins[ins->arg[1]].type) ? IR_LOC_XMM : 0) + 1;
		break;
	case 7:
		t->late = (h >> 12) & 7;
		break;
	case 6:
		t->clobbers = 1u << (base + (h >> 12) % machine.regs);
		t->late = (h >> 16) & 7;
		break;
	case 5:
		t->tied = true;
		t->use[0] = IR_TARGET_ANY;
		t->def = base + (h >> 12) % machine.regs;
		break;
	}
}

static void describe(struct ir_func *f, u32 i, struct ir_target_ins *t)
{
	const struct ir_ins *ins = &f->ins[i];

	t->def = IR_LOC_NONE;
	t->use[0] = t->use[1] = t->use[2] = IR_LOC_NONE;
	switch (ins->op) {
	case IR_CONST:
		t->def = IR_TARGET_ANY;
		break;
	case IR_PARAM:
		t->def = ins->imm < 4 ? (is_float(ins->type) ? IR_LOC_XMM : 0) + ins->imm :
					IR_TARGET_ANY;
		break;
	case IR_JMP:
	case IR_TRAP:
		break;
	case IR_CALL:
		t->clobbers = machine.target.allocatable & ~machine.target.callee_saved;
		if (ins->type)
			t->def = is_float(ins->type) ? IR_LOC_XMM : 0;
		/* fall through */
	case IR_RET:
		describe_list(f, ins);
		t->list_use = list_regs;
		break;
	default:
		describe_random(f, i, t);
	}
}

static void machine_set(u32 regs, u32 saved)
{
	u32 ints = (1u << regs) - 1;

	machine.regs = regs;
	machine.target.allocatable = ints | (ints << 16);
	machine.target.callee_saved = ints & ~((1u << (regs - saved)) - 1);
	machine.target.scratch_gpr = 15;
	machine.target.scratch_xmm = 31;
	machine.target.describe = describe;
}

/* ---- programs ----------------------------------------------------------------------------- */

static u32 new_block(struct gen *g)
{
	u32 b = ir_block_new(&g->f);

	if (b == IR_NO_BLOCK)
		bail_out("out of memory");
	if (b >= g->max_edges) {
		g->max_edges = 2 * b + 64;
		g->edges = realloc(g->edges, g->max_edges * sizeof(*g->edges));
		if (!g->edges)
			bail_out("out of memory");
	}
	g->edges[b].num = 0;
	return b;
}

/* Emit code to block @b from now on. */
static void start(struct gen *g, u32 b)
{
	static u32 room;

	if (!g->f.num_order)
		room = 0;
	g->f.order = ir_array_grow(&g->f, g->f.order, g->f.num_order, 1, &room, sizeof(u32));
	if (!g->f.order)
		bail_out("out of memory");
	g->f.order[g->f.num_order++] = b;
	g->block = b;
}

static u32 ins(struct gen *g, u32 op, u32 type, u32 a, u32 b, u32 c)
{
	u32 i = ir_ins_new(&g->f, op, type);

	if (!i)
		bail_out("out of memory");
	g->f.ins[i].arg[0] = a;
	g->f.ins[i].arg[1] = b;
	g->f.ins[i].arg[2] = c;
	g->f.ins[i].disp = (s32)(rnd(g, 1u << 30));
	ir_ins_append(&g->f, g->block, i);
	if (g->budget)
		g->budget--;
	return i;
}

static u32 with_list(struct gen *g, u32 op, u32 type, const u32 *list, u32 n)
{
	u32 at = ir_pool_new(&g->f, n), i = ins(g, op, type, 0, 0, 0);

	if (at == U32_MAX)
		bail_out("out of memory");
	if (n)
		memcpy(&g->f.pool[at], list, n * sizeof(*list));
	g->f.ins[i].list = at;
	g->f.ins[i].num_list = n;
	return i;
}

static void edge(struct gen *g, u32 from, u32 to)
{
	g->edges[from].to[g->edges[from].num++] = to;
}

static void jump(struct gen *g, u32 to)
{
	ins(g, IR_JMP, IR_VOID, 0, 0, 0);
	edge(g, g->block, to);
}

static u32 var_type(u32 v)
{
	return v & 1 ? IR_F64 : IR_I64;
}

static u32 pick(struct gen *g, u32 type)
{
	u32 v = rnd(g, g->vars / 2) * 2 + is_float(type);

	if (!rnd(g, 6)) {
		u32 c = ins(g, IR_CONST, type, 0, 0, 0);

		g->f.ins[c].imm = rnd(g, 6);
		return c;
	}
	return g->var[v];
}

static void gen_call(struct gen *g, u32 v)
{
	u32 args[8], n = rnd(g, 5), k;

	for (k = 0; k < n; k++)
		args[k] = pick(g, k < 2 ? IR_I64 : IR_F64);
	k = with_list(g, IR_CALL, rnd(g, 4) ? var_type(v) : IR_VOID, args, n);
	if (g->f.ins[k].type)
		g->var[v] = k;
}

static void gen_ins(struct gen *g)
{
	u32 v = rnd(g, g->vars), type = var_type(v), a, b, c;

	if (!rnd(g, 8)) {
		gen_call(g, v);
		return;
	}
	a = pick(g, type);
	b = pick(g, rnd(g, 5) ? type : IR_I64);
	c = pick(g, type);
	switch (rnd(g, 6)) {
	case 0:
		ins(g, IR_STORE, IR_VOID, pick(g, IR_I64), b, 0);
		return;
	case 1:
		g->var[v] = ins(g, IR_SELECT, type, a, b, c);
		return;
	case 2:
		g->var[v] = ins(g, IR_LOAD, type, pick(g, IR_I64), 0, 0);
		return;
	case 3:
		g->var[v] = ins(g, IR_SUB, type, a, b, 0);
		return;
	default:
		g->var[v] = ins(g, IR_ADD, type, a, c, 0);
	}
}

/* Values from several paths for the next block. */
struct join {
	u32 block;
	u32 pred[MAX_EDGES];
	u32 var[MAX_EDGES][VARS];
	u32 num;
};

static void join_here(struct gen *g, struct join *j)
{
	memcpy(j->var[j->num], g->var, sizeof(g->var));
	j->pred[j->num++] = g->block;
	jump(g, j->block);
}

static void join_start(struct gen *g, struct join *j)
{
	u32 list[MAX_EDGES], v, n;

	start(g, j->block);
	for (v = 0; v < g->vars; v++) {
		bool same = true;

		for (n = 0; n < j->num; n++) {
			list[n] = j->var[n][v];
			same &= list[n] == list[0];
		}
		if (!same || !rnd(g, 10))
			g->var[v] = with_list(g, IR_PHI, var_type(v), list, j->num);
		else
			g->var[v] = list[0];
	}
}

static void branch(struct gen *g, const u32 *to, u32 n)
{
	u32 i, k;

	i = ins(g, n == 2 ? IR_BR : IR_SWITCH, IR_VOID, pick(g, IR_I64), 0, 0);
	if (n > 2) {
		u32 at = ir_pool_new(&g->f, n);

		for (k = 0; k < n; k++)
			g->f.pool[at + k] = k;
		g->f.ins[i].list = at;
		g->f.ins[i].num_list = n;
	}
	for (k = 0; k < n; k++)
		edge(g, g->block, to[k]);
}

static void gen_body(struct gen *g, u32 depth, struct join *out);

static void gen_if(struct gen *g, u32 depth, struct join *out)
{
	struct join j = { .block = new_block(g) };
	u32 to[5], n = 2 + (rnd(g, 3) ? 0 : rnd(g, 4)), k, var[VARS];

	for (k = 0; k < n; k++)
		to[k] = new_block(g);
	branch(g, to, n);
	memcpy(var, g->var, sizeof(var));
	for (k = 0; k < n; k++) {
		start(g, to[k]);
		memcpy(g->var, var, sizeof(var));
		if (k || rnd(g, 2))
			gen_body(g, depth + 1, out);
		if (k == 1 && out && out->num < MAX_EDGES - 2 && rnd(g, 2)) {
			join_here(g, out);
		} else if (k == 1 && !rnd(g, 8)) {
			ins(g, IR_TRAP, IR_VOID, 0, 0, 0);
		} else {
			join_here(g, &j);
		}
	}
	join_start(g, &j);
}

static void gen_loop(struct gen *g, u32 depth)
{
	struct join out = { .block = new_block(g) };
	u32 header = new_block(g), to[2], phis[VARS], list[2], v;

	jump(g, header);
	start(g, header);
	for (v = 0; v < g->vars; v++) {
		list[0] = list[1] = g->var[v];
		phis[v] = with_list(g, IR_PHI, var_type(v), list, 2);
		if (rnd(g, 4))
			g->var[v] = phis[v];
	}
	gen_body(g, depth + 1, NULL);
	to[0] = new_block(g);
	to[1] = new_block(g);
	branch(g, to, 2);
	start(g, to[1]);
	join_here(g, &out);
	start(g, to[0]);
	gen_body(g, depth + 1, &out);
	for (v = 0; v < g->vars; v++)
		g->f.pool[g->f.ins[phis[v]].list + 1] = g->var[v];
	jump(g, header);
	join_start(g, &out);
}

static void gen_body(struct gen *g, u32 depth, struct join *out)
{
	u32 n = 1 + rnd(g, 6);

	while (n--) {
		u32 what = g->budget && depth < 6 ? rnd(g, 10) : 0;

		if (what < 7)
			gen_ins(g);
		else if (what < 9)
			gen_if(g, depth, out);
		else
			gen_loop(g, depth);
	}
}

/* Fill succs and preds from the lists of edges; preds are in the order of the jumps. */
static void link_edges(struct gen *g)
{
	struct ir_func *f = &g->f;
	u32 b, n;

	for (b = 0; b < f->num_blocks; b++)
		f->blocks[b].num_preds = 0;
	for (b = 0; b < f->num_blocks; b++) {
		f->blocks[b].succs = ir_pool_new(f, g->edges[b].num);
		f->blocks[b].num_succs = g->edges[b].num;
		for (n = 0; n < g->edges[b].num; n++) {
			f->pool[f->blocks[b].succs + n] = g->edges[b].to[n];
			f->blocks[g->edges[b].to[n]].num_preds++;
		}
	}
	for (b = 0; b < f->num_blocks; b++) {
		f->blocks[b].preds = ir_pool_new(f, f->blocks[b].num_preds);
		f->blocks[b].num_preds = 0;
	}
	for (n = 0; n < f->num_order; n++) {
		b = f->order[n];
		for (u32 k = 0; k < g->edges[b].num; k++) {
			struct ir_block *s = &f->blocks[g->edges[b].to[k]];

			f->pool[s->preds + s->num_preds++] = b;
		}
	}
}

static void gen_init(struct gen *g, u64 seed, u32 vars, size_t memory)
{
	memset(g, 0, sizeof(*g));
	kwasm_arena_init(&g->arena, memory);
	kwasm_diag_init(&g->diag);
	g->seed = seed * 0x9e3779b97f4a7c15ull + 1;
	g->vars = vars;
	if (ir_func_init(&g->f, &g->arena, NULL, 0, &g->diag))
		bail_out("out of memory");
	start(g, new_block(g));
	for (u32 v = 0; v < vars; v++) {
		u32 i = ins(g, v < 12 ? IR_PARAM : IR_CONST, var_type(v), 0, 0, 0);

		g->f.ins[i].imm = v / 2;
		g->var[v] = i;
	}
}

static void gen_end(struct gen *g)
{
	u32 list[2] = { g->var[0], g->var[1] };

	with_list(g, IR_RET, IR_VOID, list, 2);
	link_edges(g);
	if (ir_loops_find(&g->f))
		bail_out("no loops");
}

static void gen_free(struct gen *g)
{
	kwasm_arena_release(&g->arena);
	free(g->edges);
}

static void gen_program(struct gen *g, u64 seed, u32 budget)
{
	gen_init(g, seed, 4 + 2 * (u32)(seed % 11), 256u << 20);
	g->budget = budget;
	while (g->budget)
		gen_body(g, 0, NULL);
	gen_end(g);
}

static void print(void *arg, const char *text, size_t len)
{
	fwrite(text, 1, len, arg);
}

/* ---- allocation --------------------------------------------------------------------------- */

static int allocate(struct gen *g, bool local)
{
	int err = ra_allocate(&g->f, &machine.target, local);

	return err ? err : ir_regalloc_verify(&g->f, &machine.target);
}

static void explain(struct gen *g, u32 seed)
{
	struct ir_sink sink = { print, stderr };
	char text[300];

	kwasm_diag_format(&g->diag, text, sizeof(text));
	diag("seed %u: %s", seed, text);
	if (getenv("KWASM_DUMP"))
		ir_dump(&g->f, &sink);
}

#endif /* KWASM_TESTS_REGALLOC_GEN_H */
