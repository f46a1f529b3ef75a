/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * genl.h - the family kwasm for test programs: one connection, requests with a reply of one message
 * or an error.  Unless noted, a failure exits the program.
 */
#ifndef GENL_H
#define GENL_H

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "uapi/kwasm.h"

struct genl {
	struct nl_sock *nl;
	int family;
};

static inline void enter_netns(const char *name)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(1, "namespace %s", name);
	close(fd);
}

static inline void genl_open(struct genl *g)
{
	int one = 1;

	g->nl = nl_socket_alloc();
	if (!g->nl || genl_connect(g->nl))
		errx(1, "generic netlink");
	g->family = genl_ctrl_resolve(g->nl, KWASM_GENL_NAME);
	if (g->family < 0)
		errx(1, "kwasm is not loaded");
	nl_socket_set_buffer_size(g->nl, 1 << 20, 1 << 20);
	setsockopt(nl_socket_get_fd(g->nl), SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(nl_socket_get_fd(g->nl), SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
}

/* Room for a binary of @bytes besides short attributes. */
static inline struct nl_msg *genl_request(struct genl *g, int cmd, int flags, size_t bytes)
{
	struct nl_msg *msg = nlmsg_alloc_size(4096 + bytes);

	if (!msg || !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, g->family, 0,
				 NLM_F_REQUEST | flags, cmd, KWASM_GENL_VERSION))
		errx(1, "no memory for a request");
	return msg;
}

/* The program for ATTACH to load, named @name. */
static inline void genl_put_program(struct nl_msg *msg, const char *name, const void *bytes,
				    size_t size)
{
	struct nlattr *nest = nla_nest_start(msg, KWASM_A_ATTACHMENT_PROGRAM | NLA_F_NESTED);

	if (!nest || nla_put_string(msg, KWASM_A_PROGRAM_NAME, name) ||
	    nla_put(msg, KWASM_A_PROGRAM_WASM, (int)size, bytes))
		errx(1, "no room for a program");
	nla_nest_end(msg, nest);
}

static inline void pin_to(int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		err(1, "sched_setaffinity");
}

#define SENTENCE_MAX 512

/* The ack of a request. */
struct ack {
	int error;			/* 0 or -errno */
	char sentence[SENTENCE_MAX];	/* the reason before the error, else the extended ack's */
};

static inline void ack_read(const struct nlmsghdr *header, struct ack *ack)
{
	const struct nlmsgerr *e = NLMSG_DATA(header);
	const char *at = (const char *)(e + 1), *end = (const char *)header + header->nlmsg_len;

	ack->error = e->error;
	if (ack->sentence[0] || !(header->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (e->error && !(header->nlmsg_flags & NLM_F_CAPPED))
		at += NLMSG_ALIGN(e->msg.nlmsg_len) - sizeof(e->msg);
	while (at + NLA_HDRLEN <= end) {
		const struct nlattr *attr = (const struct nlattr *)at;

		if (attr->nla_type == NLMSGERR_ATTR_MSG)
			snprintf(ack->sentence, SENTENCE_MAX, "%.*s", attr->nla_len - NLA_HDRLEN,
				 at + NLA_HDRLEN);
		at += NLA_ALIGN(attr->nla_len);
	}
}

static inline void ack_diag(struct nlmsghdr *header, struct ack *ack)
{
	const struct genlmsghdr *genl = nlmsg_data(header);
	const struct nlattr *text;

	if (genl->cmd != KWASM_CMD_DIAG)
		return;
	text = nlmsg_find_attr(header, GENL_HDRLEN, KWASM_A_DIAG_TEXT);
	if (text)
		snprintf(ack->sentence, SENTENCE_MAX, "%.*s", nla_len(text),
			 (const char *)nla_data(text));
}

/* Send a request, which is freed, and wait for its ack; replies before it are discarded. */
static inline struct ack genl_do(struct genl *g, struct nl_msg *msg)
{
	static char buf[1 << 17] __attribute__((aligned(8)));
	struct ack ack = { .error = 1 };
	struct nlmsghdr *header;
	ssize_t n;

	nlmsg_hdr(msg)->nlmsg_flags |= NLM_F_ACK;
	nl_complete_msg(g->nl, msg);
	if (nl_send(g->nl, msg) < 0)
		errx(1, "a request cannot be sent");
	nlmsg_free(msg);
	while (ack.error > 0) {
		n = recv(nl_socket_get_fd(g->nl), buf, sizeof(buf), 0);
		if (n < 0)
			err(1, "netlink");
		for (header = (struct nlmsghdr *)buf; NLMSG_OK(header, n);
		     header = NLMSG_NEXT(header, n))
			if (header->nlmsg_type == NLMSG_ERROR)
				ack_read(header, &ack);
			else if (header->nlmsg_type == g->family)
				ack_diag(header, &ack);
	}
	return ack;
}

static inline unsigned char *file_read(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	unsigned char *bytes;

	if (!f || fseek(f, 0, SEEK_END))
		err(1, "%s", path);
	*size = (size_t)ftell(f);
	rewind(f);
	bytes = malloc(*size + 1);
	if (!bytes || fread(bytes, 1, *size, f) != *size)
		err(1, "%s", path);
	fclose(f);
	return bytes;
}

#endif /* GENL_H */
