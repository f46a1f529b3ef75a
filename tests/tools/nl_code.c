// SPDX-License-Identifier: GPL-2.0-only
/*
 * nl_code.c - who reads machine code, and where the kernel's addresses are in answers.
 *
 * The rule is that of BPF and of /proc/kallsyms: CAP_BPF or CAP_SYS_ADMIN, and the right to see
 * addresses, of the sender and of whoever opened the socket.
 */
#define _GNU_SOURCE
#include <linux/capability.h>
#include <sys/syscall.h>

#include "nl_raw.h"

#define PROGRAM "shown"

#define NET BIT(CAP_NET_ADMIN)
#define ADMIN BIT(CAP_SYS_ADMIN)
#define BPF BIT(CAP_BPF)
#define SYSLOG BIT(CAP_SYSLOG)
#define BIT(n) (1ull << (n))

/* The sentences: in the ack, or where the kernel has none for a dump, in the message before it. */
#define NEEDS_BPF \
	"loading a program or reading machine code needs CAP_NET_ADMIN and CAP_BPF or CAP_SYS_ADMIN in the initial user namespace"
#define NEEDS_SYSLOG \
	"machine code contains kernel addresses: reading it needs CAP_SYSLOG in the initial user namespace and a kernel.kptr_restrict below 2"

/* @paranoid: kernel.perf_event_paranoid; up to 1, everybody sees addresses where @kptr is 0. */
static const struct {
	unsigned long long opener, sender;	/* what they lack */
	int kptr, paranoid;
	int error;
	const char *sentence;
} rows[] = {
	{ 0, 0, 0, 2, 0, "" },
	{ 0, 0, 1, 2, 0, "" },
	{ 0, 0, 2, 2, EPERM, NEEDS_SYSLOG },
	{ 0, 0, 2, 1, EPERM, NEEDS_SYSLOG },
	{ SYSLOG, SYSLOG, 0, 1, 0, "" },
	{ SYSLOG, SYSLOG, 0, 2, EPERM, NEEDS_SYSLOG },
	{ SYSLOG, SYSLOG, 1, 1, EPERM, NEEDS_SYSLOG },
	{ SYSLOG, SYSLOG, 1, 2, EPERM, NEEDS_SYSLOG },
	{ SYSLOG, SYSLOG, 2, 1, EPERM, NEEDS_SYSLOG },
	{ SYSLOG, 0, 1, 2, EPERM, NEEDS_SYSLOG },
	{ 0, SYSLOG, 1, 2, EPERM, NEEDS_SYSLOG },
	{ BPF, BPF, 1, 2, 0, "" },
	{ ADMIN, ADMIN, 1, 2, 0, "" },
	{ BPF | ADMIN, BPF | ADMIN, 0, 1, EPERM, NEEDS_BPF },
	{ BPF | ADMIN, BPF | ADMIN, 0, 2, EPERM, NEEDS_BPF },
	{ BPF | ADMIN, BPF | ADMIN, 1, 2, EPERM, NEEDS_BPF },
	{ BPF | ADMIN, BPF | ADMIN, 2, 2, EPERM, NEEDS_BPF },
	{ BPF | ADMIN, 0, 1, 2, EPERM, NEEDS_BPF },
	{ 0, BPF | ADMIN, 1, 2, EPERM, NEEDS_BPF },
	{ NET, NET, 0, 1, EPERM, "" },
	{ NET, NET, 1, 2, EPERM, "" },
	{ NET, 0, 1, 2, EPERM, "" },
	{ 0, NET, 1, 2, EPERM, "" },
};

static void lack(unsigned long long missing)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];
	int i;

	if (syscall(SYS_capget, &header, data))
		memset(data, 0, sizeof(data));
	for (i = 0; i < 2; i++)
		data[i].effective = data[i].permitted & ~(unsigned int)(missing >> 32 * i);
	if (syscall(SYS_capset, &header, data))
		ok(false, "capabilities can be put aside: %s", strerrorname_np(errno));
}

/* Return: what it was. */
static int setting(const char *path, int value)
{
	FILE *f = fopen(path, "r+");
	int before = 0;

	if (!f || fscanf(f, "%d", &before) != 1) {
		ok(false, "cannot read %s", path);
		return 0;
	}
	rewind(f);
	fprintf(f, "%d\n", value);
	fclose(f);
	return before;
}

static int restrict_to(int value)
{
	return setting("/proc/sys/kernel/kptr_restrict", value);
}

