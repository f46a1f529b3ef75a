// SPDX-License-Identifier: GPL-2.0-only
/*
 * nl_hostile.c - sends the module what kwasmctl never would, and prints TAP.
 *
 * usage: nl-hostile MODULE.wasm
 *
 * Each request: refused with the errno of its row, and nothing has changed: no program is loaded
 * before or after.  Attributes are missing, too short, too long, of no string, twice, unknown,
 * nested where they should not be; messages are cut anywhere; the sender has no privilege, or its
 * namespace goes away under it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>

#include "uapi/kwasm.h"

#define ANY_ERROR 1	/* a row that is content with any refusal */
#define MUTATIONS 3000

static int family;
static int events;	/* the multicast group's number */
static int tests;
static int failures;
static unsigned char *wasm;
static size_t wasm_size;

static void ok(bool good, const char *fmt, ...) __attribute__((__format__(__printf__, 2, 3)));

static void ok(bool good, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	printf("%sok %d - ", good ? "" : "not ", ++tests);
	vprintf(fmt, args);
	putchar('\n');
	va_end(args);
	failures += !good;
}

/* ---- a connection without libnl's care ------------------------------------------------------ */

static int connect_raw(void)
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

static void begin(struct message *m, int cmd, int flags)
{
	struct genlmsghdr *genl;

	memset(m, 0, sizeof(*m));
	m->header.nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN;
	m->header.nlmsg_type = (unsigned short)family;
	m->header.nlmsg_flags = (unsigned short)(NLM_F_REQUEST | NLM_F_ACK | flags);
	genl = (struct genlmsghdr *)(m->bytes + NLMSG_HDRLEN);
	genl->cmd = (unsigned char)cmd;
	genl->version = KWASM_GENL_VERSION;
}

/* @claimed: the length that the attribute's header gives */
static void put_claimed(struct message *m, int type, const void *data, size_t size, size_t claimed)
{
	struct nlattr *attr = (struct nlattr *)(m->bytes + m->header.nlmsg_len);

	attr->nla_type = (unsigned short)type;
	attr->nla_len = (unsigned short)(NLA_HDRLEN + claimed);
	if (size)
		memcpy((unsigned char *)attr + NLA_HDRLEN, data, size);
	m->header.nlmsg_len += NLA_HDRLEN + NLA_ALIGN(size);
}

static void put(struct message *m, int type, const void *data, size_t size)
{
	put_claimed(m, type, data, size, size);
}

static void put_string(struct message *m, int type, const char *text)
{
	put(m, type, text, strlen(text) + 1);
}

static void put_u32(struct message *m, int type, unsigned int value)
{
	put(m, type, &value, sizeof(value));
}

/*
 * Reads until the error or the end of the dump that answers.  Return: the errno, positive, or 0;
 * -1 when nothing came.
 */
static int answer(int fd)
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

static int exchange(int fd, const struct message *m)
{
	if (send(fd, m->bytes, m->header.nlmsg_len, 0) < 0)
		return errno;
	return answer(fd);
}

static unsigned int programs(void)
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
	attr = nlmsg_find_attr(h, GENL_HDRLEN, KWASM_A_PROGRAMS);
	if (attr)
		count = nla_get_u32(attr);
	attr = nlmsg_find_attr(h, GENL_HDRLEN, KWASM_A_ATTACHMENTS);
	return attr ? count + nla_get_u32(attr) : ~0u;
}

/* Sends @m and compares the refusal. */
static void refused(const struct message *m, int expected, const char *what)
{
	int fd = connect_raw(), err = exchange(fd, m);

	close(fd);
	ok(expected == ANY_ERROR ? err > 0 : err == expected, "%s: %s", what,
	   err < 0 ? "no answer" : strerrorname_np(err) ?: "no error");
}

/* ---- rows ----------------------------------------------------------------------------------- */

