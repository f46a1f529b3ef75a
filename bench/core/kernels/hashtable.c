// SPDX-License-Identifier: GPL-2.0-only
/* hashtable.c - an open-addressing table of flows: insert, find, delete with backward shift. */
#include "../kernel.h"

#define SLOTS 16384u

struct slot {
	uint64_t key;		/* 0: empty */
	uint32_t packets, bytes;
};

static struct slot slots[SLOTS];

static uint32_t place(uint64_t key)
{
	return (uint32_t)(key * 0x9e3779b97f4a7c15u >> 40) & (SLOTS - 1);
}

static NOINLINE struct slot *find(uint64_t key)
{
	uint32_t i = place(key);

	while (slots[i].key && slots[i].key != key)
		i = (i + 1) & (SLOTS - 1);
	return &slots[i];
}

static NOINLINE void delete(struct slot *slot)
{
	uint32_t hole = (uint32_t)(slot - slots), i = hole;

	for (;;) {
		i = (i + 1) & (SLOTS - 1);
		if (!slots[i].key)
			break;
		if (((i - place(slots[i].key)) & (SLOTS - 1)) >= ((i - hole) & (SLOTS - 1))) {
			slots[hole] = slots[i];
			hole = i;
		}
	}
	slots[hole].key = 0;
}

KERNEL(n)
{
	uint32_t seed = 7, live = 0, sum = 0, i;
	struct slot *s;
	uint64_t key;

	for (i = 0; i < SLOTS; i++)
		slots[i].key = 0;
	for (i = 0; i < n; i++) {
		key = 1 + next_random(&seed) % 20000;
		key |= key << 37;
		s = find(key);
		if (!s->key) {
			if (live > SLOTS / 2)
				continue;
			*s = (struct slot){ key, 0, 0 };
			live++;
		}
		s->packets++;
		s->bytes += i & 1023;
		if (s->packets > 5) {
			sum = sum * 33 + s->bytes;
			delete(s);
			live--;
		}
	}
	return sum + live;
}
