// SPDX-License-Identifier: GPL-2.0-only
/*
 * nl.c - netlink requests; no other code of the tool uses netlink.
 *
 * Guarantees: an error is the kernel's message if there is one, else one with a hint; strings in a
 * reply are terminated, integers read according to their length, nests validated; messages that the
 * kernel has not sent are ignored: whoever owns a network namespace may send them there.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "ctl.h"
#include "diag.h"
#include "absence.h"
#include "nl.h"

#define NEEDS_ADMIN "operation not permitted: run as root or with CAP_NET_ADMIN"

/**
 * struct ctl_request - a request under construction
 * @space: of the attributes that are added next, enum ctl_space_id
 * @nest: the nest that they are added to, NULL for the request itself
 * @unfit: name of the first attribute that did not fit, NULL if all did
 */
struct ctl_request {
	struct nl_msg *msg;
	u8 space;
	struct nlattr *nest;
	const char *unfit;
};

/**
 * struct exchange - a request in flight
 * @diag: the reason ahead of an error, empty if there is none
 * @err: -errno from the kernel
 * @stop: nonzero value that @fn returned
 * @done: the last message has been read
 */
struct exchange {
	ctl_reply_fn fn;
	void *arg;
	struct kwasm_diag diag;
	int err;
	int stop;
	bool done;
};

static struct nl_sock *sock;
static struct nl_sock *event_sock;	/* member of the events group, NULL until needed */
static int family;
static struct ctl_error error;	/* of the last failed request */

int ctl_request_fail(const char *file)
{
	return ctl_fail_at(file, &error.diag, NULL);
}

const struct ctl_error *ctl_request_error(void)
{
	return &error;
}

static __printf(2, 3) int set_error(int err, const char *fmt, ...)
{
	va_list args;

	kwasm_diag_init(&error.diag);
	va_start(args, fmt);
	kwasm_diag_vset(&error.diag, err, KWASM_DIAG_NONE, KWASM_DIAG_NONE, fmt, args);
	va_end(args);
	return err;
}

/* -EINVAL, so that -ENOENT always means the module. */
static int enter_netns(const char *ns)
{
	int fd, err = 0;
	char *path;

	if (asprintf(&path, "%s%s", strchr(ns, '/') ? "" : "/run/netns/", ns) < 0)
		return set_error(-ENOMEM, "out of memory");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	free(path);
	if (fd < 0 && errno == ENOENT)
		return set_error(-EINVAL, "unknown network namespace \"%.128s\": see ip netns list",
				 ns);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err = set_error(-EINVAL, "cannot enter network namespace \"%.128s\": %s", ns,
				strerror(errno));
	if (fd >= 0)
		close(fd);
	return err;
}

static int from_kernel(struct nl_msg *msg, void *arg)
{
	return nlmsg_get_src(msg)->nl_pid ? NL_SKIP : NL_OK;
}

static struct nl_sock *socket_new(void)
{
	struct nl_sock *new = nl_socket_alloc();

	if (new)
		nl_socket_modify_cb(new, NL_CB_MSG_IN, NL_CB_CUSTOM, from_kernel, NULL);
	return new;
}