static void missing(void)
{
	static const struct {
		int cmd;
		int flags;
		const char *what;
	} rows[] = {
		{ KWASM_CMD_LOAD, 0, "load" }, { KWASM_CMD_UNLOAD, 0, "unload" },
		{ KWASM_CMD_REPLACE, 0, "replace" }, { KWASM_CMD_KILL, 0, "kill" },
		{ KWASM_CMD_ATTACH, 0, "attach" }, { KWASM_CMD_DETACH, 0, "detach" },
		{ KWASM_CMD_GET_PROGRAM, 0, "get-program" },
		{ KWASM_CMD_GET_ATTACHMENT, 0, "get-attachment" },
		{ KWASM_CMD_INVOKE, 0, "invoke" },
	};
	struct message m;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin(&m, rows[i].cmd, rows[i].flags);
		refused(&m, EINVAL, rows[i].what);
	}
	begin(&m, KWASM_CMD_GET_CODE, NLM_F_DUMP);
	refused(&m, ENOENT, "a dump of the code of no program");
	begin(&m, KWASM_CMD_LOAD, 0);
	put_string(&m, KWASM_A_NAME, "a");
	refused(&m, EINVAL, "load without a binary");
	begin(&m, KWASM_CMD_LOAD, 0);
	put(&m, KWASM_A_WASM, wasm, 8);
	refused(&m, EINVAL, "load without a name");
	begin(&m, KWASM_CMD_INVOKE, 0);
	put(&m, KWASM_A_WASM, "\0asm\1\0\0\0", 8);
	refused(&m, EINVAL, "invoke without a function");
}

static void commands(void)
{
	struct message m;

	begin(&m, KWASM_CMD_UNSPEC, 0);
	refused(&m, EOPNOTSUPP, "command 0");
	begin(&m, KWASM_CMD_EVENT, 0);
	refused(&m, EOPNOTSUPP, "an event as a request");
	begin(&m, KWASM_CMD_DIAG, 0);
	refused(&m, EOPNOTSUPP, "a diagnostic as a request");
	begin(&m, KWASM_NUM_CMDS, 0);
	refused(&m, EOPNOTSUPP, "a command that there is not");
	begin(&m, 255, 0);
	refused(&m, EOPNOTSUPP, "command 255");
	begin(&m, KWASM_CMD_LOAD, NLM_F_DUMP);
	refused(&m, EOPNOTSUPP, "a dump of load");
	begin(&m, KWASM_CMD_GET_LOG, 0);
	refused(&m, EOPNOTSUPP, "get-log that is no dump");
	begin(&m, KWASM_CMD_GET_CODE, 0);
	refused(&m, EOPNOTSUPP, "get-code that is no dump");
}

/* One attribute of LOAD or ATTACH with this payload. */
static void one(int cmd, int type, const void *data, size_t size, int expected, const char *what)
{
	struct message m;

	begin(&m, cmd, 0);
	if (type != KWASM_A_NAME)
		put_string(&m, KWASM_A_NAME, "a");
	if (type != KWASM_A_WASM && type != KWASM_A_FD)
		put(&m, KWASM_A_WASM, wasm, wasm_size);
	if (cmd == KWASM_CMD_ATTACH && type != KWASM_A_HOOK)
		put_string(&m, KWASM_A_HOOK, "nf_out");
	put(&m, type, data, size);
	refused(&m, expected, what);
}

static void strings(void)
{
	char text[300];

	memset(text, 'a', sizeof(text));
	one(KWASM_CMD_LOAD, KWASM_A_NAME, "a", 1, EINVAL, "a name without its NUL");
	one(KWASM_CMD_LOAD, KWASM_A_NAME, "", 0, EINVAL, "a name of no byte");
	one(KWASM_CMD_LOAD, KWASM_A_NAME, "", 1, EINVAL, "an empty name");
	one(KWASM_CMD_LOAD, KWASM_A_NAME, "a b", 4, EINVAL, "a name with a space");
	one(KWASM_CMD_LOAD, KWASM_A_NAME, "../a", 5, EINVAL, "a name with a slash");
	one(KWASM_CMD_LOAD, KWASM_A_NAME, "a\n", 3, EINVAL, "a name with a line end");
	one(KWASM_CMD_LOAD, KWASM_A_NAME, "\xff\xfe", 3, EINVAL, "a name of no letters");
	one(KWASM_CMD_LOAD, KWASM_A_DENY, text, 10, EINVAL, "a pattern without its NUL");
	text[sizeof(text) - 1] = 0;
	one(KWASM_CMD_LOAD, KWASM_A_NAME, text, sizeof(text), EINVAL, "a name of 299 letters");
	one(KWASM_CMD_LOAD, KWASM_A_DENY, text, sizeof(text), EINVAL, "a pattern of 299 letters");
	one(KWASM_CMD_ATTACH, KWASM_A_HOOK, text, sizeof(text), EINVAL, "a hook of 299 letters");
	one(KWASM_CMD_ATTACH, KWASM_A_DEV, text, sizeof(text), EINVAL, "a device of 299 letters");
	one(KWASM_CMD_ATTACH, KWASM_A_ENTRY, text, sizeof(text), EINVAL, "an entry of 299 letters");
	text[64] = 0;
	one(KWASM_CMD_LOAD, KWASM_A_NAME, text, 65, EINVAL, "a name of 64 letters");
	one(KWASM_CMD_ATTACH, KWASM_A_HOOK, "nf-%s%n", 8, EINVAL, "a hook for printf");
	one(KWASM_CMD_ATTACH, KWASM_A_HOOK, "", 1, EINVAL, "an empty hook");
	one(KWASM_CMD_ATTACH, KWASM_A_ENTRY, "", 1, ENOENT, "an empty entry");
}

