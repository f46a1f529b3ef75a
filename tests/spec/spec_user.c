// SPDX-License-Identifier: GPL-2.0-only
/*
 * spec_user.c - runs command streams of the specification's suite in user space and prints TAP.
 *
 * usage: spec_user [--verify] FILE.cmds...
 *
 * One test per file; failures and the table of all files go to standard error.
 */
#include <libgen.h>
#include <stdio.h>
#include <sys/stat.h>

#include "exec.h"
#include "user/user.h"

#define CALL_LIMIT_NS 20000000000ull	/* no function of the suite runs for long */
#define REPORT_MAX 20			/* failures printed for a file */

static u32 reported;

static void enter(void *arg, struct kwasm_ctx *ctx)
{
	kwasm_user_deadline_arm(ctx, CALL_LIMIT_NS);
}

static void leave(void *arg, struct kwasm_ctx *ctx)
{
	kwasm_user_deadline_disarm(ctx);
}

static void report(void *arg, u32 line, const char *text)
{
	if (reported++ < REPORT_MAX)
		fprintf(stderr, "# %s:%u: %s\n", (const char *)arg, line, text);
	else if (reported == REPORT_MAX + 1)
		fprintf(stderr, "# %s: further failures are not shown\n", (const char *)arg);
}

static u8 *read_file(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	u8 *data = NULL;
	struct stat st;

	if (!f)
		return NULL;
	if (!fstat(fileno(f), &st)) {
		*size = (size_t)st.st_size;
		data = malloc(*size + 1);
		if (data && fread(data, 1, *size, f) != *size) {
			free(data);
			data = NULL;
		}
	}
	fclose(f);
	return data;
}

static bool run_file(const char *path, bool verify, struct kwasm_spec_counts *total)
{
	struct kwasm_limits limits = kwasm_limits_default;
	struct kwasm_spec_counts c = { 0 };
	char *copy = strdup(path), *name = basename(copy);
	struct kwasm_spec_env env = {
		.limits = &limits, .verify = verify, .enter = enter, .leave = leave,
		.report = report, .arg = name,
	};
	size_t size = 0;
	u8 *stream = read_file(path, &size);
	int err;

	limits.memory_pages = 65536;
	reported = 0;
	err = stream ? kwasm_spec_run(stream, size, &env, &c) : -errno;
	if (err)
		fprintf(stderr, "# %s: the stream cannot be run: %s\n", name, strerror(-err));
	fprintf(stderr, "# %-36s %7u %7u %7u\n", name, c.passed, c.failed, c.skipped_text);
	total->passed += c.passed;
	total->failed += c.failed + !!err;
	total->skipped_text += c.skipped_text;
	free(stream);
	printf("%sok - %s: %u passed, %u failed, %u about text\n", err || c.failed ? "not " : "",
	       name, c.passed, c.failed, c.skipped_text);
	free(copy);
	return !err && !c.failed;
}

int main(int argc, char **argv)
{
	bool verify = argc > 1 && !strcmp(argv[1], "--verify");
	struct kwasm_spec_counts total = { 0 };
	int i, first = verify ? 2 : 1;
	bool good = true;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("1..%d\n", argc - first);
	fprintf(stderr, "# %-36s %7s %7s %7s\n", "file", "passed", "failed", "text");
	for (i = first; i < argc; i++)
		good &= run_file(argv[i], verify, &total);
	fprintf(stderr, "# suite: %u assertions passed, %u failed, %u skipped for text\n",
		total.passed, total.failed, total.skipped_text);
	return good && argc > first ? 0 : 1;
}
