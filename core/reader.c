// SPDX-License-Identifier: GPL-2.0-only
/*
 * reader.c - bounds-checked reading of a binary (spec 5.2).
 *
 * Guarantees: no byte outside [pos, end) is touched; after the first error every read returns 0
 * without moving; each function takes time bounded by the bytes it consumes.
 */
#include "reader.h"

int kwasm_reader_fail(struct kwasm_reader *r, int err, u32 offset, const char *fmt, ...)
{
	va_list args;

	if (!r->err) {
		r->err = err;
		va_start(args, fmt);
		kwasm_diag_vset(r->diag, err, r->func, offset, fmt, args);
		va_end(args);
	}
	return r->err;
}

static void fail_end(struct kwasm_reader *r)
{
	kwasm_reader_fail(r, -ENOEXEC, r->pos, "unexpected end of section or function");
}

u8 kwasm_read_u8(struct kwasm_reader *r)
{
	if (r->err)
		return 0;
	if (r->pos >= r->end) {
		fail_end(r);
		return 0;
	}
	return r->bytes[r->pos++];
}

/*
 * Unsigned LEB128 of at most @bits bits (spec 5.2.2): the last allowed byte has no continuation
 * bit and no bit set beyond @bits.
 */
static u64 read_unsigned(struct kwasm_reader *r, unsigned int bits)
{
	u32 start = r->pos;
	unsigned int shift;
	u64 value = 0;
	u8 byte;

	for (shift = 0; shift < bits; shift += 7) {
		byte = kwasm_read_u8(r);
		if (r->err)
			return 0;
		value |= (u64)(byte & 0x7f) << shift;
		if (bits - shift < 7 && !(byte & 0x80) && byte >> (bits - shift)) {
			kwasm_reader_fail(r, -ENOEXEC, start, "integer too large");
			return 0;
		}
		if (!(byte & 0x80))
			return value;
	}
	kwasm_reader_fail(r, -ENOEXEC, start, "integer representation too long");
	return 0;
}

/*
 * Signed LEB128 of at most @bits bits: in the last allowed byte all bits from the sign bit up are
 * equal.
 */
static s64 read_signed(struct kwasm_reader *r, unsigned int bits)
{
	u32 start = r->pos;
	unsigned int shift;
	u64 value = 0;
	u8 byte, rest;

	for (shift = 0; shift < bits; shift += 7) {
		byte = kwasm_read_u8(r);
		if (r->err)
			return 0;
		value |= (u64)(byte & 0x7f) << shift;
		if (byte & 0x80)
			continue;
		if (bits - shift < 7) {
			rest = byte >> (bits - shift - 1);
			if (rest && rest != 0x7f >> (bits - shift - 1)) {
				kwasm_reader_fail(r, -ENOEXEC, start, "integer too large");
				return 0;
			}
		}
		if (shift + 7 < 64 && (byte & 0x40))
			value |= ~0ULL << (shift + 7);
		return (s64)value;
	}
	kwasm_reader_fail(r, -ENOEXEC, start, "integer representation too long");
	return 0;
}

u32 kwasm_read_leb_u32(struct kwasm_reader *r)
{
	return (u32)read_unsigned(r, 32);
}

s32 kwasm_read_leb_s32(struct kwasm_reader *r)
{
	return (s32)read_signed(r, 32);
}

s64 kwasm_read_leb_s33(struct kwasm_reader *r)
{
	return read_signed(r, 33);
}

s64 kwasm_read_leb_s64(struct kwasm_reader *r)
{
	return read_signed(r, 64);
}

const u8 *kwasm_read_bytes(struct kwasm_reader *r, u32 len)
{
	const u8 *p;

	if (r->err)
		return NULL;
	if (len > r->end - r->pos) {
		fail_end(r);
		return NULL;
	}
	p = r->bytes + r->pos;
	r->pos += len;
	return p;
}

u32 kwasm_read_le32(struct kwasm_reader *r)
{
	const u8 *p = kwasm_read_bytes(r, 4);

	return p ? kwasm_get_le32(p) : 0;
}

u64 kwasm_read_le64(struct kwasm_reader *r)
{
	const u8 *p = kwasm_read_bytes(r, 8);

	return p ? kwasm_get_le64(p) : 0;
}
