// SPDX-License-Identifier: GPL-2.0-only
/*
 * nl_events.c - what an event tells beside its object: when it was, and who asked for it.
 */
#define _GNU_SOURCE
#include <sys/wait.h>
#include <time.h>

#include "nl_raw.h"

#define SOMEBODY 1000	/* a user */

static unsigned long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (unsigned long long)t.tv_sec * 1000000000 + (unsigned long long)t.tv_nsec;
}

/* In a child, which has another real user and keeps its privilege. */
static int change(int cmd, const unsigned char *wasm, size_t size)
{
	struct message m;
	int fd;

	if (setresuid(SOMEBODY, 0, 0))
		return 125;
	fd = connect_raw();
	begin(&m, cmd, 0);
	put_string(&m, KWASM_A_PROGRAM_NAME, "told");
	if (wasm)
		put(&m, KWASM_A_PROGRAM_WASM, wasm, size);
	return exchange(fd, &m) != 0;
}

/* Return: the next event, which stays valid until the next call; NULL when none came. */
static struct nlmsghdr *next_event(int fd)
{
	static unsigned char buf[8192];
	struct nlmsghdr *h = (struct nlmsghdr *)buf;
	int len = (int)recv(fd, buf, sizeof(buf), 0);

	return len > 0 && NLMSG_OK(h, (unsigned int)len) && h->nlmsg_type == nl_tests.family ? h :
	       NULL;
}

static unsigned int number(struct nlmsghdr *h, int type)
{
	const struct nlattr *attr = h ? nlmsg_find_attr(h, GENL_HDRLEN, type) : NULL;

	return attr ? nla_get_u32(attr) : ~0u;
}

static void told(int fd, int cmd, int kind, const unsigned char *wasm, size_t size)
{
	unsigned long long before = now(), time = 0, after;
	const struct nlattr *attr;
	struct nlmsghdr *h;
	pid_t child;
	int state;

	fflush(stdout);
	child = fork();
	if (!child)
		_exit(change(cmd, wasm, size));
	waitpid(child, &state, 0);
	after = now();
	h = next_event(fd);
	attr = h ? nlmsg_find_attr(h, GENL_HDRLEN, KWASM_A_EVENT_KIND) : NULL;
	ok(!state && attr && nla_get_u8(attr) == kind, "event %d follows command %d", kind, cmd);
	attr = h ? nlmsg_find_attr(h, GENL_HDRLEN, KWASM_A_EVENT_TIME_NS) : NULL;
	if (attr)
		time = nla_get_u64(attr);
	ok(before <= time && time <= after, "it has the time of the change");
	ok(number(h, KWASM_A_EVENT_UID) == SOMEBODY, "and the user, %u",
	   number(h, KWASM_A_EVENT_UID));
	ok(number(h, KWASM_A_EVENT_PID) == (unsigned int)child, "and the process, %u",
	   number(h, KWASM_A_EVENT_PID));
}

void events(const unsigned char *wasm, size_t size)
{
	int fd = connect_raw();

	if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &nl_tests.group,
		       sizeof(nl_tests.group))) {
		ok(false, "the group of events can be joined");
		return;
	}
	told(fd, KWASM_CMD_LOAD, KWASM_EVENT_LOAD, wasm, size);
	told(fd, KWASM_CMD_REPLACE, KWASM_EVENT_REPLACE, wasm, size);
	told(fd, KWASM_CMD_UNLOAD, KWASM_EVENT_UNLOAD, NULL, 0);
	close(fd);
}
