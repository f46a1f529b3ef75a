/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * provider.h - the providers of host functions that modules have registered.
 */
#ifndef KWASM_KERNEL_PROVIDER_H
#define KWASM_KERNEL_PROVIDER_H

#include "run/provider.h"

/**
 * kwasm_provider_register() - offer host functions to programs that are loaded from now on.
 * @provider: must stay valid until it is unregistered
 *
 * A provider that kwasm_provider_check() refuses is reported in the kernel log.
 * Context: process, may sleep.
 * Return: 0; what kwasm_provider_check() returns; -EEXIST the name is taken; -ENOMEM.
 */
int kwasm_provider_register(const struct kwasm_provider *provider);

/**
 * kwasm_provider_unregister() - withdraw the name, then wait until nothing is bound to it.
 * @provider: as registered
 *
 * Each program and invocation that is bound to it holds a reference to its owner, so none is left
 * when a module with itself as owner exits.  Without an owner this waits until the last one is
 * unloaded, detached or has returned.
 * Context: process, may sleep; kwasm_lock not held.
 */
void kwasm_provider_unregister(const struct kwasm_provider *provider);

struct kwasm_registration;

/**
 * struct kwasm_held_providers - providers that do not go away
 * @list: @num of them
 * @registrations: one reference to each
 */
struct kwasm_held_providers {
	const struct kwasm_provider **list;
	struct kwasm_registration **registrations;
	u32 num;
};

/**
 * kwasm_providers_hold() - hold each provider that the function imports of @module name.
 * @held: filled in; kwasm_providers_drop() it
 *
 * A name that is not registered, or whose owner is going, is left out.
 * Context: process, may sleep.  Return: 0 or -ENOMEM.
 */
int kwasm_providers_hold(const struct kwasm_module *module, struct kwasm_held_providers *held);
void kwasm_providers_drop(struct kwasm_held_providers *held);

#endif /* KWASM_KERNEL_PROVIDER_H */