static void numbers(void)
{
	static const unsigned char zero[16];
	unsigned long long most = ~0ull;
	unsigned int fd;

	one(KWASM_CMD_LOAD, KWASM_A_FD, zero, 3, EINVAL, "a file descriptor of three bytes");
	one(KWASM_CMD_LOAD, KWASM_A_FD, zero, 0, EINVAL, "a file descriptor of no byte");
	one(KWASM_CMD_LOAD, KWASM_A_TIME_LIMIT, zero, 4, EINVAL, "a time limit of four bytes");
	one(KWASM_CMD_LOAD, KWASM_A_TIME_LIMIT, &most, 8, ERANGE, "a time limit of 584 years");
	one(KWASM_CMD_ATTACH, KWASM_A_PRIORITY, zero, 2, EINVAL, "a priority of two bytes");
	one(KWASM_CMD_ATTACH, KWASM_A_FAMILY, zero, 0, EINVAL, "a family of no byte");
	one(KWASM_CMD_ATTACH, KWASM_A_FAMILY, "\x07", 1, ANY_ERROR, "the family of bridges");
	one(KWASM_CMD_ATTACH, KWASM_A_FAMILY, "\xff", 1, ANY_ERROR, "family 255");
	one(KWASM_CMD_ATTACH, KWASM_A_ON_TRAP, "\x04", 1, EINVAL, "a policy that there is not");
	one(KWASM_CMD_ATTACH, KWASM_A_ON_TRAP, "\xff", 1, EINVAL, "policy 255");
	fd = 4000;
	one(KWASM_CMD_LOAD, KWASM_A_FD, &fd, 4, EBADF, "a file descriptor that is not open");
	fd = ~0u;
	one(KWASM_CMD_LOAD, KWASM_A_FD, &fd, 4, EBADF, "file descriptor -1");
	fd = (unsigned int)open("/proc/self", O_RDONLY | O_DIRECTORY);
	one(KWASM_CMD_LOAD, KWASM_A_FD, &fd, 4, EINVAL, "a directory");
	close((int)fd);
	fd = (unsigned int)open("/dev/zero", O_RDONLY);
	one(KWASM_CMD_LOAD, KWASM_A_FD, &fd, 4, EINVAL, "a device");
	close((int)fd);
	fd = (unsigned int)open("/tmp/written", O_WRONLY | O_CREAT, 0600);
	one(KWASM_CMD_LOAD, KWASM_A_FD, &fd, 4, EINVAL, "a file open for writing");
	close((int)fd);
	fd = (unsigned int)connect_raw();
	one(KWASM_CMD_LOAD, KWASM_A_FD, &fd, 4, EINVAL, "a socket");
	close((int)fd);
}

