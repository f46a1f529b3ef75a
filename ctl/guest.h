/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guest.h - a module that runs in this process, with the library that is also the kernel's core.
 */
#ifndef KWASM_CTL_GUEST_H
#define KWASM_CTL_GUEST_H

#include "../core/compile.h"
#include "../core/run/instance.h"
#include "trap.h"

struct ctl_amount;

/**
 * struct ctl_guest - a module in the stages of its preparation
 * @path: of its file, for messages
 * @source: lines, once ctl_guest_source() has read them
 * @log: receives lines, also of a start function; NULL: refused.  Set after decoding
 * @object: what the file is if it is no program although it is a module, else NULL
 */
struct ctl_guest {
	const char *path;
	const char *object;
	struct kwasm_limits limits;
	struct kwasm_module *module;
	struct kwasm_code *code;
	struct kwasm_store *store;
	struct kwasm_instance *inst;
	struct ctl_source *source;
	bool source_read;
	const struct kwasm_user_log *log;
};

/*
 * Each step requires the previous one; a failure is printed and returned as enum ctl_status.
 * ctl_guest_close() releases what exists.
 */
/** ctl_guest_decode() - @limits: "max_locals=100000", ...: limits other than the defaults. */
int ctl_guest_decode(struct ctl_guest *g, const char *path, const struct ctl_list *limits);
/** ctl_guest_decode_fd() - the same for an open file. */
int ctl_guest_decode_fd(struct ctl_guest *g, int fd, const char *path,
			const struct ctl_list *limits);
/** ctl_guest_compile() - @opts: NULL for the defaults. */
int ctl_guest_compile(struct ctl_guest *g, const struct kwasm_compile_opts *opts);
/**
 * ctl_guest_start() - instantiate the module.
 * @memory: limit of the linear memory, with value 0 for the default
 * @limit_ns: time limit of a start function, also at restarts; 0 for none
 */
int ctl_guest_start(struct ctl_guest *g, const struct ctl_amount *memory, u64 limit_ns);
/** ctl_guest_restart() - replace the instance with a fresh one. */
int ctl_guest_restart(struct ctl_guest *g);
void ctl_guest_close(struct ctl_guest *g);

/**
 * ctl_guest_export() - find an exported function.
 * @handler: it is to be a packet handler, whose name --entry selects
 *
 * Return: NULL after printing a message.
 */
const struct kwasm_export *ctl_guest_export(const struct ctl_guest *g, const char *name,
					    bool handler);

/** ctl_guest_function() - function index from "3" or a name.  False after printing a message. */
bool ctl_guest_function(const struct ctl_guest *g, const char *text, u32 *func);

/**
 * struct ctl_call - outcome of a call
 * @trapped: the call trapped; @trap is valid
 * @ns: run time
 */
struct ctl_call {
	bool trapped;
	struct ctl_trap trap;
	u64 ns;
};

/**
 * ctl_guest_call() - call a function.
 * @values: arguments in, results out
 * @limit_ns: 0 for none
 * @call: the outcome
 *
 * Return: CTL_OK if the call was made, even if it trapped; else CTL_FAILED.
 */
int ctl_guest_call(struct ctl_guest *g, u32 func, u64 *values, u64 limit_ns,
		   struct ctl_call *call);

/** ctl_warn_module() - warn of what is probably a mistake; JSON: the array "warnings". */
void ctl_warn_module(const struct kwasm_module *m);
/** ctl_warn_file() - the same for an open file; nothing if it is no module. */
void ctl_warn_file(int fd, const char *path);

/** ctl_guest_source() - source lines of the module, NULL without debug information. */
const struct ctl_source *ctl_guest_source(struct ctl_guest *g);

/** ctl_trap_from_info() - a trap of this guest. */
void ctl_trap_from_info(struct ctl_trap *trap, struct ctl_guest *g,
			const struct kwasm_trap_info *info);

#endif /* KWASM_CTL_GUEST_H */
