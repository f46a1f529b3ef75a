// SPDX-License-Identifier: GPL-2.0-only
/*
 * selftest.c - tests of the kernel side that need no WebAssembly.
 *
 * Reading /sys/kernel/debug/kwasm_selftest runs them and gives TAP.
 */
#include <linux/debugfs.h>
#include <linux/interrupt.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/completion.h>

#include "selftest.h"

static struct {
	struct seq_file *m;
	unsigned int count;
} tap;

void tap_open(struct seq_file *m)
{
	tap.m = m;
	tap.count = 0;
	seq_puts(m, "TAP version 13\n");
}

bool tap_ok(bool ok, const char *fmt, ...)
{
	va_list args;

	seq_printf(tap.m, "%sok %u - ", ok ? "" : "not ", ++tap.count);
	va_start(args, fmt);
	seq_vprintf(tap.m, fmt, args);
	va_end(args);
	seq_putc(tap.m, '\n');
	return ok;
}

bool tap_eq(u64 got, u64 want, const char *what)
{
	tap_ok(got == want, "%s", what);
	if (got != want)
		seq_printf(tap.m, "# got %#llx, want %#llx\n", got, want);
	return got == want;
}

void tap_skip(const char *what, const char *why)
{
	seq_printf(tap.m, "ok %u - %s # SKIP %s\n", ++tap.count, what, why);
}

void tap_close(void)
{
	seq_printf(tap.m, "1..%u\n", tap.count);
}

struct call {
	void (*fn)(void *arg);
	void *arg;
	struct completion done;
	struct tasklet_struct tasklet;
};

static struct call *probed_call;	/* for the kprobe's handler; tests run one at a time */

static void call_tasklet(struct tasklet_struct *t)
{
	struct call *call = container_of(t, struct call, tasklet);

	call->fn(call->arg);
	complete(&call->done);
}

static noinline void probed(void)
{
	barrier();
}

static int call_kprobe(struct kprobe *kp, struct pt_regs *regs)
{
	local_bh_disable();
	probed_call->fn(probed_call->arg);
	local_bh_enable();
	return 0;
}

const char *where_name(enum guest_where where)
{
	static const char *const names[] = {
		[IN_PROCESS] = "process context",
		[IN_SOFTIRQ] = "softirq",
		[IN_KPROBE] = "a kprobe's handler",
	};

	return names[where];
}

void run_where(enum guest_where where, void (*fn)(void *arg), void *arg)
{
	struct call call = { .fn = fn, .arg = arg };
	struct kprobe kp = { .pre_handler = call_kprobe, .addr = (kprobe_opcode_t *)probed };

	switch (where) {
	case IN_SOFTIRQ:
		init_completion(&call.done);
		tasklet_setup(&call.tasklet, call_tasklet);
		tasklet_schedule(&call.tasklet);
		wait_for_completion(&call.done);
		tasklet_kill(&call.tasklet);
		break;
	case IN_KPROBE:
		probed_call = &call;
		if (tap_ok(!register_kprobe(&kp), "kprobe registered")) {
			probed();
			unregister_kprobe(&kp);
		}
		break;
	default:
		local_bh_disable();
		fn(arg);
		local_bh_enable();
		break;
	}
}

struct guest_call {
	struct guest *g;
	enum guest_op op;
	u64 limit_ns;
	u32 trap;
};

static void guest_called(void *arg)
{
	struct guest_call *call = arg;

	call->trap = guest_enter(call->g, call->op, call->limit_ns);
}

u32 guest_run(struct guest *g, enum guest_op op, enum guest_where where, u64 limit_ns)
{
	struct guest_call call = { .g = g, .op = op, .limit_ns = limit_ns, .trap = ~0u };

	run_where(where, guest_called, &call);
	return call.trap;
}

static DEFINE_MUTEX(run_lock);	/* one run at a time */

static int selftest_show(struct seq_file *m, void *unused)
{
	mutex_lock(&run_lock);
	tap_open(m);
	test_text();
	test_memory();
	test_traps();
	test_watchdog();
	test_thread();
	tap_close();
	mutex_unlock(&run_lock);
	return 0;
}

/* A run is not repeated because its output did not fit. */
static int selftest_open(struct inode *inode, struct file *file)
{
	return single_open_size(file, selftest_show, NULL, 65536);
}

static const struct file_operations selftest_fops = {
	.owner = THIS_MODULE,
	.open = selftest_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};

static struct dentry *file;

static int __init selftest_init(void)
{
	file = debugfs_create_file("kwasm_selftest", 0400, NULL, NULL, &selftest_fops);
	return PTR_ERR_OR_ZERO(file);
}

static void __exit selftest_exit(void)
{
	debugfs_remove(file);
}

module_init(selftest_init);
module_exit(selftest_exit);

MODULE_DESCRIPTION("Tests of kwasm's kernel side");
MODULE_AUTHOR("The kwasm developers");
MODULE_LICENSE("GPL");
