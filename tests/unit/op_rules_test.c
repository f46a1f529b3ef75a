// SPDX-License-Identifier: GPL-2.0-only
/*
 * op_rules_test.c - the columns of wasm_ops.def agree with each other and with the tables that the
 * last one refers to.
 */
#include "ir/ir.h"
#include "run/rt.h"
#include "wasm/op.h"
#include "tap.h"

struct rule {
	const char *name, *sig;
	u8 imm, op, access, rt;
};

#define IR(operation) .op = IR_##operation
#define MEM(operation, kind) .op = IR_##operation, .access = IR_##kind
#define RT(function) .op = IR_CALLRT, .rt = KWASM_RT_##function
#define OWN .op = IR_NONE

static const struct rule rules[] = {
#define OP(code, name, text, sig, imm, ir) { text, sig, KWASM_IMM_##imm, ir },
#include "wasm/wasm_ops.def"
#undef OP
};

/* As many operands as the operation has, and a result if it has one. */
static bool fits_operation(const struct rule *r)
{
	u32 operands = (u32)strcspn(r->sig, ":");
	u32 results = (u32)strlen(r->sig) - operands - 1;

	return operands == ir_op_info[r->op].num_args &&
	       results == ir_op_is(r->op, IR_OP_DEF);
}

/* Operands whose type the operation records have one type. */
static bool fits_otype(const struct rule *r)
{
	return !ir_op_is(r->op, IR_OP_OTYPE) || r->sig[1] == ':' || r->sig[0] == r->sig[1];
}

static bool is_access(const struct rule *r)
{
	return r->imm >= KWASM_IMM_MEM0 && r->imm <= KWASM_IMM_MEM3;
}

/* An access is as wide as its natural alignment. */
static bool fits_access(const struct rule *r)
{
	return !is_access(r) || ir_access_bytes(r->access) == 1u << (r->imm - KWASM_IMM_MEM0);
}

/* The run time takes the operands and then only indices, and gives the same. */
static bool fits_rt(const struct rule *r)
{
	const char *sig = kwasm_rt_fns[r->rt].sig;
	size_t operands = strcspn(r->sig, ":");
	size_t all = strcspn(sig, ":");

	if (!*r->sig)		/* references, which rt.def has as i64 */
		return true;
	return all >= operands && !strncmp(sig, r->sig, operands) &&
	       strspn(sig + operands, "i") == all - operands &&
	       !strcmp(sig + all, r->sig + operands);
}

int main(void)
{
	u32 plain = 0, calls = 0;
	size_t n;

	for (n = 0; n < ARRAY_SIZE(rules); n++) {
		const struct rule *r = &rules[n];

		if (r->op == IR_CALLRT) {
			calls |= 1u << r->rt;
			ok(fits_rt(r), "%s calls a function of its signature", r->name);
		} else if (r->op) {
			plain++;
			ok(fits_operation(r) && fits_otype(r) && fits_access(r),
			   "%s is an operation of its signature", r->name);
		} else {
			ok(!is_access(r), "%s has a rule of its own", r->name);
		}
	}
	ok(calls == (1u << KWASM_NUM_RT) - 1, "every function of the run time has its instruction");
	ok(plain > 150, "most instructions are one operation: %u", plain);
	return tap_done();
}
