// SPDX-License-Identifier: GPL-2.0-only
/*
 * program.c - loaded programs, from bytes to per-CPU instances and back.
 *
 * Guarantees: a program is either whole (validated, compiled, an instance on each CPU) or does not
 * exist; its last reference releases everything it took.
 */
#include <crypto/hash.h>
#include <linux/cpumask.h>
#include <linux/ctype.h>
#include <linux/glob.h>
#include <linux/percpu.h>
#include <linux/slab.h>

#include "compile.h"
#include "abi/abi.h"
#include "run/store.h"
#include "notify.h"
#include "provider.h"
#include "kernel/machine/ksym.h"
#include "kernel/limits.h"
#include "program.h"
#include "kernel/machine/text.h"
#include "kernel/machine/watchdog.h"

DEFINE_MUTEX(kwasm_lock);

static u32 next_program_id;	/* kwasm_lock */

bool kwasm_program_name_valid(const char *name)
{
	size_t i;

	for (i = 0; name[i]; i++)
		if (!isascii(name[i]) || !(isalnum(name[i]) || strchr("_-.", name[i])))
			return false;
	return i && i < KWASM_NAME_LEN;
}

struct kwasm_program *kwasm_program_find(struct kwasm_net *knet, const char *name)
{
	struct kwasm_program *prog;

	list_for_each_entry(prog, &knet->programs, node)
		if (!strcmp(prog->name, name))
			return prog;
	return NULL;
}

static int hash_digest(const struct kwasm_load_request *req, u8 *digest)
{
	struct crypto_shash *tfm = crypto_alloc_shash("sha256", 0, 0);
	int err;

	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	err = crypto_shash_tfm_digest(tfm, req->bytes, req->size, digest);
	crypto_free_shash(tfm);
	return err;
}

static bool import_matches(const struct kwasm_import *imp, const char *pattern)
{
	char name[2 * KWASM_NAME_LEN];

	snprintf(name, sizeof(name), "%.*s.%.*s", (int)min_t(u32, imp->module.len, KWASM_NAME_LEN),
		 imp->module.str, (int)min_t(u32, imp->field.len, KWASM_NAME_LEN), imp->field.str);
	return glob_match(pattern, name);
}

static int check_denied(const struct kwasm_module *m, const struct kwasm_load_request *req,
			struct kwasm_diag *diag)
{
	u32 i, d;

	for (i = 0; i < m->num_imports; i++)
		for (d = 0; d < req->num_deny; d++)
			if (import_matches(&m->imports[i], req->deny[d]))
				return kwasm_diag_set(diag, -EACCES, KWASM_DIAG_NONE,
						      m->imports[i].offset,
						      "import %.*s.%.*s is denied by pattern \"%.64s\"",
						      (int)min(m->imports[i].module.len, 64u),
						      m->imports[i].module.str,
						      (int)min(m->imports[i].field.len, 64u),
						      m->imports[i].field.str, req->deny[d]);
	return 0;
}

static u32 needs_of(const struct kwasm_bindings *bindings)
{
	u32 i, needs = 0;

	for (i = 0; i < bindings->num_fns; i++) {
		const struct kwasm_host_fn *fn = bindings->fns[i];

		if (!fn || !(fn->context & KWASM_HOST_PACKET))
			continue;
		needs |= KWASM_NEEDS_PACKET;
		if (fn->inline_op == KWASM_INLINE_CTXLOAD &&
		    fn->ctx_offset >= offsetof(struct kwasm_ctx, meta_hook))
			needs |= KWASM_NEEDS_META;
	}
	return needs;
}

static void slot_destroy(struct kwasm_slot *slot)
{
	if (slot->store)
		kwasm_store_destroy(slot->store);
}

static int slot_create(struct kwasm_program *prog, struct kwasm_slot *slot,
		       struct kwasm_diag *diag)
{
	struct kwasm_trap_info trap = { };
	struct kwasm_instance *inst;
	int err;

