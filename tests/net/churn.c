// SPDX-License-Identifier: GPL-2.0-only
/*
 * churn.c - load, attach, replace, detach and unload, over and over: churn ROUNDS A.wasm B.wasm
 *
 * A round: ATTACH with A (loads it, too), REPLACE by B, DETACH (unloads it), LOAD of A, ATTACH of
 * what was loaded, DETACH, UNLOAD.  The first request that fails ends it.  Prints rounds done.
 */
#define _GNU_SOURCE
#include "genl.h"

struct binary {
	unsigned char *bytes;
	size_t size;
};

static struct genl g;

static void request(int cmd, const char *name, const char *hook, const struct binary *wasm)
{
	static struct ack ack;
	struct nl_msg *msg = genl_request(&g, cmd, 0, wasm ? wasm->size : 0);

	nla_put_string(msg, KWASM_A_NAME, name);
	if (hook)
		nla_put_string(msg, KWASM_A_HOOK, hook);
	if (wasm)
		nla_put(msg, KWASM_A_WASM, (int)wasm->size, wasm->bytes);
	ack = genl_do(&g, msg);
	if (ack.error)
		errx(1, "command %d: error %d: %s", cmd, ack.error, ack.sentence);
}

int main(int argc, char **argv)
{
	struct binary a, b;
	long i, rounds;

	if (argc != 4)
		errx(2, "usage: churn ROUNDS A.wasm B.wasm");
	rounds = atol(argv[1]);
	a.bytes = file_read(argv[2], &a.size);
	b.bytes = file_read(argv[3], &b.size);
	genl_open(&g);
	for (i = 0; i < rounds; i++) {
		request(KWASM_CMD_ATTACH, "churn", "nf_pre", &a);
		request(KWASM_CMD_REPLACE, "churn", NULL, &b);
		request(KWASM_CMD_DETACH, "churn", NULL, NULL);
		request(KWASM_CMD_LOAD, "churn", NULL, &a);
		request(KWASM_CMD_ATTACH, "churn", "nf_out", NULL);
		request(KWASM_CMD_DETACH, "churn", NULL, NULL);
		request(KWASM_CMD_UNLOAD, "churn", NULL, NULL);
	}
	printf("%ld\n", i);
	return 0;
}
