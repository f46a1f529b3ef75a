// SPDX-License-Identifier: GPL-2.0-only
/*
 * extable.c - turn faults of compiled code into traps of the guest without a hook.
 *
 * The kernel finds the exception tables of BPF through the symbols of its programs, and the
 * functions of a text are such symbols already.  Here they belong to a program that consists only
 * of a table.  It has an entry for every byte of the text: every fault is found, including the
 * instruction fetch from disabled text, without knowledge of the code.  An entry has twelve bytes.
 * The accessed address is not available.
 */
#include <linux/bottom_half.h>
#include <linux/err.h>
#include <linux/extable.h>
#include <linux/filter.h>
#include <linux/init.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include <asm/extable.h>
#include <asm/pgtable.h>

#include "code.h"
#include "run/instance.h"
#include "extable.h"
#include "kernel/machine/symbols.h"
#include "kernel/machine/text.h"

#define GROUP_BYTES 65536u	/* number of distinct values of an entry's immediate */
#define MAX_BYTES (KWASM_EXTABLE_GROUPS * GROUP_BYTES)
#define NUMBER_REG 11		/* r11 is scratch in compiled code */

/**
 * struct kwasm_extable - the table of one text
 * @table: struct exception_table_entry, ascending; read-only, never executable
 * @aux: refers to the table; its symbol covers the whole text while @covering
 * @prog: not a real program, but what the kernel looks up; ends in a flexible array
 */
struct kwasm_extable {
	struct kwasm_text table;
	struct bpf_prog_aux aux;
	bool covering;
	struct bpf_prog prog;
};

/* The fields of an entry are relative to themselves. */
static void fill(struct kwasm_extable *t, unsigned long start, u32 size)
{
	struct exception_table_entry *entries = (void *)t->table.write;
	unsigned long exec = (unsigned long)t->table.exec;
	unsigned long fixup, at;
	u32 i;

	for (i = 0; i < size; i++) {
		at = exec + i * sizeof(*entries);
		fixup = (unsigned long)kwasm_extable_fixups +
			i / GROUP_BYTES * KWASM_EXTABLE_FIXUP_BYTES;
		entries[i].insn = start + i - at -
			offsetof(struct exception_table_entry, insn);
		entries[i].fixup = fixup - at - offsetof(struct exception_table_entry, fixup);
		entries[i].data = EX_TYPE_IMM_REG | EX_DATA_REG(NUMBER_REG) |
			i % GROUP_BYTES << EX_DATA_IMM_SHIFT;
		if (i % GROUP_BYTES == 0)
			cond_resched();
	}
}

struct kwasm_extable *kwasm_extable_create(unsigned long start, size_t size)
{
	struct kwasm_extable *t;
	int err;

	if (size > MAX_BYTES)
		return ERR_PTR(-E2BIG);
	t = kwasm_zalloc(1, sizeof(*t));
	if (!t)
		return ERR_PTR(-ENOMEM);
	err = kwasm_text_alloc_data(&t->table, size * sizeof(struct exception_table_entry));
	if (err)
		goto err_free;
	fill(t, start, size);
	err = kwasm_text_seal_data(&t->table);
	if (err)
		goto err_table;
	t->prog.aux = &t->aux;
	t->aux.prog = &t->prog;
	t->aux.extable = (struct exception_table_entry *)t->table.exec;
	t->aux.num_exentries = size;
	t->aux.ksym.prog = true;
	t->aux.ksym.start = start;
	t->aux.ksym.end = start + size;
	strscpy(t->aux.ksym.name, "kwasm_text", sizeof(t->aux.ksym.name));
	return t;

err_table:
	kwasm_text_free(&t->table);
err_free:
	kwasm_free(t);
	return ERR_PTR(err);
}

void kwasm_extable_destroy(struct kwasm_extable *t)
{
	if (!t)
		return;
	kwasm_extable_uncover(t);
	kwasm_text_free(&t->table);
	kwasm_free(t);
}

