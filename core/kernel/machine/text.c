// SPDX-License-Identifier: GPL-2.0-only
/*
 * text.c - memory for machine code inside the kernel.
 *
 * Text is in the module area, so that direct calls from it reach the kernel and the modules.  It is
 * written through a second mapping that is removed when it is sealed; its own mapping is only
 * read-only and executable.  Sealed texts are in a latched tree, which the fault hook and the
 * watchdog search in any context.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rbtree_latch.h>
#include <linux/rcupdate.h>
#include <linux/vmalloc.h>

#include "account.h"
#include "arch.h"
#include "kernel/kernel.h"
#include "symbols.h"
#include "text.h"

static unsigned long max_text_kb = 65536;
module_param(max_text_kb, ulong, 0644);
MODULE_PARM_DESC(max_text_kb, "maximum total size of machine code in KiB, including exception tables if fault_hook=N (65536)");

/**
 * struct sealed - private data of a struct kwasm_text
 * @area: its executable address range
 * @account: in which its pages count, a reference
 * @num_pages: 4 KiB pages in @pages
 * @live: in the tree
 * @disabled: no longer executable
 * @extable: NULL if faults are hooked, and for data
 */
struct sealed {
	struct latch_tree_node node;
	struct vm_struct *area;
	struct kwasm_account *account;
	unsigned long start;
	unsigned long end;
	unsigned int num_pages;
	bool live;
	bool disabled;
	struct kwasm_extable *extable;
	struct page *pages[];
};

static struct latch_tree_root texts __cacheline_aligned;
static DEFINE_MUTEX(texts_lock);	/* changes of @texts */
static atomic_long_t total_pages;

static __always_inline struct sealed *sealed_of(struct latch_tree_node *node)
{
	return container_of(node, struct sealed, node);
}

static __always_inline bool text_less(struct latch_tree_node *a, struct latch_tree_node *b)
{
	return sealed_of(a)->start < sealed_of(b)->start;
}

static __always_inline int text_comp(void *key, struct latch_tree_node *node)
{
	const struct sealed *s = sealed_of(node);
	unsigned long pc = (unsigned long)key;

	if (pc < s->start)
		return -1;
	return pc >= s->end;
}

static const struct latch_tree_ops text_ops = {
	.less = text_less,
	.comp = text_comp,
};

static notrace bool find(unsigned long pc, bool *disabled)
{
	struct latch_tree_node *node;

	if (pc < MODULES_VADDR || pc >= MODULES_END)
		return false;
	preempt_disable_notrace();
	node = latch_tree_find((void *)pc, &texts, &text_ops);
	if (node)
		*disabled = READ_ONCE(sealed_of(node)->disabled);
	preempt_enable_notrace();
	return node;
}

bool notrace kwasm_text_contains(unsigned long pc)
{
	bool disabled;

	return find(pc, &disabled);
}

bool notrace kwasm_text_is_disabled(unsigned long pc)
{
	bool disabled;

	return find(pc, &disabled) && disabled;
}

/* All of @s but its area. */
static void destroy(struct sealed *s)
{
	unsigned int i;

	for (i = 0; i < s->num_pages && s->pages[i]; i++)
		__free_page(s->pages[i]);
	kwasm_account_uncharge(s->account, (u64)s->num_pages << PAGE_SHIFT);
	kwasm_account_put(s->account);
	kwasm_free(s);
}

static struct sealed *create(unsigned int num_pages)
{
	struct sealed *s = kwasm_zalloc(1, struct_size(s, pages, num_pages));
	struct kwasm_account *account = kwasm_account_current();
	unsigned int i;

	if (!s)
		return NULL;
	if (!kwasm_account_charge(account, (u64)num_pages << PAGE_SHIFT)) {
		kwasm_free(s);
		return NULL;
	}
	s->account = kwasm_account_get(account);
	s->num_pages = num_pages;
	for (i = 0; i < num_pages; i++) {
		s->pages[i] = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
		if (!s->pages[i])
			goto destroy;
	}
	s->area = kwasm_sym_get_vm_area_caller((unsigned long)num_pages << PAGE_SHIFT, VM_MAP,
					       MODULES_VADDR, MODULES_END,
					       __builtin_return_address(0));
	if (!s->area)
		goto destroy;
	s->start = (unsigned long)s->area->addr;
	s->end = s->start + ((unsigned long)num_pages << PAGE_SHIFT);
	return s;

destroy:
	destroy(s);
	return NULL;
}