	slot->store = kwasm_store_create(&prog->limits, true);
	if (!slot->store)
		return -ENOMEM;
	slot->store->owner = prog;
	err = kwasm_instance_create(slot->store, prog->code, NULL, NULL, diag, &trap, &inst);
	if (err == -EFAULT)
		return kwasm_diag_set(diag, -ENOEXEC, trap.func, trap.offset,
				      "the module trapped during instantiation: %s",
				      kwasm_trap_text(trap.kind));
	if (err)
		return err;
	slot->ctx = inst->ctx;
	inst->ctx->env[KWASM_ENV_PROGRAM] = (unsigned long)prog;
	inst->ctx->env[KWASM_ENV_LIMIT] = kwasm_watchdog_scale(prog->time_limit_ns);
	return 0;
}

static void instances_release(struct kref *ref)
{
	struct kwasm_instances *instances = container_of(ref, struct kwasm_instances, ref);
	int cpu;

	for_each_possible_cpu(cpu)
		slot_destroy(per_cpu_ptr(instances->slots, cpu));
	free_percpu(instances->slots);
	kfree(instances);
}

void kwasm_instances_get(struct kwasm_instances *instances)
{
	kref_get(&instances->ref);
}

void kwasm_instances_put(struct kwasm_instances *instances)
{
	if (instances)
		kref_put(&instances->ref, instances_release);
}

struct kwasm_instances *kwasm_instances_create(struct kwasm_program *prog,
					       struct kwasm_diag *diag)
{
	struct kwasm_instances *instances = kzalloc(sizeof(*instances), GFP_KERNEL_ACCOUNT);
	int cpu, err = -ENOMEM;

	if (!instances)
		return ERR_PTR(-ENOMEM);
	kref_init(&instances->ref);
	instances->slots = alloc_percpu_gfp(struct kwasm_slot, GFP_KERNEL_ACCOUNT);
	if (!instances->slots)
		goto free;
	for_each_possible_cpu(cpu) {
		err = slot_create(prog, per_cpu_ptr(instances->slots, cpu), diag);
		if (err)
			goto put;
	}
	return instances;
put:
	kwasm_instances_put(instances);
	return ERR_PTR(err);
free:
	kfree(instances);
	return ERR_PTR(err);
}

static void program_free(struct kwasm_program *prog)
{
	kwasm_instances_put(prog->instances);
	kwasm_ksyms_del(prog->ksyms);
	kwasm_code_destroy(prog->code);
	kwasm_module_destroy(prog->module);
	kwasm_log_destroy(&prog->log);
	kfree(prog);
}

static void program_release(struct kref *ref)
{
	program_free(container_of(ref, struct kwasm_program, ref));
}

void kwasm_program_put(struct kwasm_program *prog)
{
	kref_put(&prog->ref, program_release);
}

int kwasm_program_code(const struct kwasm_module *module,
		       const struct kwasm_provider *const *providers, u32 num_providers,
		       struct kwasm_diag *diag, struct kwasm_code **code)
{
	struct kwasm_compile_opts opts = {
		.dump_func = KWASM_DIAG_NONE,
		.arena_limit = kwasm_limit_compile_bytes(),
		.time_limit_ns = kwasm_limit_compile_ns(),
	};
	struct kwasm_bindings bindings = { };
	int err;

	err = kwasm_bindings_resolve(module, providers, num_providers, true, diag, &bindings);
	if (err)
		return err;
	err = kwasm_code_compile(module, &bindings, &opts, diag, code);
	if (err)
		kwasm_bindings_release(&bindings);
	return err;
}

static int program_compile(struct kwasm_program *prog, const struct kwasm_load_request *req,
			   const struct kwasm_provider *const *providers, u32 num_providers,
			   struct kwasm_diag *diag)
{
	int err;

	err = kwasm_module_decode(req->bytes, req->size, &prog->limits, diag, &prog->module);
	if (err)
		return err;
	err = check_denied(prog->module, req, diag);
	if (err)
		return err;
	err = kwasm_program_code(prog->module, providers, num_providers, diag, &prog->code);
	if (err)
		return err;
	prog->needs = needs_of(&prog->code->bindings);
	if (prog->module->float_code)
		prog->needs |= KWASM_NEEDS_FPU;
	return 0;
}

int kwasm_program_create(struct kwasm_net *knet, const struct kwasm_load_request *req,
			 const struct kwasm_provider *const *providers, u32 num_providers,
			 struct kwasm_diag *diag, struct kwasm_program **out)
{
	struct kwasm_program *prog = kzalloc(sizeof(*prog), GFP_KERNEL_ACCOUNT);
	int err;

