/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * regs.h - the registers and condition codes of x86-64, by their machine numbers.
 *
 * A register number carries its class: 0..15 are the general registers, 16..31 the XMM registers.
 * A u32 can therefore be a set of registers of both classes (X64_BIT()).
 */
#ifndef KWASM_X64_REGS_H
#define KWASM_X64_REGS_H

#include "env.h"

enum x64_reg {
	X64_RAX, X64_RCX, X64_RDX, X64_RBX, X64_RSP, X64_RBP, X64_RSI, X64_RDI,
	X64_R8, X64_R9, X64_R10, X64_R11, X64_R12, X64_R13, X64_R14, X64_R15,
	X64_XMM0, X64_XMM1, X64_XMM2, X64_XMM3, X64_XMM4, X64_XMM5, X64_XMM6, X64_XMM7,
	X64_XMM8, X64_XMM9, X64_XMM10, X64_XMM11, X64_XMM12, X64_XMM13, X64_XMM14, X64_XMM15,
	X64_NUM_REGS,
	X64_LABEL = 0xfd,	/* base of a memory operand: rip, displacement to a label */
	X64_RIP = 0xfe,		/* base of a memory operand: the end of the instruction */
	X64_NONE = 0xff,	/* no register */
};

/* The running instance; trap and watchdog handlers find it in the interrupted registers. */
#define X64_CTX X64_R15

#define X64_BIT(reg) (1u << (reg))
#define X64_GPRS 0x0000ffffu
#define X64_XMMS 0xffff0000u

/* Registers that a System V callee may change, and those of its integer arguments. */
#define X64_CALLER_SAVED                                                                       \
	(X64_BIT(X64_RAX) | X64_BIT(X64_RCX) | X64_BIT(X64_RDX) | X64_BIT(X64_RSI) |           \
	 X64_BIT(X64_RDI) | X64_BIT(X64_R8) | X64_BIT(X64_R9) | X64_BIT(X64_R10) |             \
	 X64_BIT(X64_R11) | X64_XMMS)
#define X64_CALLEE_SAVED (X64_GPRS & ~X64_CALLER_SAVED & ~X64_BIT(X64_RSP))

static inline bool x64_is_gpr(u8 reg)
{
	return reg < X64_XMM0;
}

static inline bool x64_is_xmm(u8 reg)
{
	return reg >= X64_XMM0 && reg < X64_NUM_REGS;
}

/* Condition codes as jcc, setcc and cmovcc encode them; the lowest bit negates. */
enum x64_cc {
	X64_CC_O, X64_CC_NO,
	X64_CC_B, X64_CC_AE,	/* unsigned < and >=; carry and no carry */
	X64_CC_E, X64_CC_NE,
	X64_CC_BE, X64_CC_A,	/* unsigned <= and > */
	X64_CC_S, X64_CC_NS,
	X64_CC_P, X64_CC_NP,	/* after ucomis: unordered and ordered */
	X64_CC_L, X64_CC_GE,	/* signed */
	X64_CC_LE, X64_CC_G,
	X64_NUM_CC,
};

static inline enum x64_cc x64_cc_not(enum x64_cc cc)
{
	return (enum x64_cc)(cc ^ 1);
}

/** x64_cc_swap() - the condition for (b, a) that is equivalent to @cc for (a, b). */
static inline enum x64_cc x64_cc_swap(enum x64_cc cc)
{
	switch (cc) {
	case X64_CC_B:
		return X64_CC_A;
	case X64_CC_A:
		return X64_CC_B;
	case X64_CC_AE:
		return X64_CC_BE;
	case X64_CC_BE:
		return X64_CC_AE;
	case X64_CC_L:
		return X64_CC_G;
	case X64_CC_G:
		return X64_CC_L;
	case X64_CC_GE:
		return X64_CC_LE;
	case X64_CC_LE:
		return X64_CC_GE;
	default:
		return cc;
	}
}

#endif /* KWASM_X64_REGS_H */
