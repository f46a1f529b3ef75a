// SPDX-License-Identifier: GPL-2.0-only
/*
 * fault.c - turn faults of compiled code into traps of the guest.
 *
 * Each fault of kernel code passes fixup_exception() before the kernel gives up.  An ftrace hook
 * there looks at the faulting address: in sealed text it sets the instruction pointer to the result
 * of kwasm_fault_redirect() and makes fixup_exception() report success.  Unlike a kprobe the hook
 * also works when the fault happens on top of another probe, and it cannot be switched off.  The
 * die notifier sees some of the same faults (not page faults) in another way.
 *
 * If the hook is impossible, for example because a live patch has replaced fixup_exception(), the
 * texts have exception tables, see extable.c.
 *
 * No guest may run before kwasm_fault_init() has succeeded: it verifies with a deliberate fault,
 * which an ordinary exception table entry makes harmless, that the hook is called and effective.
 */
#include <linux/ftrace.h>
#include <linux/kdebug.h>
#include <linux/module.h>
#include <linux/objtool.h>
#include <linux/ptrace.h>

#include <asm/asm.h>
#include <asm/trap_pf.h>
#include <asm/trapnr.h>

#include "run/ctx.h"
#include "run/trap.h"
#include "extable.h"
#include "kernel/kernel.h"
#include "kernel/machine/symbols.h"
#include "kernel/machine/text.h"

static bool fault_hook __ro_after_init = true;
module_param(fault_hook, bool, 0444);
MODULE_PARM_DESC(fault_hook, "hook the kernel's fault fixup instead of using exception tables (Y)");

bool kwasm_fault_is_hooked(void)
{
	return fault_hook;
}

static notrace u32 trap_of(const struct pt_regs *regs, int trapnr, unsigned long error_code,
			   unsigned long addr)
{
	switch (trapnr) {
	case X86_TRAP_PF:
		if ((error_code & X86_PF_INSTR) && addr == regs->ip)
			return KWASM_TRAP_KILLED;
		return KWASM_TRAP_MEMORY;
	case X86_TRAP_GP:
		return KWASM_TRAP_MEMORY;
	case X86_TRAP_DE:
		return KWASM_TRAP_DIV_ZERO;
	case X86_TRAP_SS:
		return KWASM_TRAP_STACK;
	default:
		return KWASM_TRAP_UNREACHABLE;
	}
}

static notrace bool redirect(struct pt_regs *regs, int trapnr, unsigned long error_code,
			     unsigned long addr)
{
	u32 trap;

	if (user_mode(regs))
		return false;
	if (unlikely(regs->ip == (unsigned long)kwasm_fault_probe)) {
		regs->ip = (unsigned long)kwasm_fault_probe_hooked;
		return true;
	}
	if (!kwasm_text_contains(regs->ip))
		return false;
	trap = trap_of(regs, trapnr, error_code, addr);
	if (trapnr != X86_TRAP_PF)
		addr = 0;
	regs->ip = (unsigned long)kwasm_fault_redirect((struct kwasm_ctx *)regs->r15, regs->ip,
						       addr, trap);
	return true;
}

/* Runs instead of fixup_exception(): "the exception has been handled". */
static notrace noinline int fixed_up(void)
{
	return 1;
}

static void notrace fixup_hook(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			       struct ftrace_regs *fregs)
{
	struct pt_regs *call = ftrace_get_regs(fregs);

	/* fixup_exception(struct pt_regs *, int trapnr, ulong error_code, ulong fault_addr) */
	if (call && redirect((struct pt_regs *)call->di, (int)call->si, call->dx, call->cx))
		call->ip = (unsigned long)fixed_up;
}

static struct ftrace_ops fixup_ops = {
	.func = fixup_hook,
	.flags = FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT,
};

static int on_die(struct notifier_block *nb, unsigned long val, void *data)
{
	struct die_args *args = data;

	if (val != DIE_TRAP && val != DIE_GPF && val != DIE_INT3)
		return NOTIFY_DONE;
	if (!args->regs || !redirect(args->regs, args->trapnr, args->err, 0))
		return NOTIFY_DONE;
	return NOTIFY_STOP;
}

static struct notifier_block die_block = {
	.notifier_call = on_die,
	.priority = INT_MAX,
};

/*
 * Read an address that is never mapped.  Return: 2 when the hook took the fault, 1 when only the
 * exception table did, 0 when there was no fault.
 */
static noinline __noclone int probe_fault(void)
{
	const void *guard = (const void *)(VMALLOC_START - PAGE_SIZE);
	int result = 0;

	asm volatile("	testl	%[result], %[result]\n"
		     "	jnz	kwasm_fault_probe_hooked\n"
		     "kwasm_fault_probe:\n"
		     ANNOTATE_NOENDBR
		     "	movq	(%[guard]), %[guard]\n"
		     "	jmp	2f\n"
		     "1:	movl	$1, %[result]\n"
		     "	jmp	2f\n"
		     "kwasm_fault_probe_hooked:\n"
		     ANNOTATE_NOENDBR
		     "	movl	$2, %[result]\n"
		     "2:\n"
		     _ASM_EXTABLE(kwasm_fault_probe, 1b)
		     : [result] "+r" (result), [guard] "+r" (guard));
	return result;
}

static int __init hook(void)
{
	int err;

	err = ftrace_set_filter_ip(&fixup_ops, kwasm_sym_fixup_exception(), 0, 0);
	if (err)
		return err;
	err = register_ftrace_function(&fixup_ops);
	if (err)
		goto err_filter;
	if (probe_fault() != 2) {
		err = -ENXIO;
		goto err_hook;
	}
	return 0;

err_hook:
	unregister_ftrace_function(&fixup_ops);
err_filter:
	ftrace_set_filter_ip(&fixup_ops, kwasm_sym_fixup_exception(), 1, 0);
	ftrace_free_filter(&fixup_ops);
	return err;
}

int __init kwasm_fault_init(void)
{
	int err;

	err = register_die_notifier(&die_block);
	if (err)
		return err;
	if (fault_hook) {
		err = hook();
		if (!err)
			return 0;
		fault_hook = false;
		pr_notice("kwasm: cannot hook fixup_exception (%d), using exception tables: check kernel.ftrace_enabled and live patches\n",
			  err);
	} else {
		pr_notice("kwasm: using exception tables (fault_hook=N)\n");
	}
	err = kwasm_extable_test();
	if (err)
		unregister_die_notifier(&die_block);
	return err;
}

void kwasm_fault_exit(void)
{
	if (fault_hook) {
		unregister_ftrace_function(&fixup_ops);
		ftrace_free_filter(&fixup_ops);
	}
	unregister_die_notifier(&die_block);
}
