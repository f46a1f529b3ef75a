// SPDX-License-Identifier: GPL-2.0-only
/* trie.c - longest prefix match of IPv4 addresses in a path-compressed binary trie. */
#include "../kernel.h"

#define ROUTES 4000u
#define NONE 0xffffffffu

struct node {
	uint32_t prefix, value;
	uint8_t bits, used;
	uint32_t child[2];
};

static struct node nodes[2 * ROUTES + 2];
static uint32_t num_nodes, root;

static uint32_t mask(uint32_t bits)
{
	return bits ? ~0u << (32 - bits) : 0;
}

static uint32_t bit(uint32_t key, uint32_t at)
{
	return key >> (31 - at) & 1;
}

static uint32_t new_node(uint32_t prefix, uint32_t bits)
{
	nodes[num_nodes] = (struct node){ prefix & mask(bits), 0, (uint8_t)bits, 0,
					  { NONE, NONE } };
	return num_nodes++;
}

static void insert(uint32_t prefix, uint32_t bits, uint32_t value)
{
	uint32_t *link = &root, fresh, fork, common;

	prefix &= mask(bits);
	while (*link != NONE) {
		struct node *at = &nodes[*link];
		uint32_t diff = at->prefix ^ prefix;

		common = diff ? (uint32_t)__builtin_clz(diff) : 32;
		common = common < at->bits ? common : at->bits;
		common = common < bits ? common : bits;
		if (common < at->bits) {
			fork = new_node(prefix, common);
			nodes[fork].child[bit(nodes[*link].prefix, common)] = *link;
			*link = fork;
			at = &nodes[fork];
		}
		if (common == bits) {
			at->value = value;
			at->used = 1;
			return;
		}
		link = &at->child[bit(prefix, at->bits)];
	}
	fresh = new_node(prefix, bits);
	nodes[fresh].value = value;
	nodes[fresh].used = 1;
	*link = fresh;
}

static NOINLINE uint32_t lookup(uint32_t key)
{
	uint32_t at = root, best = 0;

	while (at != NONE) {
		const struct node *node = &nodes[at];

		if ((key ^ node->prefix) & mask(node->bits))
			break;
		if (node->used)
			best = node->value;
		if (node->bits == 32)
			break;
		at = node->child[bit(key, node->bits)];
	}
	return best;
}

KERNEL(n)
{
	uint32_t seed = 6, sum = 0, i, key;

	num_nodes = 0;
	root = NONE;
	for (i = 1; i <= ROUTES; i++) {
		key = next_random(&seed) << 8 | next_random(&seed) >> 16;
		insert(key & 0x3fffffff, 8 + next_random(&seed) % 25, i);
	}
	for (i = 0; i < n; i++) {
		key = next_random(&seed) << 8 | (i & 255);
		sum = rotl32(sum, 1) + lookup(key & 0x3fffffff);
	}
	return sum;
}
