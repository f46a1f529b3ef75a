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
#define CALL(need, result, name, symbol, params, args) \
	DEFINE_STATIC_CALL_NULL(kwasm_##name, symbol);
#define ADDRESS(need, type, name)
KWASM_SYMBOLS(CALL, ADDRESS)
#undef CALL
#undef ADDRESS

/* Written once by kwasm_symbols_init(). */
static struct {
#define CALL(need, result, name, symbol, params, args) unsigned long name;
#define ADDRESS(need, type, name) unsigned long name;
	KWASM_SYMBOLS(CALL, ADDRESS)
#undef CALL
#undef ADDRESS
} sym __ro_after_init;

#define MUST 1
#define MAY 0

struct wanted {
	const char *name;
	unsigned long *addr;
	bool needed;
};

static const struct wanted wanted[] __initconst = {
#define CALL(need, result, name, symbol, params, args) { #symbol, &sym.name, need },
#define ADDRESS(need, type, name) { #name, &sym.name, need },
	KWASM_SYMBOLS(CALL, ADDRESS)
#undef CALL
#undef ADDRESS
};

#define CALL(need, result, name, symbol, params, args)	\
	result kwasm_sym_##name params			\
	{						\
		if (!(need) && !sym.name)		\
			return (result)0;		\
		return static_call(kwasm_##name) args;	\
	}
#define ADDRESS(need, type, name)			\
	type kwasm_sym_##name(void)			\
	{						\
		return (type)sym.name;			\
	}
KWASM_SYMBOLS(CALL, ADDRESS)
#undef CALL
#undef ADDRESS

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
		if (!*wanted[i].addr && wanted[i].needed) {
			pr_err("kwasm: this kernel has no symbol %s\n", wanted[i].name);
			return -ENOENT;
		}
	}

#define CALL(need, result, name, symbol, params, args) \
	if (sym.name) \
		static_call_update(kwasm_##name, (void *)sym.name);
#define ADDRESS(need, type, name)
	KWASM_SYMBOLS(CALL, ADDRESS)
#undef CALL
#undef ADDRESS
	return 0;
}
