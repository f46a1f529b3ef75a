/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * exec.h - runs a command stream made by wast2cmds, in user space and in the kernel.
 */
#ifndef KWASM_SPEC_EXEC_H
#define KWASM_SPEC_EXEC_H

#include "run/instance.h"

/**
 * struct kwasm_spec_counts - assertions of one stream
 * @skipped_text: about modules in the text format
 */
struct kwasm_spec_counts {
	u32 passed;
	u32 failed;
	u32 skipped_text;
};

/**
 * struct kwasm_spec_env - environment of a run
 * @limits: limits of the modules
 * @atomic_grow: guests run in atomic context
 * @verify: check the IR after every pass
 * @enter: called before a guest runs in this context, to arm a watchdog; may be NULL
 * @leave: called after it has returned; may be NULL
 * @report: reports a failure; @line is that in the .wast file
 * @arg: first argument of the three
 */
struct kwasm_spec_env {
	const struct kwasm_limits *limits;
	bool atomic_grow;
	bool verify;
	void (*enter)(void *arg, struct kwasm_ctx *ctx);
	void (*leave)(void *arg, struct kwasm_ctx *ctx);
	void (*report)(void *arg, u32 line, const char *text);
	void *arg;
};

/**
 * kwasm_spec_run() - run all commands.
 * @stream: the command stream
 * @size: its bytes
 * @env: environment
 * @counts: filled in
 *
 * Context: process, may sleep.
 * Return: 0 if the whole stream was run, even with failures; -EINVAL for an invalid stream;
 * -ENOMEM; -EINTR.
 */
int kwasm_spec_run(const u8 *stream, size_t size, const struct kwasm_spec_env *env,
		   struct kwasm_spec_counts *counts);

#endif /* KWASM_SPEC_EXEC_H */
