// SPDX-License-Identifier: GPL-2.0-only
/*
 * native.c - the native baseline: kernels compiled ahead of time into this program.
 *
 * prototypes.h and kernels.h are generated from the list of kernels; the latter has a line
 * KERNEL_NAME(name) for each.
 */
#include <stdio.h>
#include <string.h>

#include "main.h"

#include "prototypes.h"

static const struct bench_entry entries[] = {
#define KERNEL_NAME(name) { #name, run_ ## name },
#include "kernels.h"
#undef KERNEL_NAME
	{ NULL, NULL }
};

bool bench_run(const char *name, uint32_t n, uint32_t *sum)
{
	const struct bench_entry *e;

	for (e = entries; e->name && strcmp(e->name, name); e++)
		;
	if (!e->name) {
		fprintf(stderr, "no kernel %s\n", name);
		return false;
	}
	*sum = e->run(n);
	return true;
}

bool bench_compile(const uint8_t *bytes, size_t size)
{
	(void)bytes;
	(void)size;
	return false;
}
