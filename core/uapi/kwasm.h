/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * kwasm.h - the generic netlink family "kwasm".
 *
 * Specified in Documentation/netlink/specs/kwasm.yaml; a test checks this header, the specification
 * and the kernel's policies against each other.
 *
 *	LOAD	NAME, FD or WASM, [LIMITS] [DENY]*		-> PROGRAM
 *	UNLOAD	NAME
 *	REPLACE	NAME, FD or WASM, [LIMITS] [DENY]*		-> PROGRAM
 *	KILL	NAME
 *	ATTACH	NAME, HOOK, [FAMILY] [PRIORITY] [DEV] [ENTRY] [ON_TRAP]	-> ATTACHMENT
 *		with FD or WASM: load and attach atomically
 *	DETACH	ID | NAME [HOOK]
 *	GET_PROGRAM	[NAME] (do or dump)			-> PROGRAM
 *	GET_ATTACHMENT	[ID] [NAME] (do or dump)		-> ATTACHMENT
 *	GET_CODE	NAME (dump)				-> FUNCTION | TEXT pieces
 *	GET_LOG		[NAME] (dump)				-> LOG
 *	GET_INFO						-> VERSION, LIMITS, counters
 *	INVOKE	FD or WASM, ENTRY, ARG*, [WARMUP]			-> RESULT* or TRAP, TIME_NS
 *	events (multicast group "events"): EVENT with PROGRAM or ATTACHMENT or LOG
 *
 * Errors carry an extended ack with a message; for a rejected module, a KWASM_CMD_DIAG message with
 * KWASM_A_DIAG precedes the error.
 *
 * Every command operates in the sender's network namespace.
 */
#ifndef _UAPI_KWASM_H
#define _UAPI_KWASM_H

#define KWASM_GENL_NAME "kwasm"
#define KWASM_GENL_VERSION 1
#define KWASM_VERSION "0.1.0"
#define KWASM_GENL_GROUP_EVENTS "events"

#define KWASM_NAME_LEN 64		/* program and entry names with their NUL */
#define KWASM_MAX_ARGS 16		/* of INVOKE */

/* KWASM_CMDS(CMD): name in upper case, name in the specification */
#define KWASM_CMDS(CMD)				\
	CMD(UNSPEC, "unspec")			\
	CMD(LOAD, "load")			\
	CMD(UNLOAD, "unload")			\
	CMD(REPLACE, "replace")			\
	CMD(KILL, "kill")			\
	CMD(ATTACH, "attach")			\
	CMD(DETACH, "detach")			\
	CMD(GET_PROGRAM, "get-program")		\
	CMD(GET_ATTACHMENT, "get-attachment")	\
	CMD(GET_CODE, "get-code")		\
	CMD(GET_LOG, "get-log")			\
	CMD(GET_INFO, "get-info")		\
	CMD(INVOKE, "invoke")			\
	CMD(EVENT, "event")			\
	CMD(DIAG, "diag")

enum kwasm_cmd {
#define CMD(name, text) KWASM_CMD_##name,
	KWASM_CMDS(CMD)
#undef CMD
	KWASM_NUM_CMDS
};

#define KWASM_CMD_MAX (KWASM_NUM_CMDS - 1)

/*
 * KWASM_ATTRS(ATTR): name, name in the specification, type (u8 u32 s32 u64 string binary flag
 * nest).  One space of attributes for all messages and nests.
 */
