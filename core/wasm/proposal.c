// SPDX-License-Identifier: GPL-2.0-only
/*
 * proposal.c - features that are refused by name, from one table.
 *
 * Guarantees: the first line of proposals.def that holds a code names it.
 */
#include "proposal.h"

static const struct {
	u8 kind;
	u32 first, last;
	const char *feature;
} proposals[] = {
#define PROPOSAL(kind, first, last, feature) { KWASM_CODE_##kind, first, last, feature },
#include "proposals.def"
#undef PROPOSAL
};

bool kwasm_proposal_fail(struct kwasm_reader *r, u32 at, enum kwasm_code_kind kind, u32 code)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(proposals); i++) {
		if (proposals[i].kind != kind || code < proposals[i].first ||
		    code > proposals[i].last)
			continue;
		kwasm_reader_fail(r, -EOPNOTSUPP, at, "%s not supported", proposals[i].feature);
		return true;
	}
	return false;
}
