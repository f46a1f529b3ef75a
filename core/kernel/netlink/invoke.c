// SPDX-License-Identifier: GPL-2.0-only
/*
 * invoke.c - call one export of a module inside the kernel, in process context.
 *
 * The module is compiled, instantiated once, called, and released; nothing of it stays.  The call
 * may take long: it is preempted, and ends with the caller.
 */
#include "kernel/program/image.h"
#include "kernel/limits.h"
#include "netlink.h"
#include "kernel/machine/thread.h"
#include "kernel/machine/watchdog.h"

/**
 * struct invocation - a call on its way
 * @account: of all memory that it takes
 * @values: arguments in, results out
 */
struct invocation {
	struct kwasm_account *account;
	struct kwasm_image image;
	struct kwasm_store *store;
	struct kwasm_thread thread;
	struct kwasm_func *func;
	const struct kwasm_functype *type;
	struct kwasm_limits limits;
	struct kwasm_trap_info trap;
	u64 values[KWASM_MAX_ARGS];
	u64 args[KWASM_MAX_ARGS];
	u32 num_args;
	u64 limit_ns;
	u64 ns;
	bool trapped;
};

/* Nothing outside can name a function, or an object of the host. */
static int check_references(const struct invocation *inv, u32 func, struct kwasm_diag *diag)
{
	u32 i;

	for (i = 0; i < inv->num_args; i++)
		if (kwasm_type_is_ref(inv->type->params[i]) && inv->args[i])
			return kwasm_diag_set(diag, -EINVAL, func, KWASM_DIAG_NONE,
					      "argument %u is a reference and must be null",
					      i + 1);
	return 0;
}

static int invocation_find(struct invocation *inv, struct kwasm_instance *inst, const char *entry,
			   struct kwasm_diag *diag)
{
	const struct kwasm_export *export;

	export = kwasm_module_export(inv->image.module, entry, strlen(entry), KWASM_EXTERN_FUNC);
	if (!export)
		return kwasm_diag_set(diag, -ENOENT, KWASM_NO_PLACE,
				      "the module does not export a function named %.63s", entry);
	inv->func = inst->funcs[export->index];
	inv->type = kwasm_module_functype(inv->image.module, export->index);
	if (inv->type->num_params != inv->num_args)
		return kwasm_diag_set(diag, -EINVAL, export->index, KWASM_DIAG_NONE,
				      "%.63s takes %u arguments, not %u", entry,
				      inv->type->num_params, inv->num_args);
	if (inv->type->num_results > KWASM_MAX_ARGS)
		return kwasm_diag_set(diag, -E2BIG, export->index, KWASM_DIAG_NONE,
				      "%.63s returns %u values, the limit is %u", entry,
				      inv->type->num_results, KWASM_MAX_ARGS);
	return check_references(inv, export->index, diag);
}

static void invocation_call(struct invocation *inv)
{
	u64 start;
	int err;

	memcpy(inv->values, inv->args, sizeof(inv->values));
	start = ktime_get_ns();
	err = kwasm_call(inv->func, inv->values, &inv->trap);
	inv->ns = ktime_get_ns() - start;
	inv->trapped = err;
}

static int invocation_run(struct invocation *inv, const char *entry, bool warmup,
			  struct kwasm_diag *diag)
{
	struct kwasm_instance *inst;
	int err;

	inv->store = kwasm_store_create(&inv->limits, true);
	if (!inv->store)
		return -ENOMEM;
	kwasm_thread_init(&inv->thread, inv->store, kwasm_watchdog_scale(inv->limit_ns));
	err = kwasm_instance_create(inv->store, inv->image.code, NULL, NULL, diag, &inv->trap,
				    &inst);
	if (err == -EFAULT) {
		inv->trapped = true;
		return 0;
	}
	if (err)
		return err;
	err = invocation_find(inv, inst, entry, diag);
	if (err)
		return err;
	if (warmup)
		invocation_call(inv);
	if (!inv->trapped)
		invocation_call(inv);
	return 0;
}

static void invocation_release(struct invocation *inv)
{
	if (inv->store)
		kwasm_store_destroy(inv->store);
	kwasm_image_destroy(&inv->image);
	kwasm_account_put(inv->account);
	kfree(inv);
}

