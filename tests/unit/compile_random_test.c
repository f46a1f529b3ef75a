// SPDX-License-Identifier: GPL-2.0-only
/*
 * compile_random_test.c - random programs, compiled and interpreted.
 *
 * A program has more locals than there are registers, of both widths, and statements over them:
 * assignments with operands from locals, constants and memory, stores, selections, branches,
 * tables, loops and calls.  At its end it stores all locals in memory; these, the memory and the
 * trap must equal those of the interpreter below.  Seeds are fixed: a failure reports its seed.
 */
#include "int_ops.h"
#include "run.h"

#define NUM_LOCALS 20u		/* of each width; the last of i32 count loops */
#define NUM_COUNTERS 4u
#define MEMORY 4096u
#define LEAVE_AT 8192u		/* where the locals go */
#define MAX_NODES 4000u
#define PROGRAMS 300u

enum node_kind {
	SET,		/* dst = a op b */
	SELECT,		/* dst = a op b ? c : d; c and d are locals */
	COPY,		/* dst = a */
	WRAP,		/* i32 dst = i64 a */
	EXTEND_S,	/* i64 dst = i32 a */
	EXTEND_U,
	STORE,		/* memory[b + offset] = a, access */
	IF,		/* a op b: first, else second */
	SWITCH,		/* a: first, second or nothing */
	LOOP,		/* count times first */
	CALL,		/* i64 dst = sum of four locals */
};

enum operand_kind { LOCAL, CONSTANT, MEMORY_AT };

struct operand {
	enum operand_kind kind;
	u32 local;	/* MEMORY_AT: i32 local with the address */
	u64 value;	/* or offset */
	u32 access;	/* MEMORY_AT */
};

struct node {
	enum node_kind kind;
	int bits;
	enum int_op op;
	u32 dst;
	struct operand a, b;
	u32 access, count;
	u32 first, second, next;
};

static struct node nodes[MAX_NODES];
static u32 num_nodes;
static u64 seed;

static u64 i32s[NUM_LOCALS], i64s[NUM_LOCALS];
static u8 memory[MEMORY + 64];

static u64 next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static u32 below(u32 n)
{
	return (u32)(next_random() >> 33) % n;
}

/* ---- the generator ---- */

static const struct {
	const char *load, *store;
	u32 bytes;
	bool sign;
} accesses[2][7] = {
	{
		{ "i32.load8_u", "i32.store8", 1, false }, { "i32.load8_s", "i32.store8", 1, true },
		{ "i32.load16_u", "i32.store16", 2, false },
		{ "i32.load16_s", "i32.store16", 2, true },
		{ "i32.load", "i32.store", 4, false },
	},
	{
		{ "i64.load8_u", "i64.store8", 1, false }, { "i64.load8_s", "i64.store8", 1, true },
		{ "i64.load16_u", "i64.store16", 2, false },
		{ "i64.load16_s", "i64.store16", 2, true },
		{ "i64.load32_u", "i64.store32", 4, false },
		{ "i64.load32_s", "i64.store32", 4, true }, { "i64.load", "i64.store", 8, false },
	},
};

static u32 random_access(int bits)
{
	return below(bits == 64 ? 7 : 5);
}

static u64 random_constant(int bits)
{
	static const u64 some[] = { 0, 1, 2, 3, 4, 7, 8, 31, 63, 255, 256, 65535, 0x7fffffff,
				    0x80000000, 0xffffffff, 0xffffffffffffffff,
				    0x8000000000000000, 0x7fffffffffffffff };
	u64 v = below(2) ? some[below(ARRAY_SIZE(some))] : next_random() >> below(64);

	return bits == 64 ? v : (u32)v;
}

static struct operand random_operand(int bits)
{
	struct operand o = { .local = below(NUM_LOCALS - NUM_COUNTERS) };
	u32 dice = below(10);

	o.kind = dice < 6 ? LOCAL : dice < 8 ? CONSTANT : MEMORY_AT;
	if (o.kind == CONSTANT) {
		o.value = random_constant(bits);
	} else if (o.kind == MEMORY_AT) {
		o.value = below(32);
		o.access = random_access(bits);
	}
	return o;
}

static u32 random_list(u32 depth, u32 budget);

