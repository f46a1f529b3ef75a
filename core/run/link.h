/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * link.h - match a module's imports with the provided objects (spec 4.5.1 - 4.5.3).
 */
#ifndef KWASM_LINK_H
#define KWASM_LINK_H

#include "instance.h"

/**
 * kwasm_link_match() - find and check the object for each import.
 * @module: the importing module
 * @bindings: function imports bound already
 * @link: called for all others; may be NULL
 * @link_arg: its argument
 * @diag: on failure, names the first import that is missing or has a different type
 * @externs: one entry per import, filled in
 *
 * Return: 0, -ENOENT, -EPROTOTYPE.
 */
int kwasm_link_match(const struct kwasm_module *module, const struct kwasm_bindings *bindings,
		     kwasm_link_fn link, void *link_arg, struct kwasm_diag *diag,
		     struct kwasm_externval *externs);

#endif /* KWASM_LINK_H */
