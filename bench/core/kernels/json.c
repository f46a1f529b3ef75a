// SPDX-License-Identifier: GPL-2.0-only
/* json.c - a JSON tokenizer with a stack of brackets, numbers and escapes. */
#include "../kernel.h"

static const char document[] =
	"{\"version\": 3, \"name\": \"ingress \\\"edge\\\" filter\", \"enabled\": true,\n"
	" \"rules\": [{\"id\": 1, \"match\": {\"proto\": \"tcp\", \"port\": 443}, \"weight\": 0.75},\n"
	"  {\"id\": 2, \"match\": {\"proto\": \"udp\", \"port\": 53}, \"weight\": 1.5e-3},\n"
	"  {\"id\": 3, \"match\": {\"src\": \"10.0.0.0\\u002f8\"}, \"weight\": -12, \"tags\": []},\n"
	"  {\"id\": 4, \"match\": null, \"log\": false, \"note\": \"caf\\u00e9 \\n end\"}],\n"
	" \"limits\": {\"rate\": 1000000, \"burst\": 65535, \"nested\": [[1,2],[3,[4,[5]]],{}]}}";

enum token { END, OPEN, CLOSE, COMMA, COLON, STRING, NUMBER, WORD, ERROR };

struct lexer {
	const char *p, *end;
	uint32_t value, depth;
	char stack[64];
};

static enum token string(struct lexer *l)
{
	uint32_t h = 0;

	while (l->p < l->end) {
		uint8_t c = (uint8_t)*l->p++;

		if (c == '"') {
			l->value = h;
			return STRING;
		}
		if (c < ' ')
			return ERROR;
		if (c == '\\') {
			if (l->p >= l->end)
				return ERROR;
			c = (uint8_t)*l->p++;
			if (c == 'u')
				l->p += 4;
		}
		h = h * 33 + c;
	}
	return ERROR;
}

static int is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static enum token number(struct lexer *l)
{
	uint32_t v = 0, point = 0;

	if (*l->p == '-')
		l->p++;
	while (l->p < l->end && (is_digit(*l->p) || *l->p == '.')) {
		if (*l->p == '.')
			point = 1;
		else
			v = v * 10 + (uint32_t)(*l->p - '0');
		l->p++;
	}
	if (l->p < l->end && (*l->p | 0x20) == 'e') {
		l->p++;
		if (*l->p == '-' || *l->p == '+')
			l->p++;
		while (l->p < l->end && is_digit(*l->p))
			v = v * 7 + (uint32_t)*l->p++;
	}
	l->value = v * 2 + point;
	return NUMBER;
}

static enum token word(struct lexer *l)
{
	uint32_t v = 0;

	while (l->p < l->end && *l->p >= 'a' && *l->p <= 'z')
		v = v * 31 + (uint32_t)*l->p++;
	l->value = v;
	return v ? WORD : ERROR;
}

static NOINLINE enum token next(struct lexer *l)
{
	while (l->p < l->end && (*l->p == ' ' || *l->p == '\n' || *l->p == '\r' || *l->p == '\t'))
		l->p++;
	if (l->p >= l->end)
		return l->depth ? ERROR : END;
	l->value = (uint8_t)*l->p;
	switch (*l->p) {
	case '{':
	case '[':
		if (l->depth == sizeof(l->stack))
			return ERROR;
		l->stack[l->depth++] = *l->p++;
		return OPEN;
	case '}':
	case ']':
		if (!l->depth || l->stack[--l->depth] != *l->p - 2)
			return ERROR;
		l->p++;
		return CLOSE;
	case ',':
		l->p++;
		return COMMA;
	case ':':
		l->p++;
		return COLON;
	case '"':
		l->p++;
		return string(l);
	default:
		return *l->p == '-' || is_digit(*l->p) ? number(l) : word(l);
	}
}

KERNEL(n)
{
	uint32_t sum = 0, i;
	enum token t;

	for (i = 0; i < n; i++) {
		struct lexer l = { document, document + sizeof(document) - 1, 0, 0, { 0 } };

		do {
			t = next(&l);
			sum = rotl32(sum, 3) + (uint32_t)t + l.value;
		} while (t != END && t != ERROR);
	}
	return sum;
}
