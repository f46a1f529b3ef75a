/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * spec.h - the specification suite on the IR interpreter.
 */
#ifndef KWASM_TESTS_IR_SPEC_H
#define KWASM_TESTS_IR_SPEC_H

struct kwasm_module;

/* Read and decode a module; NULL, with a message on stderr, if invalid. */
struct kwasm_module *module_read(const char *path);

/*
 * Runs the commands of a wast2json file with @passes passes; prints failures and counts.
 * Return: exit status.
 */
int spec_run(unsigned int passes, const char *path);

#endif /* KWASM_TESTS_IR_SPEC_H */
