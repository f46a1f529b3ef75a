// SPDX-License-Identifier: GPL-2.0-only
/*
 * format.c - the tool's text for each number of nanoseconds on the command line, for results.t.
 */
#include "../../ctl/ctl.h"
#include "../../ctl/out.h"

struct ctl_globals ctl_globals;

int main(int argc, char **argv)
{
	char buf[32];
	int i;

	for (i = 1; i < argc; i++)
		puts(ctl_time_format(buf, strtoull(argv[i], NULL, 10)));
	return 0;
}