void kwasm_extable_cover(struct kwasm_extable *t)
{
	if (!t || t->covering)
		return;
	INIT_LIST_HEAD(&t->aux.ksym.lnode);
	kwasm_sym_bpf_ksym_add(&t->aux.ksym);
	t->covering = true;
}

void kwasm_extable_uncover(struct kwasm_extable *t)
{
	if (!t || !t->covering)
		return;
	kwasm_sym_bpf_ksym_del(&t->aux.ksym);
	t->covering = false;
	/* Lookups run under RCU, and it may be added again or freed. */
	synchronize_rcu();
}

struct bpf_prog *kwasm_extable_prog(struct kwasm_extable *t)
{
	return &t->prog;
}

/* In the context of the guest, whose frames no longer exist. */
void kwasm_extable_faulted(struct kwasm_ctx *ctx, u32 offset)
{
	unsigned long pc = (unsigned long)ctx->instance->code->text.exec + offset;

	kwasm_fault_redirect(ctx, pc, 0, kwasm_text_is_disabled(pc) ? KWASM_TRAP_KILLED :
									KWASM_TRAP_MEMORY);
}

/* ---- the test ---- */

/* A minimal guest for an entry and a fault. */
struct probe {
	struct kwasm_code code;
	struct kwasm_instance inst;
	struct kwasm_ctx ctx;
};

#define PROBE_LOAD 4	/* offset of the instruction that faults */

static int __init probe_code(struct kwasm_text *text)
{
	static const u8 bytes[] __initconst = {
		0xf3, 0x0f, 0x1e, 0xfa,		/* endbr64 */
		0x49, 0x8b, 0x06,		/* mov rax, [r14] */
		0xe9,				/* jmp kwasm_leave */
	};
	s32 rel = (unsigned long)kwasm_leave -
		((unsigned long)text->exec + sizeof(bytes) + sizeof(rel));

	memcpy(text->write, bytes, sizeof(bytes));
	memcpy(text->write + sizeof(bytes), &rel, sizeof(rel));
	return kwasm_text_seal(text);
}

/* Before anything faults: a fault whose entry is not found is the end of the machine. */
static bool __init probe_is_found(const struct kwasm_text *text, u32 offset)
{
	unsigned long pc = (unsigned long)text->exec + offset;
	const struct exception_table_entry *e = kwasm_sym_search_bpf_extables(pc);

	return e && (unsigned long)&e->insn + e->insn == pc &&
		(unsigned long)&e->fixup + e->fixup == (unsigned long)kwasm_extable_fixups;
}

static bool __init probe_traps(struct probe *p, u32 trap, u32 offset)
{
	u64 value = 0;
	u32 got;

	local_bh_disable();
	got = kwasm_enter(&p->ctx, p->code.text.exec, &value);
	local_bh_enable();
	return got == trap && p->ctx.trap_pc == (unsigned long)p->code.text.exec + offset;
}

int __init kwasm_extable_test(void)
{
	struct probe *p = kwasm_zalloc(1, sizeof(*p));
	int err;

	if (!p)
		return -ENOMEM;
	p->inst.code = &p->code;
	p->ctx.instance = &p->inst;
	p->ctx.mem_base = (u8 *)(VMALLOC_START - PAGE_SIZE);	/* never mapped */
	err = kwasm_text_alloc(&p->code.text, 2 * PROBE_LOAD + sizeof(s32));
	if (err)
		goto out;
	err = probe_code(&p->code.text);
	if (err)
		goto out;
	err = -ENXIO;
	if (!probe_is_found(&p->code.text, 0) || !probe_is_found(&p->code.text, PROBE_LOAD) ||
	    !probe_traps(p, KWASM_TRAP_MEMORY, PROBE_LOAD))
		goto out;
	kwasm_text_disable(&p->code.text);
	if (probe_traps(p, KWASM_TRAP_KILLED, 0))
		err = 0;
out:
	if (err)
		pr_err("kwasm: the kernel does not use the exception tables of programs (%d): cannot run programs\n",
		       err);
	kwasm_text_free(&p->code.text);
	kwasm_free(p);
	return err;
}
