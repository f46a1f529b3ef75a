/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reader.h - bounds-checked reading of a binary (spec 5.2).
 *
 * A failed read records a diagnostic, sets the reader's sticky error and returns 0: callers check
 * its @err once per item.
 */
#ifndef KWASM_READER_H
#define KWASM_READER_H

#include "diag.h"

/**
 * struct kwasm_reader - a window into the binary
 * @bytes: start of the whole binary, so that offsets are module offsets
 * @pos: next byte
 * @end: first byte that may not be read
 * @err: 0 or the first error
 * @func: function it is in, for diagnostics, or KWASM_DIAG_NONE
 */
struct kwasm_reader {
	const u8 *bytes;
	u32 pos;
	u32 end;
	int err;
	u32 func;
	struct kwasm_diag *diag;
};

/** kwasm_reader_fail() - record an error at byte @offset; returns the reader's error. */
int kwasm_reader_fail(struct kwasm_reader *r, int err, u32 offset, const char *fmt, ...)
	__printf(4, 5);

u8 kwasm_read_u8(struct kwasm_reader *r);
u32 kwasm_read_leb_u32(struct kwasm_reader *r);		/* at most 5 bytes, unused bits zero */
s32 kwasm_read_leb_s32(struct kwasm_reader *r);
s64 kwasm_read_leb_s33(struct kwasm_reader *r);
s64 kwasm_read_leb_s64(struct kwasm_reader *r);
u32 kwasm_read_le32(struct kwasm_reader *r);
u64 kwasm_read_le64(struct kwasm_reader *r);

/** kwasm_read_bytes() - @len bytes in place; NULL on failure. */
const u8 *kwasm_read_bytes(struct kwasm_reader *r, u32 len);

#endif /* KWASM_READER_H */
