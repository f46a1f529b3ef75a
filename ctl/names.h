/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * names.h - the names of the programs that are loaded in the namespace.
 */
#ifndef KWASM_CTL_NAMES_H
#define KWASM_CTL_NAMES_H

#include "ctl.h"
#include "nl.h"

/**
 * struct ctl_names - names of programs
 * @names: @num of them; the owner frees it
 */
struct ctl_names {
	char (*names)[KWASM_NAME_LEN];
	u32 num;
};

/** ctl_names_collect() - all names at this moment.  Return: enum ctl_status. */
int ctl_names_collect(struct ctl_names *list);

#endif /* KWASM_CTL_NAMES_H */
