// SPDX-License-Identifier: GPL-2.0-only
/*
 * format.c - the tool's text for a number, for results.t: format UNIT NUMBER; UNIT is ns or bytes.
 */
#include "../../ctl/ctl.h"
#include "../../ctl/out.h"

struct ctl_globals ctl_globals;

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	if (!strcmp(argv[1], "ns"))
		ctl_out_time(NULL, "%s\n", strtoull(argv[2], NULL, 10));
	else
		ctl_out_size(NULL, "%s\n", strtoull(argv[2], NULL, 10));
	return 0;
}
