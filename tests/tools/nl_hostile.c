// SPDX-License-Identifier: GPL-2.0-only
/*
 * nl_hostile.c - send the module requests that kwasmctl never sends, and print TAP.
 *
 * usage: nl-hostile MODULE.wasm
 *        nl-hostile --crowd SECONDS
 *
 * Each request is rejected with the errno of its row and changes nothing: no program is loaded
 * before or after.  Attributes are missing, too short, too long, unterminated, repeated, unknown,
 * wrongly nested; messages are truncated anywhere; the sender lacks privilege, or its namespace is
 * removed meanwhile.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>

#include "nl_raw.h"

#define MUTATIONS 3000

struct nl_tests nl_tests;

static unsigned char *wasm;
static size_t wasm_size;

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
	put_string(&m, KWASM_A_PROGRAM_NAME, "a");
	refused(&m, EINVAL, "load without a binary");
	begin(&m, KWASM_CMD_LOAD, 0);
	put(&m, KWASM_A_PROGRAM_WASM, wasm, 8);
	refused(&m, EINVAL, "load without a name");
	begin(&m, KWASM_CMD_INVOKE, 0);
	put(&m, KWASM_A_CALL_WASM, "\0asm\1\0\0\0", 8);
	refused(&m, EINVAL, "invoke without a function");
	begin(&m, KWASM_CMD_INVOKE, 0);
	put_string(&m, KWASM_A_CALL_ENTRY, "f");
	refused(&m, EINVAL, "invoke without a binary");
	begin(&m, KWASM_CMD_ATTACH, 0);
	put_string(&m, KWASM_A_ATTACHMENT_HOOK, "nf_out");
	refused(&m, EINVAL, "attach without a program");
	nest_begin(&m, PROGRAM_NEST);
	refused(&m, EINVAL, "attach of an empty program");
	begin(&m, KWASM_CMD_ATTACH, 0);
	put_string(&m, KWASM_A_ATTACHMENT_NAME, "a");
	refused(&m, EINVAL, "attach without a hook");
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
	refused(&m, EOPNOTSUPP, "get-log without the dump flag");
	begin(&m, KWASM_CMD_GET_CODE, 0);
	refused(&m, EOPNOTSUPP, "get-code without the dump flag");
}

/* One attribute of LOAD with this payload. */
static void load(int type, const void *data, size_t size, int expected, const char *what)
{
	struct message m;

	begin(&m, KWASM_CMD_LOAD, 0);
	if (type != KWASM_A_PROGRAM_NAME)
		put_string(&m, KWASM_A_PROGRAM_NAME, "a");
	if (type != KWASM_A_PROGRAM_WASM && type != KWASM_A_PROGRAM_FD)
		put(&m, KWASM_A_PROGRAM_WASM, wasm, wasm_size);
	put(&m, type, data, size);
	refused(&m, expected, what);
}

static void put_program(struct message *m)
{
	unsigned int nest = nest_begin(m, PROGRAM_NEST);

	put_string(m, KWASM_A_PROGRAM_NAME, "a");
	put(m, KWASM_A_PROGRAM_WASM, wasm, wasm_size);
	nest_end(m, nest);
}

/* One attribute of ATTACH with this payload, which loads as well. */
static void attach(int type, const void *data, size_t size, int expected, const char *what)
{
	struct message m;

	begin(&m, KWASM_CMD_ATTACH, 0);
	if (type != KWASM_A_ATTACHMENT_HOOK)
		put_string(&m, KWASM_A_ATTACHMENT_HOOK, "nf_out");
	put_program(&m);
	put(&m, type, data, size);
	refused(&m, expected, what);
}

