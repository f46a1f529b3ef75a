/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * change.h - what the commands share that change the kernel's state.
 */
#ifndef KWASM_CTL_CHANGE_H
#define KWASM_CTL_CHANGE_H

#include "ctl.h"
#include "field.h"
#include "nl.h"

/* Options of all commands that load a program. */
struct ctl_load_args {
	const char *name;
	struct ctl_amount time_limit;
	struct ctl_amount memory_limit;
	struct ctl_amount total_limit;
	struct ctl_list deny;
};

#define CTL_LOAD_OPTIONS(type, member)								\
	{ "time-limit", 0, CTL_TIME, offsetof(type, member time_limit), "TIME",		\
	  "stop an invocation after this time" },						\
	{ "memory-limit", 0, CTL_SIZE, offsetof(type, member memory_limit), "SIZE",		\
	  "limit the memory of each instance" },						\
	{ "total-limit", 0, CTL_SIZE, offsetof(type, member total_limit), "SIZE",		\
	  "limit all memory that the program takes" },						\
	{ "deny", 0, CTL_LIST, offsetof(type, member deny), "PATTERN",				\
	  "reject a program with a matching import" }

/** ctl_load_put() - add a program to a request: the file @fd, its name and limits. */
void ctl_load_put(struct ctl_request *req, const struct ctl_load_args *args, const char *name,
		  int fd);

/**
 * ctl_load_check() - report a limit that exceeds its maximum, which the kernel would do in its own
 * units.
 *
 * Return: enum ctl_status.
 */
int ctl_load_check(const struct ctl_load_args *args);

/**
 * struct ctl_done - how a reply is printed
 * @rows: of its fields
 * @fd: the module's file, -1 if the request has none
 * @path: its name
 */
struct ctl_done {
	const struct ctl_row *rows;
	int fd;
	const char *path;
};

/** ctl_done_print() - a ctl_reply_fn whose argument is a struct ctl_done. */
int ctl_done_print(const struct ctl_fields *f, u8 cmd, void *arg);

/**
 * ctl_affected_print() - the object of a command without other output, in JSON only.
 * @id: 0 if there is none
 * @name: NULL if there is none, like @hook
 *
 * Return: CTL_OK.
 */
int ctl_affected_print(u32 id, const char *name, const char *hook);

/**
 * struct ctl_ids - IDs of attachments; the caller frees @ids
 */
struct ctl_ids {
	u32 *ids;
	u32 num;
};

/** ctl_ids_collect() - those at @hook, or all if it is NULL.  Return: enum ctl_status. */
int ctl_ids_collect(const char *hook, struct ctl_ids *list);

/**
 * ctl_ids_detach() - detach one by one; the IDs are members of the array under construction.
 *
 * Return: enum ctl_status.
 */
int ctl_ids_detach(const struct ctl_ids *list);

#endif /* KWASM_CTL_CHANGE_H */
