/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * kwasm.h - the generic netlink family "kwasm".
 *
 * Specified in Documentation/netlink/specs/kwasm.yaml; a test checks this header, the specification
 * and the kernel's table of commands against each other.
 *
 *	LOAD		program: name, fd | wasm, [time-limit] [memory-limit] [total-limit]
 *			[deny]*	-> program
 *	UNLOAD		program: name
 *	REPLACE		program: name, fd | wasm, [time-limit] [memory-limit] [total-limit]
 *			[deny]*	-> program
 *	KILL		program: name
 *	ATTACH		attachment: name | program, hook, [family] [priority] [dev] [entry]
 *			[on-trap] [again] [replace]	-> attachment
 *		with program, what LOAD takes: load and attach atomically; with replace
 *		also as REPLACE does, if a program of that name is loaded
 *	DETACH		attachment: id | name [hook]
 *	GET_PROGRAM	program: [name] (do or dump)			-> program
 *	GET_ATTACHMENT	attachment: [id] [name] [hook] (do or dump)	-> attachment
 *	GET_CODE	code: name (dump)		-> function | address, start, piece
 *	GET_LOG		log: [name] (dump)		-> log
 *	GET_INFO					-> info
 *	INVOKE		call: fd | wasm, entry, [arg]* [time-limit] [warmup]
 *			-> time-ns and result* or trap
 *	events (multicast group "events"): EVENT with a program, an attachment or a line of a log
 *
 * A rejected request gets the reason in a KWASM_CMD_DIAG message, which precedes the error; where
 * its attributes are at fault, in the extended ack.
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
#define KWASM_ENTRY_DEFAULT "kwasm_packet"	/* where ATTACH names none */
#define KWASM_MAX_ARGS 16		/* of INVOKE */

/*
 * Attributes, a space for each object: ATTR(constant, name in the specification, type).  The type
 * is u8 u32 s32 u64 string binary flag or pad; that of a nest is the attribute space of its
 * contents.
 */

/* program: a loaded program, and how to load one */
#define KWASM_ATTRS_PROGRAM(ATTR)								\
	ATTR(PROGRAM_PAD, "pad", pad)								\
	ATTR(PROGRAM_NAME, "name", string)							\
	ATTR(PROGRAM_ID, "id", u32)								\
	ATTR(PROGRAM_FD, "fd", u32)			/* file that holds the binary */	\
	ATTR(PROGRAM_WASM, "wasm", binary)		/* the binary itself */			\
	ATTR(PROGRAM_TIME_LIMIT, "time-limit", u64)	/* ns of one invocation */		\
	ATTR(PROGRAM_MEMORY_LIMIT, "memory-limit", u64)	/* bytes of one instance */		\
	ATTR(PROGRAM_TOTAL_LIMIT, "total-limit", u64)	/* bytes of all that it takes */	\
	ATTR(PROGRAM_DENY, "deny", string)		/* import pattern, repeated */		\
	ATTR(PROGRAM_TAG, "tag", binary)		/* SHA-256 of the binary */		\
	ATTR(PROGRAM_AGE_NS, "age-ns", u64)		/* since it was loaded */		\
	ATTR(PROGRAM_WASM_BYTES, "wasm-bytes", u32)						\
	ATTR(PROGRAM_CODE_BYTES, "code-bytes", u32)						\
	ATTR(PROGRAM_MEMORY_BYTES, "memory-bytes", u64)	/* all instances */			\
	ATTR(PROGRAM_TOTAL_BYTES, "total-bytes", u64)	/* of total-limit in use */		\
	ATTR(PROGRAM_COMPILE_NS, "compile-ns", u64)						\
	ATTR(PROGRAM_INSTANCES, "instances", u32)						\
	ATTR(PROGRAM_ATTACHMENTS, "attachments", u32)						\
	ATTR(PROGRAM_FLOATS, "floats", u8)		/* 1: needs the FPU */			\
	ATTR(PROGRAM_LINKED, "linked", u8)		/* 1: loaded by ATTACH */	\
	ATTR(PROGRAM_LOST, "lost", u64)			/* above the rate limit */		\
	ATTR(PROGRAM_IMPORT, "import", import)		/* repeated */				\
	ATTR(PROGRAM_EXPORT, "export", export)		/* repeated */

