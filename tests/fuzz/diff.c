// SPDX-License-Identifier: GPL-2.0-only
/*
 * diff.c - random modules in kwasm and in another engine; the results must be equal.
 *
 *	diff [--engine node|wabt] [--integers] [--seed FIRST] [--cases NUM] [--keep DIR]
 *	diff [--integers] [--seed FIRST] --emit DIR
 *
 * A case is one call of a random function: its results or trap are compared, with node the trap's
 * function and offset too, and after a few of them the sum over globals, tables and memory.  Seeds
 * count up from FIRST, one per module, so that a difference is reproducible with --seed.  The
 * module of a difference is kept in DIR.
 *
 * With --emit, only small modules are written.
 *
 * Cases run in a child, so that a crash or hang is also a failure with a seed.
 */
#include <getopt.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "generate.h"
#include "compile.h"
#include "run/instance.h"
#include "user/user.h"

#define FUNCS 6u
#define CALLS 24u
#define LINE 160
#define MAX_LINES 1024u
#define EMITTED 100u
#define MAX_DIFFERENCES 10u
#define HANG_SECONDS 60u

/* More than the fuel can use: engines differ in their stack limits. */
#define STACK_BYTES (4u << 20)
#define NODE_STACK "--stack-size=4000"

struct lines {
	u32 num;
	char text[MAX_LINES][LINE];
};

struct options {
	const char *engine, *keep, *emit;
	u64 seed, cases;
	struct generate_opts gen;
};

/**
 * struct progress - shared with the child
 * @words: how often each trap occurred
 */
struct progress {
	u64 seed, modules, cases, bytes, values, differences;
	u64 words[KWASM_NUM_TRAPS];
};

static struct progress *progress;

/* ---- kwasm ---- */

/* V8 has fewer names: for calls of null and of a wrong type, for all that is off a table... */
static bool coarse;

/* V8 reports the place of a trap. */
static bool places;

static u32 trap_class(u32 trap)
{
	if (!coarse)
		return trap;
	switch (trap) {
	case KWASM_TRAP_CALL_NULL:
		return KWASM_TRAP_CALL_TYPE;
	case KWASM_TRAP_CALL_UNDEFINED:
		return KWASM_TRAP_TABLE;
	case KWASM_TRAP_INT_CONVERSION:
		return KWASM_TRAP_INT_OVERFLOW;
	default:
		return trap;
	}
}

static void call_export(struct kwasm_instance *inst, const struct kwasm_export *e, char *line)
{
	const struct kwasm_functype *type = kwasm_module_functype(inst->module, e->index);
	struct kwasm_trap_info trap = { 0 };
	u64 values[16] = { 0 };
	int at = 0;
	u32 i;

	line[0] = 0;
	if (kwasm_call(inst->funcs[e->index], values, &trap)) {
		progress->words[trap_class(trap.kind)]++;
		at = snprintf(line, LINE, "%s", kwasm_trap_word(trap_class(trap.kind)));
		if (places)
			at += snprintf(line + at, (size_t)(LINE - at), " in %u", trap.func);
		if (places && trap_class(trap.kind) != KWASM_TRAP_TABLE)	/* see diff.js */
			snprintf(line + at, (size_t)(LINE - at), " at %u", trap.offset);
		return;
	}
	progress->values++;
	for (i = 0; i < type->num_results; i++) {
		bool wide = kwasm_functype_results(type)[i] == KWASM_I64;

		at += snprintf(line + at, (size_t)(LINE - at), "%s%s:%llu", i ? " " : "",
			       wide ? "i64" : "i32",
			       (unsigned long long)(wide ? values[i] : (u32)values[i]));
	}
}

static void fail(const char *what, const struct kwasm_diag *diag)
{
	bail_out("seed %llu: %s: %s", (unsigned long long)progress->seed, what, diag->text);
}

static void run_kwasm(const struct bytes *b, struct lines *out)
{
	struct kwasm_limits limits = kwasm_limits_default;
	struct kwasm_bindings bindings = { 0 };
	struct kwasm_instance *inst;
	struct kwasm_module *module;
	struct kwasm_store *store;
	struct kwasm_diag diag;
	struct kwasm_code *code;
	u32 i;

	kwasm_diag_init(&diag);
	if (kwasm_module_decode(b->p, b->len, NULL, &diag, &module))
		fail("not decoded", &diag);
	if (kwasm_bindings_resolve(module, NULL, 0, true, &diag, &bindings) ||
	    kwasm_code_compile(module, &bindings, NULL, &diag, &code))
		fail("not compiled", &diag);
	limits.stack_bytes = STACK_BYTES;
	store = kwasm_store_create(&limits, false);
	if (!store || kwasm_instance_create(store, code, NULL, NULL, &diag, NULL, &inst))
		fail("not instantiated", &diag);
	out->num = module->num_exports;
	for (i = 0; i < out->num && i < MAX_LINES; i++)
		call_export(inst, &module->exports[i], out->text[i]);
	kwasm_store_destroy(store);
	kwasm_code_destroy(code);
	kwasm_module_destroy(module);
}

