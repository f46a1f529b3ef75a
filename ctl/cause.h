/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cause.h - why a file or one of its names is refused, and what to do.
 */
#ifndef KWASM_CTL_CAUSE_H
#define KWASM_CTL_CAUSE_H

#include "ctl.h"

struct ctl_error;
struct kwasm_module;

/**
 * ctl_cause_file() - what a file that is no program is instead.
 *
 * Return: a sentence without its subject; NULL for what may be a program.
 */
const char *ctl_cause_file(const u8 *bytes, size_t size);

/**
 * ctl_cause_fail() - report that a file is refused.
 * @path: its name
 * @bytes: its contents, @size of them; NULL if they are known to be a program
 * @m: its module, NULL if it could not be decoded
 * @diag: the error, of the library or the kernel
 *
 * Return: CTL_FAILED.
 */
int ctl_cause_fail(const char *path, const u8 *bytes, size_t size, const struct kwasm_module *m,
		   const struct kwasm_diag *diag);

/**
 * ctl_cause_export() - report that a module does not export a function.
 * @name: the function
 * @handler: it must be a packet handler, else it may have any type
 * @advice: how to choose another one, after the list of those that there are; or NULL
 *
 * Return: CTL_FAILED.
 */
int ctl_cause_export(const char *path, const struct kwasm_module *m, const char *name,
		     bool handler, const char *advice);

/**
 * ctl_cause_loaded() - report that the kernel refuses to run a function of a loaded program, after
 * ctl_request_try().
 *
 * Return: CTL_FAILED.
 */
int ctl_cause_loaded(const char *program, const char *entry);

/** ctl_cause_function() - report that no function has a name or index.  Return: CTL_FAILED. */
int ctl_cause_function(const char *path, const struct kwasm_module *m, const char *name);

/** ctl_cause_is_handler() - does a function have the type of a packet handler? */
bool ctl_cause_is_handler(const struct kwasm_module *m, u32 func);

/**
 * struct ctl_needs - the functions that a request needs a module to export
 * @entries: @num names
 * @advice: as for ctl_cause_export()
 */
struct ctl_needs {
	const char *const *entries;
	u32 num;
	const char *advice;
};

/**
 * ctl_cause_loading() - report that a request with a file failed.
 * @fd: the file, open
 * @error: the request's
 *
 * Return: CTL_FAILED.
 */
int ctl_cause_loading(int fd, const char *path, const struct ctl_error *error,
		      const struct ctl_needs *needs);

#endif /* KWASM_CTL_CAUSE_H */