static void strings(void)
{
	char text[300];

	memset(text, 'a', sizeof(text));
	load(KWASM_A_PROGRAM_NAME, "a", 1, EINVAL, "a name without its NUL");
	load(KWASM_A_PROGRAM_NAME, "", 0, EINVAL, "a name of no byte");
	load(KWASM_A_PROGRAM_NAME, "", 1, EINVAL, "an empty name");
	load(KWASM_A_PROGRAM_NAME, "a b", 4, EINVAL, "a name with a space");
	load(KWASM_A_PROGRAM_NAME, "../a", 5, EINVAL, "a name with a slash");
	load(KWASM_A_PROGRAM_NAME, "a\n", 3, EINVAL, "a name with a line end");
	load(KWASM_A_PROGRAM_NAME, "\xff\xfe", 3, EINVAL, "a name of no letters");
	load(KWASM_A_PROGRAM_DENY, text, 10, EINVAL, "a pattern without its NUL");
	text[sizeof(text) - 1] = 0;
	load(KWASM_A_PROGRAM_NAME, text, sizeof(text), EINVAL, "a name of 299 letters");
	load(KWASM_A_PROGRAM_DENY, text, sizeof(text), EINVAL, "a pattern of 299 letters");
	attach(KWASM_A_ATTACHMENT_HOOK, text, sizeof(text), EINVAL, "a hook of 299 letters");
	attach(KWASM_A_ATTACHMENT_DEV, text, sizeof(text), EINVAL, "a device of 299 letters");
	attach(KWASM_A_ATTACHMENT_ENTRY, text, sizeof(text), EINVAL, "an entry of 299 letters");
	text[64] = 0;
	load(KWASM_A_PROGRAM_NAME, text, 65, EINVAL, "a name of 64 letters");
	attach(KWASM_A_ATTACHMENT_HOOK, "nf-%s%n", 8, EINVAL, "a hook for printf");
	attach(KWASM_A_ATTACHMENT_HOOK, "", 1, EINVAL, "an empty hook");
	attach(KWASM_A_ATTACHMENT_ENTRY, "", 1, ENOENT, "an empty entry");
}

static void numbers(void)
{
	static const unsigned char zero[16];
	unsigned long long most = ~0ull;
	unsigned int fd;

	load(KWASM_A_PROGRAM_FD, zero, 3, EINVAL, "a file descriptor of three bytes");
	load(KWASM_A_PROGRAM_FD, zero, 0, EINVAL, "a file descriptor of no byte");
	load(KWASM_A_PROGRAM_TIME_LIMIT, zero, 4, EINVAL, "a time limit of four bytes");
	load(KWASM_A_PROGRAM_TIME_LIMIT, &most, 8, ERANGE, "a time limit of 584 years");
	attach(KWASM_A_ATTACHMENT_PRIORITY, zero, 2, EINVAL, "a priority of two bytes");
	attach(KWASM_A_ATTACHMENT_FAMILY, zero, 0, EINVAL, "a family of no byte");
	attach(KWASM_A_ATTACHMENT_FAMILY, "\x07", 1, ANY_ERROR, "the family of bridges");
	attach(KWASM_A_ATTACHMENT_FAMILY, "\xff", 1, ANY_ERROR, "family 255");
	attach(KWASM_A_ATTACHMENT_ON_TRAP, "\x04", 1, EINVAL, "a policy that there is not");
	attach(KWASM_A_ATTACHMENT_ON_TRAP, "\xff", 1, EINVAL, "policy 255");
	fd = 4000;
	load(KWASM_A_PROGRAM_FD, &fd, 4, EBADF, "a file descriptor that is not open");
	fd = ~0u;
	load(KWASM_A_PROGRAM_FD, &fd, 4, EBADF, "file descriptor -1");
	fd = (unsigned int)open("/proc/self", O_RDONLY | O_DIRECTORY);
	load(KWASM_A_PROGRAM_FD, &fd, 4, EINVAL, "a directory");
	close((int)fd);
	fd = (unsigned int)open("/dev/zero", O_RDONLY);
	load(KWASM_A_PROGRAM_FD, &fd, 4, EINVAL, "a device");
	close((int)fd);
	fd = (unsigned int)open("/tmp/written", O_WRONLY | O_CREAT, 0600);
	load(KWASM_A_PROGRAM_FD, &fd, 4, EINVAL, "a file open for writing");
	close((int)fd);
	fd = (unsigned int)connect_raw();
	load(KWASM_A_PROGRAM_FD, &fd, 4, EINVAL, "a socket");
	close((int)fd);
}

