// SPDX-License-Identifier: GPL-2.0-only
/*
 * kwasm_fputest_main.c - guests with floats in kernel threads, together with other users of the
 * FPU.
 *
 * Write a module (tests/kernel/fpu/thread.c) to /dev/kwasm_fputest, then read: for `seconds` (a
 * parameter) two threads call it, while another thread and a timer also use the FPU and the timer
 * sends packets.  Reading returns lines "NAME VALUE": counters and errors.
 */
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/kthread.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "../../core/compile.h"
#include "../../core/kernel/machine/thread.h"
#include "../../core/kernel/machine/watchdog.h"
#include "fputest.h"

#define MODULE_MAX (64u << 10)
#define TEXT_MAX 4096
#define THREADS 2
#define PAUSE_MS 20

static unsigned int seconds = 4, rounds = 1000, packet_rounds = 10;
static unsigned long results[THREADS], packet_result;

module_param(seconds, uint, 0644);
module_param(rounds, uint, 0644);
MODULE_PARM_DESC(rounds, "of one call in a thread");
module_param_array(results, ulong, NULL, 0644);
MODULE_PARM_DESC(results, "what the threads' calls, of seeds 1 and 2, have to return");
module_param(packet_rounds, uint, 0644);
module_param(packet_result, ulong, 0644);
MODULE_PARM_DESC(packet_result, "what packets, of seed 3, have to come to");

/**
 * struct worker - a thread that calls a guest
 * @switches: how often it lost the CPU or gave it away
 */
struct worker {
	struct kwasm_store *store;
	struct kwasm_thread thread;
	struct kwasm_func *func;
	struct task_struct *task;
	u32 seed;
	u64 result;
	u64 calls;
	u64 wrong;
	u64 traps;
	u64 switches;
};

static struct {
	struct mutex lock;	/* all that follows */
	u8 bytes[MODULE_MAX];
	size_t size;
	char text[TEXT_MAX];
	size_t len;
	struct kwasm_module *module;
	struct kwasm_code *code;
	struct worker workers[THREADS];
	struct fpu_load load;
} test = {
	.lock = __MUTEX_INITIALIZER(test.lock),
};

static u64 test_nap(KWASM_HOST0(ctx))
{
	usleep_range(500, 1500);
	return 0;
}

static const struct kwasm_host_fn host_fns[] = {
	{
		.name = "nap", .sig = ":", .fn = test_nap, .context = KWASM_HOST_SLEEP,
		.doc = "sleep a millisecond",
	},
};

static const struct kwasm_provider provider = {
	.module = "test",
	.fns = host_fns,
	.num_fns = ARRAY_SIZE(host_fns),
};

static __printf(1, 2) void put(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	test.len += vscnprintf(test.text + test.len, TEXT_MAX - test.len, fmt, args);
	va_end(args);
}

static int work(void *arg)
{
	struct worker *w = arg;
	u64 values[2];

	while (!kthread_should_stop()) {
		values[0] = rounds;
		values[1] = w->seed;
		if (kwasm_call(w->func, values, NULL))
			w->traps++;
		else
			w->wrong += values[0] != w->result;
		w->calls++;
		cond_resched();
	}
	w->switches = current->nvcsw + current->nivcsw;
	return 0;
}

static int worker_create(struct worker *w, u32 index, struct kwasm_diag *diag)
{
	static const char *const names[THREADS] = { "work", "work_and_nap" };
	struct kwasm_externval ext;
	struct kwasm_instance *inst;
	int err;

	memset(w, 0, sizeof(*w));
	w->seed = index + 1;
	w->result = results[index];
	w->store = kwasm_store_create(&kwasm_limits_default, true);
	if (!w->store)
		return -ENOMEM;
	kwasm_thread_init(&w->thread, w->store, U64_MAX);
	err = kwasm_instance_create(w->store, test.code, NULL, NULL, diag, NULL, &inst);
	err = err ?: kwasm_instance_externval(inst, names[index], strlen(names[index]), &ext);
	if (err)
		return err;
	w->func = ext.func;
	w->task = kthread_run(work, w, "fputest_%u", index);
	if (IS_ERR(w->task)) {
		err = PTR_ERR(w->task);
		w->task = NULL;
	}
	return err;
}

static void worker_destroy(struct worker *w)
{
	if (w->task)
		kthread_stop(w->task);
	w->task = NULL;
	if (w->store)
		kwasm_store_destroy(w->store);
	w->store = NULL;
}

