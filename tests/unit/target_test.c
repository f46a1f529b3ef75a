// SPDX-License-Identifier: GPL-2.0-only
/*
 * target_test.c - the compiler uses the given back end, and no other.
 *
 * A recording target compiles two functions for a fictitious machine with three registers.  Checked
 * are the order of the calls, the registers of values, the handling of the result, and the cleanup
 * after a failed step.
 */
#include "compile.h"
#include "ir/ir.h"
#include "target.h"
#include "wat.h"

#define NUM_FUNCS 2u
#define CODE_BYTES 48u		/* of the pretended code, 16 in front of the functions */

/* These registers and the ones below are arbitrary. */
#define REG_PARAM 9u
#define REG_RESULT 2u
#define REGISTERS (1u << 2 | 1u << 6 | 1u << 9)
#define SCRATCH 13u
#define SCRATCH_FLOAT 29u

/* The target's state; @mark shows that it is the one that was initialised. */
struct state {
	u32 mark;
	struct kwasm_code_func *funcs;
};

#define MARK 0x7a26e7u

static char record[256];
static const char *fails;	/* the step that fails */
static const struct kwasm_module *module;
static bool zeroed, registers_kept;

static int note(const char *step, u32 func)
{
	size_t len = strlen(record);

	if (func == KWASM_DIAG_NONE)
		snprintf(record + len, sizeof(record) - len, " %s", step);
	else
		snprintf(record + len, sizeof(record) - len, " %s%u", step, func);
	return fails && !strcmp(record + len + 1, fails) ? -E2BIG : 0;
}

static int init(void *arg, const struct kwasm_module *m, const struct kwasm_bindings *bindings,
		struct kwasm_steps *steps)
{
	struct state *s = arg;

	zeroed = !s->mark && !s->funcs;
	s->mark = MARK;
	s->funcs = kwasm_zalloc(NUM_FUNCS, sizeof(*s->funcs));
	if (m != module || !s->funcs)
		return -ENOMEM;
	return note("init", KWASM_DIAG_NONE);
}

static void destroy(void *arg)
{
	struct state *s = arg;

	kwasm_free(s->funcs);
	note(s->mark == MARK ? "destroy" : "destroy?", KWASM_DIAG_NONE);
}

static int lower(void *arg, struct ir_func *f)
{
	return note("lower", f->index);
}

static void describe(struct ir_func *f, u32 i, struct ir_target_ins *t)
{
	static const u16 result[] = { REG_RESULT };
	const struct ir_ins *ins = &f->ins[i];
	u32 n;

	memset(t, 0, sizeof(*t));
	t->def = ir_op_is(ins->op, IR_OP_DEF) && ins->type != IR_VOID ? IR_TARGET_ANY : IR_LOC_NONE;
	for (n = 0; n < 3; n++)
		t->use[n] = ins->arg[n] ? IR_TARGET_ANY : IR_LOC_NONE;
	if (ins->op == IR_PARAM)
		t->def = REG_PARAM;
	if (ins->op == IR_RET)
		t->list_use = result;
}

static const struct ir_target regs = {
	.allocatable = REGISTERS,
	.scratch_gpr = SCRATCH,
	.scratch_xmm = SCRATCH_FLOAT,
	.describe = describe,
};

/* Are all values of @f in the registers of this machine? */
static bool in_registers(const struct ir_func *f)
{
	u32 n, i, values = 0;

	for (n = 0; n < f->num_order; n++) {
		for (i = f->blocks[f->order[n]].first; i; i = f->ins[i].next) {
			u32 dst = f->ins[i].dst;

			if (!ir_loc_is_reg(dst))
				continue;
			if (!(REGISTERS >> dst & 1))
				return false;
			values++;
		}
	}
	return values;
}

static int emit(void *arg, struct ir_func *f)
{
	struct state *s = arg;
	u32 n = f->index;

	registers_kept &= in_registers(f);
	s->funcs[n] = (struct kwasm_code_func){ .start = 16 * (n + 1), .end = 16 * (n + 2) };
	return note("emit", f->index);
}

static int finish(void *arg, struct kwasm_code *out, struct kwasm_diag *error)
{
	struct state *s = arg;
	int err = note("link", KWASM_DIAG_NONE);

	if (err)
		return kwasm_diag_set(error, err, KWASM_DIAG_NONE, KWASM_DIAG_NONE, "no link");
	out->text_used = CODE_BYTES;
	out->funcs = s->funcs;
	s->funcs = NULL;
	return 0;
}

static const struct kwasm_target target = {
	.name = "record",
	.regs = &regs,
	.size = sizeof(struct state),
	.init = init,
	.destroy = destroy,
	.lower = lower,
	.emit = emit,
	.link = finish,
};

static const char text[] =
	"(module (func (param i32) (result i32) (local i32)\n"
	"  (loop (local.set 1 (i32.add (local.get 1) (i32.mul (local.get 0) (local.get 0))))\n"
	"    (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))\n"
	"  (local.get 1))\n"
	" (func (param i32) (result i32)\n"
	"  (i32.xor (local.get 0) (i32.const 5))))";

/* Return: that of kwasm_code_compile(); @code: NULL on failure. */
static int compile(struct kwasm_diag *error, struct kwasm_code **code)
{
	struct kwasm_compile_opts opts = {
		.dump_func = KWASM_DIAG_NONE,
		.verify = true,
		.target = &target,
	};
	struct kwasm_bindings bindings = { 0 };

	*code = NULL;
	record[0] = '\0';
	registers_kept = true;
	kwasm_diag_init(error);
	return kwasm_code_compile(module, &bindings, &opts, error, code);
}

static void test_success(void)
{
	struct kwasm_code *code;
	struct kwasm_diag error;
	u32 func, at;

	ok(!compile(&error, &code), "the target compiles the module: \"%s\"", error.text);
	is_str(record, " init lower0 emit0 lower1 emit1 link destroy", "it is asked, step by step");
	ok(zeroed, "its state is zeroed");
	ok(registers_kept, "values are in its registers");
	if (!code)
		bail_out("there is no code");
	ok(code->module == module && code->text_used == CODE_BYTES && code->funcs[1].start == 32,
	   "what it linked is the code");
	ok(!kwasm_code_locate(code, code->text.exec + 40, &func, &at) && func == 1,
	   "places are found in it");
	kwasm_code_destroy(code);
}

static void test_failure(const char *step, const char *want)
{
	struct kwasm_code *code;
	struct kwasm_diag error;

	fails = step;
	is_int(compile(&error, &code), -E2BIG, "%s fails: that is the result", step);
	ok(!code && error.text[0], "with a sentence: \"%s\"", error.text);
	is_str(record, want, "and the target is destroyed");
	fails = NULL;
}

int main(void)
{
	module = wat_module(text);
	test_success();
	test_failure("init", " init destroy");
	test_failure("lower1", " init lower0 emit0 lower1 destroy");
	test_failure("emit0", " init lower0 emit0 destroy");
	test_failure("link", " init lower0 emit0 lower1 emit1 link destroy");
	kwasm_module_destroy((struct kwasm_module *)module);
	return tap_done();
}
