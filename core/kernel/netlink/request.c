// SPDX-License-Identifier: GPL-2.0-only
/*
 * request.c - parts shared by requests: the reply, a binary, the program to load, waiting.
 *
 * Guarantees: everything opened here is closed by its counterpart and does not hold a lock.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>

#include "kernel/limits.h"
#include "netlink.h"

int kwasm_request_begin(struct kwasm_request *req, struct genl_info *info, size_t answer)
{
	memset(req, 0, sizeof(*req));
	req->info = info;
	req->attrs = info->attrs;
	req->knet = kwasm_net_of(genl_info_net(info));
	req->by = kwasm_actor_current();
	kwasm_leave_init(&req->leave);
	kwasm_diag_init(&req->diag);
	if (!answer)
		return 0;
	req->reply = genlmsg_new(answer, GFP_KERNEL);
	if (!req->reply)
		return -ENOMEM;
	req->header = genlmsg_put_reply(req->reply, info, &kwasm_genl_family, 0,
					info->genlhdr->cmd);
	if (req->header)
		return 0;
	kwasm_request_drop(req);
	return -ENOMEM;
}

int kwasm_request_send(struct kwasm_request *req)
{
	if (!req->reply)
		return 0;
	if (req->unfit) {
		kwasm_request_drop(req);
		return -EMSGSIZE;
	}
	genlmsg_end(req->reply, req->header);
	return genlmsg_reply(req->reply, req->info);
}

void kwasm_request_drop(struct kwasm_request *req)
{
	nlmsg_free(req->reply);
}

static int read_whole(struct file *file, void *to, size_t size)
{
	loff_t pos = 0;
	ssize_t n;

	while (pos < size) {
		n = kernel_read(file, to + pos, size - pos, &pos);
		if (n <= 0)
			return n ?: -EIO;
	}
	return 0;
}

/*
 * kernel_read_file() is unsuitable: security modules expect a purpose from a list that has none for
 * programs, and warn about an unknown one.
 */
