/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hosts.h - the host function tables that modules have registered.
 */
#ifndef KWASM_KERNEL_HOSTS_H
#define KWASM_KERNEL_HOSTS_H

#include "run/host.h"

#define KWASM_HOST_TABLES_MAX 16

/**
 * kwasm_hosts_lock() - nobody's table goes away until kwasm_hosts_unlock().
 * @tables: the tables, *@num of them
 *
 * Held from binding a program to its tables until the program is listed.  Process context, may
 * sleep; taken before kwasm_lock.
 */
void kwasm_hosts_lock(const struct kwasm_host_fn *const **tables, u32 *num);
void kwasm_hosts_unlock(void);

/** kwasm_hosts_bound() - does @map bind anything to @table? */
bool kwasm_hosts_bound(const struct kwasm_host_fn *table, const struct kwasm_hostmap *map);

#endif /* KWASM_KERNEL_HOSTS_H */
