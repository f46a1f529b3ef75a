// SPDX-License-Identifier: GPL-2.0-only
/*
 * validate_stack.c - the operand and control stacks of the validator (spec appendix A.3).
 *
 * Guarantees: neither stack underflows; both stay within the module's memory; comparing @n operands
 * costs n / 64 steps if they match, and the steps of a body are bounded by its size.
 */
#include "validate_stack.h"

void kwasm_validator_charge(struct kwasm_validator *v, u32 n)
{
	int err;

	v->taken += n;
	if (v->taken > v->max_taken)
		VALIDATE_FAIL(v, -E2BIG,
			      "function too costly to validate: its branches carry too many operands");
	err = kwasm_steps_take(&v->steps, n);
	if (err)
		VALIDATE_FAIL(v, err, "interrupted");
}

void *kwasm_validator_grow(struct kwasm_validator *v, void *array, u32 *room, u32 used, u32 need,
			   size_t size)
{
	u32 n = max(max(need, 64u), need < U32_MAX / 2 ? *room * 2 : need);
	void *bigger;

	if (need <= *room)
		return array;
	if (v->bytes + (u64)n * size > kwasm_arena_left(&v->m->arena)) {
		VALIDATE_FAIL(v, -E2BIG,
			      "validating the function needs too much memory: the limit max_decode_bytes is %u",
			      v->m->limits.decode_bytes);
		return NULL;
	}
	bigger = kwasm_array_grow(array, used, n, size);
	if (!bigger) {
		VALIDATE_FAIL(v, -ENOMEM, "out of memory for the validator");
		return NULL;
	}
	v->bytes += (u64)(n - *room) * size;
	*room = n;
	return bigger;
}

static struct kwasm_frame *frame_top(struct kwasm_validator *v)
{
	return &v->frames[v->depth - 1];
}

/* Operand stack */

static bool reserve(struct kwasm_validator *v, u32 n)
{
	u8 *types;

	types = kwasm_validator_grow(v, v->types, &v->types_room, v->height, v->height + n, 1);
	if (!types)
		return false;
	v->types = types;
	return true;
}

void kwasm_operand_push_list(struct kwasm_validator *v, const u8 *types, u32 n)
{
	kwasm_validator_charge(v, n / 64);
	if (!n || !reserve(v, n))
		return;
	memcpy(v->types + v->height, types, n);
	v->height += n;
	v->info->max_operands = max(v->info->max_operands, v->height);
}

void kwasm_operand_push(struct kwasm_validator *v, u8 type)
{
	kwasm_operand_push_list(v, &type, 1);
}

u8 kwasm_operand_pop_any(struct kwasm_validator *v)
{
	if (v->height > frame_top(v)->height)
		return v->types[--v->height];
	if (!frame_top(v)->unreachable)
		VALIDATE_FAIL(v, -ENOEXEC,
			      "type mismatch: expected an operand, the stack is empty");
	return OPERAND_UNKNOWN;
}

void kwasm_operand_check(struct kwasm_validator *v, u8 want, u8 got)
{
	if (got != want && got != OPERAND_UNKNOWN)
		VALIDATE_FAIL(v, -ENOEXEC, "type mismatch: expected %s, got %s",
			      kwasm_type_name(want), kwasm_type_name(got));
}

void kwasm_operand_pop(struct kwasm_validator *v, u8 type)
{
	if (v->height > frame_top(v)->height)
		kwasm_operand_check(v, type, v->types[--v->height]);
	else if (!frame_top(v)->unreachable)
		VALIDATE_FAIL(v, -ENOEXEC, "type mismatch: expected %s, the stack is empty",
			      kwasm_type_name(type));
}

u32 kwasm_operand_peek_list(struct kwasm_validator *v, const u8 *types, u32 n)
{
	u32 have = min(n, v->height - frame_top(v)->height);
	const u8 *got;
	u32 i;

	kwasm_validator_charge(v, n / 64);
	if (have < n && !frame_top(v)->unreachable) {
		VALIDATE_FAIL(v, -ENOEXEC, "type mismatch: expected %u operands, the stack has %u",
			      n, have);
		return 0;
	}
	if (!have)
		return 0;
	got = v->types + v->height - have;
	types += n - have;
	if (!memcmp(got, types, have))
		return have;
	kwasm_validator_charge(v, have);
	for (i = have; i-- && !v->r.err;)
		kwasm_operand_check(v, types[i], got[i]);
	return have;
}

void kwasm_operand_pop_list(struct kwasm_validator *v, const u8 *types, u32 n)
{
	v->height -= kwasm_operand_peek_list(v, types, n);
}

/* Control stack */

void kwasm_frame_push(struct kwasm_validator *v, const struct kwasm_frame *frame)
{
	struct kwasm_frame *frames;

	frames = kwasm_validator_grow(v, v->frames, &v->frames_room, v->depth, v->depth + 1,
				      sizeof(*frames));
	if (!frames)
		return;
	v->frames = frames;
	v->frames[v->depth] = *frame;
	v->frames[v->depth++].height = v->height;
	kwasm_operand_push_list(v, frame->params, frame->num_params);
}

struct kwasm_frame kwasm_frame_pop(struct kwasm_validator *v)
{
	struct kwasm_frame frame = *frame_top(v);

	kwasm_operand_pop_list(v, frame.results, frame.num_results);
	if (v->height != frame.height)
		VALIDATE_FAIL(v, -ENOEXEC,
			      "type mismatch: %u values remain on the stack at the end of a block",
			      v->height - frame.height);
	v->depth--;
	return frame;
}

void kwasm_frame_set_unreachable(struct kwasm_validator *v)
{
	v->height = frame_top(v)->height;
	frame_top(v)->unreachable = true;
}

struct kwasm_frame *kwasm_frame_find(struct kwasm_validator *v, u32 index)
{
	if (index >= v->depth) {
		VALIDATE_FAIL(v, -ENOEXEC, "unknown label %u", index);
		return NULL;
	}
	return &v->frames[v->depth - 1 - index];
}

const u8 *kwasm_frame_label(const struct kwasm_frame *f, u32 *n)
{
	*n = f->op == WASM_LOOP ? f->num_params : f->num_results;
	return f->op == WASM_LOOP ? f->params : f->results;
}