static int paranoid_to(int value)
{
	return setting("/proc/sys/kernel/perf_event_paranoid", value);
}

static void readers(const struct message *m)
{
	struct refusal r;
	const char *text;
	size_t i;
	int fd;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		restrict_to(rows[i].kptr);
		paranoid_to(rows[i].paranoid);
		lack(rows[i].opener);
		fd = connect_acks();
		lack(rows[i].sender);
		r = exchange_texts(fd, m);
		lack(0);
		close(fd);
		text = r.reason[0] ? r.reason : r.ack;
		ok(r.error == rows[i].error && !strcmp(text, rows[i].sentence),
		   "code: opener without %llx, sender without %llx, kptr_restrict %d, perf_event_paranoid %d: %d %s",
		   rows[i].opener, rows[i].sender, rows[i].kptr, rows[i].paranoid, r.error, text);
	}
}

/* Numbers of 64 bits in the answers, at each place of an attribute, that are kernel addresses. */
static int addresses(const struct message *m, int *messages)
{
	static unsigned char buf[1 << 15];
	int fd = connect_raw(), at, len, found = 0;
	struct nlmsghdr *h;
	unsigned long long value;

	send(fd, m->bytes, m->header.nlmsg_len, 0);
	*messages = 0;
	while ((len = (int)recv(fd, buf, sizeof(buf), 0)) > 0) {
		for (h = (struct nlmsghdr *)buf; NLMSG_OK(h, (unsigned int)len);
		     h = NLMSG_NEXT(h, len)) {
			if (h->nlmsg_type == NLMSG_DONE || h->nlmsg_type == NLMSG_ERROR) {
				close(fd);
				return found;
			}
			++*messages;
			for (at = NLMSG_HDRLEN + GENL_HDRLEN;
			     at + 8 <= (int)h->nlmsg_len; at += NLA_ALIGNTO) {
				memcpy(&value, (unsigned char *)h + at, sizeof(value));
				found += value >= 0xffff800000000000 && value < -4096ull;
			}
		}
	}
	close(fd);
	return -1;
}

/* No answer but that of code has addresses: nothing else needs the privilege. */
static void elsewhere(const struct message *code)
{
	static const int readers[] = {
		KWASM_CMD_GET_PROGRAM, KWASM_CMD_GET_ATTACHMENT, KWASM_CMD_GET_LOG,
	};
	int found = addresses(code, &(int){ 0 }), messages;
	struct message m;
	size_t i;

	ok(found > 0, "the answer with code has addresses: %d", found);
	for (i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		begin(&m, readers[i], NLM_F_DUMP);
		found = addresses(&m, &messages);
		ok(!found, "command %d: %d addresses in %d messages", readers[i], found, messages);
	}
	begin(&m, KWASM_CMD_GET_PROGRAM, 0);
	put_string(&m, KWASM_A_PROGRAM_NAME, PROGRAM);
	found = addresses(&m, &messages);
	ok(!found && messages == 1, "a program in detail: %d addresses", found);
	begin(&m, KWASM_CMD_GET_INFO, 0);
	found = addresses(&m, &messages);
	ok(!found && messages == 1, "the module: %d addresses", found);
}

void code(const unsigned char *wasm, size_t size)
{
	int kptr = restrict_to(1), paranoid = paranoid_to(2), fd = connect_raw(), err;
	unsigned int nest;
	struct message m;

	begin(&m, KWASM_CMD_ATTACH, 0);
	put_string(&m, KWASM_A_ATTACHMENT_HOOK, "nf_out");
	nest = nest_begin(&m, PROGRAM_NEST);
	put_string(&m, KWASM_A_PROGRAM_NAME, PROGRAM);
	put(&m, KWASM_A_PROGRAM_WASM, wasm, size);
	nest_end(&m, nest);
	err = exchange(fd, &m);
	ok(!err, "a program whose code is to be read is attached: %d", err);
	begin(&m, KWASM_CMD_GET_CODE, NLM_F_DUMP);
	put_string(&m, KWASM_A_CODE_NAME, PROGRAM);
	readers(&m);
	restrict_to(1);
	elsewhere(&m);
	begin(&m, KWASM_CMD_DETACH, 0);
	put_string(&m, KWASM_A_ATTACHMENT_NAME, PROGRAM);
	err = exchange(fd, &m);
	ok(!err, "and detached, which unloads it: %d", err);
	close(fd);
	restrict_to(kptr);
	paranoid_to(paranoid);
}