static u32 random_node(u32 depth, u32 budget)
{
	u32 i = num_nodes++;
	struct node *n = &nodes[i];
	u32 dice = below(depth < NUM_COUNTERS && budget > 8 ? 20 : 15);

	memset(n, 0, sizeof(*n));
	n->kind = dice < 8 ? SET : dice < 10 ? COPY : dice < 11 ? WRAP + below(3) :
		  dice < 13 ? STORE : dice < 14 ? CALL : dice < 15 ? SELECT :
		  dice < 17 ? IF : dice < 18 ? SWITCH : LOOP;
	n->bits = below(2) ? 64 : 32;
	n->dst = below(NUM_LOCALS - NUM_COUNTERS);
	n->op = below(NUM_INT_OPS);
	n->access = random_access(n->bits);
	n->count = 1 + below(3);
	if (n->kind == IF || n->kind == SELECT)
		n->op = OP_FIRST_COMPARE + below(OP_FIRST_UNARY - OP_FIRST_COMPARE);
	if (n->kind == WRAP)
		n->bits = 64;
	if (n->kind == EXTEND_S || n->kind == EXTEND_U || n->kind == SWITCH)
		n->bits = 32;
	n->a = random_operand(n->bits);
	n->b = random_operand(n->bits);
	if (n->kind == COPY)
		n->a = (struct operand){ .kind = MEMORY_AT, .local = n->a.local,
					 .value = below(32), .access = n->access };
	if (n->kind == STORE)
		n->b = (struct operand){ .local = n->b.local, .value = below(32) };
	/* divisors are odd more often than not */
	if (n->kind == SET && n->op >= OP_DIV_S && n->op <= OP_REM_U && below(8)) {
		n->b.kind = CONSTANT;
		n->b.value = random_constant(n->bits) | 1;
	}
	if (n->kind == IF || n->kind == SWITCH || n->kind == LOOP)
		n->first = random_list(depth + 1, budget / 2);
	if (n->kind == IF || n->kind == SWITCH)
		n->second = random_list(depth + 1, budget / 2);
	return i;
}

/* Node 0 is none. */
static u32 random_list(u32 depth, u32 budget)
{
	u32 num = 1 + below(budget);
	u32 first = 0, last = 0;

	while (num-- && num_nodes < MAX_NODES - 8) {
		u32 i = random_node(depth, budget);

		if (last)
			nodes[last].next = i;
		else
			first = i;
		last = i;
	}
	return first;
}

/* ---- as text ---- */

static char letter(int bits)
{
	return bits == 64 ? 'l' : 'i';
}

static void put_address(struct text *t, const struct operand *o)
{
	text_add(t, "(i32.and (local.get $i%u) (i32.const 0xff0))", o->local);
}

static void put_operand(struct text *t, const struct operand *o, int bits)
{
	switch (o->kind) {
	case LOCAL:
		text_add(t, "(local.get $%c%u)", letter(bits), o->local);
		break;
	case CONSTANT:
		text_add(t, "(i%d.const %lld)", bits, (long long)int_signed(o->value, bits));
		break;
	default:
		text_add(t, "(%s offset=%u ", accesses[bits == 64][o->access].load, (u32)o->value);
		put_address(t, o);
		text_add(t, ")");
	}
}

static bool gives_i32(const struct node *n)
{
	return n->bits == 32 || (n->op >= OP_FIRST_COMPARE && n->op < OP_FIRST_UNARY) ||
	       n->op == OP_EQZ;
}

static void put_operation(struct text *t, const struct node *n)
{
	text_add(t, "(i%d.%s ", n->bits, int_op_names[n->op]);
	put_operand(t, &n->a, n->bits);
	if (n->op < OP_FIRST_UNARY)
		put_operand(t, &n->b, n->bits);
	text_add(t, ")");
}

static void put_list(struct text *t, u32 i, u32 depth);

static void put_control(struct text *t, const struct node *n, u32 depth)
{
	switch (n->kind) {
	case IF:
		text_add(t, "(if ");
		put_operation(t, n);
		text_add(t, "(then\n");
		put_list(t, n->first, depth + 1);
		text_add(t, ")(else\n");
		put_list(t, n->second, depth + 1);
		text_add(t, "))\n");
		break;
	case SWITCH:
		text_add(t, "(block (block (block (br_table 0 1 2 1 2 0 1 2 ");
		put_operand(t, &n->a, 32);
		text_add(t, "))\n");
		put_list(t, n->first, depth + 1);
		text_add(t, "(br 1))\n");
		put_list(t, n->second, depth + 1);
		text_add(t, ")\n");
		break;
	default:
		text_add(t, "(local.set $i%u (i32.const %u)) (loop\n", NUM_LOCALS - 1 - depth,
			 n->count);
		put_list(t, n->first, depth + 1);
		text_add(t, "(br_if 0 (local.tee $i%u (i32.sub (local.get $i%u) (i32.const 1)))))\n",
			 NUM_LOCALS - 1 - depth, NUM_LOCALS - 1 - depth);
	}
}

