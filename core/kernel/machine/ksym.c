// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksym.c - names of compiled functions for /proc/kallsyms, stack traces and perf.
 *
 * The kernel names BPF programs with struct bpf_ksym; compiled functions use the same list, so
 * every tool that supports the former supports the latter.  All of a text is covered: the unwinder
 * only walks through code with a symbol.
 */
#include <linux/bpf.h>
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/perf_event.h>
#include <linux/rcupdate.h>

#include "code.h"
#include "arch.h"
#include "wasm/module.h"
#include "ksym.h"
#include "symbols.h"
#include "text.h"

/*
 * An entry takes more than half a KiB, and /proc/kallsyms walks the list from its head for each
 * one: a text of more functions than this has one symbol for all.
 */
#define KSYMS_MAX 4096
#define PROGRAM_CHARS 64
#define FUNC_CHARS 128

/**
 * struct kwasm_ksyms - the symbols of one text
 * @extable: NULL if faults are hooked
 * @syms: without @extable
 * @auxs: with it: each symbol refers to the program that has the table
 */
struct kwasm_ksyms {
	struct kwasm_extable *extable;
	u32 num;
	union {
		DECLARE_FLEX_ARRAY(struct bpf_ksym, syms);
		DECLARE_FLEX_ARRAY(struct bpf_prog_aux, auxs);
	};
};

static struct bpf_ksym *sym_at(struct kwasm_ksyms *ks, u32 i)
{
	return ks->extable ? &ks->auxs[i].ksym : &ks->syms[i];
}

/* Append @len bytes of @str up to @size, replacing characters that a symbol cannot have. */
static size_t append(char *buf, size_t at, size_t size, const char *str, size_t len)
{
	size_t i;

	for (i = 0; i < len && at + 1 < size; i++)
		buf[at++] = isalnum(str[i]) && isascii(str[i]) ? str[i] : '_';
	buf[at] = '\0';
	return at;
}

static void add(struct kwasm_ksyms *ks, const struct kwasm_code *code, const char *program,
		u32 start, u32 end, const char *name, size_t len)
{
	struct bpf_ksym *sym = sym_at(ks, ks->num);
	size_t at;

	at = append(sym->name, 0, KSYM_NAME_LEN, "kwasm_", 6);
	at = append(sym->name, at, KSYM_NAME_LEN, program, strnlen(program, PROGRAM_CHARS));
	at = append(sym->name, at, KSYM_NAME_LEN, "_", 1);
	append(sym->name, at, KSYM_NAME_LEN, name, min_t(size_t, len, FUNC_CHARS));

	INIT_LIST_HEAD(&sym->lnode);
	sym->start = (unsigned long)code->text.exec + start;
	sym->end = (unsigned long)code->text.exec + end;
	if (ks->extable) {
		ks->auxs[ks->num].prog = kwasm_extable_prog(ks->extable);
		sym->prog = true;
	}
	ks->num++;
	kwasm_sym_bpf_ksym_add(sym);
	kwasm_sym_perf_event_ksymbol(PERF_RECORD_KSYMBOL_TYPE_OOL, sym->start, end - start, false,
				     sym->name);
}

static void add_func(struct kwasm_ksyms *ks, const struct kwasm_code *code, const char *program,
		     u32 i)
{
	const struct kwasm_module *m = code->module;
	u32 index = m->num_func_imports + i;
	const struct kwasm_name *name = &m->funcs[index].name;
	char number[12];

	if (name->len) {
		add(ks, code, program, code->funcs[i].start, code->funcs[i].end, name->str,
		    name->len);
		return;
	}
	add(ks, code, program, code->funcs[i].start, code->funcs[i].end, number,
	    scnprintf(number, sizeof(number), "%u", index));
}

/* How many symbols the first @num functions take, with the stubs around them. */
static u32 count(const struct kwasm_code *code, u32 num)
{
	u32 i, at = 0, total = 1;

	for (i = 0; i < num; i++) {
		total += code->funcs[i].start > at;
		total += code->funcs[i].end > code->funcs[i].start;
		at = max(at, code->funcs[i].end);
	}
	return total;
}

struct kwasm_ksyms *kwasm_ksyms_add(const struct kwasm_code *code, const char *program)
{
	u32 num = code->module->num_funcs - code->module->num_func_imports;
	struct kwasm_extable *extable = kwasm_text_extable(&code->text);
	struct kwasm_ksyms *ks;
	u32 i, at = 0, total;

	if (num > KSYMS_MAX)
		num = 0;
	total = count(code, num);
	ks = kwasm_zalloc(1, extable ? struct_size(ks, auxs, total) : struct_size(ks, syms, total));
	if (!ks)
		return ERR_PTR(-ENOMEM);
	ks->extable = extable;
	/* Functions are in the order of their indices. */
	for (i = 0; i < num; i++) {
		if (code->funcs[i].start > at)
			add(ks, code, program, at, code->funcs[i].start, "stub", 4);
		if (code->funcs[i].end > code->funcs[i].start)
			add_func(ks, code, program, i);
		at = max(at, code->funcs[i].end);
		cond_resched();
	}
	if (code->text_used > at)
		add(ks, code, program, at, code->text_used, num ? "stub" : "code", 4);
	kwasm_extable_uncover(extable);
	return ks;
}

void kwasm_ksyms_del(struct kwasm_ksyms *ks)
{
	u32 i;

	if (!ks)
		return;
	kwasm_extable_cover(ks->extable);
	for (i = 0; i < ks->num; i++) {
		struct bpf_ksym *sym = sym_at(ks, i);

		kwasm_sym_perf_event_ksymbol(PERF_RECORD_KSYMBOL_TYPE_OOL, sym->start,
					     sym->end - sym->start, true, sym->name);
		kwasm_sym_bpf_ksym_del(sym);
		cond_resched();
	}
	/* Lookups run under RCU. */
	synchronize_rcu();
	kwasm_free(ks);
}

bool kwasm_ksyms_visible(const struct cred *cred)
{
	return kwasm_sym_kallsyms_show_value(cred);
}
