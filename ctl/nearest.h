/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nearest.h - the names that a misspelt one may mean.
 */
#ifndef KWASM_CTL_NEAREST_H
#define KWASM_CTL_NEAREST_H

#include "env.h"

#define CTL_NEAREST_MAX 3u

/**
 * struct ctl_nearest - the nearest names so far, the best first
 * @word: the misspelt name, set by the caller; the rest is zero at first
 * @far: their distances
 * @text: of ctl_nearest_text()
 */
struct ctl_nearest {
	const char *word;
	u32 num;
	u32 far[CTL_NEAREST_MAX];
	char names[CTL_NEAREST_MAX][65];
	char text[CTL_NEAREST_MAX * 72 + 32];
};

/** ctl_nearest_add() - consider @name, of @len bytes. */
void ctl_nearest_add(struct ctl_nearest *n, const char *name, u32 len);

/** ctl_nearest_text() - ": did you mean add, sub or mul?", empty if no name is near. */
const char *ctl_nearest_text(struct ctl_nearest *n);

#endif /* KWASM_CTL_NEAREST_H */
