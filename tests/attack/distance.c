// SPDX-License-Identifier: GPL-2.0-only
/*
 * distance.c - distance [BYTES]: how much work lies between two checkpoints, at worst.
 *
 * The library is compiled so that each basic block calls __sanitizer_cov_trace_pc(), which counts
 * them: a measure that is the same on every machine.  Memory that is allocated, and zeroed, counts
 * one for each cache line.  Every section with as many entries as BYTES hold, every body of
 * shapes.h of this size through every pass, linking and instantiation stay below MAX_DISTANCE.
 */
#include "compile.h"
#include "run/instance.h"
#include "run/provider.h"
#include "../fuzz/shapes.h"
#include "../unit/attack.h"

#define MAX_DISTANCE (4u << 20)		/* some milliseconds; a br_table at its limit takes half */
#define CACHE_LINE 64u
#define MAX_STAGES 32u

int __real_kwasm_checkpoint(void);
int __wrap_kwasm_checkpoint(void);
void *__real_kwasm_zalloc(size_t n, size_t size);
void *__wrap_kwasm_zalloc(size_t n, size_t size);
void __sanitizer_cov_trace_pc(void);

static u64 work, worst, total;

__attribute__((no_sanitize_coverage))
void __sanitizer_cov_trace_pc(void)
{
	work++;
}

__attribute__((no_sanitize_coverage))
static void measure(void)
{
	worst = max(worst, work);
	total += work;
	work = 0;
}

int __wrap_kwasm_checkpoint(void)
{
	measure();
	return __real_kwasm_checkpoint();
}

void *__wrap_kwasm_zalloc(size_t n, size_t size)
{
	work += n * size / CACHE_LINE;
	return __real_kwasm_zalloc(n, size);
}

/* The worst distance of each stage, of all modules so far. */
static struct stage {
	const char *name;
	const char *module;
	u64 worst;
	u64 total;
} stages[MAX_STAGES];

static const char *module_name;

static void stage_begin(void)
{
	work = 0;
	worst = 0;
	total = 0;
}

static void stage_end(const char *name)
{
	struct stage *s = stages;

	measure();
	while (s->name && strcmp(s->name, name))
		s++;
	if (s == stages + MAX_STAGES - 1)
		bail_out("more stages than %u", MAX_STAGES);
	s->name = name;
	if (worst > s->worst) {
		s->worst = worst;
		s->module = module_name;
		s->total = total;
	}
	if (worst > MAX_DISTANCE)
		diag("%s, %s: %llu of %llu without a checkpoint", module_name, name,
		     (unsigned long long)worst, (unsigned long long)total);
	stage_begin();
}

static void pass_end(void *arg, struct ir_func *f, const char *pass)
{
	stage_end(pass);
}

static void instantiate(const struct kwasm_code *code, const struct kwasm_limits *limits)
{
	struct kwasm_store *store = kwasm_store_create(limits, false);
	struct kwasm_trap_info trap = { 0 };
	struct kwasm_instance *inst;
	struct kwasm_diag d;
	u32 i;

	kwasm_diag_init(&d);
	for (i = 0; store && i < 2; i++) {
		stage_begin();
		if (kwasm_instance_create(store, code, NULL, NULL, &d, &trap, &inst))
			diag("%s: %s", module_name, d.text);
		stage_end(i ? "the store's second instance" : "instantiation");
	}
	kwasm_store_destroy(store);
}

/* All stages of a module; a limit may end it. */
static void run(const char *name, struct bytes *b)
{
	struct kwasm_compile_opts opts = { .dump_func = KWASM_DIAG_NONE, .dump = pass_end };
	struct kwasm_limits limits = kwasm_limits_default;
	struct kwasm_bindings bindings = { 0 };
	struct kwasm_module *m = NULL;
	struct kwasm_code *code = NULL;
	struct kwasm_diag d;
	int err;

	module_name = name;
	limits.memory_pages = 65536;
	limits.stack_bytes = 1u << 20;
	kwasm_diag_init(&d);
	stage_begin();
	err = kwasm_module_decode(b->p, b->len, &limits, &d, &m);
	stage_end("decoding");
	err = err ?: kwasm_bindings_resolve(m, NULL, 0, false, &d, &bindings);
	stage_end("binding");
	if (!err)
		err = kwasm_code_compile(m, &bindings, &opts, &d, &code);
	stage_end("machine code");
	if (err && err != -E2BIG)
		bail_out("%s: %s", name, d.text);
	if (err)
		diag("%s: %s", name, d.text);
	if (code && !m->num_imports)
		instantiate(code, &limits);
	kwasm_code_destroy(code);
	kwasm_bindings_release(&bindings);
	kwasm_module_destroy(m);
	bytes_free(b);
}

/* ---- sections ---- */

/* A list of one kind of entry; @before and @after are the sections around it. */
static const struct list {
	const char *name;
	u8 section;
	const char *before;
	size_t before_len;
	const char *entry;
	size_t len;
} lists[] = {
	{ "types", 1, B(""), B("\x60\0\0") },
	{ "wide types", 1, B(""), B("\x60\x8\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\0") },
	{ "imported functions", 2, B("\1\4\1\x60\0\0"), B("\1m\1f\0\0") },
	{ "imported globals", 2, B(""), B("\1m\1f\3\x7f\0") },
	{ "globals", 6, B(""), B("\x7f\1\x41\0\x0b") },
	{ "element segments", 9, B("\4\4\1\x70\0\1"), B("\0\x41\0\x0b\0") },
	{ "elements of passive segments", 9, B(""), B("\1\0\0") },
	{ "data segments", 11, B("\5\3\1\0\1"), B("\0\x41\0\x0b\1x") },
	{ "empty data segments", 11, B(""), B("\1\0") },
};

