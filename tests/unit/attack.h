/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * attack.h - modules that try to make loading slow: what they contain collides under hashes that
 * have no key.
 *
 * The hashes are those of tables that did fill with long chains once: FNV-1a of the letters of
 * function types, a multiplicative one of constants.
 */
#ifndef KWASM_TESTS_ATTACK_H
#define KWASM_TESTS_ATTACK_H

#include "wasm_build.h"

#define ATTACK_BLOCK 9u			/* letters of which two choices lead to one state */
#define ATTACK_BLOCKS 16u		/* two choices each: 2^16 types of one hash */
#define ATTACK_STATES 400000u		/* of 6^9 blocks; some of them meet */

struct attack_state {
	uint32_t hash;
	uint32_t number;		/* the block, as digits of base 6 */
};

static inline int attack_compare(const void *a, const void *b)
{
	const struct attack_state *x = a, *y = b;

	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

/* The letters of block @number; the hash @h after them. */
static inline uint32_t attack_block(uint32_t h, uint32_t number, uint8_t *letters)
{
	static const uint8_t types[] = { 0x7f, 0x7e, 0x7d, 0x7c, 0x70, 0x6f };
	uint32_t i;

	for (i = 0; i < ATTACK_BLOCK; i++, number /= 6) {
		letters[i] = types[number % 6];
		h = (h ^ letters[i]) * 16777619u;
	}
	return h;
}

/*
 * @num types of ATTACK_BLOCK * ATTACK_BLOCKS parameters, at most 2^ATTACK_BLOCKS, as the content of
 * a type section without its count.
 */
static inline void attack_types(struct bytes *b, uint32_t num)
{
	static uint8_t choice[ATTACK_BLOCKS][2][ATTACK_BLOCK];
	struct attack_state *states = malloc(ATTACK_STATES * sizeof(*states));
	uint32_t h = 2166136261u ^ ATTACK_BLOCK * ATTACK_BLOCKS;
	uint32_t i, k;

	if (!states)
		bail_out("out of memory");
	for (k = 0; k < ATTACK_BLOCKS; k++) {
		for (i = 0; i < ATTACK_STATES; i++) {
			states[i].number = i * 25;	/* letters of all places */
			states[i].hash = attack_block(h, states[i].number, choice[k][0]);
		}
		qsort(states, ATTACK_STATES, sizeof(*states), attack_compare);
		for (i = 1; i < ATTACK_STATES && states[i].hash != states[i - 1].hash; i++)
			;
		if (i == ATTACK_STATES)
			bail_out("no two blocks collide");
		attack_block(h, states[i - 1].number, choice[k][0]);
		h = attack_block(h, states[i].number, choice[k][1]);
	}
	free(states);
	for (i = 0; i < num; i++) {
		put_u8(b, 0x60);
		put_leb(b, ATTACK_BLOCK * ATTACK_BLOCKS);
		for (k = 0; k < ATTACK_BLOCKS; k++)
			put(b, choice[k][i >> k & 1], ATTACK_BLOCK);
		put_u8(b, 0);
	}
}

/* A module of @num such types and a function. */
static inline void attack_types_module(struct bytes *b, uint32_t num)
{
	struct bytes s = { .p = NULL };

	put_leb(&s, num + 1);
	put(&s, B("\x60\0\0"));
	attack_types(&s, num);
	put_header(b);
	put_sized(b, 1, s.p, s.len);
	put(b, B("\3\2\1\0" "\7\5\1\1f\0\0" "\xa\4\1\2\0\xb"));
	bytes_free(&s);
}

/* The inverse of odd @k modulo 2^64. */
static inline uint64_t attack_inverse(uint64_t k)
{
	uint64_t inverse = k;
	int i;

	for (i = 0; i < 5; i++)
		inverse *= 2 - k * inverse;
	return inverse;
}

/* The bits of f64 constant @n: all have one hash. */
static inline uint64_t attack_constant(uint32_t n)
{
	static const uint64_t k = 0x9e3779b97f4a7c15ull;
	uint64_t h = (0x12345678ull << 32 | n) * attack_inverse(k);

	h ^= h >> 32;
	return h * attack_inverse(k) ^ 8;
}

/* A module that adds @num such constants to its parameter, @per_function of them in a function. */
static inline void attack_constants_module(struct bytes *b, uint32_t num, uint32_t per_function)
{
	uint32_t funcs = (num + per_function - 1) / per_function, i, n = 0;
	struct bytes s = { .p = NULL }, body = { .p = NULL };
	uint64_t bits;

	put_header(b);
	put(b, B("\1\6\1\x60\1\x7c\1\x7c"));
	put_leb(&s, funcs);
	put_times(&s, funcs, "\0", 1);
	put_sized(b, 3, s.p, s.len);
	put(b, B("\7\5\1\1f\0\0"));
	s.len = 0;
	put_leb(&s, funcs);
	while (n < num) {
		body.len = 0;
		put(&body, B("\0\x20\0"));
		for (i = 0; i < per_function && n < num; i++, n++) {
			bits = attack_constant(n);
			put_u8(&body, 0x44);
			put(&body, &bits, 8);
			put_u8(&body, 0xa0);
		}
		put_u8(&body, 0xb);
		put_sized(&s, -1, body.p, body.len);
	}
	put_sized(b, 10, s.p, s.len);
	bytes_free(&s);
	bytes_free(&body);
}

/* A module that is merely large: @funcs functions of @statements statements, all different. */
static inline void attack_large_module(struct bytes *b, uint32_t funcs, uint32_t statements)
{
	struct bytes s = { .p = NULL }, body = { .p = NULL };
	uint32_t i, n;

	put_header(b);
	put(b, B("\1\6\1\x60\1\x7f\1\x7f"));
	put_leb(&s, funcs);
	put_times(&s, funcs, "\0", 1);
	put_sized(b, 3, s.p, s.len);
	put(b, B("\5\3\1\0\1" "\7\5\1\1f\0\0"));
	s.len = 0;
	put_leb(&s, funcs);
	for (i = 0; i < funcs; i++) {
		body.len = 0;
		put(&body, B("\1\x20\x7f"));
		for (n = 0; n < statements; n++) {
			/* local = local * local + load */
			put_u8(&body, 0x20);
			put_u8(&body, n % 31);
			put_u8(&body, 0x20);
			put_u8(&body, n % 29);
			put(&body, B("\x6c\x20\0\x28\2"));
			put_leb(&body, 4 * ((n + i) % 1000));
			put(&body, B("\x6a\x21"));
			put_u8(&body, 1 + n % 32);
		}
		put(&body, B("\x20\1\xb"));
		put_sized(&s, -1, body.p, body.len);
	}
	put_sized(b, 10, s.p, s.len);
	bytes_free(&s);
	bytes_free(&body);
}

#endif /* KWASM_TESTS_ATTACK_H */
