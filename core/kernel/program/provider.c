// SPDX-License-Identifier: GPL-2.0-only
/*
 * provider.c - registry of the providers of host functions.
 *
 * Guarantees: when kwasm_provider_unregister() returns, no program that is bound to it exists
 * and no compiled code that could call into it runs.
 */
#include <linux/module.h>
#include <linux/rwsem.h>

#include "program.h"
#include "provider.h"

static DECLARE_RWSEM(providers_sem);
static const struct kwasm_provider *providers[KWASM_PROVIDERS_MAX];	/* providers_sem */
static u32 num_providers;

/**
 * kwasm_provider_register() - offer host functions to programs loaded from now on.
 * @provider: stays valid until it is unregistered
 *
 * Context: process, may sleep.  Return: 0, or -ENOSPC when there are too many.
 */
int kwasm_provider_register(const struct kwasm_provider *provider)
{
	int err = 0;

	down_write(&providers_sem);
	if (num_providers == KWASM_PROVIDERS_MAX)
		err = -ENOSPC;
	else
		providers[num_providers++] = provider;
	up_write(&providers_sem);
	return err;
}
EXPORT_SYMBOL_GPL(kwasm_provider_register);

/**
 * kwasm_provider_unregister() - withdraw it; programs bound to it are unloaded.
 * @provider: as registered
 *
 * Context: process, may sleep.
 */
void kwasm_provider_unregister(const struct kwasm_provider *provider)
{
	u32 i;

	down_write(&providers_sem);
	for (i = 0; i < num_providers; i++) {
		if (providers[i] == provider) {
			providers[i] = providers[--num_providers];
			break;
		}
	}
	/* No instance of a program bound to it can be created in between. */
	kwasm_programs_remove_bound(provider);
	up_write(&providers_sem);
}
EXPORT_SYMBOL_GPL(kwasm_provider_unregister);

void kwasm_providers_lock(const struct kwasm_provider *const **list, u32 *num)
{
	down_read(&providers_sem);
	*list = providers;
	*num = num_providers;
}

void kwasm_providers_unlock(void)
{
	up_read(&providers_sem);
}

bool kwasm_provider_bound(const struct kwasm_provider *provider,
			  const struct kwasm_bindings *bindings)
{
	u32 i;

	for (i = 0; i < bindings->num_fns; i++)
		if (bindings->fns[i] >= provider->fns &&
		    bindings->fns[i] < provider->fns + provider->num_fns)
			return true;
	return false;
}
