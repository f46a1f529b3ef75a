/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * symbols.h - kernel functions and variables that are not exported to modules.
 *
 * kwasm_sym_X() behaves as the kernel's X().  Valid once kwasm_symbols_init() has succeeded.
 */
#ifndef KWASM_KERNEL_SYMBOLS_H
#define KWASM_KERNEL_SYMBOLS_H

#include <linux/types.h>

struct bpf_ksym;
struct exception_table_entry;
struct mm_struct;
struct vm_struct;

struct vm_struct *kwasm_sym_get_vm_area_in(unsigned long size, unsigned long flags,
					   unsigned long start, unsigned long end);
struct vm_struct *kwasm_sym_get_vm_area(unsigned long size, unsigned long flags);
void kwasm_sym_vunmap_range(unsigned long start, unsigned long end);
void kwasm_sym_flush_tlb_kernel_range(unsigned long start, unsigned long end);
void kwasm_sym_bpf_ksym_add(struct bpf_ksym *ksym);
void kwasm_sym_bpf_ksym_del(struct bpf_ksym *ksym);
void kwasm_sym_perf_event_ksymbol(u64 addr, u32 len, bool unregister, const char *name);

/* NULL also if this kernel does not have the function. */
const struct exception_table_entry *kwasm_sym_search_bpf_extables(unsigned long addr);

struct mm_struct *kwasm_sym_init_mm(void);

/* Address of fixup_exception(), for ftrace; never called. */
unsigned long kwasm_sym_fixup_exception(void);

/* Address of any symbol, 0 if this kernel does not have it.  At load only. */
unsigned long kwasm_sym_lookup(const char *name);

#endif /* KWASM_KERNEL_SYMBOLS_H */
