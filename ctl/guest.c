// SPDX-License-Identifier: GPL-2.0-only
/*
 * guest.c - decode, compile, instantiate and call a module in this process.
 *
 * Guarantees: the steps and the error messages are those of the kernel, since the code is the same.
 */
#include <unistd.h>

#include "cause.h"
#include "ctl.h"
#include "guest.h"
#include "nearest.h"
#include "source.h"

#include "../core/abi/abi.h"
#include "../core/user/user.h"
#include "../core/user/user_packet.h"

#define NS_PER_MS 1000000u
#define MEMORY_MAX ((u64)65536 * KWASM_PAGE_SIZE)

static int fail_diag(const struct ctl_guest *g, const char *what, int err,
		     const struct kwasm_diag *diag)
{
	if (g->object)
		return ctl_fail_file(g->path, "not a program: it %s", g->object);
	if (!diag->text[0])
		return ctl_fail_file(g->path, "%s: %s", what, strerror(-err));
	return ctl_cause_fail(g->path, NULL, 0, g->module, diag);
}

/* "max_NAME=N" */
static int set_limit(struct kwasm_limits *limits, const char *text)
{
	static const struct {
		const char *name;
		size_t offset;
	} known[] = {
#define LIMIT(name, user, kernel, text) { "max_" #name, offsetof(struct kwasm_limits, name) },
#include "../core/limits.def"
#undef LIMIT
	};
	size_t len = strcspn(text, "="), i;
	struct ctl_nearest near = { };
	unsigned long value;
	char name[32], *end;

	snprintf(name, sizeof(name), "%.*s", (int)len, text);
	near.word = name;
	for (i = 0; i < ARRAY_SIZE(known); i++) {
		ctl_nearest_add(&near, known[i].name, (u32)strlen(known[i].name));
		if (strlen(known[i].name) == len && !memcmp(known[i].name, text, len))
			break;
	}
	if (i == ARRAY_SIZE(known))
		return ctl_usage("--limit: unknown limit \"%s\"%s", name,
				 ctl_nearest_text(&near));
	errno = 0;
	value = text[len] ? strtoul(text + len + 1, &end, 10) : 0;
	if (!text[len] || end == text + len + 1 || *end || errno || value > U32_MAX)
		return ctl_usage("--limit: invalid number in \"%s\": use %s=N, N up to %u", text,
				 known[i].name, U32_MAX);
	*(u32 *)((u8 *)limits + known[i].offset) = (u32)value;
	return CTL_OK;
}

static int set_limits(struct kwasm_limits *limits, const struct ctl_list *given)
{
	int status = CTL_OK;
	u32 i;

	*limits = kwasm_limits_default;
	for (i = 0; i < given->num && !status; i++)
		status = set_limit(limits, given->items[i]);
	return status;
}

int ctl_guest_decode(struct ctl_guest *g, const char *path, const struct ctl_list *limits)
{
	int fd = ctl_file_open(path);
	int status;

	memset(g, 0, sizeof(*g));
	if (fd < 0)
		return CTL_FAILED;
	status = ctl_guest_decode_fd(g, fd, path, limits);
	close(fd);
	return status;
}

int ctl_guest_decode_fd(struct ctl_guest *g, int fd, const char *path,
			const struct ctl_list *limits)
{
	struct kwasm_diag diag;
	size_t size;
	u8 *bytes;
	int err;

	memset(g, 0, sizeof(*g));
	g->path = path;
	err = set_limits(&g->limits, limits);
	if (err)
		return err;
	bytes = ctl_file_read(fd, path, &size);
	if (!bytes)
		return CTL_FAILED;
	kwasm_diag_init(&diag);
	err = kwasm_module_decode(bytes, size, &g->limits, &diag, &g->module);
	g->object = ctl_cause_file(bytes, size);
	free(bytes);
	return err ? fail_diag(g, "cannot read the module", err, &diag) : CTL_OK;
}

int ctl_guest_compile(struct ctl_guest *g, const struct kwasm_compile_opts *opts)
{
	static const struct kwasm_provider *const providers[] = { &kwasm_abi };
	struct kwasm_bindings bindings = { 0 };
	struct kwasm_diag diag;
	int err;

	kwasm_diag_init(&diag);
	err = kwasm_bindings_resolve(g->module, providers, ARRAY_SIZE(providers), true, &diag,
				     &bindings);
	if (err)
		return fail_diag(g, "cannot bind the module's imports", err, &diag);
	err = kwasm_code_compile(g->module, &bindings, opts, &diag, &g->code);
	if (err) {
		kwasm_bindings_release(&bindings);
		return fail_diag(g, "cannot compile the module", err, &diag);
	}
	return CTL_OK;
}

static int fail_deadline(int err)
{
	return ctl_fail("cannot set a time limit: %s", strerror(-err));
}

