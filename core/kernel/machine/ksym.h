/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ksym.h - names of compiled functions for /proc/kallsyms, stack traces and perf.
 */
#ifndef KWASM_KERNEL_KSYM_H
#define KWASM_KERNEL_KSYM_H

#include <linux/types.h>

struct kwasm_code;
struct cred;
struct kwasm_ksyms;

/**
 * kwasm_ksyms_add() - name each function of @code kwasm_<program>_<function>.
 * @code: sealed; its text must stay until kwasm_ksyms_del()
 * @program: name of the program; characters that a symbol cannot have become '_'
 *
 * A function without a name is named by its index.  Code between functions (entry thunks and stubs)
 * is named kwasm_<program>_stub; without a name, stack traces would end there.
 * Context: process, may sleep.  Return: or ERR_PTR(-ENOMEM).
 */
struct kwasm_ksyms *kwasm_ksyms_add(const struct kwasm_code *code, const char *program);

/** kwasm_ksyms_del() - take the names back; NULL is allowed.  Process context, may sleep. */
void kwasm_ksyms_del(struct kwasm_ksyms *ksyms);

/**
 * kwasm_ksyms_visible() - may who has @cred see addresses of the kernel?
 *
 * As /proc/kallsyms decides.  Any context.
 */
bool kwasm_ksyms_visible(const struct cred *cred);

#endif /* KWASM_KERNEL_KSYM_H */
