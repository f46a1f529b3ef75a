/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kwasm.h - all that a module which adds hooks includes of kwasm.
 *
 * It registers a struct kwasm_hook_type for each place where packets can be seen, and calls
 * kwasm_attachment_run() for each packet that comes by there.
 */
#ifndef KWASM_KWASM_H
#define KWASM_KWASM_H

#include "kernel/handler/run.h"

#endif /* KWASM_KWASM_H */