static int compile(struct kwasm_diag *diag)
{
	static const struct kwasm_provider *const providers[] = { &provider };
	struct kwasm_compile_opts opts = { .dump_func = KWASM_DIAG_NONE };
	struct kwasm_bindings bindings = { };
	int err;

	err = kwasm_module_decode(test.bytes, test.size, &kwasm_limits_default, diag,
				  &test.module);
	err = err ?: kwasm_bindings_resolve(test.module, providers, 1, true, diag, &bindings);
	if (err)
		return err;
	err = kwasm_code_compile(test.module, &bindings, &opts, diag, &test.code);
	if (err)
		kwasm_bindings_release(&bindings);
	return err;
}

static void fpu_counts(u64 *yields, u64 *sections, u64 *saves)
{
	int cpu;

	*yields = *sections = *saves = 0;
	for_each_possible_cpu(cpu) {
		const struct kwasm_cpu *c = per_cpu_ptr(&kwasm_cpu, cpu);

		*yields += READ_ONCE(c->yields);
		*sections += READ_ONCE(c->fpu_sections);
		*saves += READ_ONCE(c->fpu_saves);
	}
}

/* Return: the longest delay in milliseconds of this task, which mostly sleeps. */
static u64 wait_seconds(void)
{
	u64 end = ktime_get_ns() + seconds * (u64)NSEC_PER_SEC, start, late = 0;

	while (ktime_get_ns() < end && !signal_pending(current)) {
		start = ktime_get_ns();
		msleep_interruptible(PAUSE_MS);
		late = max(late, ktime_get_ns() - start);
	}
	return div_u64(late, NSEC_PER_MSEC) - PAUSE_MS;
}

static void report(const u64 *before, u64 late)
{
	u64 after[3];
	int i;

	fpu_counts(&after[0], &after[1], &after[2]);
	for (i = 0; i < THREADS; i++) {
		struct worker *w = &test.workers[i];

		worker_destroy(w);
		put("thread%d_calls %llu\nthread%d_wrong %llu\n", i, w->calls, i,
		    w->wrong + w->traps);
		put("thread%d_switches %llu\n", i, w->switches);
	}
	put("hashed %llu\nhashed_wrong %llu\n", test.load.hashed, test.load.wrong);
	put("softirqs %llu\nsoftirq_wrong %llu\n", test.load.ticks, test.load.ticks_wrong);
	put("softirq_sections %llu\npackets %llu\n", test.load.sections, test.load.packets);
	put("yields %llu\nfpu_sections %llu\nfpu_saves %llu\n", after[0] - before[0],
	    after[1] - before[1], after[2] - before[2]);
	put("late_ms %llu\n", late);
}

static int run(struct kwasm_diag *diag)
{
	u64 before[3], late;
	int i, err;

	err = compile(diag);
	if (err)
		return err;
	fpu_counts(&before[0], &before[1], &before[2]);
	err = fpu_load_start(&test.load, packet_rounds, packet_result);
	if (err)
		return err;
	put("hash %s\n", fpu_load_hash());
	for (i = 0; i < THREADS && !err; i++)
		err = worker_create(&test.workers[i], i, diag);
	late = err ? 0 : wait_seconds();
	fpu_load_stop();
	if (!err)
		report(before, late);
	for (i = 0; i < THREADS; i++)
		worker_destroy(&test.workers[i]);
	return err;
}

static ssize_t fputest_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	ssize_t ret = len;

	mutex_lock(&test.lock);
	if (len > MODULE_MAX - test.size)
		ret = -EFBIG;
	else if (copy_from_user(test.bytes + test.size, from, len))
		ret = -EFAULT;
	else
		test.size += len;
	mutex_unlock(&test.lock);
	return ret;
}

/* Writing leaves the position alone, so that reading starts at the first byte. */
static ssize_t fputest_read(struct file *file, char __user *to, size_t len, loff_t *pos)
{
	struct kwasm_diag diag;
	ssize_t ret = 0;

	mutex_lock(&test.lock);
	if (test.size) {
		test.len = 0;
		kwasm_diag_init(&diag);
		ret = run(&diag);
		if (ret)
			put("error %zd %s\n", ret, diag.text);
		kwasm_code_destroy(test.code);
		kwasm_module_destroy(test.module);
		test.code = NULL;
		test.module = NULL;
		test.size = 0;
	}
	ret = simple_read_from_buffer(to, len, pos, test.text, test.len);
	mutex_unlock(&test.lock);
	return ret;
}

static const struct file_operations fputest_fops = {
	.owner = THIS_MODULE,
	.write = fputest_write,
	.read = fputest_read,
	.llseek = noop_llseek,
};

static struct miscdevice fputest_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "kwasm_fputest",
	.fops = &fputest_fops,
	.mode = 0600,
};

module_misc_device(fputest_device);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("kwasm: guests with floats in threads, beside all else that uses the FPU");