static void put_node(struct text *t, const struct node *n, u32 depth)
{
	switch (n->kind) {
	case SET:
		text_add(t, "(local.set $%c%u ", gives_i32(n) ? 'i' : 'l', n->dst);
		put_operation(t, n);
		text_add(t, ")\n");
		break;
	case SELECT:
		text_add(t, "(local.set $%c%u (select (local.get $%c%u) (local.get $%c%u) ",
			 letter(n->bits), n->dst, letter(n->bits), n->count, letter(n->bits),
			 n->count + 5);
		put_operation(t, n);
		text_add(t, "))\n");
		break;
	case COPY:
		text_add(t, "(local.set $%c%u ", letter(n->bits), n->dst);
		put_operand(t, &n->a, n->bits);
		text_add(t, ")\n");
		break;
	case WRAP:
	case EXTEND_S:
	case EXTEND_U:
		text_add(t, "(local.set $%c%u (%s ", n->kind == WRAP ? 'i' : 'l', n->dst,
			 n->kind == WRAP ? "i32.wrap_i64" : n->kind == EXTEND_S ?
			 "i64.extend_i32_s" : "i64.extend_i32_u");
		put_operand(t, &n->a, n->bits);
		text_add(t, "))\n");
		break;
	case STORE:
		text_add(t, "(%s offset=%u ", accesses[n->bits == 64][n->access].store,
			 (u32)n->b.value);
		put_address(t, &n->b);
		put_operand(t, &n->a, n->bits);
		text_add(t, ")\n");
		break;
	case CALL:
		text_add(t, "(local.set $l%u (call $sum (local.get $i%u) (local.get $l%u)"
			 " (local.get $i%u) (local.get $l%u)))\n", n->dst, n->a.local, n->b.local,
			 n->b.local, n->a.local);
		break;
	default:
		put_control(t, n, depth);
	}
}

static void put_list(struct text *t, u32 i, u32 depth)
{
	for (; i; i = nodes[i].next)
		put_node(t, &nodes[i], depth);
}

static struct run open_program(u32 list)
{
	struct text t = { 0 };
	struct run r;
	u32 k;

	text_add(&t, "(module (memory (export \"memory\") 1)\n"
		 "(func $sum (param i32 i64 i32 i64) (result i64)"
		 " (i64.add (i64.mul (i64.extend_i32_s (local.get 0)) (local.get 1))"
		 " (i64.xor (i64.extend_i32_u (local.get 2)) (local.get 3))))\n"
		 "(func (export \"run\") (param i32)");
	for (k = 0; k < NUM_LOCALS; k++)
		text_add(&t, " (local $i%u i32) (local $l%u i64)", k, k);
	for (k = 0; k < NUM_LOCALS; k++)
		text_add(&t, "(local.set $i%u (i32.load offset=%u (local.get 0)))"
			 "(local.set $l%u (i64.load offset=%u (local.get 0)))\n", k,
			 LEAVE_AT + 8 * k, k, LEAVE_AT + 8 * (NUM_LOCALS + k));
	put_list(&t, list, 0);
	for (k = 0; k < NUM_LOCALS; k++)
		text_add(&t, "(i32.store offset=%u (local.get 0) (local.get $i%u))"
			 "(i64.store offset=%u (local.get 0) (local.get $l%u))\n",
			 LEAVE_AT + 8 * k, k, LEAVE_AT + 8 * (NUM_LOCALS + k), k);
	text_add(&t, "))");
	r = run_text(t.s);
	free(t.s);
	return r;
}

/* ---- the interpreter ---- */

static u64 read_operand(const struct operand *o, int bits)
{
	u64 v = 0;
	u32 bytes;

	if (o->kind == LOCAL)
		return bits == 64 ? i64s[o->local] : i32s[o->local];
	if (o->kind == CONSTANT)
		return o->value;
	bytes = accesses[bits == 64][o->access].bytes;
	memcpy(&v, &memory[(i32s[o->local] & 0xff0) + o->value], bytes);
	if (accesses[bits == 64][o->access].sign)
		v = (u64)((s64)(v << (64 - 8 * bytes)) >> (64 - 8 * bytes));
	return bits == 64 ? v : (u32)v;
}

static u32 interpret(u32 i, u32 depth);

