/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * absence.h - why a module is not loaded.
 */
#ifndef KWASM_CTL_ABSENCE_H
#define KWASM_CTL_ABSENCE_H

#include "env.h"

/**
 * struct ctl_machine - the kernel that should have a module
 * @root: prefix of all paths, "" for this machine
 * @module: its name
 * @release: as uname -r prints it
 * @version: as uname -v
 * @may_load: may this process load modules?
 */
struct ctl_machine {
	const char *root;
	const char *module;
	const char *release;
	const char *version;
	bool may_load;
};

/**
 * ctl_absence_cause() - why the module does not answer, and what to do.
 * @text: set to one sentence, cut to @size bytes with its NUL
 *
 * Reads what a machine says of itself and the installed file; loads nothing.
 */
void ctl_absence_cause(const struct ctl_machine *m, char *text, size_t size);

/** ctl_absence_here() - the same of this machine and process. */
void ctl_absence_here(const char *module, char *text, size_t size);

#endif /* KWASM_CTL_ABSENCE_H */
