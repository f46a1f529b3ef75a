// SPDX-License-Identifier: GPL-2.0-only
/*
 * decode.c - decode FILE... : damaged modules in decoder and validator.
 *
 * Every truncation of every module, and 20,000 mutations dealt out over them.  Each must be
 * rejected with a message or accepted; an accepted one must satisfy the invariants of the core.
 * The seed is fixed, so that a failure is reproducible.  To be built with sanitizers.
 */
#include "check_module.h"
#include "../unit/tap.h"

#define MUTATIONS 20000
#define MAX_EDITS 4

static u64 seed = 0x9e3779b97f4a7c15;

/* xorshift64*: the same numbers everywhere. */
static u32 any(u32 below)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (u32)((seed * 0x2545f4914f6cdd1dULL >> 33) % below);
}

struct tally {
	u32 accepted;
	u32 refused;
	u32 wrong;
};

static void try_module(const u8 *bytes, size_t len, struct tally *tally)
{
	struct kwasm_module *m = NULL;
	struct kwasm_diag d;
	const char *what = NULL;
	/* Of the exact size, so that a byte read too many is seen. */
	u8 *copy = malloc(len ? len : 1);
	int err;

	memcpy(copy, bytes, len);
	kwasm_diag_init(&d);
	err = kwasm_module_decode(copy, len, NULL, &d, &m);
	free(copy);
	if (!err) {
		tally->accepted++;
		what = d.text[0] ? "an error text without error" : check_module(m);
	} else {
		tally->refused++;
		if (!d.text[0])
			what = "refused without a word";
		else if (m)
			what = "a module beside an error";
		else if (d.offset != KWASM_DIAG_NONE && d.offset > len)
			what = "an offset outside of the module";
	}
	if (what) {
		tally->wrong++;
		diag("%s (seed now 0x%llx)", what, (unsigned long long)seed);
	}
	kwasm_module_destroy(m);
}

/* Numbers at which arithmetic breaks, as LEB128. */
static const struct {
	u8 len;
	u8 bytes[6];
} evil[] = {
	{ 5, { 0xff, 0xff, 0xff, 0xff, 0x0f } },
	{ 5, { 0x80, 0x80, 0x80, 0x80, 0x08 } },
	{ 6, { 0x80, 0x80, 0x80, 0x80, 0x80, 0x00 } },
	{ 3, { 0x80, 0x80, 0x04 } },
	{ 2, { 0xff, 0x7f } },
	{ 1, { 0x00 } },
};

/* Change @len bytes at @p, of which there is room for @room; returns the new length. */
static size_t edit(u8 *p, size_t len, size_t room)
{
	size_t at = any((u32)len), n, from;

	switch (any(6)) {
	case 0:
		p[at] ^= 1u << any(8);
		return len;
	case 1:
		p[at] = any(256);
		return len;
	case 2:			/* leave some out */
		n = 1 + any(8);
		n = n > len - at ? len - at : n;
		memmove(p + at, p + at + n, len - at - n);
		return len - n;
	case 3:			/* an evil number in place */
		from = any(ARRAY_SIZE(evil));
		n = evil[from].len > len - at ? len - at : evil[from].len;
		memcpy(p + at, evil[from].bytes, n);
		return len;
	case 4:			/* the same, inserted */
		from = any(ARRAY_SIZE(evil));
		n = evil[from].len;
		if (len + n > room)
			return len;
		memmove(p + at + n, p + at, len - at);
		memcpy(p + at, evil[from].bytes, n);
		return len + n;
	default:		/* a piece from elsewhere */
		n = 1 + any(16);
		from = any((u32)len);
		if (at + n > len || from + n > len)
			return len;
		memmove(p + at, p + from, n);
		return len;
	}
}

static void mutate(const u8 *bytes, size_t len, u32 times, struct tally *tally)
{
	size_t room = len + 64, n;
	u8 *p = malloc(room);
	u32 edits;

	while (times--) {
		memcpy(p, bytes, len);
		n = len;
		for (edits = 1 + any(MAX_EDITS); edits && n; edits--)
			n = edit(p, n, room);
		try_module(p, n, tally);
	}
	free(p);
}

static u8 *read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	u8 *p = malloc(1u << 20);

	if (!f || !p)
		bail_out("cannot read %s", path);
	*len = fread(p, 1, 1u << 20, f);
	fclose(f);
	return p;
}

static void test_file(const char *path, u32 mutations)
{
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	struct tally whole = { 0 }, cut = { 0 }, changed = { 0 };
	size_t len, i;
	u8 *p = read_file(path, &len);

	try_module(p, len, &whole);
	ok(whole.accepted == 1 && !whole.wrong, "%s: %zu bytes, valid", name, len);
	for (i = 0; i < len; i++)
		try_module(p, i, &cut);
	/* Cut between two sections a module can be whole; some cut must be refused. */
	ok(!cut.wrong && cut.refused > len / 2, "%s: %u of %zu truncations refused", name,
	   cut.refused, len);
	mutate(p, len, mutations, &changed);
	ok(!changed.wrong && changed.refused && changed.accepted,
	   "%s: %u mutations, %u accepted, %u refused", name, mutations, changed.accepted,
	   changed.refused);
	free(p);
}

int main(int argc, char **argv)
{
	int i;

	if (argc < 2)
		bail_out("usage: decode FILE...");
	for (i = 1; i < argc; i++)
		test_file(argv[i], DIV_ROUND_UP(MUTATIONS, argc - 1));
	return tap_done();
}
