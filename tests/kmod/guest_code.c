// SPDX-License-Identifier: GPL-2.0-only
/*
 * guest_code.c - guests of hand-written machine code, so that the kernel side is tested without
 * reader and compiler.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "../../core/x64/cpu.h"
#include "selftest.h"

#define CODE_BYTES 8192
/* Code starts in the second 64 KiB: offsets in exception tables have more than 16 bits. */
#define CODE_AT 0x18000

struct emitter {
	u8 *buf;	/* address for writing */
	u64 base;	/* run-time address */
	u32 at;
};

static void bytes(struct emitter *e, const u8 *code, u32 len)
{
	memcpy(e->buf + e->at, code, len);
	e->at += len;
}

#define CODE(e, ...) bytes(e, (const u8[]){ __VA_ARGS__ }, sizeof((const u8[]){ __VA_ARGS__ }))

static void imm32(struct emitter *e, u32 v)
{
	memcpy(e->buf + e->at, &v, sizeof(v));
	e->at += sizeof(v);
}

static void imm64(struct emitter *e, u64 v)
{
	memcpy(e->buf + e->at, &v, sizeof(v));
	e->at += sizeof(v);
}

/* The rel32 operand at the end of an instruction that refers to @target. */
static void rel32(struct emitter *e, u64 target)
{
	imm32(e, (u32)(target - (e->base + e->at + 4)));
}

#define CTX(field) ((u32)offsetof(struct kwasm_ctx, field))

static void prologue(struct emitter *e)
{
	CODE(e, 0xf3, 0x0f, 0x1e, 0xfa);		/* endbr64 */
	CODE(e, 0x55, 0x48, 0x89, 0xe5);		/* push rbp; mov rbp, rsp */
	CODE(e, 0x4d, 0x8b, 0xb7);			/* mov r14, [r15 + mem_base] */
	imm32(e, CTX(mem_base));
}

static void epilogue(struct emitter *e)
{
	const void *thunk = x64_cpu_return_thunk();

	CODE(e, 0x31, 0xc0, 0x5d);			/* xor eax, eax; pop rbp */
	if (thunk) {
		CODE(e, 0xe9);				/* jmp thunk */
		rel32(e, (u64)thunk);
	} else {
		CODE(e, 0xc3, 0xcc);			/* ret; int3 */
	}
}

static void mark_ecx(struct emitter *e)
{
	CODE(e, 0x41, 0x89, 0x8f);			/* mov [r15 + meta_mark], ecx */
	imm32(e, CTX(meta_mark));
}

static void offset_rax(struct emitter *e)
{
	CODE(e, 0x49, 0x8b, 0x87);			/* mov rax, [r15 + pkt_data] */
	imm32(e, CTX(pkt_data));
}

static void leave(struct emitter *e)
{
	CODE(e, 0xe9);					/* jmp kwasm_leave */
	rel32(e, (u64)kwasm_leave);
}

static void recurse(struct emitter *e)
{
	u64 self = e->base + e->at;
	u32 patch;

	CODE(e, 0x49, 0x3b, 0xa7);			/* cmp rsp, [r15 + stack_limit] */
	imm32(e, CTX(stack_limit));
	CODE(e, 0x72, 0);				/* jb trap */
	patch = e->at;
	CODE(e, 0x48, 0x83, 0xec, 0x40);		/* sub rsp, 64 */
	CODE(e, 0xe8);					/* call self */
	rel32(e, self);
	e->buf[patch - 1] = e->at - patch;
	CODE(e, 0x41, 0xc7, 0x87);			/* trap: mov [r15 + trap], STACK */
	imm32(e, CTX(trap));
	imm32(e, KWASM_TRAP_STACK);
	leave(e);
}

/* Call @host and leave if it, or the watchdog, has requested that. */
static void call_host(struct emitter *e, guest_host_fn host)
{
	u32 patch;

	CODE(e, 0x4c, 0x89, 0xff);			/* mov rdi, r15 */
	CODE(e, 0xe8);					/* call host */
	rel32(e, (u64)host);
	CODE(e, 0x41, 0x8b, 0x87);			/* mov eax, [r15 + kill] */
	imm32(e, CTX(kill));
	CODE(e, 0x85, 0xc0, 0x74, 0);			/* test eax, eax; jz on */
	patch = e->at;
	CODE(e, 0x41, 0x89, 0x87);			/* mov [r15 + trap], eax */
	imm32(e, CTX(trap));
	leave(e);
	e->buf[patch - 1] = e->at - patch;
}