static int connect_family(void)
{
	int one = 1;

	if (genl_connect(sock))
		return set_error(-EPROTONOSUPPORT, "this kernel does not support generic netlink");
	family = genl_ctrl_resolve(sock, KWASM_GENL_NAME);
	if (family < 0) {
		char why[KWASM_DIAG_TEXT];

		ctl_absence_here("kwasm", why, sizeof(why));
		return set_error(-ENOENT, "%s", why);
	}
	nl_socket_set_msg_buf_size(sock, 1 << 16);
	nl_socket_set_buffer_size(sock, 1 << 20, 0);
	setsockopt(nl_socket_get_fd(sock), SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(nl_socket_get_fd(sock), SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	return 0;
}

static int connect_module(void)
{
	int err = 0;

	if (sock)
		return 0;
	if (ctl_globals.netns)
		err = enter_netns(ctl_globals.netns);
	if (err)
		return err;
	sock = socket_new();
	if (!sock)
		return set_error(-ENOMEM, "out of memory");
	err = connect_family();
	if (err)
		ctl_disconnect();
	return err;
}

void ctl_disconnect(void)
{
	nl_socket_free(sock);
	nl_socket_free(event_sock);
	sock = NULL;
	event_sock = NULL;
}

int ctl_connect(void)
{
	return connect_module() ? ctl_request_fail(NULL) : CTL_OK;
}

bool ctl_module_absent(void)
{
	return connect_module() == -ENOENT;
}

/* Names of attributes, by space and number. */
static const char *const attribute_names[][sizeof(union ctl_space)] = {
#define ATTR(name, text, type) [KWASM_A_##name] = text,
#define SPACE(name, text) [CTL_SPACE_##name] = { KWASM_ATTRS_##name(ATTR) },
	KWASM_SPACES(SPACE)
#undef SPACE
#undef ATTR
};

static const u8 command_spaces[] = {
#define CMD(name, text, space) [KWASM_CMD_##name] = CTL_SPACE_##space,
	KWASM_CMDS(CMD)
#undef CMD
};

struct ctl_request *ctl_request_new(u8 cmd)
{
	struct ctl_request *req = calloc(1, sizeof(*req));

	if (!req)
		goto no_memory;
	req->space = command_spaces[cmd];
	req->msg = nlmsg_alloc();
	if (!req->msg ||
	    !genlmsg_put(req->msg, NL_AUTO_PORT, NL_AUTO_SEQ, 0, 0, NLM_F_REQUEST, cmd,
			 KWASM_GENL_VERSION)) {
		nlmsg_free(req->msg);
		free(req);
		goto no_memory;
	}
	return req;
no_memory:
	ctl_fail_memory();
	return NULL;
}

/*
 * A request is a page, many times the kernel's limit of any attribute.  An attribute that does not
 * fit is recorded, since the request must not be sent without it.
 */
static void put(struct ctl_request *req, int attr, const void *value, size_t len)
{
	if (len > INT_MAX || nla_put(req->msg, attr, (int)len, value))
		req->unfit = req->unfit ?: attribute_names[req->space][attr];
}

void ctl_request_string(struct ctl_request *req, int attr, const char *value)
{
	put(req, attr, value, strlen(value) + 1);
}

void ctl_request_u8(struct ctl_request *req, int attr, u8 value)
{
	put(req, attr, &value, sizeof(value));
}

void ctl_request_u32(struct ctl_request *req, int attr, u32 value)
{
	put(req, attr, &value, sizeof(value));
}

void ctl_request_s32(struct ctl_request *req, int attr, s32 value)
{
	put(req, attr, &value, sizeof(value));
}

void ctl_request_u64(struct ctl_request *req, int attr, u64 value)
{
	put(req, attr, &value, sizeof(value));
}

void ctl_request_flag(struct ctl_request *req, int attr)
{
	put(req, attr, NULL, 0);
}

void ctl_request_nest(struct ctl_request *req, int attr, enum ctl_space_id space)
{
	req->nest = nla_nest_start(req->msg, attr | NLA_F_NESTED);
	if (!req->nest)
		req->unfit = req->unfit ?: attribute_names[req->space][attr];
	req->space = (u8)space;
}

void ctl_request_nest_end(struct ctl_request *req)
{
	if (req->nest)
		nla_nest_end(req->msg, req->nest);
}

/* One pass over the attributes; unknown ones are skipped. */
static void fields_parse(struct ctl_fields *f, struct nlattr *first, int len)
{
	struct nlattr *attr;
	int rem;

	memset(f, 0, sizeof(*f));
	f->first = first;
	f->len = len;
	nla_for_each_attr(attr, first, len, rem)
		if (nla_type(attr) < (int)sizeof(union ctl_space))
			f->attr[nla_type(attr)] = attr;
}

static void diag_parse(struct kwasm_diag *diag, const struct ctl_fields *f)
{
	kwasm_diag_init(diag);
	if (ctl_field_has(f, KWASM_A_DIAG_FUNC))
		diag->func = (u32)ctl_field_uint(f, KWASM_A_DIAG_FUNC);
	if (ctl_field_has(f, KWASM_A_DIAG_OFFSET))
		diag->offset = (u32)ctl_field_uint(f, KWASM_A_DIAG_OFFSET);
	snprintf(diag->text, sizeof(diag->text), "%s", ctl_field_string(f, KWASM_A_DIAG_TEXT));
}

static int join_events(void)
{
	int group = genl_ctrl_resolve_grp(sock, KWASM_GENL_NAME, KWASM_GENL_GROUP_EVENTS);

	return group < 0 ? group : nl_socket_add_membership(event_sock, group);
}

/* The controller of generic netlink tells of families: ours goes and comes with the module. */
static void on_family(struct exchange *ex, struct nlmsghdr *header)
{
	struct genlmsghdr *genl = nlmsg_data(header);
	struct nlattr *name = nla_find(genlmsg_attrdata(genl, 0), genlmsg_attrlen(genl, 0),
				       CTRL_ATTR_FAMILY_NAME);

	if (!name || nla_strcmp(name, KWASM_GENL_NAME))
		return;
	if (genl->cmd == CTRL_CMD_DELFAMILY && !ex->stop) {
		ex->stop = ex->fn(NULL, 0, ex->arg);
	} else if (genl->cmd == CTRL_CMD_NEWFAMILY) {
		/* Anew, so that what others have sent to it is not in the way of the answer. */
		nl_close(sock);
		if (!connect_family() && join_events() >= 0)
			ctl_warn("module kwasm is loaded again");
	}
}

static int on_message(struct nl_msg *msg, void *arg)
{
	struct exchange *ex = arg;
	struct nlmsghdr *header = nlmsg_hdr(msg);
	struct genlmsghdr *genl;
	struct ctl_fields f;

	if (header->nlmsg_type == GENL_ID_CTRL && genlmsg_valid_hdr(header, 0))
		on_family(ex, header);
	if (header->nlmsg_type != family || !genlmsg_valid_hdr(header, 0))
		return NL_OK;
	genl = nlmsg_data(header);
	fields_parse(&f, genlmsg_attrdata(genl, 0), genlmsg_attrlen(genl, 0));
	if (genl->cmd == KWASM_CMD_DIAG)
		diag_parse(&ex->diag, &f);
	else if (ex->fn && !ex->stop)
		ex->stop = ex->fn(&f, genl->cmd, ex->arg);
	return NL_OK;
}

static void error_from_kernel(const struct kwasm_diag *diag, int err, struct nlattr *tlvs, int len)
{
	struct nlattr *text = len > 0 ? nla_find(tlvs, len, NLMSGERR_ATTR_MSG) : NULL;

	error.refused = true;
	if (diag->text[0]) {
		error.diag = *diag;
		return;
	}
	if (text && nla_len(text) > 0) {
		set_error(err, "%.*s", nla_len(text), (const char *)nla_data(text));
		return;
	}
	switch (err) {
	case -EPERM:
		set_error(err, NEEDS_ADMIN);
		break;
	case -EOPNOTSUPP:
		set_error(err, "the loaded module kwasm does not support this request: its version differs from kwasmctl's");
		break;
	case -ENOENT:
		set_error(err, "no such program or attachment: see kwasmctl list");
		break;
	case -ENOMEM:
		set_error(err, "the kernel is out of memory");
		break;
	default:
		set_error(err, "the kernel rejected the request: %s", strerror(-err));
	}
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *e, void *arg)
{
	struct nlmsghdr *header = (struct nlmsghdr *)((u8 *)e - NLMSG_HDRLEN);
	struct exchange *ex = arg;
	u32 skip = sizeof(*e);
	int len;

	if (!(header->nlmsg_flags & NLM_F_CAPPED))
		skip += e->msg.nlmsg_len - NLMSG_HDRLEN;
	skip = NLMSG_ALIGN(skip);
	len = (int)header->nlmsg_len - NLMSG_HDRLEN - (int)skip;
	if (!(header->nlmsg_flags & NLM_F_ACK_TLVS))
		len = 0;
	ex->err = e->error;
	ex->done = true;
	error_from_kernel(&ex->diag, e->error, (struct nlattr *)((u8 *)e + skip), len);
	return NL_STOP;
}

/* A failed dump reports its error in the last message. */
static int on_finish(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *header = nlmsg_hdr(msg);
	struct exchange *ex = arg;
	int err = 0, len = nlmsg_datalen(header) - (int)sizeof(err);

	ex->done = true;
	if (len < 0)
		return NL_STOP;
	memcpy(&err, nlmsg_data(header), sizeof(err));
	if (err < 0) {
		ex->err = err;
		error_from_kernel(&ex->diag, err,
				  (struct nlattr *)((u8 *)nlmsg_data(header) + sizeof(err)),
				  header->nlmsg_flags & NLM_F_ACK_TLVS ? len : 0);
	}
	return NL_STOP;
}

static int on_ack(struct nl_msg *msg, void *arg)
{
	struct exchange *ex = arg;

	ex->done = true;
	return NL_STOP;
}

/* Events are unsolicited and have no sequence number. */
static int ignore_sequence(struct nl_msg *msg, void *arg)
{
	return NL_OK;
}

/* Wait for an event.  False when nobody reads standard output any more. */
static bool await_event(void)
{
	struct pollfd fds[] = {
		{ .fd = nl_socket_get_fd(event_sock), .events = POLLIN },
		{ .fd = STDOUT_FILENO },	/* POLLERR, POLLHUP */
	};

	while (poll(fds, ARRAY_SIZE(fds), -1) < 0 && errno == EINTR)
		;
	return !fds[1].revents;
}

/* Read from @from until the reply is complete; events end only when @ex stops. */
static int receive(struct nl_sock *from, struct exchange *ex)
{
	bool events = from == event_sock;
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	int err = 0;

	if (!cb)
		return set_error(-ENOMEM, "out of memory");
	nl_cb_set(cb, NL_CB_MSG_IN, NL_CB_CUSTOM, from_kernel, NULL);
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_message, ex);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_finish, ex);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_ack, ex);
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, ex);
	if (events)
		nl_cb_set(cb, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, ignore_sequence, NULL);
	while (!ex->done && !err && !(events && ex->stop)) {
		if (events && !await_event()) {
			/* As if it had been written to. */
			raise(SIGPIPE);
			ex->err = set_error(-EPIPE, "cannot write to standard output: %s",
					    strerror(EPIPE));
			break;
		}
		err = nl_recvmsgs(from, cb);
		/* ENOBUFS: the socket buffer overflowed; the kernel continues to send. */
		if (events && err == -NLE_NOMEM) {
			ctl_warn("events were lost: they arrived faster than they were read");
			err = 0;
		}
	}
	nl_cb_put(cb);
	if (err < 0 && !ex->err)
		return set_error(-EIO, "cannot read the reply: %s", nl_geterror(err));
	return ex->err ?: ex->stop;
}