/* import: an import of a program */
#define KWASM_ATTRS_IMPORT(ATTR)					\
	ATTR(IMPORT_MODULE, "module", string)				\
	ATTR(IMPORT_NAME, "name", string)				\
	ATTR(IMPORT_KIND, "kind", u8)		/* enum kwasm_extern */

/* export: an export of a program */
#define KWASM_ATTRS_EXPORT(ATTR)					\
	ATTR(EXPORT_NAME, "name", string)				\
	ATTR(EXPORT_KIND, "kind", u8)		/* enum kwasm_extern */

/* attachment: a handler at a hook, and how to attach one */
#define KWASM_ATTRS_ATTACHMENT(ATTR)								\
	ATTR(ATTACHMENT_PAD, "pad", pad)							\
	ATTR(ATTACHMENT_ID, "id", u32)								\
	ATTR(ATTACHMENT_NAME, "name", string)		/* of its program */			\
	ATTR(ATTACHMENT_PROGRAM, "program", program)	/* load this one and attach it */	\
	ATTR(ATTACHMENT_HOOK, "hook", string)		/* "nf_pre" */				\
	ATTR(ATTACHMENT_FAMILY, "family", u8)		/* NFPROTO_* */				\
	ATTR(ATTACHMENT_PRIORITY, "priority", s32)						\
	ATTR(ATTACHMENT_DEV, "dev", string)							\
	ATTR(ATTACHMENT_ENTRY, "entry", string)		/* exported function */			\
	ATTR(ATTACHMENT_ON_TRAP, "on-trap", u8)		/* enum kwasm_policy */			\
	ATTR(ATTACHMENT_STATE, "state", u8)		/* enum kwasm_state */			\
	ATTR(ATTACHMENT_AGE_NS, "age-ns", u64)		/* since it was attached */		\
	ATTR(ATTACHMENT_STATS, "stats", stats)							\
	ATTR(ATTACHMENT_TRAP, "trap", trap)		/* the last one */			\
	ATTR(ATTACHMENT_AGAIN, "again", flag)		/* even where it is attached already */	\
	ATTR(ATTACHMENT_REPLACE, "replace", flag)	/* a loaded program of the same name */

/* stats: counters of an attachment */
#define KWASM_ATTRS_STATS(ATTR)									\
	ATTR(STATS_PAD, "pad", pad)								\
	ATTR(STATS_PACKETS, "packets", u64)							\
	ATTR(STATS_BYTES, "bytes", u64)								\
	ATTR(STATS_ACCEPTED, "accepted", u64)							\
	ATTR(STATS_DROPPED, "dropped", u64)							\
	ATTR(STATS_QUEUED, "queued", u64)							\
	ATTR(STATS_REPEATED, "repeated", u64)							\
	ATTR(STATS_TRAPS, "traps", u64)								\
	ATTR(STATS_TRAP_COUNT, "trap-count", trap_count)	/* repeated */			\
	ATTR(STATS_REENTERED, "reentered", u64)							\
	ATTR(STATS_SKIPPED, "skipped", u64)			/* not run: backing off */	\
	ATTR(STATS_RESTARTS, "restarts", u64)							\
	ATTR(STATS_RUN_NS, "run-ns", u64)							\
	ATTR(STATS_RUN_MAX_NS, "run-max-ns", u64)						\
	ATTR(STATS_ACCEPTED_BY_POLICY, "accepted-by-policy", u64)	/* after a trap */	\
	ATTR(STATS_DROPPED_BY_POLICY, "dropped-by-policy", u64)

/* trap-count: traps of one kind */
#define KWASM_ATTRS_TRAP_COUNT(ATTR)					\
	ATTR(TRAP_COUNT_PAD, "pad", pad)				\
	ATTR(TRAP_COUNT_KIND, "kind", u8)	/* enum kwasm_trap */	\
	ATTR(TRAP_COUNT_COUNT, "count", u64)