static void combinations(void)
{
	unsigned int nest;
	struct message m;
	int i;

	begin(&m, KWASM_CMD_LOAD, 0);
	put_string(&m, KWASM_A_PROGRAM_NAME, "a");
	put_string(&m, KWASM_A_PROGRAM_NAME, "b");
	put(&m, KWASM_A_PROGRAM_WASM, wasm, wasm_size);
	refused(&m, EINVAL, "two names");
	begin(&m, KWASM_CMD_LOAD, 0);
	put_string(&m, KWASM_A_PROGRAM_NAME, "a");
	put(&m, KWASM_A_PROGRAM_WASM, wasm, wasm_size);
	put(&m, KWASM_A_PROGRAM_WASM, wasm, 8);
	refused(&m, EINVAL, "two binaries");
	begin(&m, KWASM_CMD_LOAD, 0);
	put_string(&m, KWASM_A_PROGRAM_NAME, "a");
	put(&m, KWASM_A_PROGRAM_WASM, wasm, wasm_size);
	put_u32(&m, KWASM_A_PROGRAM_FD, 0);
	refused(&m, EINVAL, "a binary and a file");
	begin(&m, KWASM_CMD_LOAD, 0);
	put_string(&m, KWASM_A_PROGRAM_NAME, "a");
	put(&m, KWASM_A_PROGRAM_WASM, wasm, wasm_size);
	for (i = 0; i < 17; i++)
		put_string(&m, KWASM_A_PROGRAM_DENY, "x.y");
	refused(&m, E2BIG, "seventeen patterns");
	begin(&m, KWASM_CMD_LOAD, 0);
	put_string(&m, KWASM_A_PROGRAM_NAME, "a");
	put(&m, KWASM_A_PROGRAM_WASM, wasm, wasm_size);
	put_string(&m, KWASM_A_PROGRAM_DENY, "*");
	refused(&m, EACCES, "every import denied");
	begin(&m, KWASM_CMD_INVOKE, 0);
	put(&m, KWASM_A_CALL_WASM, wasm, wasm_size);
	put_string(&m, KWASM_A_CALL_ENTRY, "kwasm_packet");
	for (i = 0; i < KWASM_MAX_ARGS + 1; i++)
		put(&m, KWASM_A_CALL_ARG, "12345678", 8);
	refused(&m, E2BIG, "seventeen arguments");
	begin(&m, KWASM_CMD_GET_PROGRAM, NLM_F_DUMP);
	put_string(&m, KWASM_A_PROGRAM_NAME, "a");
	put_string(&m, KWASM_A_PROGRAM_NAME, "a");
	refused(&m, EINVAL, "two names in a dump");
	begin(&m, KWASM_CMD_ATTACH, 0);
	put_string(&m, KWASM_A_ATTACHMENT_HOOK, "nf_out");
	nest = nest_begin(&m, PROGRAM_NEST);
	put_string(&m, KWASM_A_PROGRAM_NAME, "a");
	put_string(&m, KWASM_A_PROGRAM_NAME, "b");
	put(&m, KWASM_A_PROGRAM_WASM, wasm, wasm_size);
	nest_end(&m, nest);
	refused(&m, EINVAL, "two names in a nest");
	begin(&m, KWASM_CMD_DETACH, 0);
	put_u32(&m, KWASM_A_ATTACHMENT_ID, 0);
	refused(&m, EINVAL, "attachment 0");
	begin(&m, KWASM_CMD_DETACH, 0);
	put_u32(&m, KWASM_A_ATTACHMENT_ID, ~0u);
	refused(&m, ENOENT, "the last attachment");
}

