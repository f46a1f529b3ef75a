// SPDX-License-Identifier: GPL-2.0-only
/*
 * symbols.c - lookup of kernel symbols that are not exported.
 *
 * The module loads only if every one it cannot do without is found.  On a CPU with indirect branch
 * tracking the kernel makes functions unreachable for indirect calls whose address it does not
 * take itself, so a looked-up function is never called through a pointer: a static call makes it
 * a direct `call`.
 */
#include <linux/bpf.h>
#include <linux/extable.h>
#include <linux/kallsyms.h>
#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/perf_event.h>
#include <linux/static_call.h>
#include <linux/vmalloc.h>

#include "env.h"
#include "kernel/compat.h"
#include "kernel/kernel.h"
#include "symbols.h"

/* The headers hide these from modules. */
void flush_tlb_kernel_range(unsigned long start, unsigned long end);

DEFINE_STATIC_CALL_NULL(kwasm_kallsyms_lookup_name, kallsyms_lookup_name);
DEFINE_STATIC_CALL_NULL(kwasm_get_vm_area_caller, __get_vm_area_caller);
DEFINE_STATIC_CALL_NULL(kwasm_get_vm_area, get_vm_area);
DEFINE_STATIC_CALL_NULL(kwasm_vunmap_range, vunmap_range);
DEFINE_STATIC_CALL_NULL(kwasm_flush_tlb_kernel_range, flush_tlb_kernel_range);
DEFINE_STATIC_CALL_NULL(kwasm_bpf_ksym_add, bpf_ksym_add);
DEFINE_STATIC_CALL_NULL(kwasm_bpf_ksym_del, bpf_ksym_del);
DEFINE_STATIC_CALL_NULL(kwasm_search_bpf_extables, search_bpf_extables);
DEFINE_STATIC_CALL_NULL(kwasm_perf_event_ksymbol, perf_event_ksymbol);

/* Written once by kwasm_symbols_init(). */
static struct {
	unsigned long get_vm_area_caller;
	unsigned long get_vm_area;
	unsigned long vunmap_range;
	unsigned long flush_tlb_kernel_range;
	unsigned long bpf_ksym_add;
	unsigned long bpf_ksym_del;
	unsigned long search_bpf_extables;
	unsigned long perf_event_ksymbol;
	unsigned long init_mm;
	unsigned long fixup_exception;
} sym __ro_after_init;

struct wanted {
	const char *name;
	unsigned long *addr;
	bool optional;
};

static const struct wanted wanted[] __initconst = {
	{ "__get_vm_area_caller", &sym.get_vm_area_caller },
	{ "get_vm_area", &sym.get_vm_area },
	{ "vunmap_range", &sym.vunmap_range },
	{ "flush_tlb_kernel_range", &sym.flush_tlb_kernel_range },
	{ "bpf_ksym_add", &sym.bpf_ksym_add },
	{ "bpf_ksym_del", &sym.bpf_ksym_del },
	{ "search_bpf_extables", &sym.search_bpf_extables, true },
	{ "perf_event_ksymbol", &sym.perf_event_ksymbol },
	{ "init_mm", &sym.init_mm },
	{ "fixup_exception", &sym.fixup_exception },
};

struct vm_struct *kwasm_sym_get_vm_area_in(unsigned long size, unsigned long flags,
					   unsigned long start, unsigned long end)
{
	return static_call(kwasm_get_vm_area_caller)(size, flags, start, end,
						     __builtin_return_address(0));
}

struct vm_struct *kwasm_sym_get_vm_area(unsigned long size, unsigned long flags)
{
	return static_call(kwasm_get_vm_area)(size, flags);
}

void kwasm_sym_vunmap_range(unsigned long start, unsigned long end)
{
	static_call(kwasm_vunmap_range)(start, end);
}

void kwasm_sym_flush_tlb_kernel_range(unsigned long start, unsigned long end)
{
	static_call(kwasm_flush_tlb_kernel_range)(start, end);
}

void kwasm_sym_bpf_ksym_add(struct bpf_ksym *ksym)
{
	static_call(kwasm_bpf_ksym_add)(ksym);
}

void kwasm_sym_bpf_ksym_del(struct bpf_ksym *ksym)
{
	static_call(kwasm_bpf_ksym_del)(ksym);
}

void kwasm_sym_perf_event_ksymbol(u64 addr, u32 len, bool unregister, const char *name)
{
	static_call(kwasm_perf_event_ksymbol)(PERF_RECORD_KSYMBOL_TYPE_OOL, addr, len, unregister,
					      name);
}

const struct exception_table_entry *kwasm_sym_search_bpf_extables(unsigned long addr)
{
	return sym.search_bpf_extables ? static_call(kwasm_search_bpf_extables)(addr) : NULL;
}

struct mm_struct *kwasm_sym_init_mm(void)
{
	return (struct mm_struct *)sym.init_mm;
}

unsigned long kwasm_sym_fixup_exception(void)
{
	return sym.fixup_exception;
}

/*
 * A kprobe yields the address of kallsyms_lookup_name().  If functions begin with a landing pad for
 * indirect branches, the probe is after it; functions are aligned to 16 bytes.
 */
static int __init find_lookup(void)
{
	static const char name[] __initconst = "kallsyms_lookup_name";
	struct kprobe kp = { .symbol_name = name };
	unsigned long addr;
	int err;

	err = register_kprobe(&kp);
	if (err) {
		pr_err("kwasm: cannot look up kernel symbols: kprobes do not work (%d)\n", err);
		return err;
	}
	addr = (unsigned long)kp.addr & ~0xful;
	unregister_kprobe(&kp);

	static_call_update(kwasm_kallsyms_lookup_name, (void *)addr);
	if (static_call(kwasm_kallsyms_lookup_name)(name) != addr) {
		pr_err("kwasm: cannot look up kernel symbols: %s differs from its kprobe's address\n",
		       name);
		return -ENOENT;
	}
	return 0;
}

unsigned long __init kwasm_sym_lookup(const char *name)
{
	return static_call(kwasm_kallsyms_lookup_name)(name);
}

int __init kwasm_symbols_init(void)
{
	unsigned int i;
	int err;

	err = find_lookup();
	if (err)
		return err;

	for (i = 0; i < ARRAY_SIZE(wanted); i++) {
		*wanted[i].addr = kwasm_sym_lookup(wanted[i].name);
		if (!*wanted[i].addr && !wanted[i].optional) {
			pr_err("kwasm: this kernel has no symbol %s\n", wanted[i].name);
			return -ENOENT;
		}
	}

	static_call_update(kwasm_get_vm_area_caller, (void *)sym.get_vm_area_caller);
	static_call_update(kwasm_get_vm_area, (void *)sym.get_vm_area);
	static_call_update(kwasm_vunmap_range, (void *)sym.vunmap_range);
	static_call_update(kwasm_flush_tlb_kernel_range, (void *)sym.flush_tlb_kernel_range);
	static_call_update(kwasm_bpf_ksym_add, (void *)sym.bpf_ksym_add);
	static_call_update(kwasm_bpf_ksym_del, (void *)sym.bpf_ksym_del);
	if (sym.search_bpf_extables)
		static_call_update(kwasm_search_bpf_extables, (void *)sym.search_bpf_extables);
	static_call_update(kwasm_perf_event_ksymbol, (void *)sym.perf_event_ksymbol);
	return 0;
}
