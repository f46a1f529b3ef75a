/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nl_raw.h - messages to the family kwasm without the checks of a library, for nl_hostile.c.
 */
#ifndef NL_RAW_H
#define NL_RAW_H

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netlink/msg.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "uapi/kwasm.h"

#define ANY_ERROR 1	/* a row that is content with any refusal */

struct nl_tests {
	int family;
	int group;	/* of events */
	int run;
	int failed;
};

extern struct nl_tests nl_tests;

static inline void ok(bool good, const char *fmt, ...)
	__attribute__((__format__(__printf__, 2, 3)));

static inline void ok(bool good, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	printf("%sok %d - ", good ? "" : "not ", ++nl_tests.run);
	vprintf(fmt, args);
	putchar('\n');
	va_end(args);
	nl_tests.failed += !good;
}

static inline int connect_raw(void)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct timeval patience = { .tv_sec = 20 };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);

	if (fd < 0 || connect(fd, (struct sockaddr *)&kernel, sizeof(kernel)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience))) {
		printf("Bail out! no netlink socket\n");
		exit(1);
	}
	return fd;
}

/* A message under construction. */
struct message {
	union {
		struct nlmsghdr header;
		unsigned char bytes[4096];
	};
};

static inline void begin(struct message *m, int cmd, int flags)
{
	struct genlmsghdr *genl;

	memset(m, 0, sizeof(*m));
	m->header.nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN;
	m->header.nlmsg_type = (unsigned short)nl_tests.family;
	m->header.nlmsg_flags = (unsigned short)(NLM_F_REQUEST | NLM_F_ACK | flags);
	genl = (struct genlmsghdr *)(m->bytes + NLMSG_HDRLEN);
	genl->cmd = (unsigned char)cmd;
	genl->version = KWASM_GENL_VERSION;
}

/* @claimed: the length that the attribute's header gives */
static inline void put_claimed(struct message *m, int type, const void *data, size_t size,
			       size_t claimed)
{
	struct nlattr *attr = (struct nlattr *)(m->bytes + m->header.nlmsg_len);

	attr->nla_type = (unsigned short)type;
	attr->nla_len = (unsigned short)(NLA_HDRLEN + claimed);
	if (size)
		memcpy((unsigned char *)attr + NLA_HDRLEN, data, size);
	m->header.nlmsg_len += NLA_HDRLEN + NLA_ALIGN(size);
}

static inline void put(struct message *m, int type, const void *data, size_t size)
{
	put_claimed(m, type, data, size, size);
}

static inline void put_string(struct message *m, int type, const char *text)
{
	put(m, type, text, strlen(text) + 1);
}

static inline void put_u32(struct message *m, int type, unsigned int value)
{
	put(m, type, &value, sizeof(value));
}

/* Return: its start, for nest_end(). */
static inline unsigned int nest_begin(struct message *m, int type)
{
	unsigned int at = m->header.nlmsg_len;

	put(m, type, NULL, 0);
	return at;
}

static inline void nest_end(struct message *m, unsigned int at)
{
	struct nlattr *attr = (struct nlattr *)(m->bytes + at);

	attr->nla_len = (unsigned short)(m->header.nlmsg_len - at);
}

#define PROGRAM_NEST (KWASM_A_ATTACHMENT_PROGRAM | NLA_F_NESTED)

/*
 * Reads until the error or the end of the dump that answers.  Return: the errno, positive, or 0;
 * -1 when nothing came.
 */
static inline int answer(int fd)
{
	static unsigned char buf[1 << 17];
	struct nlmsghdr *h;
	int err, len;

	for (;;) {
		len = (int)recv(fd, buf, sizeof(buf), 0);
		if (len <= 0)
			return -1;
		for (h = (struct nlmsghdr *)buf; NLMSG_OK(h, (unsigned int)len);
		     h = NLMSG_NEXT(h, len)) {
			if (h->nlmsg_type != NLMSG_ERROR && h->nlmsg_type != NLMSG_DONE)
				continue;
			memcpy(&err, NLMSG_DATA(h), sizeof(err));
			return -err;
		}
	}
}

static inline int exchange(int fd, const struct message *m)
{
	if (send(fd, m->bytes, m->header.nlmsg_len, 0) < 0)
		return errno;
	return answer(fd);
}

static inline unsigned int programs(void)
{
	struct message m;
	int fd = connect_raw(), len;
	unsigned char buf[8192];
	struct nlattr *attr;
	unsigned int count = 0;
	struct nlmsghdr *h = (struct nlmsghdr *)buf;

	begin(&m, KWASM_CMD_GET_INFO, 0);
	send(fd, m.bytes, m.header.nlmsg_len, 0);
	len = (int)recv(fd, buf, sizeof(buf), 0);
	close(fd);
	if (len < 0 || !NLMSG_OK(h, (unsigned int)len) || h->nlmsg_type == NLMSG_ERROR)
		return ~0u;
	attr = nlmsg_find_attr(h, GENL_HDRLEN, KWASM_A_INFO_PROGRAMS);
	if (attr)
		count = nla_get_u32(attr);
	attr = nlmsg_find_attr(h, GENL_HDRLEN, KWASM_A_INFO_ATTACHMENTS);
	return attr ? count + nla_get_u32(attr) : ~0u;
}

/* Sends @m and compares the refusal. */
static inline void refused(const struct message *m, int expected, const char *what)
{
	int fd = connect_raw(), err = exchange(fd, m);

	close(fd);
	ok(expected == ANY_ERROR ? err > 0 : err == expected, "%s: %s", what,
	   err < 0 ? "no answer" : strerrorname_np(err) ?: "no error");
}

/**
 * struct refusal - an error with its texts, empty where there is none
 * @error: the errno, positive, or 0; -1 when nothing came
 * @ack: of the extended ack
 * @reason: of the message before it
 */
struct refusal {
	int error;
	char ack[256];
	char reason[256];
};

/* As connect_raw() and exchange(), with texts. */
int connect_acks(void);
struct refusal exchange_texts(int fd, const struct message *m);

/* nl_acks.c: whose sentence is in an ack */
void acks(void);

/* nl_code.c: who reads machine code, and where addresses are; attaches and detaches @wasm */
void code(const unsigned char *wasm, size_t size);

/* nl_crowd.c: bad requests of many at the same time */
void crowd(int seconds);

/* nl_events.c: when, and who asked for it; loads and unloads @wasm */
void events(const unsigned char *wasm, size_t size);

/* nl_forge.c: to sockets, by their numbers.  Return: exit status */
int forge(char **ports);

/* nl_order.c: requests of one call; loads and unloads @wasm */
void request_order(const unsigned char *wasm, size_t size);

/* nl_uring.c: requests sent by workers of io_uring; loads and unloads the module in @path */
void uring(const char *path);

/* nl_spaces.c: each attribute of each command, from the kernel's own table. */
void spaces(void);

#endif /* NL_RAW_H */