/* Unexpected nests, missing nests, and their contents. */
static void nests(void)
{
	static const unsigned char garbage[] = "\xff\xff\x00\x00garbage after a length";
	unsigned int nest;
	struct message m;

	begin(&m, KWASM_CMD_LOAD, 0);
	put_string(&m, KWASM_A_PROGRAM_NAME | NLA_F_NESTED, "a");
	put(&m, KWASM_A_PROGRAM_WASM, wasm, wasm_size);
	refused(&m, EINVAL, "a nest for a name");
	attach(PROGRAM_NEST, "", 0, EINVAL, "two programs");
	attach(KWASM_A_ATTACHMENT_NAME, "a", 2, EINVAL, "a program and the name of one");
	begin(&m, KWASM_CMD_ATTACH, 0);
	put_string(&m, KWASM_A_ATTACHMENT_HOOK, "nf_out");
	put(&m, PROGRAM_NEST, garbage, sizeof(garbage));
	refused(&m, EINVAL, "a nest of garbage");
	begin(&m, KWASM_CMD_ATTACH, 0);
	put_string(&m, KWASM_A_ATTACHMENT_HOOK, "nf_out");
	put(&m, PROGRAM_NEST, garbage, 3);
	refused(&m, ANY_ERROR, "a nest shorter than an attribute");
	begin(&m, KWASM_CMD_ATTACH, 0);
	put_string(&m, KWASM_A_ATTACHMENT_HOOK, "nf_out");
	nest = nest_begin(&m, KWASM_A_ATTACHMENT_PROGRAM);
	put_string(&m, KWASM_A_PROGRAM_NAME, "a");
	put(&m, KWASM_A_PROGRAM_WASM, wasm, wasm_size);
	nest_end(&m, nest);
	refused(&m, EINVAL, "a program that is not marked as a nest");
	begin(&m, KWASM_CMD_ATTACH, 0);
	put_string(&m, KWASM_A_ATTACHMENT_HOOK, "nf_out");
	nest = nest_begin(&m, PROGRAM_NEST);
	nest = nest_begin(&m, PROGRAM_NEST);
	put_string(&m, KWASM_A_PROGRAM_NAME, "a");
	put(&m, KWASM_A_PROGRAM_WASM, wasm, wasm_size);
	nest_end(&m, nest);
	nest_end(&m, nest - NLA_HDRLEN);
	refused(&m, EINVAL, "a program in a program");
	begin(&m, KWASM_CMD_ATTACH, 0);
	put_string(&m, KWASM_A_ATTACHMENT_HOOK, "nf_out");
	nest = nest_begin(&m, PROGRAM_NEST);
	put_claimed(&m, KWASM_A_PROGRAM_NAME, "a", 2, 2000);
	nest_end(&m, nest);
	refused(&m, EINVAL, "an attribute longer than its nest");
}

/* Wrong lengths. */
static void lengths(void)
{
	struct message m;

	begin(&m, KWASM_CMD_UNLOAD, 0);
	put_claimed(&m, KWASM_A_PROGRAM_NAME, "aaaa", 4, 4000);
	refused(&m, EINVAL, "an attribute longer than its message");
	begin(&m, KWASM_CMD_UNLOAD, 0);
	put_claimed(&m, KWASM_A_PROGRAM_NAME, "aaa", 4, (size_t)-NLA_HDRLEN);
	refused(&m, EINVAL, "an attribute of length 0");
	begin(&m, KWASM_CMD_UNLOAD, 0);
	put_claimed(&m, KWASM_A_PROGRAM_NAME, "aaa", 4, (size_t)-1);
	refused(&m, EINVAL, "an attribute shorter than its header");
	begin(&m, KWASM_CMD_UNLOAD, 0);
	put_string(&m, KWASM_A_PROGRAM_NAME, "a");
	m.header.nlmsg_len += 3;
	refused(&m, EINVAL, "bytes after the last attribute");
	begin(&m, KWASM_CMD_UNLOAD, 0);
	m.header.nlmsg_len = NLMSG_HDRLEN;
	refused(&m, EINVAL, "no generic header");
}

