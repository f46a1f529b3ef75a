/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tap.h - the Test Anything Protocol for the C unit tests.
 *
 * One test program, one thread.  Each check prints its line; main() ends with `return tap_done();`,
 * which prints the plan, so that a program that exits early fails.
 */
#ifndef KWASM_TESTS_TAP_H
#define KWASM_TESTS_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned int tap_run, tap_failed;

/* A comment line; shown by prove -v and beside failures. */
__attribute__((__format__(__printf__, 1, 2), __unused__))
static void diag(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fflush(stdout);
	fputs("# ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
}

__attribute__((__format__(__printf__, 2, 0)))
static bool tap_result(bool pass, const char *fmt, va_list ap)
{
	printf("%sok %u - ", pass ? "" : "not ", ++tap_run);
	vprintf(fmt, ap);
	putchar('\n');
	fflush(stdout);
	if (!pass)
		tap_failed++;
	return pass;
}

/* Each check returns whether it passed. */
__attribute__((__format__(__printf__, 2, 3), __unused__))
static bool ok(bool pass, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tap_result(pass, fmt, ap);
	va_end(ap);
	return pass;
}

__attribute__((__format__(__printf__, 3, 4), __unused__))
static bool is_u64(uint64_t got, uint64_t want, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tap_result(got == want, fmt, ap);
	va_end(ap);
	if (got != want)
		diag("got %llu (0x%llx), want %llu (0x%llx)", (unsigned long long)got,
		     (unsigned long long)got, (unsigned long long)want, (unsigned long long)want);
	return got == want;
}

__attribute__((__format__(__printf__, 3, 4), __unused__))
static bool is_int(int64_t got, int64_t want, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tap_result(got == want, fmt, ap);
	va_end(ap);
	if (got != want)
		diag("got %lld, want %lld", (long long)got, (long long)want);
	return got == want;
}

__attribute__((__format__(__printf__, 3, 4), __unused__))
static bool is_str(const char *got, const char *want, const char *fmt, ...)
{
	bool pass = got && want ? !strcmp(got, want) : got == want;
	va_list ap;

	va_start(ap, fmt);
	tap_result(pass, fmt, ap);
	va_end(ap);
	if (!pass)
		diag("got \"%s\", want \"%s\"", got ? got : "(null)", want ? want : "(null)");
	return pass;
}

/* Nothing here can be tested; the reason is shown. */
__attribute__((__format__(__printf__, 1, 2), __noreturn__, __unused__))
static void skip_all(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	printf("1..0 # SKIP ");
	vprintf(fmt, ap);
	putchar('\n');
	va_end(ap);
	exit(0);
}

/* The test cannot go on. */
__attribute__((__format__(__printf__, 1, 2), __noreturn__, __unused__))
static void bail_out(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	printf("Bail out! ");
	vprintf(fmt, ap);
	putchar('\n');
	va_end(ap);
	exit(255);
}

/* Print the plan.  Return: the exit status of main(). */
__attribute__((__unused__))
static int tap_done(void)
{
	printf("1..%u\n", tap_run);
	if (tap_failed)
		diag("%u of %u failed", tap_failed, tap_run);
	return tap_failed ? 1 : 0;
}

#endif /* KWASM_TESTS_TAP_H */