	if (!prog)
		return -ENOMEM;
	kref_init(&prog->ref);
	INIT_LIST_HEAD(&prog->node);
	INIT_LIST_HEAD(&prog->handlers);
	INIT_WORK(&prog->log_work, kwasm_notify_log_work);
	prog->knet = knet;
	strscpy(prog->name, req->name, sizeof(prog->name));
	prog->loaded_ns = ktime_get_ns();
	prog->time_limit_ns = req->time_limit_ns ?: kwasm_limit_time_ns();
	kwasm_limits_get(&prog->limits);
	if (req->memory_limit)
		prog->limits.memory_pages = min_t(u64, prog->limits.memory_pages,
						  req->memory_limit / KWASM_PAGE_SIZE);
	err = kwasm_log_init(&prog->log);
	if (err)
		goto free;
	err = hash_digest(req, prog->digest);
	if (err)
		goto free;
	err = program_compile(prog, req, providers, num_providers, diag);
	if (err)
		goto free;
	prog->ksyms = kwasm_ksyms_add(prog->code, prog->name);
	if (IS_ERR(prog->ksyms)) {
		err = PTR_ERR(prog->ksyms);
		prog->ksyms = NULL;
		goto free;
	}
	prog->instances = kwasm_instances_create(prog, diag);
	if (IS_ERR(prog->instances)) {
		err = PTR_ERR(prog->instances);
		prog->instances = NULL;
		goto free;
	}
	*out = prog;
	return 0;
free:
	program_free(prog);
	return err;
}

int kwasm_program_add(struct kwasm_program *prog, struct kwasm_diag *diag)
{
	struct kwasm_net *knet = prog->knet;

	lockdep_assert_held(&kwasm_lock);
	if (kwasm_program_find(knet, prog->name))
		return kwasm_diag_set(diag, -EEXIST, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
				      "program %s is already loaded", prog->name);
	if (knet->num_programs >= kwasm_limit_programs())
		return kwasm_diag_set(diag, -ENOSPC, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
				      "too many programs, the limit is %u (parameter max_programs)",
				      knet->num_programs);
	prog->id = ++next_program_id;
	list_add_tail(&prog->node, &knet->programs);
	knet->num_programs++;
	return 0;
}

void kwasm_program_retire(struct kwasm_program *prog)
{
	lockdep_assert_held(&kwasm_lock);
	cancel_work_sync(&prog->log_work);
	kwasm_program_put(prog);
}

void kwasm_program_remove(struct kwasm_program *prog)
{
	lockdep_assert_held(&kwasm_lock);
	list_del_init(&prog->node);
	prog->knet->num_programs--;
	kwasm_program_retire(prog);
}

void kwasm_program_kill(struct kwasm_program *prog)
{
	prog->killed = true;
	kwasm_text_disable(&prog->code->text);
}

const void *kwasm_program_entry(const struct kwasm_program *prog, const char *name,
				const char *sig, const char *rule, struct kwasm_diag *diag)
{
	const struct kwasm_module *m = prog->module;
	const struct kwasm_export *export;

	export = kwasm_module_export(m, name, strlen(name), KWASM_EXTERN_FUNC);
	if (!export) {
		kwasm_diag_set(diag, -ENOENT, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
			       "the module does not export a function named %s (use --entry to select another)",
			       name);
		return NULL;
	}
	if (!kwasm_host_sig_matches(sig, kwasm_module_functype(m, export->index))) {
		kwasm_diag_set(diag, -EPROTOTYPE, export->index, KWASM_DIAG_NONE,
			       "%s %s", name, rule);
		return NULL;
	}
	if (export->index < m->num_func_imports) {
		kwasm_diag_set(diag, -EPROTOTYPE, export->index, KWASM_DIAG_NONE,
			       "%s is an imported function: a handler must be defined in the module",
			       name);
		return NULL;
	}
	return prog->code->text.exec + prog->code->funcs[export->index - m->num_func_imports].start;
}

u64 kwasm_program_memory_bytes(const struct kwasm_program *prog)
{
	u64 pages = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct kwasm_slot *slot = per_cpu_ptr(prog->instances->slots, cpu);

		if (slot->ctx && slot->ctx->memory)
			pages += READ_ONCE(slot->ctx->memory->linear.pages);
	}
	return pages * KWASM_PAGE_SIZE;
}