/* Its name may also have been changed. */
static void unload_mutant(int fd, const struct message *loaded)
{
	struct nlattr *at = nlmsg_find_attr((struct nlmsghdr *)loaded->bytes, GENL_HDRLEN,
					    KWASM_A_ATTACHMENT_PROGRAM);
	const struct nlattr *name;
	struct genlmsghdr *genl;
	struct message m;

	genl = (struct genlmsghdr *)(loaded->bytes + NLMSG_HDRLEN);
	name = genl->cmd == KWASM_CMD_ATTACH ?
	       at ? nla_find(nla_data(at), nla_len(at), KWASM_A_PROGRAM_NAME) : NULL :
	       nlmsg_find_attr((struct nlmsghdr *)loaded->bytes, GENL_HDRLEN,
			       KWASM_A_PROGRAM_NAME);
	if (!name)
		return;
	begin(&m, KWASM_CMD_KILL, 0);
	put_string(&m, KWASM_A_PROGRAM_NAME, nla_data(name));
	exchange(fd, &m);
}

/* Random bytes of @sound changed, or its end truncated; any effect is undone. */
static void mutate(const struct message *sound, const char *what)
{
	int n, fd = connect_raw(), unanswered = 0, accepted = 0, err;
	unsigned int at, k;
	struct message m;

	srandom(1);
	for (n = 0; n < MUTATIONS; n++) {
		m = *sound;
		for (k = (unsigned int)random() % 4 + 1; k; k--) {
			at = NLMSG_HDRLEN + (unsigned int)random() %
			     (sound->header.nlmsg_len - NLMSG_HDRLEN);
			/* Not a command that waits or changes more than this program. */
			if (at >= NLMSG_HDRLEN + GENL_HDRLEN)
				m.bytes[at] = (unsigned char)random();
		}
		if (random() % 4 == 0)
			m.header.nlmsg_len = NLMSG_HDRLEN + (unsigned int)random() %
				(sound->header.nlmsg_len - NLMSG_HDRLEN);
		err = exchange(fd, &m);
		unanswered += err < 0;
		if (!err) {
			accepted++;
			unload_mutant(fd, &m);
		}
	}
	close(fd);
	ok(!unanswered, "%d mutated requests to %s are answered", MUTATIONS, what);
	printf("# %d of them were accepted\n", accepted);
}

static void put_mutant(struct message *m)
{
	put_string(m, KWASM_A_PROGRAM_NAME, "mutant");
	put_string(m, KWASM_A_PROGRAM_DENY, "wasi.*");
	put(m, KWASM_A_PROGRAM_TIME_LIMIT, "\0\0\1\0\0\0\0", 8);
	put(m, KWASM_A_PROGRAM_WASM, wasm, wasm_size);
}

static void mutations(void)
{
	struct message sound;
	unsigned int nest;

	begin(&sound, KWASM_CMD_LOAD, 0);
	put_mutant(&sound);
	mutate(&sound, "load");
	begin(&sound, KWASM_CMD_ATTACH, 0);
	put_string(&sound, KWASM_A_ATTACHMENT_HOOK, "nf_out");
	nest = nest_begin(&sound, PROGRAM_NEST);
	put_mutant(&sound);
	nest_end(&sound, nest);
	mutate(&sound, "attach");
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

/* Return: the reply's result, 0 if it has none. */
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
	attr = nlmsg_find_attr(h, GENL_HDRLEN, KWASM_A_CALL_RESULT);
	if (attr)
		attr = nla_find(nla_data(attr), nla_len(attr), KWASM_A_VALUE_BITS);
	if (attr)
		memcpy(&v, nla_data(attr), sizeof(v));
	return v;
}