/* ---- the other engine ---- */

static FILE *to_engine, *from_engine;

static void start_node(void)
{
	int in[2], out[2];
	pid_t pid;

	if (pipe(in) || pipe(out))
		bail_out("no pipes");
	pid = fork();
	if (pid < 0)
		bail_out("no process");
	if (!pid) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[1]);
		close(out[0]);
		execlp("node", "node", NODE_STACK, "tests/fuzz/diff.js", NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	to_engine = fdopen(in[1], "w");
	from_engine = fdopen(out[0], "r");
}

static void send_node(const struct bytes *b)
{
	u32 len = (u32)b->len;

	fwrite(&len, sizeof(len), 1, to_engine);
	fwrite(b->p, 1, b->len, to_engine);
	fflush(to_engine);
}

/* A line without its end. */
static bool read_line(FILE *f, char *line)
{
	if (!fgets(line, LINE, f))
		return false;
	line[strcspn(line, "\n")] = 0;
	return true;
}

static void receive_node(struct lines *out)
{
	for (out->num = 0; out->num < MAX_LINES; out->num++) {
		if (!read_line(from_engine, out->text[out->num]))
			bail_out("seed %llu: node ended", (unsigned long long)progress->seed);
		if (!strcmp(out->text[out->num], "."))
			return;
	}
}

static void start_wabt(const struct bytes *b)
{
	char path[] = "/tmp/kwasm-diff-XXXXXX", command[128];
	int fd = mkstemp(path);

	if (fd < 0 || write(fd, b->p, b->len) != (ssize_t)b->len)
		bail_out("cannot write %s", path);
	close(fd);
	snprintf(command, sizeof(command), "wasm-interp --run-all-exports %s; rm %s", path, path);
	from_engine = popen(command, "r");
}

/* "0() => i32:5, i64:6" or "0() => error: message" to the terms used here. */
static void translate_wabt(const char *line, char *out)
{
	static const struct {
		const char *sentence;
		u32 trap;
	} traps[] = {
		{ "unreachable", KWASM_TRAP_UNREACHABLE },
		{ "out of bounds memory", KWASM_TRAP_MEMORY },
		{ "out of bounds table", KWASM_TRAP_TABLE },
		{ "undefined table", KWASM_TRAP_CALL_UNDEFINED },
		{ "integer divide by zero", KWASM_TRAP_DIV_ZERO },
		{ "integer overflow", KWASM_TRAP_INT_OVERFLOW },
		{ "invalid conversion", KWASM_TRAP_INT_CONVERSION },
		{ "uninitialized table", KWASM_TRAP_CALL_NULL },
		{ "indirect call signature", KWASM_TRAP_CALL_TYPE },
		{ "call stack exhausted", KWASM_TRAP_STACK },
	};
	const char *p = strstr(line, "=>");
	size_t i;

	p = p ? p + 2 + (p[2] == ' ') : line;
	if (strncmp(p, "error: ", 7)) {
		for (; *p; p++)
			if (*p != ',')
				*out++ = *p;
		*out = 0;
		return;
	}
	snprintf(out, LINE, "%s", p);
	for (i = 0; i < ARRAY_SIZE(traps); i++)
		if (!strncmp(p + 7, traps[i].sentence, strlen(traps[i].sentence)))
			snprintf(out, LINE, "%s", kwasm_trap_word(traps[i].trap));
}

static void receive_wabt(struct lines *out)
{
	char line[LINE];

	for (out->num = 0; out->num < MAX_LINES && read_line(from_engine, line); out->num++)
		translate_wabt(line, out->text[out->num]);
	pclose(from_engine);
}

/* ---- both ---- */

static void keep(const char *dir, u64 seed, const struct bytes *b)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/diff-%llu.wasm", dir, (unsigned long long)seed);
	f = fopen(path, "wb");
	if (!f || fwrite(b->p, 1, b->len, f) != b->len || fclose(f))
		bail_out("cannot write %s", path);
}

static void emit(const struct options *o)
{
	struct generate_opts small = { .floats = o->gen.floats, .funcs = 2, .calls = 1 };
	struct bytes b = { .p = NULL };
	u64 seed;

	for (seed = o->seed; seed < o->seed + EMITTED; seed++) {
		b.len = 0;
		generate_module(seed, &small, &b);
		keep(o->emit, seed, &b);
	}
	bytes_free(&b);
}

