// SPDX-License-Identifier: GPL-2.0-only
/*
 * pool.c - constants that code reads from memory, each once per module.
 *
 * Guarantees: linear time and memory, whatever the constants; they are aligned to their size.
 */
#include "x64.h"

/* The constants are the guest's, and so would be the length of a chain without a key. */
static u32 *chain(struct x64_pool *pool, const struct x64_pooled *c)
{
	const u64 words[3] = { c->bits[0], c->bits[1], c->bytes };

	return &pool->heads[kwasm_hash(words, sizeof(words)) & (pool->max - 1)];
}

static void enter(struct x64_pool *pool, u32 n)
{
	u32 *head = chain(pool, &pool->consts[n]);

	pool->consts[n].next = *head;
	*head = n + 1;
}

static bool grow(struct x64_pool *pool)
{
	u32 max = pool->max ? 2 * pool->max : 64;
	u32 *heads = kwasm_zalloc(max, sizeof(*heads));
	struct x64_pooled *consts = NULL;
	u32 n;

	if (heads)
		consts = kwasm_array_grow(pool->consts, pool->num, max, sizeof(*consts));
	if (!consts) {
		kwasm_free(heads);
		return false;
	}
	kwasm_free(pool->heads);
	pool->consts = consts;
	pool->heads = heads;
	pool->max = max;
	for (n = 0; n < pool->num; n++)
		enter(pool, n);
	return true;
}

static struct x64_mem find(struct x64_code *code, u64 lo, u64 hi, u32 bytes)
{
	struct x64_pool *pool = &code->pool;
	struct x64_pooled c = { .bits = { lo, hi }, .bytes = bytes };
	const struct x64_pooled *old;
	u32 n;

	for (n = pool->max ? *chain(pool, &c) : 0; n; n = old->next) {
		old = &pool->consts[n - 1];
		if (old->bits[0] == lo && old->bits[1] == hi && old->bytes == bytes)
			return x64_at_label(old->label);
	}
	if (pool->num == pool->max && !grow(pool)) {
		if (!code->as.error) {
			code->as.error = -ENOMEM;
			code->as.why = "out of memory for the constant table";
		}
		return x64_at(X64_RIP, 0);
	}
	c.label = x64_label(&code->as);
	pool->consts[pool->num] = c;
	enter(pool, pool->num++);
	return x64_at_label(c.label);
}

struct x64_mem x64_const(struct x64_code *code, enum x64_width w, u64 bits)
{
	return w == X64_Q ? find(code, bits, 0, 8) : find(code, (u32)bits, 0, 4);
}

struct x64_mem x64_const_pair(struct x64_code *code, enum x64_width w, u64 bits)
{
	if (w != X64_Q)
		bits = (u32)bits | bits << 32;
	return find(code, bits, bits, 16);
}

void x64_pool_emit(struct x64_code *code)
{
	u32 bytes, n;

	if (!code->pool.num)
		return;
	x64_align(&code->as, 16);
	for (bytes = 16; bytes >= 4; bytes /= 2)
		for (n = 0; n < code->pool.num; n++) {
			const struct x64_pooled *c = &code->pool.consts[n];

			if (!x64_work(code, 1))
				return;
			if (c->bytes != bytes)
				continue;
			x64_bind(&code->as, c->label);
			x64_data(&code->as, c->bits, bytes);
		}
}

void x64_pool_destroy(struct x64_pool *pool)
{
	kwasm_free(pool->consts);
	kwasm_free(pool->heads);
}
