// SPDX-License-Identifier: GPL-2.0-only
/* dispatch.c - handlers called through a table of pointers, as filters in a chain. */
#include "../kernel.h"

struct item {
	uint32_t kind, value, count;
};

static struct item items[1024];

static uint32_t on_add(struct item *i, uint32_t v)
{
	i->value += v;
	return i->value;
}

static uint32_t on_xor(struct item *i, uint32_t v)
{
	i->value ^= v << 3;
	return i->value >> 1;
}

static uint32_t on_count(struct item *i, uint32_t v)
{
	return ++i->count + v;
}

static uint32_t on_min(struct item *i, uint32_t v)
{
	if (v < i->value)
		i->value = v;
	return i->value ^ i->count;
}

static uint32_t on_reset(struct item *i, uint32_t v)
{
	i->count = v & 15;
	return v * 5;
}

static uint32_t (*const handlers[])(struct item *, uint32_t) = {
	on_add, on_xor, on_count, on_min, on_reset, on_xor, on_add, on_count,
};

static NOINLINE uint32_t pass(uint32_t v)
{
	uint32_t i;

	for (i = 0; i < COUNT(items); i++)
		v += handlers[items[i].kind](&items[i], v);
	return v;
}

KERNEL(n)
{
	uint32_t seed = 21, v = 1, i;

	for (i = 0; i < COUNT(items); i++)
		items[i] = (struct item){ i / 5 % COUNT(handlers), next_random(&seed), 0 };
	for (i = 0; i < n; i++)
		v = pass(v);
	return v;
}
