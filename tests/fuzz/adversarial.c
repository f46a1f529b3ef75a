// SPDX-License-Identifier: GPL-2.0-only
/*
 * adversarial.c - adversarial [BYTES]: modules built to cost the compiler more than their size.
 *
 * Each shape is compiled at a size and at eight times that size, BYTES of Wasm (512 KiB by
 * default), in a separate process.  Neither CPU time nor memory per byte may grow threefold, unless
 * a limit rejects it with a message.  The table is in the TAP comments.
 */
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "compile.h"
#include "run/provider.h"
#include "shapes.h"

#define GROWTH 8u
#define MAX_FACTOR 3.0
#define BASE_KIB 16384u			/* baseline of a process, with a margin */

/* ---- measuring ---- */

struct cost {
	size_t bytes;
	u64 ns;
	u64 kib;
	int err;
	char text[KWASM_DIAG_TEXT];
};

static u64 cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (u64)t.tv_sec * 1000000000 + (u64)t.tv_nsec;
}

static void compile(const struct shape *shape, size_t size, struct cost *cost)
{
	struct kwasm_bindings bindings = { 0 };
	struct kwasm_module *module;
	struct bytes b = { .p = NULL };
	struct kwasm_diag diag;
	struct kwasm_code *code;
	struct rusage usage;

	shape_module(&b, shape, size);
	kwasm_diag_init(&diag);
	cost->bytes = b.len;
	cost->ns = cpu_ns();
	cost->err = kwasm_module_decode(b.p, b.len, NULL, &diag, &module) ?:
		    kwasm_bindings_resolve(module, NULL, 0, true, &diag, &bindings) ?:
		    kwasm_code_compile(module, &bindings, NULL, &diag, &code);
	cost->ns = cpu_ns() - cost->ns;
	memcpy(cost->text, diag.text, sizeof(diag.text));
	getrusage(RUSAGE_SELF, &usage);
	cost->kib = (u64)usage.ru_maxrss;
}

/* A process for each, so that memory is its own. */
static struct cost measure(const struct shape *shape, size_t size)
{
	struct cost *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct cost cost;
	int status;
	pid_t pid;

	if (shared == MAP_FAILED)
		bail_out("out of memory");
	fflush(stdout);
	pid = fork();
	if (!pid) {
		compile(shape, size, shared);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		shared->err = -ECHILD;
	cost = *shared;
	munmap(shared, sizeof(*shared));
	return cost;
}

static void print_cost(const struct shape *shape, const struct cost *c)
{
	diag("%-30s %8zu bytes %8.1f ms %7.1f ns/byte %7llu KiB %5.0f bytes/byte  %s", shape->name,
	     c->bytes, (double)c->ns / 1e6, (double)c->ns / (double)c->bytes,
	     (unsigned long long)c->kib, 1024.0 * (double)c->kib / (double)c->bytes, c->text);
}

static void test_shape(const struct shape *shape, size_t size)
{
	struct cost small = measure(shape, size / GROWTH), large = measure(shape, size);
	double time, memory;

	print_cost(shape, &small);
	print_cost(shape, &large);
	if (large.err) {
		ok(large.err == -E2BIG && large.text[0], "%s: refused: %s", shape->name,
		   large.text);
		return;
	}
	time = (double)large.ns / (double)large.bytes * (double)small.bytes / (double)small.ns;
	memory = (double)large.kib / (double)(small.kib + BASE_KIB) /
		 ((double)large.bytes / (double)small.bytes);
	ok(!small.err && time < MAX_FACTOR && memory < MAX_FACTOR,
	   "%s: %u times the size, %.2f times the time a byte", shape->name, GROWTH, time);
}

int main(int argc, char **argv)
{
	size_t size = argc > 1 ? strtoull(argv[1], NULL, 0) : 1u << 19, i;

	for (i = 0; i < ARRAY_SIZE(shapes); i++)
		test_shape(&shapes[i], size);
	return tap_done();
}
