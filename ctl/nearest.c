// SPDX-License-Identifier: GPL-2.0-only
/*
 * nearest.c - the names that a misspelt one may mean, by edit distance.
 *
 * Guarantees: names are compared byte by byte up to a fixed length, so that a module's names bound
 * the time.
 */
#include "nearest.h"
#include "out.h"

#define LEN_MAX 64u	/* bytes of a name that are compared */

/* Insertions, deletions, replacements and swapped neighbours that turn @a into @b. */
static u32 distance(const char *a, u32 la, const char *b, u32 lb)
{
	u32 rows[3][LEN_MAX + 1], *before = rows[0], *last = rows[1], *row = rows[2], *spare;
	u32 i, j;

	for (j = 0; j <= lb; j++)
		last[j] = j;
	for (i = 1; i <= la; i++) {
		row[0] = i;
		for (j = 1; j <= lb; j++) {
			row[j] = last[j - 1] + (a[i - 1] != b[j - 1]);
			row[j] = min(row[j], min(last[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = min(row[j], before[j - 2] + 1);
		}
		spare = before;
		before = last;
		last = row;
		row = spare;
	}
	return last[lb];
}

static bool contains(const char *in, u32 len, const char *part, u32 part_len)
{
	u32 i;

	for (i = 0; part_len >= 4 && i + part_len <= len; i++)
		if (!memcmp(in + i, part, part_len))
			return true;
	return false;
}

/* One typo in three letters; a part of a name is nearer than most typos. */
static bool is_near(const char *word, u32 len, const char *name, u32 name_len, u32 *how_far)
{
	*how_far = distance(word, len, name, name_len);
	if (*how_far <= max(1u, min(len, name_len) / 3))
		return true;
	*how_far = 2;
	return contains(name, name_len, word, len) || contains(word, len, name, name_len);
}

void ctl_nearest_add(struct ctl_nearest *n, const char *name, u32 len)
{
	u32 word_len = (u32)strlen(n->word), at, how_far;

	if (!len || len > LEN_MAX || word_len > LEN_MAX ||
	    !is_near(n->word, word_len, name, len, &how_far))
		return;
	for (at = n->num; at && n->far[at - 1] > how_far; at--)
		;
	if (at == CTL_NEAREST_MAX)
		return;
	n->num = min(n->num + 1, CTL_NEAREST_MAX);
	memmove(&n->names[at + 1], &n->names[at], (n->num - at - 1) * sizeof(n->names[0]));
	memmove(&n->far[at + 1], &n->far[at], (n->num - at - 1) * sizeof(n->far[0]));
	snprintf(n->names[at], sizeof(n->names[at]), "%.*s", (int)len, name);
	ctl_clean(n->names[at]);
	n->far[at] = how_far;
}

const char *ctl_nearest_text(struct ctl_nearest *n)
{
	size_t used = 0;
	u32 i;

	n->text[0] = 0;
	for (i = 0; i < n->num; i++)
		used += (size_t)snprintf(n->text + used, sizeof(n->text) - used, "%s%s",
					 !i ? ": did you mean " : i + 1 < n->num ? ", " : " or ",
					 n->names[i]);
	if (n->num)
		snprintf(n->text + used, sizeof(n->text) - used, "?");
	return n->text;
}