/* A reference is a kernel address: it must neither be accepted nor returned. */
static void references(void)
{
	static const unsigned long long addresses[] = { 16, 0xffff888000001000, ~0ull };
	static const unsigned long long null;
	struct message m;
	size_t i;

	for (i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		begin(&m, KWASM_CMD_INVOKE, 0);
		put_string(&m, KWASM_A_CALL_ENTRY, "f");
		put(&m, KWASM_A_CALL_ARG, &addresses[i], sizeof(addresses[i]));
		put(&m, KWASM_A_CALL_WASM, references_wasm, sizeof(references_wasm));
		refused(&m, EINVAL, "an address for a reference");
	}
	begin(&m, KWASM_CMD_INVOKE, 0);
	put_string(&m, KWASM_A_CALL_ENTRY, "f");
	put(&m, KWASM_A_CALL_ARG, &null, sizeof(null));
	put(&m, KWASM_A_CALL_WASM, references_wasm, sizeof(references_wasm));
	ok(result_of(&m) == 1, "null is taken");
	begin(&m, KWASM_CMD_INVOKE, 0);
	put_string(&m, KWASM_A_CALL_ENTRY, "g");
	put(&m, KWASM_A_CALL_WASM, references_wasm, sizeof(references_wasm));
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
		bad += exchange(fd, &m) != EPERM;
	}
	begin(&m, KWASM_CMD_GET_CODE, NLM_F_DUMP);
	put_string(&m, KWASM_A_CODE_NAME, "a");
	bad += exchange(fd, &m) != EPERM;
	begin(&m, KWASM_CMD_GET_PROGRAM, NLM_F_DUMP);
	bad += exchange(fd, &m) != (user_namespace ? 0 : EPERM);
	begin(&m, KWASM_CMD_GET_INFO, 0);
	bad += exchange(fd, &m) != 0;
	if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &nl_tests.group,
		       sizeof(nl_tests.group)))
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
	put_string(&m, KWASM_A_ATTACHMENT_HOOK, "nf_out");
	put_program(&m);
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

static void all(const char *path)
{
	ok(programs() == 0, "nothing is loaded");
	missing();
	commands();
	strings();
	numbers();
	combinations();
	nests();
	spaces();
	acks();
	code(wasm, wasm_size);
	events(wasm, wasm_size);
	request_order(wasm, wasm_size);
	uring(path);
	lengths();
	references();
	privilege();
	vanished();
	ok(programs() == 0, "nothing has been loaded");
	mutations();
	ok(programs() == 0, "and nothing has stayed");
}

int main(int argc, char **argv)
{
	struct nl_sock *sock = nl_socket_alloc();

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc < 2 || !sock || genl_connect(sock)) {
		printf("Bail out! usage: nl-hostile MODULE.wasm | --forge PORT... | --crowd SECONDS\n");
		return 1;
	}
	nl_tests.family = genl_ctrl_resolve(sock, KWASM_GENL_NAME);
	nl_tests.group = genl_ctrl_resolve_grp(sock, KWASM_GENL_NAME, KWASM_GENL_GROUP_EVENTS);
	if (nl_tests.family < 0 || nl_tests.group < 0) {
		printf("Bail out! the module kwasm is not loaded\n");
		return 1;
	}
	if (!strcmp(argv[1], "--forge"))
		return forge(argv + 2);
	if (!strcmp(argv[1], "--crowd") && argc == 3) {
		crowd(atoi(argv[2]));
	} else if (read_module(argv[1])) {
		all(argv[1]);
	} else {
		printf("Bail out! cannot read %s\n", argv[1]);
		return 1;
	}
	nl_socket_free(sock);
	printf("1..%d\n", nl_tests.run);
	return nl_tests.failed > 0;
}