/* All that a guest may use but rsp, rbp and r15, by number. */
static const u8 yield_regs[] = { 0, 1, 2, 3, 6, 7, 8, 9, 10, 11, 12, 13, 14 };

#define YIELD_VALUE(reg) (0x0123456789abcdef * ((reg) + 1))
#define YIELD_FLAGS 0x8d5	/* CF, PF, AF, ZF, SF and OF */

static void load_reg(struct emitter *e, u8 reg, u64 value)
{
	CODE(e, reg < 8 ? 0x48 : 0x49, 0xb8 | (reg & 7));	/* movabs reg, value */
	imm64(e, value);
}

/* Compare the word number @at of the stack with @value.  Return: end of a jump's rel32 if not. */
static u32 compare_pushed(struct emitter *e, u32 at, u64 value)
{
	CODE(e, 0x48, 0x8b, 0x84, 0x24);		/* mov rax, [rsp + ...] */
	imm32(e, at * 8);
	load_reg(e, 1, value);
	CODE(e, 0x48, 0x39, 0xc8, 0x0f, 0x85);		/* cmp rax, rcx; jne ... */
	imm32(e, 0);
	return e->at;
}

/* As if the timer had sent it to the yield stub, with @flags; meta_mark = 1 if nothing changed. */
static void make_way(struct emitter *e, u32 flags)
{
	u32 patches[ARRAY_SIZE(yield_regs) + 1], rel, num = ARRAY_SIZE(yield_regs), resume, i;

	load_reg(e, 0, 0);
	resume = e->at - 8;
	CODE(e, 0x49, 0x89, 0x87);			/* mov [r15 + resume], rax */
	imm32(e, CTX(env[KWASM_ENV_RESUME]));
	for (i = 0; i < num; i++)
		load_reg(e, yield_regs[i], YIELD_VALUE(yield_regs[i]));
	CODE(e, 0x68);					/* push flags; popfq */
	imm32(e, flags | X86_EFLAGS_IF | X86_EFLAGS_FIXED);
	CODE(e, 0x9d, 0xe9);				/* jmp kwasm_yield */
	rel32(e, (u64)kwasm_yield);
	*(u64 *)(e->buf + resume) = e->base + e->at;
	for (i = 0; i < num; i++) {
		if (yield_regs[i] >= 8)
			CODE(e, 0x41);
		CODE(e, 0x50 | (yield_regs[i] & 7));	/* push reg */
	}
	CODE(e, 0x9c);					/* pushfq */
	patches[num] = compare_pushed(e, 0, flags | X86_EFLAGS_IF | X86_EFLAGS_FIXED);
	for (i = 0; i < num; i++)
		patches[i] = compare_pushed(e, num - i, YIELD_VALUE(yield_regs[i]));
	CODE(e, 0xb9, 1, 0, 0, 0);			/* mov ecx, 1 */
	mark_ecx(e);
	for (i = 0; i <= num; i++) {
		rel = e->at - patches[i];
		memcpy(e->buf + patches[i] - 4, &rel, 4);
	}
	CODE(e, 0x48, 0x89, 0xec);			/* mov rsp, rbp */
}