#define KWASM_ATTRS(ATTR)							\
	ATTR(UNSPEC, "unspec", unspec)						\
	ATTR(PAD, "pad", unspec)						\
	/* what to act on */							\
	ATTR(NAME, "name", string)		/* program */			\
	ATTR(ID, "id", u32)			/* program or attachment */	\
	ATTR(FD, "fd", u32)			/* file that holds the binary */	\
	ATTR(WASM, "wasm", binary)		/* the binary itself */		\
	ATTR(HOOK, "hook", string)		/* "nf_pre" */			\
	ATTR(FAMILY, "family", u8)		/* NFPROTO_* */			\
	ATTR(PRIORITY, "priority", s32)						\
	ATTR(DEV, "dev", string)						\
	ATTR(ENTRY, "entry", string)		/* exported function */		\
	ATTR(ON_TRAP, "on-trap", u8)		/* enum kwasm_policy */		\
	ATTR(DENY, "deny", string)		/* import pattern, repeated */	\
	ATTR(ARG, "arg", u64)			/* repeated */			\
	ATTR(RESULT, "result", u64)		/* repeated */			\
	ATTR(RESULT_TYPE, "result-type", u8)	/* one after each RESULT */	\
	ATTR(WARMUP, "warmup", flag)		/* call once before timing */	\
	/* limits */								\
	ATTR(TIME_LIMIT, "time-limit", u64)	/* ns of one invocation */	\
	ATTR(MEMORY_LIMIT, "memory-limit", u64)	/* bytes of one instance */	\
	/* nests */								\
	ATTR(PROGRAM, "program", nest)						\
	ATTR(ATTACHMENT, "attachment", nest)					\
	ATTR(IMPORT, "import", nest)		/* repeated: MODULE, ENTRY */	\
	ATTR(EXPORT, "export", nest)		/* repeated: ENTRY, KIND */	\
	ATTR(FUNCTION, "function", nest)	/* INDEX, ENTRY, START, SIZE */	\
	ATTR(TRAP, "trap", nest)		/* TRAP_KIND, FUNC, OFFSET, ... */	\
	ATTR(STATS, "stats", nest)						\
	ATTR(TRAP_COUNT, "trap-count", nest)	/* repeated: TRAP_KIND, COUNT */	\
	ATTR(LOG, "log", nest)			/* NAME, TIME_NS, CPU, TEXT */	\
	ATTR(DIAG, "diag", nest)		/* TEXT, [FUNC], [OFFSET] */	\
	/* fields */								\
	ATTR(MODULE, "module", string)						\
	ATTR(KIND, "kind", u8)			/* enum kwasm_extern */		\
	ATTR(INDEX, "index", u32)						\
	ATTR(START, "start", u32)						\
	ATTR(SIZE, "size", u32)							\
	ATTR(TEXT, "text", string)						\
	ATTR(CODE, "code", binary)		/* machine code, in pieces */	\
	ATTR(ADDRESS, "address", u64)						\
	ATTR(FUNC, "func", u32)							\
	ATTR(FUNC_NAME, "func-name", string)					\
	ATTR(OFFSET, "offset", u32)						\
	ATTR(TRAP_KIND, "trap-kind", u8)	/* enum kwasm_trap */		\
	ATTR(COUNT, "count", u64)						\
	ATTR(CPU, "cpu", u32)							\
	ATTR(TIME_NS, "time-ns", u64)						\
	ATTR(AGE_NS, "age-ns", u64)		/* since creation */		\
	ATTR(WASM_BYTES, "wasm-bytes", u32)					\
	ATTR(CODE_BYTES, "code-bytes", u32)					\
	ATTR(MEMORY_BYTES, "memory-bytes", u64)	/* all instances */		\
	ATTR(COMPILE_NS, "compile-ns", u64)					\
	ATTR(INSTANCES, "instances", u32)					\
	ATTR(ATTACHMENTS, "attachments", u32)					\
	ATTR(TAG, "tag", binary)		/* SHA-256 of the binary */	\
	ATTR(FLOATS, "floats", u8)		/* 1: needs the FPU */		\
	ATTR(STATE, "state", u8)		/* enum kwasm_state */		\
	ATTR(LINKED, "linked", u8)		/* 1: unloads with its last attachment */	\
	/* statistics */							\
	ATTR(PACKETS, "packets", u64)						\
	ATTR(BYTES, "bytes", u64)						\
	ATTR(ACCEPTED, "accepted", u64)						\
	ATTR(DROPPED, "dropped", u64)						\
	ATTR(QUEUED, "queued", u64)						\
	ATTR(REPEATED, "repeated", u64)						\
	ATTR(TRAPS, "traps", u64)						\
	ATTR(REENTERED, "reentered", u64)					\
	ATTR(SKIPPED, "skipped", u64)		/* not run: backing off */	\
	ATTR(RESTARTS, "restarts", u64)						\
	ATTR(RUN_NS, "run-ns", u64)						\
	ATTR(RUN_MAX_NS, "run-max-ns", u64)					\
	ATTR(LOST, "lost", u64)			/* log lines above the rate limit */	\
	/* module */								\
	ATTR(VERSION, "version", string)					\
	ATTR(PROGRAMS, "programs", u32)						\
	ATTR(MEMORIES, "memories", u32)						\
	ATTR(MEMORIES_MAX, "memories-max", u32)					\
	ATTR(PAGES, "pages", u64)						\
	ATTR(PAGES_MAX, "pages-max", u64)					\
	ATTR(TIME_SCALE, "time-scale", u32)					\
	ATTR(EVENT, "event", u8)		/* enum kwasm_event */

enum kwasm_attr {
#define ATTR(name, text, type) KWASM_A_##name,
	KWASM_ATTRS(ATTR)
#undef ATTR
	KWASM_NUM_ATTRS
};

#define KWASM_A_MAX (KWASM_NUM_ATTRS - 1)

/* What happens when a handler traps: KWASM_POLICIES(POLICY): name, word */
#define KWASM_POLICIES(POLICY)							\
	POLICY(ACCEPT, "accept")	/* the packet is accepted */		\
	POLICY(DROP, "drop")		/* the packet is dropped */		\
	POLICY(DETACH, "detach")	/* accepted; the handler is detached */	\
	POLICY(RESTART, "restart")	/* accepted; fresh instances, with back-off */

enum kwasm_policy {
#define POLICY(name, word) KWASM_POLICY_##name,
	KWASM_POLICIES(POLICY)
#undef POLICY
	KWASM_NUM_POLICIES
};

/* State of a program or attachment. */
#define KWASM_STATES(STATE)		\
	STATE(ACTIVE, "active")		\
	STATE(BACKOFF, "backoff")	\
	STATE(DETACHED, "detached")

enum kwasm_state {
#define STATE(name, word) KWASM_STATE_##name,
	KWASM_STATES(STATE)
#undef STATE
	KWASM_NUM_STATES
};

#define KWASM_EVENTS(EVENT)		\
	EVENT(LOAD, "load")		\
	EVENT(UNLOAD, "unload")		\
	EVENT(REPLACE, "replace")	\
	EVENT(ATTACH, "attach")		\
	EVENT(DETACH, "detach")		\
	EVENT(TRAP, "trap")		\
	EVENT(KILL, "kill")		\
	EVENT(LOG, "log")

enum kwasm_event {
#define EVENT(name, word) KWASM_EVENT_##name,
	KWASM_EVENTS(EVENT)
#undef EVENT
	KWASM_NUM_EVENTS
};

#endif /* _UAPI_KWASM_H */
