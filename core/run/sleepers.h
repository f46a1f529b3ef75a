/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sleepers.h - which functions of a module reach, by direct calls, an import that may sleep.
 */
#ifndef KWASM_SLEEPERS_H
#define KWASM_SLEEPERS_H

#include "host.h"
#include "wasm/module.h"

/**
 * struct kwasm_sleepers - the ways to functions that may sleep
 * @next: for each function of the index space which one it calls on its way there; an import that
 *	may sleep has itself, and what reaches none U32_MAX.  NULL: there is no such import
 */
struct kwasm_sleepers {
	u32 *next;
};

/**
 * kwasm_sleepers_find() - follow the direct calls of a module, from the imports that may sleep up.
 * @module: validated
 * @bindings: of its imports
 * @diag: the sentence of an error
 * @sleepers: filled in; free with kwasm_sleepers_release()
 *
 * In time and memory linear in the module's size, and in none where no import may sleep.
 * Context: process, may sleep, interruptible by a fatal signal.  Return: 0, -ENOMEM, -EINTR.
 */
int kwasm_sleepers_find(const struct kwasm_module *module, const struct kwasm_bindings *bindings,
			struct kwasm_diag *diag, struct kwasm_sleepers *sleepers);
void kwasm_sleepers_release(struct kwasm_sleepers *sleepers);

/**
 * kwasm_sleepers_check() - may @func be entered where nothing may sleep?
 * @func: a function that the module defines
 * @diag: names the import, @func and the functions between
 *
 * Context: any.  Return: 0, or -EDEADLK when its direct calls lead to an import that may sleep.
 */
int kwasm_sleepers_check(const struct kwasm_module *module, const struct kwasm_sleepers *sleepers,
			 u32 func, struct kwasm_diag *diag);

#endif /* KWASM_SLEEPERS_H */