static void combinations(void)
{
	struct message m;
	int i;

	begin(&m, KWASM_CMD_LOAD, 0);
	put_string(&m, KWASM_A_NAME, "a");
	put_string(&m, KWASM_A_NAME, "b");
	put(&m, KWASM_A_WASM, wasm, wasm_size);
	refused(&m, EINVAL, "two names");
	begin(&m, KWASM_CMD_LOAD, 0);
	put_string(&m, KWASM_A_NAME, "a");
	put(&m, KWASM_A_WASM, wasm, wasm_size);
	put(&m, KWASM_A_WASM, wasm, 8);
	refused(&m, EINVAL, "two binaries");
	begin(&m, KWASM_CMD_LOAD, 0);
	put_string(&m, KWASM_A_NAME, "a");
	put(&m, KWASM_A_WASM, wasm, wasm_size);
	put_u32(&m, KWASM_A_FD, 0);
	refused(&m, EINVAL, "a binary and a file");
	begin(&m, KWASM_CMD_LOAD, 0);
	put_string(&m, KWASM_A_NAME, "a");
	put(&m, KWASM_A_WASM, wasm, wasm_size);
	for (i = 0; i < 17; i++)
		put_string(&m, KWASM_A_DENY, "x.y");
	refused(&m, E2BIG, "seventeen patterns");
	begin(&m, KWASM_CMD_LOAD, 0);
	put_string(&m, KWASM_A_NAME, "a");
	put(&m, KWASM_A_WASM, wasm, wasm_size);
	put_string(&m, KWASM_A_DENY, "*");
	refused(&m, EACCES, "every import denied");
	begin(&m, KWASM_CMD_INVOKE, 0);
	put(&m, KWASM_A_WASM, wasm, wasm_size);
	put_string(&m, KWASM_A_ENTRY, "kwasm_packet");
	for (i = 0; i < KWASM_MAX_ARGS + 1; i++)
		put(&m, KWASM_A_ARG, "12345678", 8);
	refused(&m, E2BIG, "seventeen arguments");
	begin(&m, KWASM_CMD_INVOKE, 0);
	put(&m, KWASM_A_WASM, wasm, wasm_size);
	put_string(&m, KWASM_A_ENTRY, "kwasm_packet");
	put(&m, KWASM_A_ARG, "1234", 4);
	refused(&m, EINVAL, "an argument of four bytes");
	begin(&m, KWASM_CMD_DETACH, 0);
	put_u32(&m, KWASM_A_ID, 0);
	refused(&m, EINVAL, "attachment 0");
	begin(&m, KWASM_CMD_DETACH, 0);
	put_u32(&m, KWASM_A_ID, ~0u);
	refused(&m, ENOENT, "the last attachment");
}

/* Each attribute where it does not belong, and numbers past the last one. */
static void unknown(void)
{
	static const unsigned char zero[64];
	int type, refusals = 0, sent = 0, fd = connect_raw();
	struct message m;

	for (type = 0; type < KWASM_NUM_ATTRS + 40; type++) {
		if (type == KWASM_A_NAME)
			continue;
		begin(&m, KWASM_CMD_UNLOAD, 0);
		put_string(&m, KWASM_A_NAME, "a");
		put(&m, type, zero, sizeof(zero));
		refusals += exchange(fd, &m) == EINVAL;
		sent++;
	}
	close(fd);
	ok(refusals == sent, "attributes that unload does not know: %d of %d", refusals, sent);
	begin(&m, KWASM_CMD_LOAD, 0);
	put_string(&m, KWASM_A_NAME | NLA_F_NESTED, "a");
	put(&m, KWASM_A_WASM, wasm, wasm_size);
	refused(&m, EINVAL, "a nest for a name");
}

/* Lengths that lie. */
static void lengths(void)
{
	struct message m;

	begin(&m, KWASM_CMD_UNLOAD, 0);
	put_claimed(&m, KWASM_A_NAME, "aaaa", 4, 4000);
	refused(&m, EINVAL, "an attribute longer than its message");
	begin(&m, KWASM_CMD_UNLOAD, 0);
	put_claimed(&m, KWASM_A_NAME, "aaa", 4, (size_t)-NLA_HDRLEN);
	refused(&m, EINVAL, "an attribute of length 0");
	begin(&m, KWASM_CMD_UNLOAD, 0);
	put_claimed(&m, KWASM_A_NAME, "aaa", 4, (size_t)-1);
	refused(&m, EINVAL, "an attribute shorter than its header");
	begin(&m, KWASM_CMD_UNLOAD, 0);
	put_string(&m, KWASM_A_NAME, "a");
	m.header.nlmsg_len += 3;
	refused(&m, EINVAL, "bytes behind the last attribute");
	begin(&m, KWASM_CMD_UNLOAD, 0);
	m.header.nlmsg_len = NLMSG_HDRLEN;
	refused(&m, EINVAL, "no generic header");
}

/* Its name may have been changed as well. */
static void unload_mutant(int fd, const struct message *loaded)
{
	const struct nlattr *name;
	struct message m;

	name = nlmsg_find_attr((struct nlmsghdr *)loaded->bytes, GENL_HDRLEN, KWASM_A_NAME);
	if (!name)
		return;
	begin(&m, KWASM_CMD_KILL, 0);
	put_string(&m, KWASM_A_NAME, nla_data(name));
	exchange(fd, &m);
}