static int send_request(struct ctl_request *req)
{
	int err;

	if (req->unfit)
		return set_error(-EMSGSIZE, "%s is too long for a request", req->unfit);
	err = connect_module();
	if (err)
		return err;
	nlmsg_hdr(req->msg)->nlmsg_type = (u16)family;
	err = nl_send_auto(sock, req->msg);
	return err < 0 ? set_error(-EIO, "cannot send the request: %s", nl_geterror(err)) : 0;
}

int ctl_request_try(struct ctl_request *req, bool dump, ctl_reply_fn fn, void *arg)
{
	struct exchange ex = { .fn = fn, .arg = arg };
	int err;

	if (dump)
		nlmsg_hdr(req->msg)->nlmsg_flags |= NLM_F_DUMP;
	error.refused = false;
	err = send_request(req);
	nlmsg_free(req->msg);
	free(req);
	return err ?: receive(sock, &ex);
}

int ctl_request_do(struct ctl_request *req, bool dump, ctl_reply_fn fn, void *arg)
{
	int err;

	if (!req)
		return CTL_FAILED;
	err = ctl_request_try(req, dump, fn, arg);
	return err < 0 ? ctl_request_fail(NULL) : err;
}

int ctl_program_check(const char *name)
{
	struct ctl_request *req = ctl_request_new(KWASM_CMD_GET_PROGRAM);

	if (req)
		ctl_request_string(req, KWASM_A_PROGRAM_NAME, name);
	return ctl_request_do(req, false, NULL, NULL);
}

