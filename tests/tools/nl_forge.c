// SPDX-License-Identifier: GPL-2.0-only
/*
 * nl_forge.c - messages to a reader of events that only look as if the kernel had sent them.
 *
 * Who has CAP_NET_ADMIN over a network namespace may send them to every netlink socket there.
 */
#define _GNU_SOURCE
#include "nl_raw.h"

#define BEYOND 0x80000000u	/* a length that leads out of any buffer */

static int send_to(unsigned int port, const struct message *m)
{
	struct sockaddr_nl reader = { .nl_family = AF_NETLINK, .nl_pid = port };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	ssize_t sent = sendto(fd, m->bytes, m->header.nlmsg_len, 0, (struct sockaddr *)&reader,
			      sizeof(reader));

	close(fd);
	return sent == m->header.nlmsg_len;
}

/* The load of a program named "forged". */
static int forge_event(unsigned int port)
{
	unsigned char kind = KWASM_EVENT_LOAD;
	struct message m;
	unsigned int nest;

	begin(&m, KWASM_CMD_EVENT, 0);
	m.header.nlmsg_flags = 0;
	put(&m, KWASM_A_EVENT_KIND, &kind, sizeof(kind));
	nest = nest_begin(&m, KWASM_A_EVENT_PROGRAM);
	put_string(&m, KWASM_A_PROGRAM_NAME, "forged");
	nest_end(&m, nest);
	return send_to(port, &m);
}

/* An error whose message, it says, is longer than all memory around. */
static int forge_error(unsigned int port)
{
	struct message m = { };
	struct nlmsgerr *e = NLMSG_DATA(&m.header);

	m.header.nlmsg_type = NLMSG_ERROR;
	m.header.nlmsg_flags = NLM_F_ACK_TLVS;
	m.header.nlmsg_len = NLMSG_LENGTH(sizeof(*e)) + 64;
	e->error = -EPERM;
	e->msg.nlmsg_len = BEYOND;
	return send_to(port, &m);
}

int forge(char **ports)
{
	unsigned int port;

	for (; *ports; ports++) {
		port = (unsigned int)strtoul(*ports, NULL, 10);
		if (!forge_event(port) || !forge_error(port))
			return 1;
	}
	return 0;
}
