// SPDX-License-Identifier: GPL-2.0-only
/*
 * nl_acks.c - what an error says: constant text in the ack, the reason in a message of its own.
 *
 * Tasks that are refused at the same time each get their own reason, as root of a user namespace
 * does; nobody reads what was meant for another.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <sys/wait.h>

#include "nl_raw.h"

#define TASKS 16
#define ROUNDS 300

/* Of the family, -1 of another. */
static int command_of(struct nlmsghdr *h)
{
	return h->nlmsg_type == nl_tests.family ? ((struct genlmsghdr *)NLMSG_DATA(h))->cmd : -1;
}

static void copy_text(char *to, const struct nlattr *text)
{
	if (text)
		snprintf(to, 256, "%.*s", nla_len(text), (const char *)nla_data(text));
}

static void read_ack(struct nlmsghdr *h, struct refusal *r)
{
	const struct nlmsgerr *e = NLMSG_DATA(h);
	size_t skip = sizeof(*e);

	r->error = -e->error;
	if (h->nlmsg_type == NLMSG_DONE)
		skip = sizeof(e->error);
	else if (!(h->nlmsg_flags & NLM_F_CAPPED))
		skip += e->msg.nlmsg_len - NLMSG_HDRLEN;
	if (h->nlmsg_flags & NLM_F_ACK_TLVS)
		copy_text(r->ack, nlmsg_find_attr(h, (int)NLMSG_ALIGN(skip), NLMSGERR_ATTR_MSG));
}

struct refusal exchange_texts(int fd, const struct message *m)
{
	static unsigned char buf[1 << 15];
	struct refusal r = { -1, "", "" };
	struct nlmsghdr *h;
	int len;

	if (send(fd, m->bytes, m->header.nlmsg_len, 0) < 0)
		return r;
	while (r.error < 0 && (len = (int)recv(fd, buf, sizeof(buf), 0)) > 0)
		for (h = (struct nlmsghdr *)buf; NLMSG_OK(h, (unsigned int)len);
		     h = NLMSG_NEXT(h, len)) {
			if (h->nlmsg_type == NLMSG_ERROR || h->nlmsg_type == NLMSG_DONE)
				read_ack(h, &r);
			else if (command_of(h) == KWASM_CMD_DIAG)
				copy_text(r.reason, nlmsg_find_attr(h, GENL_HDRLEN,
								    KWASM_A_DIAG_TEXT));
		}
	return r;
}

int connect_acks(void)
{
	int fd = connect_raw(), one = 1;

	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	return fd;
}

/* GET_PROGRAM of @name. */
static struct refusal ask(int fd, const char *name)
{
	struct message m;

	begin(&m, KWASM_CMD_GET_PROGRAM, 0);
	put_string(&m, KWASM_A_PROGRAM_NAME, name);
	return exchange_texts(fd, &m);
}

/* In a child.  Return: answers that are not its own. */
static int refused_often(int task)
{
	char name[32], reason[64];
	int fd, n, wrong = 0;
	struct refusal r;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		return 125;
	fd = connect_acks();
	snprintf(name, sizeof(name), "t%0*d", task + 1, task);
	snprintf(reason, sizeof(reason), "program %s is not loaded", name);
	for (n = 0; n < ROUNDS; n++) {
		r = ask(fd, name);
		wrong += r.error != ENOENT || strcmp(r.reason, reason) || strstr(r.ack, "program");
	}
	return wrong < 100 ? wrong : 100;
}

void acks(void)
{
	int fd = connect_acks(), task, state, wrong = 0;
	struct refusal a = ask(fd, "one"), b = ask(fd, "another");

	close(fd);
	ok(!strcmp(a.reason, "program one is not loaded") &&
	   !strcmp(b.reason, "program another is not loaded"), "each refusal has its reason");
	ok(a.ack[0] && !strcmp(a.ack, b.ack), "the ack's text is a constant: %s", b.ack);
	fflush(stdout);
	for (task = 0; task < TASKS; task++)
		if (!fork())
			_exit(refused_often(task));
	for (task = 0; task < TASKS; task++)
		wrong += wait(&state) < 0 || !WIFEXITED(state) || WEXITSTATUS(state);
	ok(!wrong, "%d tasks are refused at the same time, %d times each: %d were told wrong",
	   TASKS, ROUNDS, wrong);
}
