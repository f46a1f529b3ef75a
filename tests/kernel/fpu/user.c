// SPDX-License-Identifier: GPL-2.0-only
/*
 * user.c - a process that does arithmetic, see work.h.
 *
 *	fpu-user nearest|zero ROUNDS SEED		print the result
 *	fpu-user nearest|zero ROUNDS SEED RESULT	again and again until SIGTERM; print how
 *							often, and how often the result was another
 */
#include <fenv.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "work.h"

static volatile sig_atomic_t ended;

static void on_term(int signal)
{
	ended = signal;
}

int main(int argc, char **argv)
{
	uint64_t want, times = 0, wrong = 0;
	volatile uint32_t rounds, seed;		/* each call is made */

	if (argc != 4 && argc != 5) {
		fprintf(stderr, "usage: fpu-user nearest|zero ROUNDS SEED [RESULT]\n");
		return 2;
	}
	fesetround(strcmp(argv[1], "zero") ? FE_TONEAREST : FE_TOWARDZERO);
	rounds = strtoul(argv[2], NULL, 0);
	seed = strtoul(argv[3], NULL, 0);
	if (argc == 4) {
		printf("%llu\n", (unsigned long long)work(rounds, seed, NULL));
		return 0;
	}
	signal(SIGTERM, on_term);
	want = strtoull(argv[4], NULL, 0);
	for (; !ended; times++)
		wrong += work(rounds, seed, NULL) != want;
	printf("%llu %llu\n", (unsigned long long)times, (unsigned long long)wrong);
	return 0;
}
