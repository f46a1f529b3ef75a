// SPDX-License-Identifier: GPL-2.0-only
/*
 * hook.c - the hooks, from the table in kwasm_hooks.def.
 */
#include "ctl.h"

enum device { IN = 1, OUT = 2, BOTH = IN | OUT };

static const struct ctl_hook hooks[] = {
#define KWASM_HOOK(constant, word, value, module, place, device, context, where) \
	{ .name = #word, .number = value, .in = (device) & IN, .out = (device) & OUT },
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