static u64 kib(u64 pages)
{
	return pages << (PAGE_SHIFT - 10);
}

int kwasm_text_alloc_data(struct kwasm_text *text, size_t size)
{
	unsigned long limit = READ_ONCE(max_text_kb) >> (PAGE_SHIFT - 10);
	struct sealed *s;
	unsigned long sum;
	unsigned int n;

	if (!size || size > INT_MAX / 2)
		return -E2BIG;
	n = PAGE_ALIGN(size) >> PAGE_SHIFT;
	sum = atomic_long_add_return(n, &total_pages);
	if (sum > limit) {
		kwasm_account_refused(KWASM_CEILING_TEXT, kib(n), kib(sum - n), kib(limit));
		goto err_total;
	}
	s = create(n);
	if (!s)
		goto err_total;
	text->write = vmap(s->pages, n, VM_MAP, PAGE_KERNEL);
	if (!text->write)
		goto err_create;
	text->exec = (u8 *)s->start;
	text->size = (size_t)n << PAGE_SHIFT;
	text->priv = s;
	/* Unwritten bytes trap. */
	memset(text->write, 0xcc, text->size);
	return 0;

err_create:
	free_vm_area(s->area);
	destroy(s);
err_total:
	atomic_long_sub(n, &total_pages);
	return -ENOMEM;
}

int kwasm_text_alloc(struct kwasm_text *text, size_t size)
{
	struct kwasm_extable *extable;
	struct sealed *s;
	int err;

	err = kwasm_text_alloc_data(text, size);
	if (err || kwasm_fault_is_hooked())
		return err;
	extable = kwasm_extable_create((unsigned long)text->exec, size);
	if (IS_ERR(extable)) {
		kwasm_text_free(text);
		return PTR_ERR(extable);
	}
	s = text->priv;
	s->extable = extable;
	return 0;
}

struct protection {
	const struct sealed *s;
	pgprot_t prot;
};

static int protect_page(pte_t *pte, unsigned long addr, void *data)
{
	const struct protection *p = data;
	struct page *page = p->s->pages[(addr - p->s->start) >> PAGE_SHIFT];

	set_pte(pte, pfn_pte(page_to_pfn(page), p->prot));
	return 0;
}

static int protect(const struct sealed *s, pgprot_t prot)
{
	struct protection p = { .s = s, .prot = prot };

	return apply_to_page_range(kwasm_sym_init_mm(), s->start, s->end - s->start, protect_page,
				   &p);
}

/* The end of writing. */
static int finish(struct kwasm_text *text, pgprot_t prot)
{
	vunmap(text->write);
	text->write = NULL;
	return protect(text->priv, prot);
}

int kwasm_text_seal_data(struct kwasm_text *text)
{
	return finish(text, PAGE_KERNEL_RO);
}

int kwasm_text_seal(struct kwasm_text *text)
{
	struct sealed *s = text->priv;
	int err;

	err = finish(text, PAGE_KERNEL_ROX);
	if (err)
		return err;
	mutex_lock(&texts_lock);
	latch_tree_insert(&s->node, &texts, &text_ops);
	s->live = true;
	mutex_unlock(&texts_lock);
	kwasm_extable_cover(s->extable);
	return 0;
}

struct kwasm_extable *kwasm_text_extable(const struct kwasm_text *text)
{
	const struct sealed *s = text->priv;

	return s->extable;
}

void kwasm_text_disable(const struct kwasm_text *text)
{
	struct sealed *s = text->priv;

	/* Before the first fault that it causes. */
	WRITE_ONCE(s->disabled, true);
	/* The page tables exist since it was sealed, so this cannot fail. */
	protect(s, PAGE_KERNEL_RO);
	kwasm_sym_flush_tlb_kernel_range(s->start, s->end);
}

void kwasm_text_free(struct kwasm_text *text)
{
	struct sealed *s = text->priv;

	if (!s)
		return;
	if (text->write)
		vunmap(text->write);
	kwasm_extable_destroy(s->extable);
	if (s->live) {
		mutex_lock(&texts_lock);
		latch_tree_erase(&s->node, &texts, &text_ops);
		mutex_unlock(&texts_lock);
		/* Searches run with preemption off. */
		synchronize_rcu();
	}
	kwasm_sym_vunmap_range(s->start, s->end);
	free_vm_area(s->area);
	atomic_long_sub(s->num_pages, &total_pages);
	destroy(s);
	memset(text, 0, sizeof(*text));
}
