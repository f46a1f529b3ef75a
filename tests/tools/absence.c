// SPDX-License-Identifier: GPL-2.0-only
/*
 * absence.c - the tool's word on why the module is not loaded, of a machine that is a folder, for
 * absence.t: absence ROOT MODULE RELEASE VERSION MAY-LOAD
 */
#include <stdio.h>
#include <string.h>

#include "../../ctl/absence.h"

int main(int argc, char **argv)
{
	struct ctl_machine m = { };
	char text[256];

	if (argc != 6)
		return 2;
	m.root = argv[1];
	m.module = argv[2];
	m.release = argv[3];
	m.version = argv[4];
	m.may_load = !strcmp(argv[5], "yes");
	ctl_absence_cause(&m, text, sizeof(text));
	puts(text);
	return 0;
}
