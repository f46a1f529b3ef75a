/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * proposal.h - features that are refused by name.
 */
#ifndef KWASM_PROPOSAL_H
#define KWASM_PROPOSAL_H

#include "reader.h"

/* The kinds of codes: a column of proposals.def. */
enum kwasm_code_kind {
	KWASM_CODE_VERSION,	/* the four bytes after the magic */
	KWASM_CODE_SECTION,
	KWASM_CODE_EXTERN,	/* kind of an import or export */
	KWASM_CODE_FORM,	/* of an entry of the type section */
	KWASM_CODE_TYPE,	/* a value or reference type */
	KWASM_CODE_TABLE,	/* before the type of a table */
	KWASM_CODE_RANGE,	/* flags before limits */
	KWASM_CODE_OP,
	KWASM_CODE_OP_FB,	/* after the prefix 0xfb, and so on */
	KWASM_CODE_OP_FC,
	KWASM_CODE_OP_FD,
	KWASM_CODE_ALIGN,	/* before the offset of a memory access */
	KWASM_CODE_CONST,	/* an instruction in a constant expression */
};

/**
 * kwasm_proposal_fail() - fail if @code belongs to a feature that is not supported.
 * @at: its offset
 *
 * Return: true if it does; the error, -EOPNOTSUPP, names the feature.
 */
bool kwasm_proposal_fail(struct kwasm_reader *r, u32 at, enum kwasm_code_kind kind, u32 code);

#endif /* KWASM_PROPOSAL_H */
