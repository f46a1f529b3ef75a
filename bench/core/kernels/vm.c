// SPDX-License-Identifier: GPL-2.0-only
/* vm.c - a register machine's interpreter: one switch in a loop. */
#include "../kernel.h"

enum op { MOV, LDI, ADD, SUB, MUL, AND, XOR, SHR, LD, ST, JNZ, JLT, CALL, RET, HALT };

struct insn {
	uint8_t op, a, b, c;
	int32_t imm;
};

/* Fills an array by a recurrence, then sums it with a subroutine. */
static const struct insn program[] = {
	{ LDI, 1, 0, 0, 0 },		/* i = 0 */
	{ LDI, 2, 0, 0, 256 },
	{ LDI, 3, 0, 0, 12345 },
	{ LDI, 4, 0, 0, 1103515 },
	{ LDI, 5, 0, 0, 1 },
	{ MUL, 3, 3, 4, 0 },		/* 5: */
	{ ADD, 3, 3, 5, 0 },
	{ SHR, 6, 3, 0, 7 },
	{ ST, 6, 1, 0, 0 },
	{ ADD, 1, 1, 5, 0 },
	{ JLT, 0, 1, 2, 5 },
	{ LDI, 1, 0, 0, 0 },
	{ LDI, 7, 0, 0, 0 },
	{ CALL, 0, 0, 0, 18 },		/* 13: */
	{ JLT, 0, 1, 2, 13 },
	{ MOV, 0, 7, 0, 0 },
	{ HALT, 0, 0, 0, 0 },
	{ HALT, 0, 0, 0, 0 },
	{ LD, 6, 1, 0, 0 },		/* 18: */
	{ XOR, 7, 7, 6, 0 },
	{ AND, 8, 6, 5, 0 },
	{ JNZ, 0, 8, 0, 23 },
	{ SUB, 7, 7, 1, 0 },
	{ ADD, 1, 1, 5, 0 },		/* 23: */
	{ RET, 0, 0, 0, 0 },
};

static uint32_t memory[256];

static NOINLINE uint32_t interpret(const struct insn *code, uint32_t start)
{
	uint32_t r[16] = { start }, stack[8], depth = 0, pc = 0;

	for (;;) {
		const struct insn *i = &code[pc++];

		switch ((enum op)i->op) {
		case MOV:
			r[i->a] = r[i->b];
			break;
		case LDI:
			r[i->a] = (uint32_t)i->imm;
			break;
		case ADD:
			r[i->a] = r[i->b] + r[i->c];
			break;
		case SUB:
			r[i->a] = r[i->b] - r[i->c];
			break;
		case MUL:
			r[i->a] = r[i->b] * r[i->c];
			break;
		case AND:
			r[i->a] = r[i->b] & r[i->c];
			break;
		case XOR:
			r[i->a] = r[i->b] ^ r[i->c];
			break;
		case SHR:
			r[i->a] = r[i->b] >> i->imm;
			break;
		case LD:
			r[i->a] = memory[r[i->b] & 255];
			break;
		case ST:
			memory[r[i->b] & 255] = r[i->a] + r[0];
			break;
		case JNZ:
			pc = r[i->b] ? (uint32_t)i->imm : pc;
			break;
		case JLT:
			pc = r[i->b] < r[i->c] ? (uint32_t)i->imm : pc;
			break;
		case CALL:
			stack[depth++ & 7] = pc;
			pc = (uint32_t)i->imm;
			break;
		case RET:
			pc = stack[--depth & 7];
			break;
		case HALT:
			return r[0];
		}
	}
}

KERNEL(n)
{
	uint32_t sum = 0, i;

	for (i = 0; i < n; i++)
		sum = sum * 31 + interpret(program, i);
	return sum;
}
