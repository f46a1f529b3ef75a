// SPDX-License-Identifier: GPL-2.0-only
/*
 * nl_spaces.c - each attribute of each command, from the kernel's table of commands.
 *
 * A command rejects every unknown attribute, also in nests, and every length that is invalid for
 * the type of an attribute.
 */
#define _GNU_SOURCE
#include "nl_raw.h"

#define BEYOND 40	/* numbers past the last one of a space */

static const struct row {
	enum { COMMAND_ROW, MODE_ROW, ATTR_ROW, NEST_ROW, END_ROW } kind;
	int number;
	const char *type;
} rows[] = {
#define COMMAND(name, privilege, flags, answer, ...) \
	{ COMMAND_ROW, KWASM_CMD_##name, #name }, __VA_ARGS__
#define DO(handler) { MODE_ROW, 0, "do" },
#define DUMP(handler) { MODE_ROW, NLM_F_DUMP, "dump" },
#define ONE(attr, type) { ATTR_ROW, KWASM_A_##attr, #type },
#define MANY(attr, type) ONE(attr, type)
#define NEST(attr, command) { NEST_ROW, KWASM_A_##attr, #command },
#include "kernel/netlink/commands.def"
	{ END_ROW, 0, NULL },
};

static const int last[] = {
#define CMD(name, text, space) [KWASM_CMD_##name] = KWASM_A_##space##_MAX,
	KWASM_CMDS(CMD)
#undef CMD
};

/* The next row of a kind in the command that begins at @row, NULL at its end. */
static const struct row *next_attr(const struct row *row)
{
	for (row++; row->kind != COMMAND_ROW && row->kind != END_ROW; row++)
		if (row->kind == ATTR_ROW || row->kind == NEST_ROW)
			return row;
	return NULL;
}

static bool knows(const struct row *command, int number)
{
	const struct row *row = command;

	while ((row = next_attr(row)))
		if (row->number == number)
			return true;
	return false;
}

/**
 * struct place - where attributes are tried
 * @outer: the command that is sent
 * @mode: a do or a dump
 * @command: whose attributes they are: @outer, or that which @nest holds those of
 * @nest: attribute that is a nest, 0 for none
 */
struct place {
	const struct row *outer;
	const struct row *mode;
	const struct row *command;
	int nest;
};

/* A message with one attribute.  Return: its errno. */
static int try(int fd, const struct place *p, int type, size_t size, int byte)
{
	unsigned char payload[256];
	unsigned int at = 0;
	struct message m;

	memset(payload, byte, sizeof(payload));
	begin(&m, p->outer->number, p->mode->number);
	if (p->nest)
		at = nest_begin(&m, p->nest | NLA_F_NESTED);
	put(&m, type, payload, size);
	if (p->nest)
		nest_end(&m, at);
	return exchange(fd, &m);
}

static void unknown(int fd, const struct place *p)
{
	int type, sent = 0, refusals = 0;

	for (type = 0; type <= last[p->command->number] + BEYOND; type++) {
		if (knows(p->command, type))
			continue;
		refusals += try(fd, p, type, 64, 0) == EINVAL;
		sent++;
	}
	ok(refusals == sent, "%s %s%s: attributes that it does not know: %d of %d",
	   p->mode->type, p->outer->type, p->nest ? ", its nest" : "", refusals, sent);
}

static size_t size_of(const char *type)
{
	return !strcmp(type, "u8") ? 1 : !strcmp(type, "u32") || !strcmp(type, "s32") ? 4 : 8;
}

/* Invalid lengths for this type; the byte does not terminate a string. */
static void lengths(int fd, const struct place *p, const struct row *row)
{
	int wrong = 0, expected = 3;
	size_t size;

	if (row->kind == NEST_ROW || !strcmp(row->type, "binary"))
		return;
	if (!strcmp(row->type, "name") || !strncmp(row->type, "string", 6)) {
		wrong = (try(fd, p, row->number, 0, 'a') > 0) +
			(try(fd, p, row->number, 5, 'a') == EINVAL) +
			(try(fd, p, row->number, 256, 'a') == EINVAL);
	} else if (!strcmp(row->type, "flag")) {
		expected = 1;
		wrong = try(fd, p, row->number, 1, 0) > 0;
	} else {
		size = size_of(row->type);
		wrong = (try(fd, p, row->number, size - 1, 0) == EINVAL) +
			(try(fd, p, row->number, size + 1, 0) == EINVAL) +
			(try(fd, p, row->number, 0, 0) == EINVAL);
	}
	ok(wrong == expected, "%s %s%s: wrong lengths of attribute %d, a %s: %d of %d",
	   p->mode->type, p->outer->type, p->nest ? ", its nest" : "", row->number, row->type,
	   wrong, expected);
}

static const struct row *command_named(const char *name)
{
	const struct row *row;

	for (row = rows; row->kind != COMMAND_ROW || strcmp(row->type, name); row++)
		;
	return row;
}

static void one_space(int fd, const struct place *p)
{
	const struct row *row = p->command;

	unknown(fd, p);
	while ((row = next_attr(row)))
		lengths(fd, p, row);
}

static void one_mode(int fd, const struct row *command, const struct row *mode)
{
	const struct row *row = command;

	one_space(fd, &(struct place){ command, mode, command, 0 });
	while ((row = next_attr(row))) {
		struct place in = { .outer = command, .mode = mode, .nest = row->number };

		if (row->kind != NEST_ROW)
			continue;
		in.command = command_named(row->type);
		one_space(fd, &in);
	}
}

void spaces(void)
{
	const struct row *command = NULL, *row;
	int fd = connect_raw();

	for (row = rows; row->kind != END_ROW; row++) {
		if (row->kind == COMMAND_ROW)
			command = row;
		else if (row->kind == MODE_ROW)
			one_mode(fd, command, row);
	}
	close(fd);
}
