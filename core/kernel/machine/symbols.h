/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * symbols.h - kernel functions and variables that are not exported to modules.
 *
 * kwasm_sym_X() behaves as the kernel's X(), or returns the address of its symbol X.  Valid once
 * kwasm_symbols_init() has succeeded.
 */
#ifndef KWASM_KERNEL_SYMBOLS_H
#define KWASM_KERNEL_SYMBOLS_H

#include <linux/types.h>

struct bpf_ksym;
struct cred;
struct exception_table_entry;
struct mm_struct;
struct vm_struct;

/*
 * KWASM_SYMBOLS(CALL, ADDRESS): the symbols that are looked up, but for those of the processor.
 *	CALL(NEED, result, name here, name in the kernel, parameters, arguments)
 *	ADDRESS(NEED, type, name)
 * NEED is MUST: the module does not load without it; or MAY: without it the result is 0.
 * fixup_exception() is for ftrace and is never called.
 */
#define KWASM_SYMBOLS(CALL, ADDRESS)							\
	CALL(MUST, struct vm_struct *, get_vm_area_caller, __get_vm_area_caller,	\
	     (unsigned long size, unsigned long flags, unsigned long start,		\
	      unsigned long end, const void *caller),					\
	     (size, flags, start, end, caller))						\
	CALL(MUST, struct vm_struct *, get_vm_area, get_vm_area,			\
	     (unsigned long size, unsigned long flags), (size, flags))			\
	CALL(MUST, void, vunmap_range, vunmap_range,					\
	     (unsigned long start, unsigned long end), (start, end))			\
	CALL(MUST, void, flush_tlb_kernel_range, flush_tlb_kernel_range,		\
	     (unsigned long start, unsigned long end), (start, end))			\
	CALL(MUST, void, bpf_ksym_add, bpf_ksym_add, (struct bpf_ksym *ksym), (ksym))	\
	CALL(MUST, void, bpf_ksym_del, bpf_ksym_del, (struct bpf_ksym *ksym), (ksym))	\
	CALL(MUST, void, perf_event_ksymbol, perf_event_ksymbol,			\
	     (u16 type, u64 addr, u32 len, bool unregister, const char *name),		\
	     (type, addr, len, unregister, name))					\
	CALL(MAY, const struct exception_table_entry *, search_bpf_extables,		\
	     search_bpf_extables, (unsigned long addr), (addr))				\
	CALL(MAY, bool, kallsyms_show_value, kallsyms_show_value,			\
	     (const struct cred *cred), (cred))						\
	ADDRESS(MUST, struct mm_struct *, init_mm)					\
	ADDRESS(MUST, unsigned long, fixup_exception)

#define CALL(need, result, name, symbol, params, args) result kwasm_sym_##name params;
#define ADDRESS(need, type, name) type kwasm_sym_##name(void);
KWASM_SYMBOLS(CALL, ADDRESS)
#undef CALL
#undef ADDRESS

/* Address of any symbol, 0 if this kernel does not have it.  At load only. */
unsigned long kwasm_sym_lookup(const char *name);

#endif /* KWASM_KERNEL_SYMBOLS_H */