static void emit(struct emitter *e, enum guest_op op, guest_host_fn host)
{
	u64 loop;

	prologue(e);
	loop = e->base + e->at;
	switch (op) {
	case GUEST_RETURN:
		CODE(e, 0xb9, 0x34, 0x12, 0, 0);	/* mov ecx, 0x1234 */
		mark_ecx(e);
		break;
	case GUEST_LOAD:
		offset_rax(e);
		CODE(e, 0x41, 0x8b, 0x0c, 0x06);	/* mov ecx, [r14 + rax] */
		mark_ecx(e);
		break;
	case GUEST_STORE:
		offset_rax(e);
		CODE(e, 0x41, 0xc7, 0x04, 0x06, 0x55, 0, 0, 0);	/* mov [r14 + rax], 0x55 */
		break;
	case GUEST_SELF_WRITE:
		CODE(e, 0xc6, 0x05, 0, 0, 0, 0, 0x90);	/* mov byte [rip], 0x90 */
		break;
	case GUEST_DIV:
		CODE(e, 0x31, 0xd2, 0x31, 0xc9, 0xf7, 0xf1);	/* edx = ecx = 0; div ecx */
		break;
	case GUEST_UD2:
		CODE(e, 0x0f, 0x0b);
		break;
	case GUEST_INT3:
		CODE(e, 0xcc);
		break;
	case GUEST_NON_CANONICAL:
		CODE(e, 0x48, 0xb8);			/* movabs rax, ... */
		imm64(e, 0x8000000000000000);
		CODE(e, 0x8b, 0x08);			/* mov ecx, [rax] */
		break;
	case GUEST_SPIN:
		CODE(e, 0x48, 0xff, 0xc0, 0xeb, 0xfb);	/* l: inc rax; jmp l */
		break;
	case GUEST_RECURSE:
		recurse(e);
		break;
	case GUEST_HOST:
		call_host(e, host);
		break;
	case GUEST_HOST_SPIN:
		call_host(e, host);
		CODE(e, 0xe9);				/* jmp loop */
		rel32(e, loop);
		break;
	case GUEST_YIELD:
		make_way(e, YIELD_FLAGS);
		break;
	case GUEST_YIELD_CLEAR:
		make_way(e, 0);
		break;
	default:
		break;
	}
	epilogue(e);
}

static int make_text(struct guest *g, guest_host_fn host)
{
	struct emitter e = { 0 };
	int op, err;

	err = kwasm_text_alloc(&g->text, CODE_AT + CODE_BYTES);
	if (err)
		return err;
	e.buf = g->text.write;
	e.base = (u64)g->text.exec;
	e.at = CODE_AT;
	for (op = 0; op < GUEST_NUM_OPS; op++) {
		e.at = ALIGN(e.at, 16);
		g->ops[op] = e.at;
		if (host || (op != GUEST_HOST && op != GUEST_HOST_SPIN))
			emit(&e, op, host);
	}
	g->used = e.at;
	return kwasm_text_seal(&g->text);
}

struct guest *guest_create(guest_host_fn host, u32 pages, u32 max_pages, bool atomic_grow)
{
	struct guest *g = kzalloc(sizeof(*g), GFP_KERNEL);

	if (!g)
		return NULL;
	g->ctx = kzalloc(sizeof(*g->ctx), GFP_KERNEL);
	if (!g->ctx)
		goto err_guest;
	g->store.limits.stack_bytes = 8192;
	g->store.instances = &g->inst;
	g->inst.store = &g->store;
	g->inst.ctx = g->ctx;
	g->ctx->instance = &g->inst;
	if (max_pages) {
		if (kwasm_linear_reserve(&g->linear, pages, max_pages, atomic_grow))
			goto err_guest;
		g->ctx->mem_base = g->linear.base;
	}
	if (make_text(g, host))
		goto err_guest;
	g->code.text = g->text;
	g->inst.code = &g->code;
	return g;

err_guest:
	guest_destroy(g);
	return NULL;
}

void guest_destroy(struct guest *g)
{
	if (!g)
		return;
	kwasm_text_free(&g->text);
	kwasm_linear_release(&g->linear);
	kfree(g->ctx);
	kfree(g);
}

/* The outermost entry, as a call from a hook: with stack limit and time limit. */
u32 guest_enter(struct guest *g, enum guest_op op, u64 limit_ns)
{
	u64 values[4] = { 0 };
	u32 trap;

	g->ctx->trap = KWASM_TRAP_NONE;
	g->ctx->trap_pc = 0;
	g->ctx->trap_address = 0;
	g->ctx->meta_mark = 0;
	if (!kwasm_invocation_begin(g->ctx, limit_ns))
		return KWASM_TRAP_TIME;
	kwasm_store_measure_stack(g->ctx->instance->store);
	trap = kwasm_enter(g->ctx, guest_thunk(g, op), values);
	if (trap)
		WRITE_ONCE(g->ctx->kill, KWASM_TRAP_NONE);
	kwasm_invocation_end(g->ctx);
	return trap;
}
