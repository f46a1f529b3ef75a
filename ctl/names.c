// SPDX-License-Identifier: GPL-2.0-only
/*
 * names.c - the names of the programs that are loaded in the namespace.
 */
#include "names.h"

static int collect_name(const struct ctl_fields *f, u8 cmd, void *arg)
{
	struct ctl_names *list = arg;
	void *names;

	names = realloc(list->names, (list->num + 1) * sizeof(*list->names));
	if (!names)
		return ctl_fail_memory();
	list->names = names;
	snprintf(list->names[list->num++], KWASM_NAME_LEN, "%s",
		 ctl_field_string(f, KWASM_A_PROGRAM_NAME));
	return 0;
}

int ctl_names_collect(struct ctl_names *list)
{
	memset(list, 0, sizeof(*list));
	return ctl_request_do(ctl_request_new(KWASM_CMD_GET_PROGRAM), true, collect_name, list);
}