static int binary_from_file(struct kwasm_binary *bin, struct file *file, struct kwasm_diag *diag)
{
	loff_t size = i_size_read(file_inode(file));
	struct kwasm_limits limits;
	int err;

	if (!S_ISREG(file_inode(file)->i_mode) || !(file->f_mode & FMODE_READ))
		return kwasm_diag_set(diag, -EINVAL, KWASM_NO_PLACE,
				      "the program's file is not a readable regular file");
	kwasm_limits_get(&limits);
	if (size > limits.module_bytes)
		return kwasm_diag_set(diag, -E2BIG, KWASM_NO_PLACE,
				      "the file is larger than %u bytes (parameter max_module_bytes)",
				      limits.module_bytes);
	bin->owned = __vmalloc(max_t(size_t, size, 1),
			       GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
	if (!bin->owned)
		return -ENOMEM;
	err = read_whole(file, bin->owned, size);
	if (err) {
		kwasm_binary_close(bin);
		return kwasm_diag_set(diag, err, KWASM_NO_PLACE,
				      "cannot read the program's file: error %d", err);
	}
	bin->data = bin->owned;
	bin->size = size;
	return 0;
}

int kwasm_binary_open(struct kwasm_binary *bin, const struct nlattr *fd, const struct nlattr *wasm,
		      struct kwasm_diag *diag)
{
	struct file *file;
	int err;

	memset(bin, 0, sizeof(*bin));
	if (!fd == !wasm)
		return kwasm_diag_set(diag, -EINVAL, KWASM_NO_PLACE,
				      "the request must contain a program as either fd or wasm");
	if (wasm) {
		bin->data = nla_data(wasm);
		bin->size = nla_len(wasm);
		return 0;
	}
	file = fget(nla_get_u32(fd));
	if (!file)
		return kwasm_diag_set(diag, -EBADF, KWASM_NO_PLACE,
				      "the program's file descriptor is not open");
	err = binary_from_file(bin, file, diag);
	fput(file);
	return err;
}

void kwasm_binary_close(struct kwasm_binary *bin)
{
	vfree(bin->owned);
}

static DECLARE_WAIT_QUEUE_HEAD(turns);
static atomic_t num_turns;

static bool turn_try(void)
{
	int n = atomic_read(&num_turns);

	while (n < kwasm_limit_loads())
		if (atomic_try_cmpxchg(&num_turns, &n, n + 1))
			return true;
	return false;
}

int kwasm_turn_begin(struct kwasm_diag *diag)
{
	if (!wait_event_killable(turns, turn_try()))
		return 0;
	return kwasm_diag_set(diag, -EINTR, KWASM_NO_PLACE,
			      "interrupted while waiting for other programs");
}

void kwasm_turn_end(void)
{
	atomic_dec(&num_turns);
	wake_up(&turns);
}

static int loading_denials(struct kwasm_load_request *what, const struct nlattr *first, int len,
			   struct kwasm_diag *diag)
{
	const struct nlattr *attr;
	int rem;

	nla_for_each_attr(attr, first, len, rem) {
		if (nla_type(attr) != KWASM_A_PROGRAM_DENY)
			continue;
		if (what->num_deny == ARRAY_SIZE(what->deny))
			return kwasm_diag_set(diag, -E2BIG, KWASM_NO_PLACE,
					      "too many deny patterns, the limit is %zu",
					      ARRAY_SIZE(what->deny));
		what->deny[what->num_deny++] = nla_data(attr);
	}
	return 0;
}

static int loading_limits(struct kwasm_load_request *what, struct nlattr **attrs,
			  struct kwasm_diag *diag)
{
	if (attrs[KWASM_A_PROGRAM_TIME_LIMIT])
		what->time_limit_ns = nla_get_u64(attrs[KWASM_A_PROGRAM_TIME_LIMIT]);
	if (what->time_limit_ns > kwasm_limit_time_max_ns())
		return kwasm_diag_set(diag, -ERANGE, KWASM_NO_PLACE,
				      "time limit %llu ns exceeds the maximum of %llu ns (parameter max_time_limit_us)",
				      what->time_limit_ns, kwasm_limit_time_max_ns());
	if (attrs[KWASM_A_PROGRAM_MEMORY_LIMIT])
		what->memory_limit = nla_get_u64(attrs[KWASM_A_PROGRAM_MEMORY_LIMIT]);
	if (what->memory_limit > kwasm_limit_memory_bytes())
		return kwasm_diag_set(diag, -ERANGE, KWASM_NO_PLACE,
				      "memory limit %llu bytes exceeds the maximum of %llu bytes (parameter max_memory_pages)",
				      what->memory_limit, kwasm_limit_memory_bytes());
	if (attrs[KWASM_A_PROGRAM_TOTAL_LIMIT])
		what->total_limit = nla_get_u64(attrs[KWASM_A_PROGRAM_TOTAL_LIMIT]);
	if (what->total_limit > kwasm_limit_program_bytes_max())
		return kwasm_diag_set(diag, -ERANGE, KWASM_NO_PLACE,
				      "total limit %llu bytes exceeds the maximum of %llu bytes (parameter max_program_mb)",
				      what->total_limit, kwasm_limit_program_bytes_max());
	return 0;
}

static int loading_name(struct kwasm_load_request *what, struct nlattr **attrs,
			struct kwasm_diag *diag)
{
	what->name = kwasm_nl_string(attrs, KWASM_A_PROGRAM_NAME);
	if (!what->name)
		return kwasm_diag_set(diag, -EINVAL, KWASM_NO_PLACE, "the request does not name a program");
	if (!kwasm_program_name_valid(what->name))
		return kwasm_diag_set(diag, -EINVAL, KWASM_NO_PLACE,
				      "invalid program name: use letters, digits, '_', '-' and '.'");
	return 0;
}

int kwasm_loading_open(struct kwasm_loading *load, struct kwasm_request *req,
		       const struct nlattr *nest)
{
	const struct nlattr *first = nlmsg_attrdata(req->info->nlhdr, GENL_HDRLEN);
	int err, len = nlmsg_attrlen(req->info->nlhdr, GENL_HDRLEN);
	struct nlattr *inside[KWASM_A_PROGRAM_MAX + 1], **attrs = req->attrs;

	memset(load, 0, sizeof(*load));
	if (nest) {
		first = nla_data(nest);
		len = nla_len(nest);
		attrs = inside;
		/* Of the attributes that the family's policy has accepted. */
		err = nla_parse(inside, KWASM_A_PROGRAM_MAX, first, len, NULL, NULL);
		if (err)
			return err;
	}
	err = loading_name(&load->what, attrs, &req->diag) ?:
	      loading_limits(&load->what, attrs, &req->diag) ?:
	      loading_denials(&load->what, first, len, &req->diag) ?:
	      kwasm_binary_open(&load->bin, attrs[KWASM_A_PROGRAM_FD],
				attrs[KWASM_A_PROGRAM_WASM], &req->diag);
	load->what.bytes = load->bin.data;
	load->what.size = load->bin.size;
	return err;
}

void kwasm_loading_close(struct kwasm_loading *load)
{
	kwasm_binary_close(&load->bin);
}

struct kwasm_program *kwasm_request_program(struct kwasm_request *req, const char *name)
{
	struct kwasm_program *prog;

	if (!name) {
		kwasm_diag_set(&req->diag, -EINVAL, KWASM_NO_PLACE, "the request does not name a program");
		return ERR_PTR(-EINVAL);
	}
	prog = kwasm_program_find(req->knet, name);
	if (prog)
		return prog;
	kwasm_diag_set(&req->diag, -ENOENT, KWASM_NO_PLACE, "program %.63s is not loaded",
		       name);
	return ERR_PTR(-ENOENT);
}
