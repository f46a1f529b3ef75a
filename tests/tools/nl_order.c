// SPDX-License-Identifier: GPL-2.0-only
/*
 * nl_order.c - requests of one call: those that are carried out later, and the others behind them.
 *
 * Several requests in one message, or in one sendmmsg(), are carried out and answered in their
 * order, whether or not they take long.
 */
#define _GNU_SOURCE
#include "nl_raw.h"

#define REQUESTS 5
#define TURNS 3

struct answer_of {
	unsigned int seq;
	int error;
};

/* load, show, unload, show, unload: the last two fail */
static const struct {
	int cmd;
	int error;
} order[REQUESTS] = {
	{ KWASM_CMD_LOAD, 0 },
	{ KWASM_CMD_GET_PROGRAM, 0 },
	{ KWASM_CMD_UNLOAD, 0 },
	{ KWASM_CMD_GET_PROGRAM, ENOENT },
	{ KWASM_CMD_UNLOAD, ENOENT },
};

static void request(struct message *m, int cmd, unsigned int seq, const unsigned char *wasm,
		    size_t size)
{
	begin(m, cmd, 0);
	m->header.nlmsg_seq = seq;
	put_string(m, KWASM_A_PROGRAM_NAME, "order");
	if (cmd == KWASM_CMD_LOAD)
		put(m, KWASM_A_PROGRAM_WASM, wasm, size);
}

/* The acks, which are there once the call has returned.  Return: how many. */
static int read_acks(int fd, struct answer_of *to, int max)
{
	static unsigned char buf[1 << 16];
	struct nlmsghdr *h;
	int len, n = 0;

	while (n < max && (len = (int)recv(fd, buf, sizeof(buf), MSG_DONTWAIT)) > 0)
		for (h = (struct nlmsghdr *)buf; NLMSG_OK(h, (unsigned int)len) && n < max;
		     h = NLMSG_NEXT(h, len))
			if (h->nlmsg_type == NLMSG_ERROR) {
				to[n].seq = h->nlmsg_seq;
				to[n++].error = -((struct nlmsgerr *)NLMSG_DATA(h))->error;
			}
	return n;
}

static void compare(int fd, int turns, const char *what)
{
	struct answer_of got[REQUESTS * TURNS];
	int i, n = read_acks(fd, got, REQUESTS * turns);

	ok(n == REQUESTS * turns, "%s: %d acks when the call returns", what, n);
	for (i = 0; i < n; i++)
		if (got[i].seq != (unsigned int)i + 1 || got[i].error != order[i % REQUESTS].error)
			break;
	ok(i == n, "%s: as if each had been sent by itself (%d)", what, i);
}

static void in_one_message(const unsigned char *wasm, size_t size)
{
	static unsigned char all[REQUESTS * TURNS * sizeof(struct message)];
	int fd = connect_raw(), i;
	struct message m;
	size_t len = 0;

	for (i = 0; i < REQUESTS * TURNS; i++) {
		request(&m, order[i % REQUESTS].cmd, (unsigned int)i + 1, wasm, size);
		memcpy(all + len, m.bytes, m.header.nlmsg_len);
		len += NLMSG_ALIGN(m.header.nlmsg_len);
	}
	ok(send(fd, all, len, 0) == (ssize_t)len, "many requests in one message");
	compare(fd, TURNS, "in one message");
	close(fd);
}

static void in_one_call(const unsigned char *wasm, size_t size)
{
	static struct message m[REQUESTS];
	static struct mmsghdr call[REQUESTS];
	static struct iovec io[REQUESTS];
	int fd = connect_raw(), i;

	for (i = 0; i < REQUESTS; i++) {
		request(&m[i], order[i].cmd, (unsigned int)i + 1, wasm, size);
		io[i].iov_base = m[i].bytes;
		io[i].iov_len = m[i].header.nlmsg_len;
		call[i].msg_hdr.msg_iov = &io[i];
		call[i].msg_hdr.msg_iovlen = 1;
	}
	ok(sendmmsg(fd, call, REQUESTS, 0) == REQUESTS, "several messages in one call");
	compare(fd, 1, "in one call");
	close(fd);
}

/* A dump would be read before what stands before it has been carried out. */
static void dump_behind(const unsigned char *wasm, size_t size)
{
	static unsigned char both[2 * sizeof(struct message)];
	struct answer_of got[2] = { };
	int fd = connect_raw(), n;
	struct message m;
	size_t len;

	request(&m, KWASM_CMD_LOAD, 1, wasm, size);
	memcpy(both, m.bytes, m.header.nlmsg_len);
	len = NLMSG_ALIGN(m.header.nlmsg_len);
	begin(&m, KWASM_CMD_GET_PROGRAM, NLM_F_DUMP);
	m.header.nlmsg_seq = 2;
	memcpy(both + len, m.bytes, m.header.nlmsg_len);
	send(fd, both, len + m.header.nlmsg_len, 0);
	n = read_acks(fd, got, 2);
	ok(n == 2 && got[0].seq == 2 && got[0].error == EBUSY, "a dump behind a load is refused");
	ok(n == 2 && got[1].seq == 1 && !got[1].error, "the load is carried out");
	request(&m, KWASM_CMD_UNLOAD, 3, NULL, 0);
	ok(exchange(fd, &m) == 0, "and can be undone");
	close(fd);
}

/* What waits is bounded, however many messages a call has. */
static void too_many(const unsigned char *wasm, size_t size)
{
	enum { CALLS = 1000 };
	static unsigned char large[65536];
	static struct mmsghdr call[CALLS];
	struct answer_of got[2 * CALLS];
	struct iovec io[2];
	struct message m[2];
	int fd = connect_raw(), i, n, busy = 0, buffer = 1 << 24;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer));
	request(&m[0], KWASM_CMD_LOAD, 1, wasm, size);
	request(&m[1], KWASM_CMD_GET_PROGRAM, 2, NULL, 0);
	memcpy(large, m[1].bytes, m[1].header.nlmsg_len);
	io[0] = (struct iovec){ m[0].bytes, m[0].header.nlmsg_len };
	io[1] = (struct iovec){ large, sizeof(large) };
	for (i = 0; i < CALLS; i++) {
		call[i].msg_hdr.msg_iov = &io[!!i];
		call[i].msg_hdr.msg_iovlen = 1;
	}
	ok(sendmmsg(fd, call, CALLS, 0) == CALLS, "a call of %d messages", CALLS);
	n = read_acks(fd, got, 2 * CALLS);
	for (i = 0; i < n; i++)
		busy += got[i].error == EBUSY;
	ok(n == CALLS && busy > CALLS / 2 && busy < CALLS - 1,
	   "keeps some and refuses the others (%d acks, %d refused)", n, busy);
	request(&m[0], KWASM_CMD_UNLOAD, 3, NULL, 0);
	ok(exchange(fd, &m[0]) == 0, "the first one was carried out");
	close(fd);
}

void request_order(const unsigned char *wasm, size_t size)
{
	in_one_message(wasm, size);
	in_one_call(wasm, size);
	dump_behind(wasm, size);
	too_many(wasm, size);
}