static int invocation_args(struct invocation *inv, struct kwasm_request *req)
{
	const struct nlattr *attr;
	int rem;

	nlmsg_for_each_attr(attr, req->info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != KWASM_A_CALL_ARG)
			continue;
		if (inv->num_args == KWASM_MAX_ARGS)
			return kwasm_diag_set(&req->diag, -E2BIG, KWASM_NO_PLACE,
					      "too many arguments, the limit is %u",
					      KWASM_MAX_ARGS);
		inv->args[inv->num_args++] = nla_get_u64(attr);
	}
	return 0;
}

static int invocation_limit(struct invocation *inv, const struct nlattr *limit,
			    struct kwasm_diag *diag)
{
	u64 max_ns = inv->limit_ns;

	if (limit)
		inv->limit_ns = nla_get_u64(limit);
	if (inv->limit_ns > max_ns)
		return kwasm_diag_set(diag, -ERANGE, KWASM_NO_PLACE,
				      "time limit %llu ns exceeds the maximum of %llu ns (parameter invoke_limit_ms)",
				      inv->limit_ns, max_ns);
	return 0;
}

static int put_result(struct sk_buff *reply, u8 type, u64 bits)
{
	struct nlattr *nest = nla_nest_start(reply, KWASM_A_CALL_RESULT);

	/* A reference is an address, so only its being null is reported. */
	if (!nest || nla_put_u8(reply, KWASM_A_VALUE_TYPE, type) ||
	    kwasm_nl_put_u64(reply, KWASM_A_VALUE_BITS, kwasm_type_is_ref(type) ? !!bits : bits))
		return -EMSGSIZE;
	nla_nest_end(reply, nest);
	return 0;
}

static int put_outcome(struct sk_buff *reply, const struct invocation *inv)
{
	int err = kwasm_nl_put_u64(reply, KWASM_A_CALL_TIME_NS, inv->ns);
	u32 i;

	if (!err && inv->trapped)
		return kwasm_nl_put_trap(reply, KWASM_A_CALL_TRAP, inv->image.module, &inv->trap);
	for (i = 0; !err && i < inv->type->num_results; i++)
		err = put_result(reply, kwasm_functype_results(inv->type)[i], inv->values[i]);
	return err;
}

static int invocation_load(struct invocation *inv, const struct nlattr *fd,
			   const struct nlattr *wasm, struct kwasm_diag *diag)
{
	struct kwasm_image_request image = { .name = "invoke", .limits = &inv->limits };
	struct kwasm_binary bin;
	int err;

	err = kwasm_binary_open(&bin, fd, wasm, diag);
	if (err)
		return err;
	image.bytes = bin.data;
	image.size = bin.size;
	err = kwasm_image_create(&image, diag, &inv->image);
	kwasm_binary_close(&bin);
	return err;
}

static int invocation_carry_out(struct invocation *inv, const char *entry,
				struct kwasm_request *req)
{
	struct nlattr **attrs = req->attrs;
	struct kwasm_account_scope scope;
	int err;

	inv->account = kwasm_account_create(kwasm_limit_program_bytes());
	if (!inv->account)
		return -ENOMEM;
	kwasm_account_enter(&scope, inv->account);
	err = invocation_load(inv, attrs[KWASM_A_CALL_FD], attrs[KWASM_A_CALL_WASM], &req->diag) ?:
	      invocation_run(inv, entry, nla_get_flag(attrs[KWASM_A_CALL_WARMUP]), &req->diag);
	kwasm_account_leave(&scope);
	return kwasm_account_explain(&scope, err, &req->diag);
}

int kwasm_nl_invoke(struct kwasm_request *req)
{
	const char *entry = kwasm_nl_string(req->attrs, KWASM_A_CALL_ENTRY);
	struct nlattr *limit = req->attrs[KWASM_A_CALL_TIME_LIMIT];
	struct invocation *inv;
	int err;

	if (!entry)
		return kwasm_diag_set(&req->diag, -EINVAL, KWASM_NO_PLACE,
				      "the request does not name a function");
	inv = kzalloc(sizeof(*inv), GFP_KERNEL_ACCOUNT);
	if (!inv)
		return -ENOMEM;
	kwasm_limits_get(&inv->limits);
	inv->limit_ns = kwasm_limit_invoke_ns();
	err = invocation_limit(inv, limit, &req->diag) ?: invocation_args(inv, req) ?:
	      kwasm_turn_begin(&req->diag);
	if (err)
		goto release;
	err = invocation_carry_out(inv, entry, req);
	kwasm_turn_end();
	if (!err)
		err = put_outcome(req->reply, inv);
release:
	invocation_release(inv);
	return err;
}