static u32 interpret_node(const struct node *n, u32 depth)
{
	u64 a = read_operand(&n->a, n->bits);
	u64 b = n->kind == STORE || n->kind == CALL ? 0 : read_operand(&n->b, n->bits);
	u64 *locals = n->bits == 64 ? i64s : i32s;
	u32 trap = 0, k;
	u64 v;

	switch (n->kind) {
	case SET:
		v = int_eval(n->op, a, b, n->bits, &trap);
		if (!trap)
			(gives_i32(n) ? i32s : i64s)[n->dst] = v;
		return trap;
	case SELECT:
		v = int_eval(n->op, a, b, n->bits, &trap) ? locals[n->count] :
			locals[n->count + 5];
		locals[n->dst] = v;
		return 0;
	case COPY:
		locals[n->dst] = a;
		return 0;
	case WRAP:
		i32s[n->dst] = (u32)a;
		return 0;
	case EXTEND_S:
		i64s[n->dst] = (u64)(s64)(s32)a;
		return 0;
	case EXTEND_U:
		i64s[n->dst] = a;
		return 0;
	case STORE:
		memcpy(&memory[(i32s[n->b.local] & 0xff0) + n->b.value], &a,
		       accesses[n->bits == 64][n->access].bytes);
		return 0;
	case CALL:
		i64s[n->dst] = (u64)(s64)(s32)i32s[n->a.local] * i64s[n->b.local] +
			       (i32s[n->b.local] ^ i64s[n->a.local]);
		return 0;
	case IF:
		return interpret(int_eval(n->op, a, b, n->bits, &trap) ? n->first : n->second,
				 depth + 1);
	case SWITCH:
		/* 0 1 2 1 2 0 1, then 2 */
		k = a < 7 ? (u32)"\0\1\2\1\2\0\1"[a] : 2;
		return k == 2 ? 0 : interpret(k ? n->second : n->first, depth + 1);
	default:
		i32s[NUM_LOCALS - 1 - depth] = n->count;
		do {
			trap = interpret(n->first, depth + 1);
		} while (!trap && --i32s[NUM_LOCALS - 1 - depth]);
		return trap;
	}
}

static u32 interpret(u32 i, u32 depth)
{
	u32 trap = 0;

	for (; i && !trap; i = nodes[i].next)
		trap = interpret_node(&nodes[i], depth);
	return trap;
}

/* ---- side by side ---- */

static bool same_locals(const u8 *base)
{
	bool same = true;
	u32 k;

	for (k = 0; k < NUM_LOCALS; k++) {
		u64 l = kwasm_get_le64(base + LEAVE_AT + 8 * (NUM_LOCALS + k));
		u32 i = kwasm_get_le32(base + LEAVE_AT + 8 * k);

		if (i != i32s[k] || l != i64s[k]) {
			diag("local %u: i32 %#x, want %#x; i64 %#llx, want %#llx", k, i,
			     (u32)i32s[k], (unsigned long long)l, (unsigned long long)i64s[k]);
			same = false;
		}
	}
	return same;
}

static bool try_program(u32 number)
{
	u64 values[1] = { 0 };
	u32 list, trap, got, k;
	struct run r;
	bool good;
	u8 *base;

	seed = 0x9e3779b97f4a7c15ull * (number + 1);
	num_nodes = 1;
	list = random_list(0, 60);
	r = open_program(list);
	base = r.inst->ctx->mem_base;
	for (k = 0; k < sizeof(memory); k++)
		memory[k] = (u8)next_random();
	memcpy(base, memory, sizeof(memory));
	for (k = 0; k < NUM_LOCALS; k++) {
		i32s[k] = random_constant(32);
		i64s[k] = random_constant(64);
		memcpy(base + LEAVE_AT + 8 * k, &i32s[k], 4);
		memcpy(base + LEAVE_AT + 8 * (NUM_LOCALS + k), &i64s[k], 8);
	}
	trap = interpret(list, 0);
	got = run_call(&r, "run", values, NULL);
	good = got == trap && !memcmp(base, memory, sizeof(memory)) && (trap || same_locals(base));
	if (!good)
		diag("program %u of %u nodes: trap %u, want %u", number, num_nodes, got, trap);
	run_close(&r);
	return good;
}

int main(int argc, char **argv)
{
	u32 n, k;

	if (argc > 1)
		return try_program((u32)atoi(argv[1])) ? 0 : 1;
	for (n = 0; n < PROGRAMS; n += 20) {
		bool good = true;

		for (k = n; k < n + 20; k++)
			good &= try_program(k);
		ok(good, "programs %u to %u", n, k - 1);
	}
	return tap_done();
}
