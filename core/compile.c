// SPDX-License-Identifier: GPL-2.0-only
/*
 * compile.c - compile a validated module to machine code: the list of passes.
 *
 * Guarantees: a failed compilation leaves nothing; each function has a memory limit, the whole
 * module a limit of time and of code size, which is noticed within a pass.
 */
#include "compile.h"
#include "ir/ir.h"
#include "target.h"

/**
 * struct compiler - a module under compilation
 * @opts: never NULL
 * @target: never NULL
 * @code: the target's: the machine code so far
 * @arena: of the current function
 * @steps: of what is not part of a function
 */
struct compiler {
	const struct kwasm_module *module;
	const struct kwasm_bindings *bindings;
	const struct kwasm_compile_opts *opts;
	const struct kwasm_target *target;
	void *code;
	struct kwasm_diag *diag;
	struct kwasm_arena arena;
	struct kwasm_steps steps;
	u64 started;
};

static int pass_build(struct ir_func *f, struct compiler *c)
{
	return ir_build(f, c->bindings);
}

static int pass_lower(struct ir_func *f, struct compiler *c)
{
	return c->target->lower(c->code, f);
}

static int pass_regalloc(struct ir_func *f, struct compiler *c)
{
	int err = ir_regalloc(f, c->target->regs);

	return !err && c->opts->verify ? ir_regalloc_verify(f, c->target->regs) : err;
}

static int pass_emit(struct ir_func *f, struct compiler *c)
{
	return c->target->emit(c->code, f);
}

/* A pass needs only the function (@ir), or also the state of the compilation (@run). */
static const struct {
	const char *name;
	int (*ir)(struct ir_func *f);
	int (*run)(struct ir_func *f, struct compiler *c);
} passes[] = {
	{ "build", .run = pass_build },
	{ "fold", .ir = ir_fold },
	{ "gvn", .ir = ir_gvn },
	{ "memopt", .ir = ir_memopt },
	{ "licm", .ir = ir_licm },
	{ "dce", .ir = ir_dce },
	{ "split", .ir = ir_split_edges },
	{ "lower", .run = pass_lower },
	{ "regalloc", .run = pass_regalloc },
	{ "emit", .run = pass_emit },
};

const char *kwasm_pass_name(u32 n)
{
	return n < ARRAY_SIZE(passes) ? passes[n].name : NULL;
}

static int fail_stopped(const struct compiler *c, int err, u32 func)
{
	if (err == -EINTR)
		return kwasm_diag_set(c->diag, err, func, KWASM_DIAG_NONE,
				      "compilation was interrupted");
	return kwasm_diag_set(c->diag, err, func, KWASM_DIAG_NONE,
			      "compilation took longer than the limit of %llu ms",
			      (unsigned long long)(c->opts->time_limit_ns / 1000000));
}

static bool wants_dump(const struct compiler *c, u32 func)
{
	return c->opts->dump &&
	       (c->opts->dump_func == KWASM_DIAG_NONE || c->opts->dump_func == func);
}

static int run_passes(struct compiler *c, struct ir_func *f)
{
	u32 n;
	int err;

	for (n = 0; n < ARRAY_SIZE(passes); n++) {
		err = passes[n].ir ? passes[n].ir(f) : passes[n].run(f, c);
		if (err)
			return err;
		if (wants_dump(c, f->index))
			c->opts->dump(c->opts->dump_arg, f, passes[n].name);
		if (c->opts->verify) {
			err = ir_verify(f);
			if (err)
				return err;
		}
		err = kwasm_steps_check(&f->steps);
		if (err)
			return err;
	}
	return 0;
}

static int compile_function(struct compiler *c, u32 index)
{
	struct ir_func f;
	int err;

	kwasm_arena_init(&c->arena, c->module->limits.compile_bytes);
	err = ir_func_init(&f, &c->arena, c->module, index, c->diag);
	f.steps.deadline_ns = c->steps.deadline_ns;
	if (!err)
		err = run_passes(c, &f);
	if (err == -EINTR || err == -ETIME)
		fail_stopped(c, err, index);
	if (err == -ENOMEM && c->arena.full)
		err = -E2BIG;
	if (err)
		kwasm_diag_set(c->diag, err, index, KWASM_DIAG_NONE,
			       "cannot compile the function");
	kwasm_arena_release(&c->arena);
	return err;
}

static int compile_all(struct compiler *c)
{
	u32 i;
	int err;

	err = c->target->init(c->code, c->module, c->bindings, &c->steps);
	if (err)
		return kwasm_diag_set(c->diag, err, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
				      "out of memory for the machine code");
	for (i = c->module->num_func_imports; i < c->module->num_funcs; i++) {
		err = compile_function(c, i);
		if (err)
			return err;
	}
	return 0;
}

static int compile_module(struct compiler *c, struct kwasm_code *code)
{
	int err;

	c->code = kwasm_zalloc(1, c->target->size);
	if (!c->code)
		return kwasm_diag_set(c->diag, -ENOMEM, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
				      "out of memory for the compiler");
	err = compile_all(c);
	if (!err)
		err = c->target->link(c->code, code, c->diag);
	if (err == -EINTR || err == -ETIME)
		fail_stopped(c, err, KWASM_DIAG_NONE);
	c->target->destroy(c->code);
	kwasm_free(c->code);
	return err;
}

int kwasm_code_compile(const struct kwasm_module *module, struct kwasm_bindings *bindings,
		       const struct kwasm_compile_opts *opts, struct kwasm_diag *diag,
		       struct kwasm_code **out)
{
	static const struct kwasm_compile_opts defaults = { .dump_func = KWASM_DIAG_NONE };
	struct compiler c = {
		.module = module,
		.bindings = bindings,
		.opts = opts ? opts : &defaults,
		.diag = diag,
		.started = kwasm_now_ns(),
	};
	struct kwasm_code *code = kwasm_zalloc(1, sizeof(*code));
	int err;

	if (!code)
		return kwasm_diag_set(diag, -ENOMEM, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
				      "out of memory for the compiler");
	if (c.opts->time_limit_ns)
		c.steps.deadline_ns = c.started + c.opts->time_limit_ns;
	c.target = c.opts->target ? c.opts->target : &kwasm_target_native;
	err = compile_module(&c, code);
	if (err) {
		kwasm_free(code);
		return err;
	}
	code->module = module;
	code->bindings = *bindings;
	memset(bindings, 0, sizeof(*bindings));
	code->compile_ns = kwasm_now_ns() - c.started;
	*out = code;
	return 0;
}