static void put_list(struct bytes *b, const struct list *l, size_t size)
{
	struct bytes s = { .p = NULL };
	u32 n = (u32)(size / l->len);

	put_leb(&s, n);
	put_times(&s, n, l->entry, l->len);
	put_header(b);
	put(b, l->before, l->before_len);
	put_sized(b, l->section, s.p, s.len);
	bytes_free(&s);
}

/* A module with one global, and the section of its exports; frees @exports. */
static void put_global_exports(struct bytes *b, struct bytes *exports)
{
	put_header(b);
	put(b, B("\6\6\1\x7f\0\x41\0\xb"));
	put_sized(b, 7, exports->p, exports->len);
	bytes_free(exports);
}

static void put_exports(struct bytes *b, size_t size)
{
	struct bytes s = { .p = NULL };
	u32 n = (u32)min_t(size_t, size / 12, 1u << 24), i, k;

	put_leb(&s, n);
	for (i = 0; i < n; i++) {
		put_u8(&s, 8);
		for (k = 0; k < 8; k++)
			put_u8(&s, (u8)('a' + (i >> 4 * k & 15)));
		put(&s, B("\3\0"));
	}
	put_global_exports(b, &s);
}

/* Names that differ at their ends: the dearest to compare. */
static void put_long_names(struct bytes *b, size_t size)
{
	u32 n = (u32)min_t(size_t, size / 2100, 60000), i;
	struct bytes s = { .p = NULL };

	put_leb(&s, n);
	for (i = 0; i < n; i++) {
		put_leb(&s, 2004);
		put_times(&s, 2000, "x", 1);
		put_u8(&s, (u8)('a' + i % 26));
		put_u8(&s, (u8)('a' + i / 26 % 26));
		put_u8(&s, (u8)('a' + i / 676 % 26));
		put_u8(&s, (u8)('a' + i / 17576));
		put(&s, B("\3\0"));
	}
	put_global_exports(b, &s);
}

/* A table of its own for each of @n functions, one segment fills it, and its names. */
static void put_functions(struct bytes *b, size_t size)
{
	u32 n = (u32)min_t(size_t, size / 10, 500000), i;
	struct bytes s = { .p = NULL }, t = { .p = NULL };

	put_header(b);
	put(b, B("\1\4\1\x60\0\0"));
	put_leb(&s, n);
	put_times(&s, n, "\0", 1);
	put_sized(b, 3, s.p, s.len);
	s.len = 0;
	put(&s, B("\1\x70\0"));
	put_leb(&s, n);
	put_sized(b, 4, s.p, s.len);
	s.len = 0;
	put(&s, B("\1\0\x41\0\xb"));
	put_leb(&s, n);
	for (i = 0; i < n; i++)
		put_leb(&s, i);
	put_sized(b, 9, s.p, s.len);
	s.len = 0;
	put_leb(&s, n);
	put_times(&s, n, "\2\0\xb", 3);
	put_sized(b, 10, s.p, s.len);
	s.len = 0;
	put(&s, B("\4name\1"));
	put_leb(&t, n);
	for (i = 0; i < n; i++) {
		put_leb(&t, i);
		put(&t, B("\1f"));
	}
	put_sized(&s, -1, t.p, t.len);
	put_sized(b, 0, s.p, s.len);
	bytes_free(&s);
	bytes_free(&t);
}

/* One segment of @size bytes. */
static void put_data(struct bytes *b, size_t size)
{
	struct bytes s = { .p = NULL };

	put(&s, B("\1\0\x41\0\xb"));
	put_leb(&s, (u32)size);
	put_times(&s, (u32)size, "x", 1);
	put_header(b);
	put(b, B("\5\4\1\0\x80\2"));
	put_sized(b, 11, s.p, s.len);
	bytes_free(&s);
}

static void put_types(struct bytes *b, size_t size)
{
	attack_types_module(b, (u32)min_t(size_t, size / 150, 60000));
}

static void put_constants(struct bytes *b, size_t size)
{
	attack_constants_module(b, (u32)(size / 10), (u32)(size / 10));
}

static const struct {
	const char *name;
	void (*put)(struct bytes *b, size_t size);
} modules[] = {
	{ "exports", put_exports },
	{ "long export names", put_long_names },
	{ "functions with names and a table", put_functions },
	{ "one data segment", put_data },
	{ "colliding types", put_types },
	{ "colliding constants", put_constants },
};

int main(int argc, char **argv)
{
	size_t size = argc > 1 ? strtoull(argv[1], NULL, 0) : 1u << 20, i;
	struct bytes b = { .p = NULL };

	for (i = 0; i < ARRAY_SIZE(lists); i++) {
		put_list(&b, &lists[i], size);
		run(lists[i].name, &b);
	}
	for (i = 0; i < ARRAY_SIZE(modules); i++) {
		modules[i].put(&b, size);
		run(modules[i].name, &b);
	}
	for (i = 0; i < ARRAY_SIZE(shapes); i++) {
		shape_module(&b, &shapes[i], size);
		run(shapes[i].name, &b);
	}
	for (i = 0; stages[i].name; i++)
		ok(stages[i].worst <= MAX_DISTANCE, "%s: at most %llu without a checkpoint (%s)",
		   stages[i].name, (unsigned long long)stages[i].worst, stages[i].module);
	return tap_done();
}
