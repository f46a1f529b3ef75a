// SPDX-License-Identifier: GPL-2.0-only
/*
 * hosts.c - registry of host function tables.
 *
 * Guarantees: when kwasm_host_unregister() returns, no program that is bound to the table exists
 * and no compiled code that could call into it runs.
 */
#include <linux/module.h>
#include <linux/rwsem.h>

#include "kernel/handler/hook.h"
#include "hosts.h"

static DECLARE_RWSEM(hosts_sem);
static const struct kwasm_host_fn *host_tables[KWASM_HOST_TABLES_MAX];	/* hosts_sem */
static u32 num_host_tables;

/**
 * kwasm_host_register() - offer host functions to programs loaded from now on.
 * @table: ended by an entry without a name; stays valid until it is unregistered
 *
 * Context: process, may sleep.  Return: 0, or -ENOSPC when there are too many tables.
 */
int kwasm_host_register(const struct kwasm_host_fn *table)
{
	int err = 0;

	down_write(&hosts_sem);
	if (num_host_tables == KWASM_HOST_TABLES_MAX)
		err = -ENOSPC;
	else
		host_tables[num_host_tables++] = table;
	up_write(&hosts_sem);
	return err;
}
EXPORT_SYMBOL_GPL(kwasm_host_register);

/**
 * kwasm_host_unregister() - withdraw a table; programs bound to it are unloaded.
 * @table: as registered
 *
 * Context: process, may sleep.
 */
void kwasm_host_unregister(const struct kwasm_host_fn *table)
{
	u32 i;

	down_write(&hosts_sem);
	for (i = 0; i < num_host_tables; i++) {
		if (host_tables[i] == table) {
			host_tables[i] = host_tables[--num_host_tables];
			break;
		}
	}
	/* Nobody gets in between who makes instances of a program bound to it. */
	kwasm_programs_remove_bound(table);
	up_write(&hosts_sem);
}
EXPORT_SYMBOL_GPL(kwasm_host_unregister);

void kwasm_hosts_lock(const struct kwasm_host_fn *const **tables, u32 *num)
{
	down_read(&hosts_sem);
	*tables = host_tables;
	*num = num_host_tables;
}

void kwasm_hosts_unlock(void)
{
	up_read(&hosts_sem);
}

bool kwasm_hosts_bound(const struct kwasm_host_fn *table, const struct kwasm_hostmap *map)
{
	const struct kwasm_host_fn *fn;
	u32 i;

	for (fn = table; fn->name; fn++)
		for (i = 0; i < map->num_fns; i++)
			if (map->fns[i] == fn)
				return true;
	return false;
}
