// SPDX-License-Identifier: GPL-2.0-only
/* http.c - request lines and header fields through a state machine, a byte at a time. */
#include "../kernel.h"

static const char requests[] =
	"GET /index.html?q=wasm&lang=en HTTP/1.1\r\nHost: example.org\r\n"
	"User-Agent: bench/1.0 (X11; Linux)\r\nAccept: */*\r\n\r\n"
	"POST /api/v2/items/4711 HTTP/1.1\r\nHost: api.example.net:8080\r\n"
	"Content-Type: application/json\r\nContent-Length: 348\r\nConnection: keep-alive\r\n\r\n"
	"HEAD / HTTP/1.0\r\n\r\n"
	"DELETE /a/very/long/path/with/many/segments/and%20escapes HTTP/1.1\r\n"
	"Host: h\r\nCookie: id=0123456789abcdef; theme=dark; n=1\r\nX-Empty:\r\n\r\n";

enum state {
	METHOD, TARGET, QUERY, VERSION, LINE_END, FIELD_START, NAME, VALUE_START, VALUE, VALUE_END,
	HEAD_END, BAD,
};

struct result {
	uint32_t requests, fields, hash, length;
};

static enum state step(enum state s, uint8_t c, struct result *r)
{
	switch (s) {
	case METHOD:
		if (c == ' ')
			return TARGET;
		return c >= 'A' && c <= 'Z' ? METHOD : BAD;
	case TARGET:
		r->hash = r->hash * 31 + c;
		if (c == '?')
			return QUERY;
		return c == ' ' ? VERSION : c > ' ' ? TARGET : BAD;
	case QUERY:
		r->hash ^= c;
		return c == ' ' ? VERSION : c > ' ' ? QUERY : BAD;
	case VERSION:
		return c == '\r' ? LINE_END : VERSION;
	case LINE_END:
	case VALUE_END:
		return c == '\n' ? FIELD_START : BAD;
	case FIELD_START:
		if (c == '\r')
			return HEAD_END;
		r->fields++;
		__attribute__((__fallthrough__));
	case NAME:
		if (c == ':')
			return VALUE_START;
		r->hash += c | 0x20u;
		return c > ' ' ? NAME : BAD;
	case VALUE_START:
		if (c == ' ')
			return VALUE_START;
		__attribute__((__fallthrough__));
	case VALUE:
		if (c == '\r')
			return VALUE_END;
		r->length++;
		return VALUE;
	case HEAD_END:
		r->requests++;
		return c == '\n' ? METHOD : BAD;
	default:
		return BAD;
	}
}

static NOINLINE void parse(const char *p, size_t len, struct result *r)
{
	enum state s = METHOD;

	while (len--)
		s = step(s, (uint8_t)*p++, r);
	r->hash = r->hash * 7 + s;
}

KERNEL(n)
{
	struct result r = { 0 };
	uint32_t i;

	for (i = 0; i < n; i++)
		parse(requests, sizeof(requests) - 1, &r);
	return r.hash ^ r.requests << 20 ^ r.fields << 10 ^ r.length;
}
