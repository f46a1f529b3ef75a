// SPDX-License-Identifier: GPL-2.0-only
/*
 * tables.c - the tables of the protocol as the compiler sees them, for spec.t.
 *
 * A line each: table, number, name in the specification, and what else there is: of a command its
 * space, of an attribute its type.  Attributes follow the line of their space.  Then the kernel's
 * table of commands: a "command" with its number and privilege, then its parts: "do", "dump", and
 * "one", "many" or "nest" with an attribute's number and policy.
 */
#include <stdio.h>

#include "wasm/module.h"
#include "run/trap.h"
#include "uapi/kwasm.h"

static const struct {
	const char *table;
	int number;
	const char *name;
	const char *type;
} rows[] = {
#define CMD(name, text, space) { "cmd", KWASM_CMD_##name, text, " " #space },
	KWASM_CMDS(CMD)
#define ATTR(name, text, type) { "attr", KWASM_A_##name, text, " " #type },
#define SPACE(name, text) { "space", 0, text, " " #name }, KWASM_ATTRS_##name(ATTR)
	KWASM_SPACES(SPACE)
#define POLICY(name, word) { "policy", KWASM_POLICY_##name, word, "" },
	KWASM_POLICIES(POLICY)
#define STATE(name, word) { "state", KWASM_STATE_##name, word, "" },
	KWASM_STATES(STATE)
#define EVENT(name, word) { "event", KWASM_EVENT_##name, word, "" },
	KWASM_EVENTS(EVENT)
#define TRAP(name, word, text) { "trap", KWASM_TRAP_##name, word, "" },
	KWASM_TRAPS(TRAP)
	{ "extern", KWASM_EXTERN_FUNC, "function", "" },
	{ "extern", KWASM_EXTERN_TABLE, "table", "" },
	{ "extern", KWASM_EXTERN_MEMORY, "memory", "" },
	{ "extern", KWASM_EXTERN_GLOBAL, "global", "" },
#define COMMAND(name, privilege, flags, answer, ...) \
	{ "command", KWASM_CMD_##name, #privilege, "" }, __VA_ARGS__
#define DO(handler) { "do", 0, #handler, "" },
#define DUMP(handler) { "dump", 0, #handler, "" },
#define ONE(attr, type) { "one", KWASM_A_##attr, #type, "" },
#define MANY(attr, type) { "many", KWASM_A_##attr, #type, "" },
#define NEST(attr, command) { "nest", KWASM_A_##attr, #command, "" },
#include "kernel/netlink/commands.def"
};

int main(void)
{
	size_t i;

	printf("family 0 %s %d %s\n", KWASM_GENL_NAME, KWASM_GENL_VERSION, KWASM_GENL_GROUP_EVENTS);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		printf("%s %d %s%s\n", rows[i].table, rows[i].number, rows[i].name, rows[i].type);
	return 0;
}