/* trap: kind and place of a trap */
#define KWASM_ATTRS_TRAP(ATTR)								\
	ATTR(TRAP_PAD, "pad", pad)							\
	ATTR(TRAP_KIND, "kind", u8)			/* enum kwasm_trap */		\
	ATTR(TRAP_FUNC, "func", u32)			/* index in its module */	\
	ATTR(TRAP_FUNC_NAME, "func-name", string)					\
	ATTR(TRAP_OFFSET, "offset", u32)		/* in the module */		\
	ATTR(TRAP_ADDRESS, "address", u64)		/* in the guest's memory */	\
	ATTR(TRAP_VALUE, "value", u32)			/* that was no verdict */

/* code: machine code of a program */
#define KWASM_ATTRS_CODE(ATTR)								\
	ATTR(CODE_PAD, "pad", pad)							\
	ATTR(CODE_NAME, "name", string)			/* of the program */		\
	ATTR(CODE_FUNCTION, "function", function)					\
	ATTR(CODE_ADDRESS, "address", u64)		/* where the code runs */	\
	ATTR(CODE_START, "start", u32)			/* offset of this piece */	\
	ATTR(CODE_PIECE, "piece", binary)

/* function: a compiled function */
#define KWASM_ATTRS_FUNCTION(ATTR)						\
	ATTR(FUNCTION_INDEX, "index", u32)	/* in its module */		\
	ATTR(FUNCTION_NAME, "name", string)					\
	ATTR(FUNCTION_START, "start", u32)	/* offset in the code */	\
	ATTR(FUNCTION_SIZE, "size", u32)

/* log: a line of a program's log */
#define KWASM_ATTRS_LOG(ATTR)						\
	ATTR(LOG_PAD, "pad", pad)					\
	ATTR(LOG_NAME, "name", string)		/* of the program */	\
	ATTR(LOG_NUMBER, "number", u64)					\
	ATTR(LOG_TIME_NS, "time-ns", u64)	/* since the epoch */	\
	ATTR(LOG_CPU, "cpu", u32)					\
	ATTR(LOG_TEXT, "text", string)

/* info: the kernel module */
#define KWASM_ATTRS_INFO(ATTR)								\
	ATTR(INFO_PAD, "pad", pad)							\
	ATTR(INFO_VERSION, "version", string)						\
	ATTR(INFO_PROGRAMS, "programs", u32)						\
	ATTR(INFO_ATTACHMENTS, "attachments", u32)					\
	ATTR(INFO_MEMORIES, "memories", u32)						\
	ATTR(INFO_MEMORIES_MAX, "memories-max", u32)					\
	ATTR(INFO_PAGES, "pages", u64)							\
	ATTR(INFO_PAGES_MAX, "pages-max", u64)						\
	ATTR(INFO_TOTAL_BYTES, "total-bytes", u64)	/* of all programs */		\
	ATTR(INFO_TOTAL_LIMIT, "total-limit", u64)					\
	ATTR(INFO_PROGRAM_LIMIT, "program-limit", u64)	/* most that one may ask for */	\
	ATTR(INFO_TIME_SCALE, "time-scale", u32)					\
	ATTR(INFO_TIME_LIMIT, "time-limit", u64)	/* ns of one invocation */		\
	ATTR(INFO_TIME_LIMIT_MAX, "time-limit-max", u64)	/* that a program may have */	\
	ATTR(INFO_INVOKE_LIMIT, "invoke-limit", u64)	/* ns, the default and the maximum */	\
	ATTR(INFO_MEMORY_LIMIT, "memory-limit", u64)	/* bytes of an instance at most */

/* call: a call of one function */
#define KWASM_ATTRS_CALL(ATTR)									\
	ATTR(CALL_PAD, "pad", pad)								\
	ATTR(CALL_FD, "fd", u32)			/* file that holds the binary */	\
	ATTR(CALL_WASM, "wasm", binary)			/* the binary itself */			\
	ATTR(CALL_ENTRY, "entry", string)		/* exported function */			\
	ATTR(CALL_ARG, "arg", u64)			/* repeated */				\
	ATTR(CALL_TIME_LIMIT, "time-limit", u64)	/* ns */				\
	ATTR(CALL_WARMUP, "warmup", flag)		/* call once before timing */		\
	ATTR(CALL_TIME_NS, "time-ns", u64)		/* that the call took */		\
	ATTR(CALL_RESULT, "result", value)		/* repeated */				\
	ATTR(CALL_TRAP, "trap", trap)

