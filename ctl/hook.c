// SPDX-License-Identifier: GPL-2.0-only
/*
 * hook.c - the hooks, from the table in kwasm_hooks.def.
 */
#include "absence.h"
#include "ctl.h"
#include "nl.h"

/* Its modules, by the names that the table has for them. */
#define MODULE_NETFILTER "kwasm_netfilter"
#define MODULE_NETDEV MODULE_NETFILTER

/* Are the attachments bound to a device? */
#define BOUND_NETFILTER false
#define BOUND_NETDEV true

enum device { IN = 1, OUT = 2, BOTH = IN | OUT };

static const struct ctl_hook hooks[] = {
#define KWASM_HOOK(constant, word, value, from, place, device, context, where) \
	{ .name = #word, .module = MODULE_##from, .number = value,		\
	  .in = (device) & IN, .out = (device) & OUT, .bound = BOUND_##from },
#include "../core/uapi/kwasm_hooks.def"
#undef KWASM_HOOK
};

const char ctl_hook_names[] =
#define KWASM_HOOK(constant, word, ...) ", " #word
#include "../core/uapi/kwasm_hooks.def"
#undef KWASM_HOOK
;

const struct ctl_hook *ctl_hook_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		if (!strcmp(hooks[i].name, name))
			return &hooks[i];
	return NULL;
}

int ctl_hook_unknown(const char *name)
{
	const struct ctl_hook *hook = ctl_hook_find(name);
	char why[KWASM_DIAG_TEXT];

	if (hook) {
		ctl_absence_here(hook->module, why, sizeof(why));
		return ctl_fail("no hook %s: %s", name, why);
	}
	return ctl_usage("unknown hook \"%s\": use one of %s", name, CTL_HOOK_NAMES);
}

int ctl_hook_check(const char *name)
{
	return !name || ctl_hook_find(name) || !ctl_module_absent() ? CTL_OK :
	       ctl_hook_unknown(name);
}