static int instantiate(struct ctl_guest *g)
{
	struct kwasm_trap_info info = { 0 };
	struct kwasm_diag diag;
	struct ctl_trap trap;
	char text[400];
	int err;

	g->store = kwasm_store_create(&g->limits, false);
	if (!g->store)
		return ctl_fail_memory();
	kwasm_user_log_set(g->store, g->log);
	kwasm_diag_init(&diag);
	err = kwasm_instance_create(g->store, g->code, NULL, NULL, &diag, &info, &g->inst);
	if (err == -EFAULT) {
		ctl_trap_from_info(&trap, g, &info);
		return ctl_fail_file(g->path, "the module trapped during instantiation: %s",
				     ctl_trap_format(&trap, text, sizeof(text)));
	}
	return err ? fail_diag(g, "cannot instantiate the module", err, &diag) : CTL_OK;
}

int ctl_guest_start(struct ctl_guest *g, const struct ctl_amount *memory, u64 limit_ns)
{
	int err, status = ctl_amount_check("memory-limit", memory, MEMORY_MAX, NULL);

	if (status)
		return status;
	err = limit_ns ? kwasm_user_deadline_init() : 0;

	if (err)
		return fail_deadline(err);
	if (memory->value)
		g->limits.memory_pages = (u32)(memory->value / KWASM_PAGE_SIZE);
	/* Calls set their own deadline, to the nanosecond; this one is for the start function. */
	g->limits.call_ms = (u32)min_t(u64, DIV_ROUND_UP(limit_ns, NS_PER_MS), U32_MAX);
	return instantiate(g);
}

int ctl_guest_restart(struct ctl_guest *g)
{
	kwasm_store_destroy(g->store);
	g->store = NULL;
	g->inst = NULL;
	return instantiate(g);
}

void ctl_guest_close(struct ctl_guest *g)
{
	if (g->store)
		kwasm_store_destroy(g->store);
	ctl_source_close(g->source);
	kwasm_code_destroy(g->code);
	kwasm_module_destroy(g->module);
	memset(g, 0, sizeof(*g));
}

const struct kwasm_export *ctl_guest_export(const struct ctl_guest *g, const char *name,
					    bool handler)
{
	const struct kwasm_export *export;

	export = kwasm_module_export(g->module, name, strlen(name), KWASM_EXTERN_FUNC);
	if (!export && g->object)
		ctl_fail_file(g->path, "not a program: it %s", g->object);
	else if (!export)
		ctl_cause_export(g->path, g->module, name, handler,
				 handler ? " (--entry selects one)" : NULL);
	return export;
}

bool ctl_guest_function(const struct ctl_guest *g, const char *text, u32 *func)
{
	const struct kwasm_export *export;
	unsigned long v;
	char *end;
	u32 i;

	v = strtoul(text, &end, 10);
	if (end != text && !*end && v < g->module->num_funcs) {
		*func = (u32)v;
		return true;
	}
	export = kwasm_module_export(g->module, text, strlen(text), KWASM_EXTERN_FUNC);
	if (export) {
		*func = export->index;
		return true;
	}
	for (i = 0; i < g->module->num_funcs; i++) {
		const struct kwasm_name *name = &g->module->funcs[i].name;

		if (name->len == strlen(text) && !memcmp(name->str, text, name->len)) {
			*func = i;
			return true;
		}
	}
	ctl_cause_function(g->path, g->module, text);
	return false;
}

/* Only read where a trap or a listing asks for lines. */
const struct ctl_source *ctl_guest_source(struct ctl_guest *g)
{
	if (!g->source_read)
		g->source = ctl_source_open(g->module);
	g->source_read = true;
	return g->source;
}

void ctl_trap_from_info(struct ctl_trap *trap, struct ctl_guest *g,
			const struct kwasm_trap_info *info)
{
	const struct kwasm_module *m = g->module;
	struct kwasm_name name;

	memset(trap, 0, sizeof(*trap));
	trap->kind = info->kind;
	trap->address = info->address;
	trap->value = info->value;
	trap->located = info->offset != KWASM_DIAG_NONE && info->func < m->num_funcs;
	if (!trap->located)
		return;
	trap->func = info->func;
	trap->offset = info->offset;
	name = m->funcs[info->func].name;
	if (name.len >= sizeof(trap->name)) {
		/* As long as in the kernel, and not truncated within a character. */
		name.len = sizeof(trap->name) - 1;
		while (name.len && (name.str[name.len] & 0xc0) == 0x80)
			name.len--;
	}
	if (name.len)
		snprintf(trap->name, sizeof(trap->name), "%.*s", KWASM_NAME_ARGS(name));
	ctl_trap_source(trap, ctl_guest_source(g));
}

int ctl_guest_call(struct ctl_guest *g, u32 func, u64 *values, u64 limit_ns,
		   struct ctl_call *call)
{
	struct kwasm_trap_info info = { 0 };
	int err = 0;
	u64 start;

	if (limit_ns)
		err = kwasm_user_deadline_arm(g->inst->ctx, limit_ns);
	if (err)
		return fail_deadline(err);
	start = kwasm_now_ns();
	err = kwasm_call(g->inst->funcs[func], values, &info);
	call->ns = kwasm_now_ns() - start;
	if (limit_ns)
		kwasm_user_deadline_disarm(g->inst->ctx);
	call->trapped = err;
	if (err)
		ctl_trap_from_info(&call->trap, g, &info);
	return CTL_OK;
}
