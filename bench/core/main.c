// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - the interface of an engine to the runner.
 *
 * Reads "run NAME N" and "compile FILE" on standard input, answers "CHECKSUM NANOSECONDS" or "BYTES
 * NANOSECONDS", or "- 0" on failure.  The runner measures processor time from outside.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "main.h"

#define FILE_MAX (64u << 20)

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void answer(bool done, uint32_t value, uint64_t ns)
{
	if (done)
		printf("%u %llu\n", value, (unsigned long long)ns);
	else
		printf("- 0\n");
	fflush(stdout);
}

static void compile_file(const char *path)
{
	uint8_t *bytes = malloc(FILE_MAX);
	FILE *f = fopen(path, "rb");
	bool done = false;
	size_t size = 0;
	uint64_t start = 0;

	if (bytes && f) {
		size = fread(bytes, 1, FILE_MAX, f);
		start = now_ns();
		done = bench_compile(bytes, size);
	}
	answer(done, (uint32_t)size, now_ns() - start);
	if (f)
		fclose(f);
	free(bytes);
}

int main(void)
{
	char line[4096], name[4096];
	uint32_t n, sum = 0;
	uint64_t start;
	bool done;

	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "run %4095s %u", name, &n) == 2) {
			start = now_ns();
			done = bench_run(name, n, &sum);
			answer(done, sum, now_ns() - start);
		} else if (sscanf(line, "compile %4095s", name) == 1) {
			compile_file(name);
		} else {
			fprintf(stderr, "no such command: %s", line);
			return 2;
		}
	}
	return 0;
}
