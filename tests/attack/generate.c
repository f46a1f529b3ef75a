// SPDX-License-Identifier: GPL-2.0-only
/*
 * generate.c - generate DIR: the modules of attack.h as files, for tests of the kernel module.
 *
 *	types.wasm	40,000 function types that collide in a table without a key
 *	constants.wasm	100,000 constants that do, in one function
 *	large.wasm	10 MB of ordinary code: a load that takes its time, and nothing else
 */
#include <stdio.h>

#include "../unit/attack.h"

static void write_file(const char *dir, const char *name, struct bytes *b)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	if (!f || fwrite(b->p, 1, b->len, f) != b->len || fclose(f))
		bail_out("%s: cannot be written", path);
	bytes_free(b);
}

int main(int argc, char **argv)
{
	struct bytes b = { .p = NULL };

	if (argc != 2)
		bail_out("usage: generate DIR");
	attack_types_module(&b, 40000);
	write_file(argv[1], "types.wasm", &b);
	attack_constants_module(&b, 100000, 100000);
	write_file(argv[1], "constants.wasm", &b);
	attack_large_module(&b, 20, 40000);
	write_file(argv[1], "large.wasm", &b);
	return 0;
}