/* Only the first difference matters: later calls see a different memory. */
static void compare(const struct options *o, const struct bytes *b, const struct lines *ours,
		    const struct lines *theirs)
{
	u32 i;

	for (i = 0; i < ours->num && i < theirs->num; i++)
		if (strcmp(ours->text[i], theirs->text[i]))
			break;
	if (i == ours->num && i == theirs->num)
		return;
	progress->differences++;
	diag("seed %llu, export %u: kwasm \"%s\", %s \"%s\"", (unsigned long long)progress->seed, i,
	     i < ours->num ? ours->text[i] : "nothing", o->engine,
	     i < theirs->num ? theirs->text[i] : "nothing");
	keep(o->keep, progress->seed, b);
}

static void run_cases(const struct options *o)
{
	bool node = !strcmp(o->engine, "node");
	static struct lines ours, theirs;
	struct bytes b = { .p = NULL };

	coarse = node;
	places = node;
	if (node)
		start_node();
	while (progress->cases < o->cases && progress->differences < MAX_DIFFERENCES) {
		alarm(HANG_SECONDS);
		b.len = 0;
		generate_module(progress->seed, &o->gen, &b);
		if (node)
			send_node(&b);
		else
			start_wabt(&b);
		run_kwasm(&b, &ours);
		if (node)
			receive_node(&theirs);
		else
			receive_wabt(&theirs);
		compare(o, &b, &ours, &theirs);
		progress->cases += (u64)o->gen.funcs * o->gen.calls;
		progress->bytes += b.len;
		progress->modules++;
		progress->seed++;
	}
	bytes_free(&b);
}

static u64 run_child(const struct options *o)
{
	int status;
	pid_t pid;

	progress = mmap(NULL, sizeof(*progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			-1, 0);
	if (progress == MAP_FAILED)
		bail_out("out of memory");
	progress->seed = o->seed;
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		bail_out("no process");
	if (!pid) {
		run_cases(o);
		exit(0);
	}
	if (waitpid(pid, &status, 0) == pid && !status)
		return progress->differences;
	diag("seed %llu: ended with status %#x", (unsigned long long)progress->seed, status);
	return progress->differences + 1;
}

static void report(const struct options *o, u64 wrong, u64 start)
{
	u32 i, kinds = 0;

	ok(!wrong, "%llu calls in %llu modules from seed %llu: no difference to %s",
	   (unsigned long long)progress->cases, (unsigned long long)progress->modules,
	   (unsigned long long)o->seed, o->engine);
	for (i = 0; i < KWASM_NUM_TRAPS; i++) {
		if (!progress->words[i])
			continue;
		kinds++;
		diag("%s: %llu", kwasm_trap_word(i), (unsigned long long)progress->words[i]);
	}
	diag("values: %llu; bytes of Wasm: %llu; seconds: %llu",
	     (unsigned long long)progress->values, (unsigned long long)progress->bytes,
	     (unsigned long long)((kwasm_now_ns() - start) / 1000000000));
	/* Programs that trap immediately would prove little. */
	ok(kinds >= 5 && progress->values > progress->cases / 2,
	   "most calls return, the others trap in %u ways", kinds);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "engine", required_argument, NULL, 'e' },
		{ "seed", required_argument, NULL, 's' },
		{ "cases", required_argument, NULL, 'c' },
		{ "keep", required_argument, NULL, 'k' },
		{ "integers", no_argument, NULL, 'i' },
		{ "emit", required_argument, NULL, 'o' },
		{ NULL, 0, NULL, 0 }
	};
	struct options o = { .engine = "node", .keep = ".", .seed = 1, .cases = 100000,
			     .gen = { .floats = true, .funcs = FUNCS, .calls = CALLS } };
	u64 start;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'e':
			o.engine = optarg;
			break;
		case 's':
			o.seed = strtoull(optarg, NULL, 0);
			break;
		case 'c':
			o.cases = strtoull(optarg, NULL, 0);
			break;
		case 'k':
			o.keep = optarg;
			break;
		case 'o':
			o.emit = optarg;
			break;
		case 'i':
			o.gen.floats = false;
			break;
		default:
			bail_out("usage: diff [--engine node|wabt] [--integers] [--seed FIRST] [--cases NUM] [--keep DIR] [--emit DIR]");
		}
	}
	if (o.emit) {
		emit(&o);
		return 0;
	}
	start = kwasm_now_ns();
	report(&o, run_child(&o), start);
	return tap_done();
}
