// SPDX-License-Identifier: GPL-2.0-only
/* tree.c - a binary search tree and a list through its nodes: insert, look up, walk. */
#include "../kernel.h"

#define NODES 8192u

struct node {
	uint32_t key, hits;
	struct node *left, *right, *next;
};

static struct node pool[NODES];

static struct node *build(void)
{
	struct node *root = NULL, **link;
	uint32_t seed = 20, i;

	for (i = 0; i < NODES; i++) {
		pool[i] = (struct node){ .key = next_random(&seed) };
		for (link = &root; *link;)
			link = pool[i].key < (*link)->key ? &(*link)->left : &(*link)->right;
		*link = &pool[i];
	}
	return root;
}

static NOINLINE struct node *find(struct node *at, uint32_t key)
{
	while (at && at->key != key)
		at = key < at->key ? at->left : at->right;
	return at;
}

/* Thread the nodes in order of their keys, without a stack. */
static NOINLINE struct node *thread(struct node *root)
{
	struct node *head = NULL, **tail = &head, *at = root, *last;

	while (at) {
		if (at->left) {
			for (last = at->left; last->right && last->right != at; last = last->right)
				;
			if (!last->right) {
				last->right = at;
				at = at->left;
				continue;
			}
			last->right = NULL;
		}
		*tail = at;
		tail = &at->next;
		at = at->right;
	}
	*tail = NULL;
	return head;
}

KERNEL(n)
{
	struct node *root = build(), *at;
	uint32_t seed = 20, sum = 0, i;

	for (i = 0; i < n; i++) {
		at = find(root, next_random(&seed));
		if (at)
			at->hits++;
		else
			sum++;
		if (i % NODES == NODES - 1)
			seed = 20 + i % 3;
		if (i % (4 * NODES) == 0)
			for (at = thread(root); at; at = at->next)
				sum = sum * 31 + at->key + at->hits;
	}
	return sum;
}
