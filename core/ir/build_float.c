// SPDX-License-Identifier: GPL-2.0-only
/*
 * build_float.c - which IR operation each instruction on floats is.
 */
#include "build.h"

#define ARITH(name, ir)						\
	[WASM_F32_##name] = { IR_##ir, IR_F32, 0, 0 },		\
	[WASM_F64_##name] = { IR_##ir, IR_F64, 0, 0 }
#define CMP(name, ir)						\
	[WASM_F32_##name] = { IR_##ir, IR_I32, IR_F32, 0 },	\
	[WASM_F64_##name] = { IR_##ir, IR_I32, IR_F64, 0 }
#define CONV(name, ir, type, otype) [WASM_##name] = { IR_##ir, IR_##type, IR_##otype, 0 }
#define MEM(name, ir, type, access) [WASM_##name] = { IR_##ir, IR_##type, 0, access }

static const struct build_simple float_ops[256] = {
	ARITH(ABS, FABS), ARITH(NEG, FNEG), ARITH(CEIL, FCEIL), ARITH(FLOOR, FFLOOR),
	ARITH(TRUNC, FTRUNC), ARITH(NEAREST, FNEAREST), ARITH(SQRT, FSQRT),
	ARITH(ADD, FADD), ARITH(SUB, FSUB), ARITH(MUL, FMUL), ARITH(DIV, FDIV),
	ARITH(MIN, FMIN), ARITH(MAX, FMAX), ARITH(COPYSIGN, FCOPYSIGN),
	CMP(EQ, FEQ), CMP(NE, FNE), CMP(LT, FLT), CMP(GT, FGT), CMP(LE, FLE), CMP(GE, FGE),
	CONV(I32_TRUNC_F32_S, TRUNCS, I32, F32),
	CONV(I32_TRUNC_F32_U, TRUNCU, I32, F32),
	CONV(I32_TRUNC_F64_S, TRUNCS, I32, F64),
	CONV(I32_TRUNC_F64_U, TRUNCU, I32, F64),
	CONV(I64_TRUNC_F32_S, TRUNCS, I64, F32),
	CONV(I64_TRUNC_F32_U, TRUNCU, I64, F32),
	CONV(I64_TRUNC_F64_S, TRUNCS, I64, F64),
	CONV(I64_TRUNC_F64_U, TRUNCU, I64, F64),
	CONV(F32_CONVERT_I32_S, CONVS, F32, I32),
	CONV(F32_CONVERT_I32_U, CONVU, F32, I32),
	CONV(F32_CONVERT_I64_S, CONVS, F32, I64),
	CONV(F32_CONVERT_I64_U, CONVU, F32, I64),
	CONV(F64_CONVERT_I32_S, CONVS, F64, I32),
	CONV(F64_CONVERT_I32_U, CONVU, F64, I32),
	CONV(F64_CONVERT_I64_S, CONVS, F64, I64),
	CONV(F64_CONVERT_I64_U, CONVU, F64, I64),
	CONV(F32_DEMOTE_F64, DEMOTE, F32, F64),
	CONV(F64_PROMOTE_F32, PROMOTE, F64, F32),
	CONV(I32_REINTERPRET_F32, BITCAST, I32, F32),
	CONV(I64_REINTERPRET_F64, BITCAST, I64, F64),
	CONV(F32_REINTERPRET_I32, BITCAST, F32, I32),
	CONV(F64_REINTERPRET_I64, BITCAST, F64, I64),
	MEM(F32_LOAD, LOAD, F32, IR_U32),
	MEM(F64_LOAD, LOAD, F64, IR_U64),
	MEM(F32_STORE, STORE, F32, IR_U32),
	MEM(F64_STORE, STORE, F64, IR_U64),
};

/* The first instructions behind prefix 0xfc. */
static const struct build_simple saturating_ops[] = {
	{ IR_TRUNCSATS, IR_I32, IR_F32, 0 },
	{ IR_TRUNCSATU, IR_I32, IR_F32, 0 },
	{ IR_TRUNCSATS, IR_I32, IR_F64, 0 },
	{ IR_TRUNCSATU, IR_I32, IR_F64, 0 },
	{ IR_TRUNCSATS, IR_I64, IR_F32, 0 },
	{ IR_TRUNCSATU, IR_I64, IR_F32, 0 },
	{ IR_TRUNCSATS, IR_I64, IR_F64, 0 },
	{ IR_TRUNCSATU, IR_I64, IR_F64, 0 },
};

const struct build_simple *build_float_op(u32 code)
{
	u32 n = code - WASM_I32_TRUNC_SAT_F32_S;

	if (n < ARRAY_SIZE(saturating_ops))
		return &saturating_ops[n];
	if (code < ARRAY_SIZE(float_ops) && float_ops[code].op)
		return &float_ops[code];
	return NULL;
}
