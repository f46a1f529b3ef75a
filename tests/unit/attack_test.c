// SPDX-License-Identifier: GPL-2.0-only
/*
 * attack_test.c - modules whose contents collide in tables without a key cost what others cost.
 *
 * Counted is what the tables compare and how often kwasm_hash() is called, not time.
 */
#include "compile.h"
#include "run/provider.h"
#include "run/store.h"
#include "attack.h"

#define TYPES 40000u
#define CONSTANTS 60000u

u32 __real_kwasm_hash(const void *p, size_t len);
u32 __wrap_kwasm_hash(const void *p, size_t len);

static u32 hashes;

u32 __wrap_kwasm_hash(const void *p, size_t len)
{
	hashes++;
	return __real_kwasm_hash(p, len);
}

static u32 longest_chain(const struct kwasm_typeset *set)
{
	u32 i, n, len, longest = 0;

	for (i = 0; i < set->max; i++) {
		for (n = set->buckets[i], len = 0; n; n = set->entries[n - 1].next)
			len++;
		longest = max(longest, len);
	}
	return longest;
}

static struct kwasm_code *compile(struct bytes *b)
{
	struct kwasm_bindings bindings = { 0 };
	struct kwasm_code *code = NULL;
	struct kwasm_module *m = NULL;
	struct kwasm_diag d;

	kwasm_diag_init(&d);
	if (kwasm_module_decode(b->p, b->len, NULL, &d, &m) ||
	    kwasm_bindings_resolve(m, NULL, 0, true, &d, &bindings) ||
	    kwasm_code_compile(m, &bindings, NULL, &d, &code))
		bail_out("%s", d.text);
	bytes_free(b);
	return code;
}

static void destroy(struct kwasm_code *code)
{
	const struct kwasm_module *m = code->module;

	kwasm_code_destroy(code);
	kwasm_module_destroy((struct kwasm_module *)m);
}

/* The hash that once numbered types, to show that the module is the attack it should be. */
static u32 old_hash(const struct kwasm_functype *t)
{
	u32 i, hash = 2166136261u ^ t->num_params;

	for (i = 0; i < t->num_params + t->num_results; i++)
		hash = (hash ^ t->params[i]) * 16777619u;
	return hash ^ hash >> 15;
}

static void test_types(void)
{
	struct kwasm_instance *inst;
	struct bytes b = { .p = NULL };
	struct kwasm_store *store;
	struct kwasm_code *code;
	struct kwasm_diag d;
	u32 i, same = 0, chain;
	const struct kwasm_module *m;

	attack_types_module(&b, TYPES);
	hashes = 0;
	code = compile(&b);
	m = code->module;
	for (i = 1; i <= TYPES; i++)
		same += old_hash(&m->types[i]) == old_hash(&m->types[1]);
	is_u64(same, TYPES, "%u types collide under FNV-1a", same);
	is_u64(m->typeset.num, TYPES + 1, "all of them are different");
	ok(hashes <= 3 * TYPES, "%u hashes to number them", hashes);
	chain = longest_chain(&m->typeset);
	ok(chain < 16, "the longest chain has %u", chain);

	hashes = 0;
	kwasm_diag_init(&d);
	store = kwasm_store_create(NULL, true);
	if (kwasm_instance_create(store, code, NULL, NULL, &d, NULL, &inst))
		bail_out("%s", d.text);
	is_u64(hashes, 0, "an instance numbers nothing again");
	kwasm_store_destroy(store);
	destroy(code);
}

static void test_constants(void)
{
	static const u64 k = 0x9e3779b97f4a7c15ull;
	struct bytes b = { .p = NULL };
	struct kwasm_code *code;
	u32 i, same = 0, others;
	u64 h, first = 0;

	for (i = 0; i < CONSTANTS; i++) {
		h = (attack_constant(i) ^ 8) * k;
		h = ((h ^ h >> 32) * k) >> 32;
		first = i ? first : h;
		same += h == first;
	}
	is_u64(same, CONSTANTS, "%u constants collide under a product", same);
	attack_constants_module(&b, CONSTANTS / 2, CONSTANTS / 2);
	hashes = 0;
	destroy(compile(&b));
	others = hashes;
	attack_constants_module(&b, CONSTANTS, CONSTANTS);
	hashes = 0;
	code = compile(&b);
	ok(hashes < 2 * others + others / 2, "%u hashes for half of them, %u for all", others,
	   hashes);
	destroy(code);
}

int main(void)
{
	test_types();
	test_constants();
	return tap_done();
}
