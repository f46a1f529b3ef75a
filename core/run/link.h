/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * link.h - matching a module's imports with what is offered (spec 4.5.1 - 4.5.3).
 */
#ifndef KWASM_LINK_H
#define KWASM_LINK_H

#include "instance.h"

/** kwasm_hostmap_at() - host function that imported function @index is bound to, or NULL. */
static inline const struct kwasm_host_fn *kwasm_hostmap_at(const struct kwasm_hostmap *map,
							   u32 index)
{
	return index < map->num_fns ? map->fns[index] : NULL;
}

/**
 * kwasm_link_match() - find and check what satisfies each import.
 * @module: whose imports
 * @hosts: function imports bound already
 * @link: asked for all others; may be NULL
 * @link_arg: its argument
 * @diag: names the first import that is missing or has another type
 * @bindings: one entry per import, filled in
 *
 * Return: 0, -ENOENT, -EPROTOTYPE.
 */
int kwasm_link_match(const struct kwasm_module *module, const struct kwasm_hostmap *hosts,
		     kwasm_link_fn link, void *link_arg, struct kwasm_diag *diag,
		     struct kwasm_binding *bindings);

#endif /* KWASM_LINK_H */