int ctl_events_join(void)
{
	int err = ctl_connect();

	if (err)
		return err;
	event_sock = socket_new();
	if (!event_sock)
		return ctl_fail_memory();
	err = genl_connect(event_sock) ?: join_events();
	if (err >= 0)
		err = genl_ctrl_resolve_grp(sock, "nlctrl", "notify");
	if (err >= 0)
		err = nl_socket_add_membership(event_sock, err);
	if (err == -NLE_PERM)
		return ctl_fail(NEEDS_ADMIN);
	if (err < 0)
		return ctl_fail("cannot subscribe to the module's events: %s",
				nl_geterror(err));
	nl_socket_set_msg_buf_size(event_sock, 1 << 16);
	nl_socket_set_buffer_size(event_sock, 1 << 20, 0);
	return CTL_OK;
}

int ctl_events_read(ctl_reply_fn fn, void *arg)
{
	struct exchange ex = { .fn = fn, .arg = arg };
	int err = receive(event_sock, &ex);

	return err < 0 ? ctl_request_fail(NULL) : err;
}

bool ctl_field_has(const struct ctl_fields *f, int attr)
{
	return f->attr[attr];
}

u64 ctl_field_uint(const struct ctl_fields *f, int attr)
{
	const struct nlattr *a = f->attr[attr];
	u64 value = 0;

	/* Little endian, so that a shorter integer is the low end of a longer one. */
	if (a)
		memcpy(&value, nla_data(a), min_t(size_t, (size_t)nla_len(a), sizeof(value)));
	return value;
}

