// SPDX-License-Identifier: GPL-2.0-only
/*
 * tables.c - the tables of the protocol's header as the compiler sees them, for spec.t.
 *
 * A line each: table, number, name in the specification, and for attributes their type.
 */
#include <stdio.h>

#include "module.h"
#include "trap.h"
#include "uapi/kwasm.h"

int main(void)
{
	printf("family 0 %s %d %s\n", KWASM_GENL_NAME, KWASM_GENL_VERSION, KWASM_GENL_GROUP_EVENTS);
#define CMD(name, text) printf("cmd %d %s\n", KWASM_CMD_##name, text);
	KWASM_CMDS(CMD)
#define ATTR(name, text, type) printf("attr %d %s %s\n", KWASM_A_##name, text, #type);
	KWASM_ATTRS(ATTR)
#define POLICY(name, word) printf("policy %d %s\n", KWASM_POLICY_##name, word);
	KWASM_POLICIES(POLICY)
#define STATE(name, word) printf("state %d %s\n", KWASM_STATE_##name, word);
	KWASM_STATES(STATE)
#define EVENT(name, word) printf("event %d %s\n", KWASM_EVENT_##name, word);
	KWASM_EVENTS(EVENT)
#define TRAP(name, word, text) printf("trap %d %s\n", KWASM_TRAP_##name, word);
	KWASM_TRAPS(TRAP)
	printf("extern %d function\n", KWASM_EXTERN_FUNC);
	printf("extern %d table\n", KWASM_EXTERN_TABLE);
	printf("extern %d memory\n", KWASM_EXTERN_MEMORY);
	printf("extern %d global\n", KWASM_EXTERN_GLOBAL);
	return 0;
}
