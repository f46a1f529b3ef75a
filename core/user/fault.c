// SPDX-License-Identifier: GPL-2.0-only
/*
 * fault.c - turn faults of compiled code into traps, and enforce deadlines, in user space.
 *
 * Guarantees: a fault or tick outside compiled code is never attributed to a guest: faults are
 * passed to the previous signal handler; the handlers take no locks and do not allocate.
 *
 * Compiled code keeps its context in a register throughout a registered range, so that the handlers
 * find it in the interrupted registers.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "user.h"

#define MAX_TEXTS 4096
#define SIGNAL_STACK (64u << 10)
#define STACK_RESERVE (64u << 10)	/* for host functions below the guest's lowest frame */
#define TICK_NS 1000000			/* how often a guest is asked again once its time is over */
#define SIG_DEADLINE (SIGRTMAX - 1)

/* A range is valid while @start is not 0; @end is written first and read last. */
static struct {
	uintptr_t start;
	uintptr_t end;
} texts[MAX_TEXTS];
static unsigned int num_texts;		/* slots ever used */
static pthread_mutex_t texts_lock = PTHREAD_MUTEX_INITIALIZER;	/* writers only */

static pthread_once_t install_once = PTHREAD_ONCE_INIT;
static struct sigaction old_segv, old_bus;
static int install_error;

static __thread bool thread_ready;
static __thread uintptr_t stack_bottom;
static __thread timer_t timer;
static __thread bool timer_made;
static __thread struct kwasm_ctx *volatile deadline_ctx;

int kwasm_user_text_add(const void *start, const void *end)
{
	unsigned int i;

	pthread_mutex_lock(&texts_lock);
	for (i = 0; i < MAX_TEXTS && texts[i].start; i++)
		;
	if (i < MAX_TEXTS) {
		texts[i].end = (uintptr_t)end;
		__atomic_store_n(&texts[i].start, (uintptr_t)start, __ATOMIC_RELEASE);
		if (i == num_texts)
			__atomic_store_n(&num_texts, i + 1, __ATOMIC_RELEASE);
	}
	pthread_mutex_unlock(&texts_lock);
	return i < MAX_TEXTS ? 0 : -ENOSPC;
}

void kwasm_user_text_del(const void *start)
{
	unsigned int i;

	pthread_mutex_lock(&texts_lock);
	for (i = 0; i < num_texts; i++) {
		if (texts[i].start == (uintptr_t)start)
			__atomic_store_n(&texts[i].start, 0, __ATOMIC_RELEASE);
	}
	pthread_mutex_unlock(&texts_lock);
}

static bool in_text(uintptr_t pc)
{
	unsigned int i, n = __atomic_load_n(&num_texts, __ATOMIC_ACQUIRE);
	uintptr_t start;

	for (i = 0; i < n; i++) {
		start = __atomic_load_n(&texts[i].start, __ATOMIC_ACQUIRE);
		if (start && pc >= start && pc < texts[i].end)
			return true;
	}
	return false;
}

static void redirect(ucontext_t *uc, u64 address, u32 trap)
{
	greg_t *regs = uc->uc_mcontext.gregs;
	struct kwasm_ctx *ctx = (struct kwasm_ctx *)(uintptr_t)regs[REG_R15];

	regs[REG_RIP] = (greg_t)(uintptr_t)kwasm_fault_redirect(ctx, (u64)regs[REG_RIP], address,
								trap);
}

static void pass_on(int sig, siginfo_t *info, void *uc, const struct sigaction *old)
{
	if (old->sa_flags & SA_SIGINFO) {
		old->sa_sigaction(sig, info, uc);
	} else if (old->sa_handler == SIG_DFL || old->sa_handler == SIG_IGN) {
		/* Returning runs the faulting instruction again, now with the default action. */
		signal(sig, SIG_DFL);
	} else {
		old->sa_handler(sig);
	}
}

static void on_fault(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	uintptr_t pc = (uintptr_t)uc->uc_mcontext.gregs[REG_RIP];
	uintptr_t address = (uintptr_t)info->si_addr;

	if (!in_text(pc)) {
		pass_on(sig, info, context, sig == SIGSEGV ? &old_segv : &old_bus);
		return;
	}
	redirect(uc, address, address == pc ? KWASM_TRAP_KILLED : KWASM_TRAP_MEMORY);
}

static void on_deadline(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	struct kwasm_ctx *ctx = deadline_ctx;

	if (!ctx)
		return;
	if (in_text((uintptr_t)uc->uc_mcontext.gregs[REG_RIP]))
		redirect(uc, 0, KWASM_TRAP_TIME);
	else
		WRITE_ONCE(ctx->kill, KWASM_TRAP_TIME);
}

static void install(void)
{
	struct sigaction sa = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK };

	sigemptyset(&sa.sa_mask);
	if (sigaction(SIGSEGV, &sa, &old_segv) || sigaction(SIGBUS, &sa, &old_bus))
		install_error = -errno;
	sa.sa_sigaction = on_deadline;
	sa.sa_flags |= SA_RESTART;
	if (sigaction(SIG_DEADLINE, &sa, NULL))
		install_error = -errno;
}

static int stack_find(void)
{
	pthread_attr_t attr;
	void *bottom;
	size_t size;

	if (pthread_getattr_np(pthread_self(), &attr))
		return -ENOMEM;
	pthread_attr_getstack(&attr, &bottom, &size);
	pthread_attr_destroy(&attr);
	stack_bottom = (uintptr_t)bottom;
	return 0;
}

int kwasm_user_thread_init(void)
{
	stack_t old, stack = { .ss_size = SIGNAL_STACK };
	int err;

	if (thread_ready)
		return 0;
	pthread_once(&install_once, install);
	err = install_error ?: stack_find();
	if (err)
		return err;
	if (!sigaltstack(NULL, &old) && (old.ss_flags & SS_DISABLE)) {
		stack.ss_sp = mmap(NULL, SIGNAL_STACK, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (stack.ss_sp == MAP_FAILED || sigaltstack(&stack, NULL))
			return -ENOMEM;
	}
	thread_ready = true;
	return 0;
}

u64 kwasm_stack_limit(u32 bytes)
{
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);

	if (kwasm_user_thread_init())
		return U64_MAX;
	return max(here - bytes, stack_bottom + STACK_RESERVE);
}

int kwasm_user_deadline_init(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID };
	int err = kwasm_user_thread_init();

	if (err || timer_made)
		return err;
	event.sigev_signo = SIG_DEADLINE;
	event._sigev_un._tid = (pid_t)syscall(SYS_gettid);
	if (timer_create(CLOCK_MONOTONIC, &event, &timer))
		return -errno;
	timer_made = true;
	return 0;
}

int kwasm_user_deadline_arm(struct kwasm_ctx *ctx, u64 ns)
{
	struct itimerspec when = {
		.it_value = { (time_t)(ns / 1000000000), (long)(ns % 1000000000) },
		.it_interval = { 0, TICK_NS },
	};
	int err = kwasm_user_deadline_init();

	if (err)
		return err;
	if (!ns)
		when.it_value.tv_nsec = 1;
	deadline_ctx = ctx;
	if (timer_settime(timer, 0, &when, NULL)) {
		err = -errno;
		deadline_ctx = NULL;
	}
	return err;
}

bool kwasm_user_deadline_armed(void)
{
	return deadline_ctx;
}

void kwasm_user_deadline_disarm(struct kwasm_ctx *ctx)
{
	struct itimerspec never = { 0 };

	timer_settime(timer, 0, &never, NULL);
	deadline_ctx = NULL;
	WRITE_ONCE(ctx->kill, 0);
}