/* A sound request with random bytes changed or cut; whatever it does, it is undone. */
static void mutations(void)
{
	struct message m, sound;
	int n, fd = connect_raw(), unanswered = 0, accepted = 0, err;
	unsigned int at, k;

	begin(&sound, KWASM_CMD_LOAD, 0);
	put_string(&sound, KWASM_A_NAME, "mutant");
	put_string(&sound, KWASM_A_DENY, "wasi.*");
	put(&sound, KWASM_A_TIME_LIMIT, "\0\0\1\0\0\0\0", 8);
	put(&sound, KWASM_A_WASM, wasm, wasm_size);
	srandom(1);
	for (n = 0; n < MUTATIONS; n++) {
		m = sound;
		for (k = (unsigned int)random() % 4 + 1; k; k--) {
			at = NLMSG_HDRLEN + (unsigned int)random() %
			     (sound.header.nlmsg_len - NLMSG_HDRLEN);
			/* Not a command that waits or changes more than this program. */
			if (at >= NLMSG_HDRLEN + GENL_HDRLEN)
				m.bytes[at] = (unsigned char)random();
		}
		if (random() % 4 == 0)
			m.header.nlmsg_len = NLMSG_HDRLEN + (unsigned int)random() %
				(sound.header.nlmsg_len - NLMSG_HDRLEN);
		err = exchange(fd, &m);
		unanswered += err < 0;
		if (!err) {
			accepted++;
			unload_mutant(fd, &m);
		}
	}
	close(fd);
	ok(!unanswered, "%d mutated requests are answered", MUTATIONS);
	printf("# %d of them were accepted\n", accepted);
}

/*
 * (func (export "f") (param funcref) (result i32) (ref.is_null (local.get 0)))
 * (func (export "g") (result funcref) (ref.func 1))
 */
static const unsigned char references_wasm[] = {
	0x00, 'a', 's', 'm', 0x01, 0x00, 0x00, 0x00,
	0x01, 0x0a, 0x02, 0x60, 0x01, 0x70, 0x01, 0x7f, 0x60, 0x00, 0x01, 0x70,
	0x03, 0x03, 0x02, 0x00, 0x01,
	0x07, 0x09, 0x02, 0x01, 'f', 0x00, 0x00, 0x01, 'g', 0x00, 0x01,
	0x09, 0x05, 0x01, 0x03, 0x00, 0x01, 0x01,
	0x0a, 0x0c, 0x02, 0x05, 0x00, 0x20, 0x00, 0xd1, 0x0b, 0x04, 0x00, 0xd2, 0x01, 0x0b,
};

/* Return: the answer's result, 0 where it has none. */
static unsigned long long result_of(const struct message *m)
{
	unsigned char buf[8192];
	struct nlmsghdr *h = (struct nlmsghdr *)buf;
	unsigned long long v = 0;
	struct nlattr *attr;
	int fd = connect_raw(), len;

	send(fd, m->bytes, m->header.nlmsg_len, 0);
	len = (int)recv(fd, buf, sizeof(buf), 0);
	close(fd);
	if (len < 0 || !NLMSG_OK(h, (unsigned int)len) || h->nlmsg_type == NLMSG_ERROR)
		return 0;
	attr = nlmsg_find_attr(h, GENL_HDRLEN, KWASM_A_RESULT);
	if (attr)
		memcpy(&v, nla_data(attr), sizeof(v));
	return v;
}

/* A reference is an address of the kernel's: none comes in, none goes out. */
static void references(void)
{
	static const unsigned long long addresses[] = { 16, 0xffff888000001000, ~0ull };
	static const unsigned long long null;
	struct message m;
	size_t i;

	for (i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		begin(&m, KWASM_CMD_INVOKE, 0);
		put_string(&m, KWASM_A_ENTRY, "f");
		put(&m, KWASM_A_ARG, &addresses[i], sizeof(addresses[i]));
		put(&m, KWASM_A_WASM, references_wasm, sizeof(references_wasm));
		refused(&m, EINVAL, "an address for a reference");
	}
	begin(&m, KWASM_CMD_INVOKE, 0);
	put_string(&m, KWASM_A_ENTRY, "f");
	put(&m, KWASM_A_ARG, &null, sizeof(null));
	put(&m, KWASM_A_WASM, references_wasm, sizeof(references_wasm));
	ok(result_of(&m) == 1, "null is taken");
	begin(&m, KWASM_CMD_INVOKE, 0);
	put_string(&m, KWASM_A_ENTRY, "g");
	put(&m, KWASM_A_WASM, references_wasm, sizeof(references_wasm));
	ok(result_of(&m) == 1, "of a reference it is told that there is one, and no more");
}

