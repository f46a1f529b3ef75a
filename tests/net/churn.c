// SPDX-License-Identifier: GPL-2.0-only
/*
 * churn.c - load, attach, replace, detach and unload, over and over: churn ROUNDS A.wasm B.wasm
 *
 * A round: ATTACH with A (which loads it), REPLACE with B, DETACH (which unloads it), LOAD of A,
 * ATTACH of it, DETACH, UNLOAD.  Stops at the first failure.  Prints the number of completed
 * rounds.
 */
#define _GNU_SOURCE
#include "genl.h"

struct binary {
	unsigned char *bytes;
	size_t size;
};

static struct genl g;

#define NAME "churn"

static void send_request(int cmd, struct nl_msg *msg)
{
	static struct ack ack;

	ack = genl_do(&g, msg);
	if (ack.error)
		errx(1, "command %d: error %d: %s", cmd, ack.error, ack.sentence);
}

static void program(int cmd, const struct binary *wasm)
{
	struct nl_msg *msg = genl_request(&g, cmd, 0, wasm ? wasm->size : 0);

	nla_put_string(msg, KWASM_A_PROGRAM_NAME, NAME);
	if (wasm)
		nla_put(msg, KWASM_A_PROGRAM_WASM, (int)wasm->size, wasm->bytes);
	send_request(cmd, msg);
}

static void attachment(int cmd, const char *hook, const struct binary *wasm)
{
	struct nl_msg *msg = genl_request(&g, cmd, 0, wasm ? wasm->size : 0);

	if (hook)
		nla_put_string(msg, KWASM_A_ATTACHMENT_HOOK, hook);
	if (wasm)
		genl_put_program(msg, NAME, wasm->bytes, wasm->size);
	else
		nla_put_string(msg, KWASM_A_ATTACHMENT_NAME, NAME);
	send_request(cmd, msg);
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
		attachment(KWASM_CMD_ATTACH, "nf_pre", &a);
		program(KWASM_CMD_REPLACE, &b);
		attachment(KWASM_CMD_DETACH, NULL, NULL);
		program(KWASM_CMD_LOAD, &a);
		attachment(KWASM_CMD_ATTACH, "nf_out", NULL);
		attachment(KWASM_CMD_DETACH, NULL, NULL);
		program(KWASM_CMD_UNLOAD, NULL);
	}
	printf("%ld\n", i);
	return 0;
}
