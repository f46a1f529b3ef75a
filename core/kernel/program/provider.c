// SPDX-License-Identifier: GPL-2.0-only
/*
 * provider.c - registry of the providers of host functions.
 *
 * Guarantees: no lock is held but for a look at the list; a provider that is held keeps its owner
 * loaded and its registration alive; when kwasm_provider_unregister() returns nothing is bound to
 * it and no compiled code that calls into it exists.
 */
#define pr_fmt(fmt) "kwasm: " fmt

#include <linux/completion.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include "step.h"
#include "provider.h"

/**
 * struct kwasm_registration - a provider on offer
 * @node: in the list; registry_lock
 * @ref: one of the list and one of each kwasm_held_providers
 * @unused: the last reference is gone
 */
struct kwasm_registration {
	const struct kwasm_provider *provider;
	struct list_head node;
	struct kref ref;
	struct completion unused;
};

static DEFINE_MUTEX(registry_lock);	/* innermost; never held while anything else is called */
static LIST_HEAD(registry);		/* registry_lock */

static struct kwasm_registration *find(const struct kwasm_name *name)
{
	struct kwasm_registration *reg;

	lockdep_assert_held(&registry_lock);
	list_for_each_entry(reg, &registry, node)
		if (kwasm_name_is(name, reg->provider->module))
			return reg;
	return NULL;
}

static struct kwasm_registration *named(const char *module)
{
	const struct kwasm_name name = { .str = module, .len = strlen(module) };

	return find(&name);
}

static void registration_release(struct kref *ref)
{
	complete(&container_of(ref, struct kwasm_registration, ref)->unused);
}

int kwasm_provider_register(const struct kwasm_provider *provider)
{
	struct kwasm_registration *reg;
	struct kwasm_diag diag;
	int err;

	kwasm_diag_init(&diag);
	err = kwasm_provider_check(provider, &diag);
	if (err) {
		pr_err("%s\n", diag.text);
		return err;
	}
	reg = kzalloc(sizeof(*reg), GFP_KERNEL);
	if (!reg)
		return -ENOMEM;
	reg->provider = provider;
	kref_init(&reg->ref);
	init_completion(&reg->unused);
	mutex_lock(&registry_lock);
	if (named(provider->module))
		err = -EEXIST;
	else
		list_add_tail(&reg->node, &registry);
	mutex_unlock(&registry_lock);
	if (err)
		kfree(reg);
	return err;
}
EXPORT_SYMBOL_GPL(kwasm_provider_register);

void kwasm_provider_unregister(const struct kwasm_provider *provider)
{
	struct kwasm_registration *reg;

	mutex_lock(&registry_lock);
	reg = named(provider->module);
	if (reg && reg->provider == provider)
		list_del(&reg->node);
	else
		reg = NULL;
	mutex_unlock(&registry_lock);
	if (WARN_ON_ONCE(!reg))
		return;
	kref_put(&reg->ref, registration_release);
	wait_for_completion(&reg->unused);
	kfree(reg);
}
EXPORT_SYMBOL_GPL(kwasm_provider_unregister);

static bool is_held(const struct kwasm_held_providers *held, const struct kwasm_registration *reg)
{
	u32 i;

	for (i = 0; i < held->num; i++)
		if (held->registrations[i] == reg)
			return true;
	return false;
}

static void hold(struct kwasm_held_providers *held, const struct kwasm_name *name, u32 max)
{
	struct kwasm_registration *reg = find(name);

	if (!reg || held->num == max || is_held(held, reg) ||
	    !try_module_get(reg->provider->owner))
		return;
	kref_get(&reg->ref);
	held->registrations[held->num] = reg;
	held->list[held->num++] = reg->provider;
}

int kwasm_providers_hold(const struct kwasm_module *module, struct kwasm_held_providers *held)
{
	struct kwasm_registration *reg;
	struct kwasm_steps steps = { };
	u32 i, max = 0;
	int err = 0;

	memset(held, 0, sizeof(*held));
	mutex_lock(&registry_lock);
	list_for_each_entry(reg, &registry, node)
		max++;
	mutex_unlock(&registry_lock);
	held->list = kcalloc(max, sizeof(*held->list), GFP_KERNEL_ACCOUNT);
	held->registrations = kcalloc(max, sizeof(*held->registrations), GFP_KERNEL_ACCOUNT);
	if (!held->list || !held->registrations) {
		kwasm_providers_drop(held);
		return -ENOMEM;
	}
	for (i = 0; i < module->num_imports && !err; i++) {
		err = kwasm_steps_take(&steps, 1 + max);
		if (module->imports[i].kind != KWASM_EXTERN_FUNC)
			continue;
		mutex_lock(&registry_lock);
		hold(held, &module->imports[i].module, max);
		mutex_unlock(&registry_lock);
	}
	if (err)
		kwasm_providers_drop(held);
	return err;
}

/* The owner first: its exit waits for the registration, whose last user this may be. */
void kwasm_providers_drop(struct kwasm_held_providers *held)
{
	struct module *owner;
	u32 i;

	for (i = 0; i < held->num; i++) {
		owner = held->list[i]->owner;
		module_put(owner);
		kref_put(&held->registrations[i]->ref, registration_release);
	}
	kfree(held->list);
	kfree(held->registrations);
	memset(held, 0, sizeof(*held));
}
