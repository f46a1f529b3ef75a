// SPDX-License-Identifier: GPL-2.0-only
/*
 * program.c - loaded programs: named, listed and counted.
 *
 * Guarantees: a program is either whole (validated, compiled, an instance on each CPU) or does not
 * exist; its last reference releases everything it took.  What it takes counts in its account, from
 * the first byte.
 */
#include <crypto/hash.h>
#include <linux/ctype.h>
#include <linux/slab.h>

#include "abi/abi.h"
#include "notify.h"
#include "kernel/limits.h"
#include "program.h"
#include "kernel/machine/text.h"

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

static void program_free(struct kwasm_program *prog)
{
	cancel_work_sync(&prog->log_work);
	kwasm_instances_put(prog->instances);
	kwasm_image_destroy(&prog->image);
	kwasm_log_destroy(&prog->log);
	kwasm_account_put(prog->account);
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

static int program_image(struct kwasm_program *prog, const struct kwasm_load_request *req,
			 struct kwasm_diag *diag)
{
	struct kwasm_image_request image = {
		.name = req->name,
		.bytes = req->bytes,
		.size = req->size,
		.limits = &prog->limits,
		.deny = req->deny,
		.num_deny = req->num_deny,
	};
	int err = kwasm_image_create(&image, diag, &prog->image);

	if (err)
		return err;
	prog->needs = needs_of(&prog->image.code->bindings);
	if (prog->image.module->float_code)
		prog->needs |= KWASM_NEEDS_FPU;
	return 0;
}

static struct kwasm_program *program_alloc(struct kwasm_net *knet,
					   const struct kwasm_load_request *req)
{
	struct kwasm_program *prog = kzalloc(sizeof(*prog), GFP_KERNEL_ACCOUNT);

	if (!prog)
		return NULL;
	prog->account = kwasm_account_create(req->total_limit ?: kwasm_limit_program_bytes());
	if (!prog->account) {
		kfree(prog);
		return NULL;
	}
	kref_init(&prog->ref);
	INIT_LIST_HEAD(&prog->node);
	INIT_LIST_HEAD(&prog->handlers);
	INIT_WORK(&prog->log_work, kwasm_notify_log_work);
	prog->knet = knet;
	strscpy(prog->name, req->name, sizeof(prog->name));
	prog->loaded_ns = ktime_get_boottime_ns();
	prog->time_limit_ns = req->time_limit_ns ?: kwasm_limit_time_ns();
	kwasm_limits_get(&prog->limits);
	if (req->memory_limit)
		prog->limits.memory_pages = min_t(u64, prog->limits.memory_pages,
						  req->memory_limit / KWASM_PAGE_SIZE);
	return prog;
}

static int program_build(struct kwasm_program *prog, const struct kwasm_load_request *req,
			 struct kwasm_diag *diag)
{
	int err;

	err = kwasm_log_init(&prog->log) ?:
	      hash_digest(req, prog->digest) ?:
	      program_image(prog, req, diag);
	if (err)
		return err;
	prog->instances = kwasm_instances_create(prog, diag);
	if (!IS_ERR(prog->instances))
		return 0;
	err = PTR_ERR(prog->instances);
	prog->instances = NULL;
	return err;
}

int kwasm_program_create(struct kwasm_net *knet, const struct kwasm_load_request *req,
			 struct kwasm_diag *diag, struct kwasm_program **out)
{
	struct kwasm_program *prog = program_alloc(knet, req);
	struct kwasm_account_scope scope;
	int err;

	if (!prog)
		return -ENOMEM;
	kwasm_account_enter(&scope, prog->account);
	err = program_build(prog, req, diag);
	kwasm_account_leave(&scope);
	if (!err) {
		*out = prog;
		return 0;
	}
	program_free(prog);
	return kwasm_account_explain(&scope, err, diag);
}

int kwasm_program_add(struct kwasm_program *prog, struct kwasm_diag *diag)
{
	struct kwasm_net *knet = prog->knet;

	lockdep_assert_held(&kwasm_lock);
	if (kwasm_program_find(knet, prog->name))
		return kwasm_diag_set(diag, -EEXIST, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
				      "program %s is already loaded: use replace to change it",
				      prog->name);
	if (knet->num_programs >= kwasm_limit_programs())
		return kwasm_diag_set(diag, -ENOSPC, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
				      "too many programs, the limit is %u (parameter max_programs)",
				      knet->num_programs);
	prog->id = ++next_program_id;
	list_add_tail(&prog->node, &knet->programs);
	knet->num_programs++;
	return 0;
}

void kwasm_program_unlist(struct kwasm_program *prog)
{
	lockdep_assert_held(&kwasm_lock);
	WRITE_ONCE(prog->gone, true);
	if (list_empty(&prog->node))
		return;
	list_del_init(&prog->node);
	prog->knet->num_programs--;
}

void kwasm_program_retire(struct kwasm_program *prog)
{
	cancel_work_sync(&prog->log_work);
	kwasm_program_put(prog);
}

void kwasm_program_kill(struct kwasm_program *prog)
{
	prog->killed = true;
	kwasm_text_disable(&prog->image.code->text);
}

const void *kwasm_program_entry(const struct kwasm_program *prog, const char *name,
				const char *sig, const char *rule, struct kwasm_diag *diag)
{
	const struct kwasm_module *m = prog->image.module;
	const struct kwasm_code *code = prog->image.code;
	const struct kwasm_export *export;

	export = kwasm_module_export(m, name, strlen(name), KWASM_EXTERN_FUNC);
	if (!export) {
		kwasm_diag_set(diag, -ENOENT, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
			       "the module does not export a function named %s", name);
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
	if (kwasm_sleepers_check(m, &prog->image.sleepers, export->index, diag))
		return NULL;
	return code->text.exec + code->funcs[export->index - m->num_func_imports].start;
}