const char *ctl_field_string(const struct ctl_fields *f, int attr)
{
	const char *text;
	int len;

	if (!f->attr[attr])
		return "";
	text = nla_data(f->attr[attr]);
	len = nla_len(f->attr[attr]);
	return len > 0 && !text[len - 1] ? text : "";
}

const u8 *ctl_field_bytes(const struct ctl_fields *f, int attr, size_t *size)
{
	*size = f->attr[attr] ? (size_t)nla_len(f->attr[attr]) : 0;
	return f->attr[attr] ? nla_data(f->attr[attr]) : NULL;
}

bool ctl_attr_nest(struct nlattr *attr, struct ctl_fields *in)
{
	fields_parse(in, nla_data(attr), nla_len(attr));
	return true;
}

bool ctl_field_nest(const struct ctl_fields *f, int attr, struct ctl_fields *in)
{
	return f->attr[attr] && ctl_attr_nest(f->attr[attr], in);
}

struct nlattr *ctl_field_next(const struct ctl_fields *f, int attr, struct nlattr *pos)
{
	struct nlattr *at = f->first;
	int rem = f->len;

	if (pos) {
		rem -= (int)((u8 *)pos - (u8 *)f->first);
		at = nla_next(pos, &rem);
	}
	for (; nla_ok(at, rem); at = nla_next(at, &rem))
		if (nla_type(at) == attr)
			return at;
	return NULL;
}
