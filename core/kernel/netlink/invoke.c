// SPDX-License-Identifier: GPL-2.0-only
/*
 * nl_invoke.c - call one export of a module inside the kernel, in process context.
 *
 * The module is compiled, instantiated once, called, and released; nothing of it stays.  The call
 * may take long: it is preempted, and ends with the caller.
 */
#include "kernel/program/provider.h"
#include "kernel/limits.h"
#include "kernel/machine/ksym.h"
#include "netlink.h"
#include "kernel/machine/thread.h"
#include "kernel/machine/watchdog.h"

/**
 * struct invocation - a call on its way
 * @values: arguments in, results out
 */
struct invocation {
	struct kwasm_module *module;
	struct kwasm_code *code;
	struct kwasm_ksyms *ksyms;
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

static int invocation_compile(struct invocation *inv, const struct kwasm_bytes *bytes,
			      const struct kwasm_provider *const *providers, u32 num_providers,
			      struct kwasm_diag *diag)
{
	int err;

	err = kwasm_module_decode(bytes->data, bytes->size, &inv->limits, diag, &inv->module);
	if (err)
		return err;
	err = kwasm_program_code(inv->module, providers, num_providers, diag, &inv->code);
	if (err)
		return err;
	inv->ksyms = kwasm_ksyms_add(inv->code, "invoke");
	if (IS_ERR(inv->ksyms)) {
		err = PTR_ERR(inv->ksyms);
		inv->ksyms = NULL;
	}
	return err;
}

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

	export = kwasm_module_export(inv->module, entry, strlen(entry), KWASM_EXTERN_FUNC);
	if (!export)
		return kwasm_diag_set(diag, -ENOENT, KWASM_NO_PLACE,
				      "the module does not export a function named %.63s", entry);
	inv->func = inst->funcs[export->index];
	inv->type = kwasm_module_functype(inv->module, export->index);
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

static int invocation_run(struct invocation *inv, struct genl_info *info, struct kwasm_diag *diag)
{
	const char *entry = kwasm_nl_string(info->attrs, KWASM_A_ENTRY);
	struct kwasm_instance *inst;
	int err;

	if (!entry)
		return kwasm_diag_set(diag, -EINVAL, KWASM_NO_PLACE,
				      "the request does not name a function");
	inv->store = kwasm_store_create(&inv->limits, true);
	if (!inv->store)
		return -ENOMEM;
	kwasm_thread_init(&inv->thread, inv->store, kwasm_watchdog_scale(inv->limit_ns));
	err = kwasm_instance_create(inv->store, inv->code, NULL, NULL, diag, &inv->trap, &inst);
	if (err == -EFAULT) {
		inv->trapped = true;
		return 0;
	}
	if (err)
		return err;
	err = invocation_find(inv, inst, entry, diag);
	if (err)
		return err;
	if (nla_get_flag(info->attrs[KWASM_A_WARMUP]))
		invocation_call(inv);
	if (!inv->trapped)
		invocation_call(inv);
	return 0;
}

static void invocation_release(struct invocation *inv)
{
	if (inv->store)
		kwasm_store_destroy(inv->store);
	kwasm_ksyms_del(inv->ksyms);
	kwasm_code_destroy(inv->code);
	kwasm_module_destroy(inv->module);
	kfree(inv);
}

static int invocation_args(struct invocation *inv, struct genl_info *info, struct kwasm_diag *diag)
{
	const struct nlattr *attr;
	int rem;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != KWASM_A_ARG)
			continue;
		if (inv->num_args == KWASM_MAX_ARGS)
			return kwasm_diag_set(diag, -E2BIG, KWASM_NO_PLACE,
					      "too many arguments, the limit is %u",
					      KWASM_MAX_ARGS);
		inv->args[inv->num_args++] = nla_get_u64(attr);
	}
	return 0;
}

static int invocation_reply(const struct invocation *inv, struct genl_info *info)
{
	struct sk_buff *reply;
	void *header;
	u32 i;
	u8 type;
	u64 v;

	reply = kwasm_nl_reply(info, KWASM_NL_SMALL, &header);
	if (!reply)
		return -ENOMEM;
	if (nla_put_u64_64bit(reply, KWASM_A_TIME_NS, inv->ns, KWASM_A_PAD))
		goto free;
	if (inv->trapped && kwasm_nl_put_trap(reply, inv->module, &inv->trap))
		goto free;
	for (i = 0; !inv->trapped && i < inv->type->num_results; i++) {
		type = kwasm_functype_results(inv->type)[i];
		/* Of a reference no more is told than whether it is null: it is an address. */
		v = kwasm_type_is_ref(type) ? !!inv->values[i] : inv->values[i];
		if (nla_put_u64_64bit(reply, KWASM_A_RESULT, v, KWASM_A_PAD) ||
		    nla_put_u8(reply, KWASM_A_RESULT_TYPE, type))
			goto free;
	}
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info);
free:
	nlmsg_free(reply);
	return -EMSGSIZE;
}

int kwasm_nl_invoke(struct sk_buff *skb, struct genl_info *info, struct kwasm_diag *diag)
{
	struct invocation *inv = kzalloc(sizeof(*inv), GFP_KERNEL_ACCOUNT);
	const struct kwasm_provider *const *providers;
	struct kwasm_bytes bytes;
	u32 num_providers;
	int err;

	if (!inv)
		return -ENOMEM;
	kwasm_limits_get(&inv->limits);
	inv->limit_ns = kwasm_limit_invoke_ns();
	if (info->attrs[KWASM_A_TIME_LIMIT])
		inv->limit_ns = min(inv->limit_ns, nla_get_u64(info->attrs[KWASM_A_TIME_LIMIT]));
	err = invocation_args(inv, info, diag);
	if (err)
		goto release;
	err = kwasm_bytes_get(&bytes, info->attrs, diag);
	if (err)
		goto release;
	kwasm_providers_lock(&providers, &num_providers);
	err = invocation_compile(inv, &bytes, providers, num_providers, diag);
	kwasm_bytes_put(&bytes);
	if (!err)
		err = invocation_run(inv, info, diag);
	kwasm_providers_unlock();
	if (!err)
		err = invocation_reply(inv, info);
release:
	invocation_release(inv);
	return err;
}