/* value: a result of a call */
#define KWASM_ATTRS_VALUE(ATTR)						\
	ATTR(VALUE_PAD, "pad", pad)					\
	ATTR(VALUE_TYPE, "type", u8)	/* as in the binary format */	\
	ATTR(VALUE_BITS, "bits", u64)

/* event: an event and its object */
#define KWASM_ATTRS_EVENT(ATTR)								\
	ATTR(EVENT_PAD, "pad", pad)							\
	ATTR(EVENT_KIND, "kind", u8)				/* enum kwasm_event */	\
	ATTR(EVENT_TIME_NS, "time-ns", u64)			/* since the epoch */	\
	ATTR(EVENT_UID, "uid", u32)		/* who asked for it, none: the kernel */ \
	ATTR(EVENT_PID, "pid", u32)		/* its process */			\
	ATTR(EVENT_PROGRAM, "program", program)						\
	ATTR(EVENT_ATTACHMENT, "attachment", attachment)				\
	ATTR(EVENT_LOG, "log", log)

/* diag: why a request is rejected */
#define KWASM_ATTRS_DIAG(ATTR)			\
	ATTR(DIAG_TEXT, "text", string)		\
	ATTR(DIAG_FUNC, "func", u32)		\
	ATTR(DIAG_OFFSET, "offset", u32)

/* KWASM_SPACES(SPACE): name in upper case, name in the specification */
#define KWASM_SPACES(SPACE)			\
	SPACE(PROGRAM, "program")		\
	SPACE(IMPORT, "import")			\
	SPACE(EXPORT, "export")			\
	SPACE(ATTACHMENT, "attachment")		\
	SPACE(STATS, "stats")			\
	SPACE(TRAP_COUNT, "trap-count")		\
	SPACE(TRAP, "trap")			\
	SPACE(CODE, "code")			\
	SPACE(FUNCTION, "function")		\
	SPACE(LOG, "log")			\
	SPACE(INFO, "info")			\
	SPACE(CALL, "call")			\
	SPACE(VALUE, "value")			\
	SPACE(EVENT, "event")			\
	SPACE(DIAG, "diag")

#define ATTR(name, text, type) KWASM_A_##name,
#define SPACE(name, text)				\
	enum {						\
		KWASM_A_##name##_UNSPEC,		\
		KWASM_ATTRS_##name(ATTR)		\
		KWASM_A_##name##_END,			\
		KWASM_A_##name##_MAX = KWASM_A_##name##_END - 1	\
	};
KWASM_SPACES(SPACE)
#undef SPACE
#undef ATTR

/* KWASM_CMDS(CMD): name in upper case, name in the specification, space of its attributes */
#define KWASM_CMDS(CMD)						\
	CMD(LOAD, "load", PROGRAM)				\
	CMD(UNLOAD, "unload", PROGRAM)				\
	CMD(REPLACE, "replace", PROGRAM)			\
	CMD(KILL, "kill", PROGRAM)				\
	CMD(ATTACH, "attach", ATTACHMENT)			\
	CMD(DETACH, "detach", ATTACHMENT)			\
	CMD(GET_PROGRAM, "get-program", PROGRAM)		\
	CMD(GET_ATTACHMENT, "get-attachment", ATTACHMENT)	\
	CMD(GET_CODE, "get-code", CODE)				\
	CMD(GET_LOG, "get-log", LOG)				\
	CMD(GET_INFO, "get-info", INFO)				\
	CMD(INVOKE, "invoke", CALL)				\
	CMD(EVENT, "event", EVENT)				\
	CMD(DIAG, "diag", DIAG)

enum kwasm_cmd {
	KWASM_CMD_UNSPEC,
#define CMD(name, text, space) KWASM_CMD_##name,
	KWASM_CMDS(CMD)
#undef CMD
	KWASM_NUM_CMDS
};

/* The largest attribute of a command. */
enum {
#define CMD(name, text, space) KWASM_CMD_##name##_ATTR_MAX = KWASM_A_##space##_MAX,
	KWASM_CMDS(CMD)
#undef CMD
};

#define KWASM_CMD_MAX (KWASM_NUM_CMDS - 1)

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
	STATE(DETACHED, "detached")	\
	STATE(WAITING, "waiting")	/* active once there is a device of the name */

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
