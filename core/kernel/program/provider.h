/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * provider.h - the providers of host functions that modules have registered.
 */
#ifndef KWASM_KERNEL_PROVIDER_H
#define KWASM_KERNEL_PROVIDER_H

#include "run/provider.h"

#define KWASM_PROVIDERS_MAX 16

int kwasm_provider_register(const struct kwasm_provider *provider);
void kwasm_provider_unregister(const struct kwasm_provider *provider);

/**
 * kwasm_providers_lock() - keep all providers registered until kwasm_providers_unlock().
 * @list: the providers, *@num of them
 *
 * Held from binding a program to them until the program is listed.  Process context, may sleep;
 * taken before kwasm_lock.
 */
void kwasm_providers_lock(const struct kwasm_provider *const **list, u32 *num);
void kwasm_providers_unlock(void);

/** kwasm_provider_bound() - does @bindings hold a function of @provider? */
bool kwasm_provider_bound(const struct kwasm_provider *provider,
			  const struct kwasm_bindings *bindings);

#endif /* KWASM_KERNEL_PROVIDER_H */
