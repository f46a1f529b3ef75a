// SPDX-License-Identifier: GPL-2.0-only
/*
 * instances.c - a program's instances, one on each CPU.
 *
 * Guarantees: a generation is whole or does not exist; its last reference destroys its stores.
 */
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/slab.h>

#include "run/store.h"
#include "kernel/machine/watchdog.h"
#include "program.h"

static void slot_destroy(struct kwasm_slot *slot)
{
	if (slot->store)
		kwasm_store_destroy(slot->store);
}

/* Start functions of @store run in the current task until @deadline, U64_MAX for no end. */
static void starter_init(struct kwasm_thread *starter, struct kwasm_program *prog,
			 struct kwasm_store *store, u64 deadline)
{
	u64 now = ktime_get_ns(), left = U64_MAX;

	if (deadline != U64_MAX)
		left = deadline > now ? deadline - now : 1;
	kwasm_thread_init(starter, store, left);
	starter->cancel = &prog->gone;
	starter->awake = true;
}

static u64 start_deadline(const struct kwasm_program *prog)
{
	u64 limit_ns = prog->limits.call_ms * (u64)NSEC_PER_MSEC;

	return limit_ns ? ktime_get_ns() + kwasm_watchdog_scale(limit_ns) : U64_MAX;
}

static int slot_create(struct kwasm_program *prog, struct kwasm_slot *slot,
		       struct kwasm_thread *starter, u64 deadline, struct kwasm_diag *diag)
{
	struct kwasm_trap_info trap = { };
	struct kwasm_instance *inst;
	int err;

	slot->store = kwasm_store_create(&prog->limits, true);
	if (!slot->store)
		return -ENOMEM;
	slot->store->owner = prog;
	starter_init(starter, prog, slot->store, deadline);
	err = kwasm_instance_create(slot->store, prog->image.code, NULL, NULL, diag, &trap, &inst);
	slot->store->thread = NULL;
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

static struct kwasm_instances *instances_create(struct kwasm_program *prog,
						struct kwasm_diag *diag)
{
	struct kwasm_instances *instances = kzalloc(sizeof(*instances), GFP_KERNEL_ACCOUNT);
	u64 deadline = start_deadline(prog);
	int cpu, err = -ENOMEM;

	if (!instances)
		return ERR_PTR(-ENOMEM);
	kref_init(&instances->ref);
	instances->slots = alloc_percpu_gfp(struct kwasm_slot, GFP_KERNEL_ACCOUNT);
	if (!instances->slots)
		goto free;
	for_each_possible_cpu(cpu) {
		err = kwasm_checkpoint() ?: slot_create(prog, per_cpu_ptr(instances->slots, cpu),
							&instances->starter, deadline, diag);
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

/* A restart makes them in a worker: they are the program's account's, and its loader's, as ever. */
struct kwasm_instances *kwasm_instances_create(struct kwasm_program *prog,
					       struct kwasm_diag *diag)
{
	struct kwasm_account_scope scope;
	struct kwasm_instances *instances;
	int err;

	kwasm_account_enter(&scope, prog->account);
	instances = instances_create(prog, diag);
	kwasm_account_leave(&scope);
	err = PTR_ERR_OR_ZERO(instances);
	return err ? ERR_PTR(kwasm_account_explain(&scope, err, diag)) : instances;
}

u64 kwasm_instances_memory_bytes(const struct kwasm_instances *instances)
{
	u64 pages = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct kwasm_slot *slot = per_cpu_ptr(instances->slots, cpu);

		if (slot->ctx && slot->ctx->memory)
			pages += READ_ONCE(slot->ctx->memory->linear.pages);
	}
	return pages * KWASM_PAGE_SIZE;
}
