/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kwasm.h - the header for modules that add hooks or host functions.
 *
 * Such a module registers a struct kwasm_hook_type for each hook, and calls kwasm_attachment_run()
 * for each packet there; a struct kwasm_provider for each import module.
 */
#ifndef KWASM_KWASM_H
#define KWASM_KWASM_H

#include "kernel/handler/run.h"
#include "kernel/program/provider.h"

#endif /* KWASM_KWASM_H */
