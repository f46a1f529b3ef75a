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
 * struct kwasm_spec_env - what surrounds a run
 * @limits: ceilings for the modules
 * @atomic_grow: guests run where sleeping is forbidden
 * @verify: check the IR after every pass
 * @enter: a guest is about to run in this context: arm a watchdog; may be NULL
 * @leave: it has returned; may be NULL
 * @report: a failure, one sentence; @line is the .wast file's
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
 * @env: surroundings
 * @counts: filled in
 *
 * Context: process, may sleep.
 * Return: 0 when the whole stream was run, whatever failed in it; -EINVAL for a stream that is
 * none; -ENOMEM; -EINTR.
 */
int kwasm_spec_run(const u8 *stream, size_t size, const struct kwasm_spec_env *env,
		   struct kwasm_spec_counts *counts);

#endif /* KWASM_SPEC_EXEC_H */