/* In a child: drop to nobody, or into a new user namespace, and try every command. */
static int powerless(bool user_namespace)
{
	static const int writers[] = {
		KWASM_CMD_LOAD, KWASM_CMD_UNLOAD, KWASM_CMD_REPLACE, KWASM_CMD_KILL,
		KWASM_CMD_ATTACH, KWASM_CMD_DETACH, KWASM_CMD_INVOKE,
	};
	struct message m;
	int fd, bad = 0;
	size_t i;

	if (user_namespace ? unshare(CLONE_NEWUSER | CLONE_NEWNET) :
	    setgid(65534) || setuid(65534))
		return 125;
	fd = connect_raw();
	for (i = 0; i < sizeof(writers) / sizeof(writers[0]); i++) {
		begin(&m, writers[i], 0);
		put_string(&m, KWASM_A_NAME, "a");
		bad += exchange(fd, &m) != EPERM;
	}
	begin(&m, KWASM_CMD_GET_CODE, NLM_F_DUMP);
	put_string(&m, KWASM_A_NAME, "a");
	bad += exchange(fd, &m) != EPERM;
	begin(&m, KWASM_CMD_GET_PROGRAM, NLM_F_DUMP);
	bad += exchange(fd, &m) != (user_namespace ? 0 : EPERM);
	begin(&m, KWASM_CMD_GET_INFO, 0);
	bad += exchange(fd, &m) != 0;
	if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &events, sizeof(events)))
		bad += user_namespace || errno != EPERM;
	else
		bad += !user_namespace;
	return bad;
}

static void privilege(void)
{
	int mode, state;
	pid_t child;

	for (mode = 0; mode < 2; mode++) {
		fflush(stdout);
		child = fork();
		if (!child)
			_exit(powerless(mode));
		waitpid(child, &state, 0);
		ok(WIFEXITED(state) && !WEXITSTATUS(state),
		   mode ? "root of another user namespace only looks, at its own" :
		   "nobody changes nothing, hears nothing, and sees the version");
	}
}

/* The socket outlives its namespace's last process and name. */
static void vanished(void)
{
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), fd, err;
	struct message m;

	if (unshare(CLONE_NEWNET)) {
		ok(false, "a namespace of its own");
		return;
	}
	fd = connect_raw();
	setns(home, CLONE_NEWNET);
	close(home);
	begin(&m, KWASM_CMD_ATTACH, 0);
	put_string(&m, KWASM_A_NAME, "left");
	put_string(&m, KWASM_A_HOOK, "nf_out");
	put(&m, KWASM_A_WASM, wasm, wasm_size);
	err = exchange(fd, &m);
	ok(!err, "attach in a namespace that only a socket holds");
	close(fd);
	ok(programs() == 0, "nothing of it is seen here");
}

static bool read_module(const char *path)
{
	FILE *f = fopen(path, "rb");

	wasm = malloc(2048);
	if (!f || !wasm)
		return false;
	wasm_size = fread(wasm, 1, 2048, f);
	return wasm_size > 8 && wasm_size < 2048;
}

int main(int argc, char **argv)
{
	struct nl_sock *sock = nl_socket_alloc();

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc != 2 || !read_module(argv[1]) || !sock || genl_connect(sock)) {
		printf("Bail out! usage: nl-hostile MODULE.wasm\n");
		return 1;
	}
	family = genl_ctrl_resolve(sock, KWASM_GENL_NAME);
	events = genl_ctrl_resolve_grp(sock, KWASM_GENL_NAME, KWASM_GENL_GROUP_EVENTS);
	if (family < 0 || events < 0) {
		printf("Bail out! the module kwasm is not loaded\n");
		return 1;
	}
	ok(programs() == 0, "nothing is loaded");
	missing();
	commands();
	strings();
	numbers();
	combinations();
	unknown();
	lengths();
	references();
	privilege();
	vanished();
	ok(programs() == 0, "nothing has been loaded");
	mutations();
	ok(programs() == 0, "and nothing has stayed");
	nl_socket_free(sock);
	printf("1..%d\n", tests);
	return failures > 0;
}
