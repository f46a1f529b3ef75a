/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * source.h - source lines of a module that has debug information.
 */
#ifndef KWASM_CTL_SOURCE_H
#define KWASM_CTL_SOURCE_H

#include "env.h"

struct kwasm_module;
struct ctl_source;

/**
 * ctl_source_open() - the line table of @module, which must outlive it.
 *
 * Return: NULL if it has none, or one that cannot be read: then there are no lines.
 */
struct ctl_source *ctl_source_open(const struct kwasm_module *module);

/**
 * ctl_source_find() - the line of the instruction at byte @offset of the module.
 * @s: NULL is allowed
 * @line: its number
 *
 * Return: name of its file, valid until ctl_source_close(); NULL if unknown.
 */
const char *ctl_source_find(const struct ctl_source *s, u32 offset, u32 *line);

/** ctl_source_close() - NULL is allowed. */
void ctl_source_close(struct ctl_source *s);

#endif /* KWASM_CTL_SOURCE_H */
