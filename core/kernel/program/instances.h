/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * instances.h - a program's instances, one on each CPU.
 */
#ifndef KWASM_KERNEL_INSTANCES_H
#define KWASM_KERNEL_INSTANCES_H

#include <linux/kref.h>
#include <linux/percpu.h>

#include "kernel/machine/thread.h"
#include "run/instance.h"

struct kwasm_program;

/**
 * struct kwasm_slot - a program's instance on one CPU
 * @ctx: its context, for the hot path
 * @store: owner of the instance
 */
struct kwasm_slot {
	struct kwasm_ctx *ctx;
	struct kwasm_store *store;
};

/**
 * struct kwasm_instances - one generation of per-CPU instances; a restart makes a new one
 * @starter: calls the start functions while they are created
 */
struct kwasm_instances {
	struct kref ref;
	struct kwasm_slot __percpu *slots;
	struct kwasm_thread starter;
};

/**
 * kwasm_instances_create() - a fresh instance on every CPU.
 *
 * Start functions run preemptibly, within one time limit for all instances together, struct
 * kwasm_limits.call_ms; a fatal signal ends them, or @prog being removed.
 * Context: process, may sleep; kwasm_lock not held.
 * Return: ERR_PTR() with @diag set.
 */
struct kwasm_instances *kwasm_instances_create(struct kwasm_program *prog,
					       struct kwasm_diag *diag);
void kwasm_instances_get(struct kwasm_instances *instances);
/** kwasm_instances_put() - drop a generation that no CPU can be in any more.  May sleep. */
void kwasm_instances_put(struct kwasm_instances *instances);

/** kwasm_instances_memory_bytes() - linear memory of all of them. */
u64 kwasm_instances_memory_bytes(const struct kwasm_instances *instances);

#endif /* KWASM_KERNEL_INSTANCES_H */
