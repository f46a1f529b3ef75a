// SPDX-License-Identifier: GPL-2.0-only
/*
 * libfuzzer.c - arbitrary bytes from libFuzzer in decoder and validator.
 *
 * A rejection has a message and an offset within the input; an accepted module satisfies the
 * invariants of the core.
 */
#include "check_module.h"

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t len);

static void demand(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t len)
{
	struct kwasm_module *m = NULL;
	struct kwasm_diag d;
	const char *wrong;

	kwasm_diag_init(&d);
	if (kwasm_module_decode(bytes, len, NULL, &d, &m)) {
		demand(d.text[0], "refused without a word");
		demand(!m, "a module beside an error");
		demand(d.offset == KWASM_DIAG_NONE || d.offset <= len, "an offset outside");
		return 0;
	}
	demand(!d.text[0], "an error text without error");
	wrong = check_module(m);
	demand(!wrong, wrong);
	kwasm_module_destroy(m);
	return 0;
}
