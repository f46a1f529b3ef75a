// SPDX-License-Identifier: GPL-2.0-only
/*
 * dump-replace.c - reads the first part of a dump of a program's code, runs a command, and reads
 * the rest: dump-replace PROGRAM COMMAND.  Prints how the dump ended: 0 or the error.
 */
#define _GNU_SOURCE
#include "genl.h"

/* Return: the dump goes on. */
static int more(const char *buf, int n)
{
	const struct nlmsghdr *h;

	for (h = (const void *)buf; nlmsg_ok(h, n); h = nlmsg_next((struct nlmsghdr *)h, &n)) {
		if (h->nlmsg_type == NLMSG_DONE || h->nlmsg_type == NLMSG_ERROR) {
			printf("%d\n", *(const int *)nlmsg_data(h));
			return 0;
		}
	}
	return 1;
}

int main(int argc, char **argv)
{
	static char buf[4096];	/* a part fills no more than a page */
	struct nl_msg *msg;
	struct genl g;
	int n, parts = 0;

	if (argc != 3)
		errx(1, "usage: dump-replace PROGRAM COMMAND");
	genl_open(&g);
	msg = genl_request(&g, KWASM_CMD_GET_CODE, NLM_F_DUMP, 0);
	nla_put_string(msg, KWASM_A_CODE_NAME, argv[1]);
	if (nl_send_auto(g.nl, msg) < 0)
		errx(1, "cannot send");
	nlmsg_free(msg);
	for (;;) {
		n = (int)recv(nl_socket_get_fd(g.nl), buf, sizeof(buf), 0);
		if (n <= 0)
			err(1, "recv");
		if (!more(buf, n))
			break;
		if (!parts++ && system(argv[2]))
			errx(1, "%s failed", argv[2]);
	}
	return parts < 2 ? 2 : 0;
}
