// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostile.c - requests to attach truncated or altered modules: hostile SEED MUTATIONS FILE...
 *
 * For each FILE: every prefix of it, then that many copies with one to four altered bytes.  Each is
 * attached at nf_in; an accepted one is detached again.  A rejection must have a message.  Prints
 * "ATTACHED REFUSED", and each unexpected reply.
 */
#define _GNU_SOURCE
#include <ctype.h>

#include "genl.h"

static struct genl g;
static unsigned long attached, refused, wrong;
static uint64_t seed;

/* xorshift64: the same sequence on every machine. */
static uint32_t random_below(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 32) % n;
}

static int is_sentence(const char *text)
{
	size_t len = strlen(text), i;

	for (i = 0; i < len; i++)
		if (!isprint((unsigned char)text[i]))
			return 0;
	return len >= 8 && len < SENTENCE_MAX - 1;
}

static void complain(const char *what, size_t size, const struct ack *ack)
{
	printf("%s of %zu bytes: error %d, \"%s\"\n", what, size, ack->error, ack->sentence);
	wrong++;
}

static void detach(void)
{
	static struct ack ack;
	struct nl_msg *msg = genl_request(&g, KWASM_CMD_DETACH, 0, 0);

	nla_put_string(msg, KWASM_A_ATTACHMENT_NAME, "hostile");
	ack = genl_do(&g, msg);
	if (ack.error)
		complain("detaching a module", 0, &ack);
}

static void attach(const unsigned char *bytes, size_t size, const char *what)
{
	static struct ack ack;
	struct nl_msg *msg = genl_request(&g, KWASM_CMD_ATTACH, 0, size);

	nla_put_string(msg, KWASM_A_ATTACHMENT_HOOK, "nf_in");
	genl_put_program(msg, "hostile", bytes, size);
	ack = genl_do(&g, msg);
	if (!ack.error) {
		attached++;
		detach();
		return;
	}
	refused++;
	if (!is_sentence(ack.sentence))
		complain(what, size, &ack);
}

static void cut(const unsigned char *bytes, size_t size)
{
	unsigned long before = attached;
	size_t len;

	for (len = 0; len < size; len++) {
		attach(bytes, len, "a cut module");
		/* Custom sections at the end may be missing whole, nothing else. */
		if (attached != before && len < 8)
			errx(1, "%zu bytes were taken for a module", len);
		before = attached;
	}
}

static void alter(const unsigned char *bytes, size_t size, unsigned long times)
{
	unsigned char *copy = malloc(size);
	uint32_t n;

	if (!copy)
		errx(1, "no memory");
	while (times--) {
		memcpy(copy, bytes, size);
		for (n = 1 + random_below(4); n; n--)
			copy[random_below((uint32_t)size)] ^= (uint8_t)(1 + random_below(255));
		attach(copy, size, "an altered module");
	}
	free(copy);
}

int main(int argc, char **argv)
{
	unsigned char *bytes;
	unsigned long times;
	size_t size;
	int i;

	if (argc < 4)
		errx(2, "usage: hostile SEED MUTATIONS FILE...");
	seed = strtoull(argv[1], NULL, 10) * 2654435761u + 1;
	times = strtoul(argv[2], NULL, 10);
	genl_open(&g);
	for (i = 3; i < argc; i++) {
		bytes = file_read(argv[i], &size);
		cut(bytes, size);
		alter(bytes, size, times);
		free(bytes);
	}
	printf("%lu %lu\n", attached, refused);
	return wrong > 0;
}
