/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * generate_int.h - shared by the generator's files: the function under construction.
 */
#ifndef KWASM_TESTS_GENERATE_INT_H
#define KWASM_TESTS_GENERATE_INT_H

#include "wasm/op.h"
#include "generate.h"

#define MAX_FUNCS 16u
#define MAX_LOCALS 48u
#define MAX_ARITY 4u
#define MAX_LABELS 24u
#define NUM_TYPES 12u
#define NUM_GLOBALS 8u		/* the first is the fuel */
#define NUM_DATAS 2u
#define TABLE_SIZE 16u
#define NUM_COUNTERS 3u
#define FUEL 600u
#define CROWD 260u		/* more than a byte can number, registers and all */

/* Letters as in wasm_ops.def, and 'r' for funcref. */
struct signature {
	uint8_t num_params, num_results;
	char params[MAX_ARITY], results[MAX_ARITY];
};

/* What a branch there carries; @closed: only the loop itself goes there. */
struct label {
	uint8_t num;
	char types[MAX_ARITY];
	bool closed;
};

/**
 * struct gen - the state of one module
 * @fixed_table: nothing writes table 0
 * @index: the function that is being written
 * @budget: how many more instructions it should have, about
 * @num_usable: locals that anything may write; after them:
 * @scratch: one of each type, i I f F, that only a few instructions in a row use
 * @counters: NUM_COUNTERS that count loops
 * @crowd: CROWD further locals after those, or 0 if the function has none
 */
struct gen {
	uint64_t random;
	const struct generate_opts *opts;
	struct bytes *b;
	struct signature types[NUM_TYPES];
	uint32_t func_type[MAX_FUNCS];
	char globals[NUM_GLOBALS];
	bool fixed_table;

	uint32_t index;
	int budget;
	char locals[MAX_LOCALS];
	uint32_t num_locals, num_usable;
	uint32_t scratch, counters, num_counting;
	uint32_t crowd;
	struct label labels[MAX_LABELS];
	uint32_t num_labels;
};

uint32_t gen_below(struct gen *g, uint32_t n);
uint64_t gen_random(struct gen *g);
char gen_type(struct gen *g);

/* Instructions. */
void gen_op(struct gen *g, uint32_t code);
void gen_op_index(struct gen *g, uint32_t code, uint32_t index);
void gen_const(struct gen *g, char type, uint64_t bits);
uint64_t gen_interesting(struct gen *g, char type);
uint8_t gen_valtype(char type);

/* The scratch local of @type. */
uint32_t gen_scratch(const struct gen *g, char type);

/* Push the value of a random expression; @depth bounds it. */
void gen_expr(struct gen *g, char type, uint32_t depth);

/* Make any NaN on top of the stack the canonical one. */
void gen_canonical(struct gen *g, char type);

/* The same for an integer @type, as compilers write it. */
void gen_idiom(struct gen *g, char type, uint32_t depth);

/* Exchange the values of some locals. */
void gen_shuffle(struct gen *g);

void gen_store(struct gen *g, uint32_t depth);

/* Instructions that leave the stack as it was. */
void gen_statements(struct gen *g, uint32_t num, uint32_t depth);

/* Begin a block of type @type (an index, or -1 for none), whose branches carry @num of @types. */
void gen_block(struct gen *g, uint32_t code, int type, uint32_t num, const char *types,
	       bool closed);
void gen_end(struct gen *g);

/* Take one from the fuel; trap when it is used up. */
void gen_burn(struct gen *g);

/* Give the values on the stack to locals, or drop them. */
void gen_consume(struct gen *g, uint32_t num, const char *types);

#endif /* KWASM_TESTS_GENERATE_INT_H */
