// SPDX-License-Identifier: GPL-2.0-only
/*
 * kwasm_testprovider_main.c - a provider with all that one can have, import module "prov":
 *
 *	six (i32 i64 f32 f64 i32 i64) -> i64		mix of the bits of its arguments
 *	nine (i64 i32 f64 i32 i64 f32 i32 i32 i64) -> i32
 *	count () -> i32					calls in this store
 *	nap (i32) -> i32				sleep that many milliseconds; them
 *	told () -> i32					the module's parameter of that name
 *	now () -> i64					CLOCK_MONOTONIC in nanoseconds
 *
 * The module's parameters tell how many states were opened and closed, and refuse to open more.
 */
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "../../core/kwasm.h"

static atomic_t opened, closed;
static bool refuse;
module_param(refuse, bool, 0644);
MODULE_PARM_DESC(refuse, "open no more states");

static unsigned int told;
module_param(told, uint, 0644);
MODULE_PARM_DESC(told, "result of the function of that name");

static int counter_get(char *buffer, const struct kernel_param *kp)
{
	return sysfs_emit(buffer, "%d\n", atomic_read(kp->arg));
}

static const struct kernel_param_ops counter_ops = { .get = counter_get };
module_param_cb(opened, &counter_ops, &opened, 0444);
MODULE_PARM_DESC(opened, "states opened");
module_param_cb(closed, &counter_ops, &closed, 0444);
MODULE_PARM_DESC(closed, "states closed");

static u64 mix(const u64 *args, u32 n)
{
	u64 sum = n;
	u32 k;

	for (k = 0; k < n; k++)
		sum = sum * 31 + args[k];
	return sum;
}

static u64 test_six(struct kwasm_ctx *ctx, const u64 *args)
{
	return mix(args, 6);
}

static u64 test_nine(struct kwasm_ctx *ctx, const u64 *args)
{
	return mix(args, 9);
}

static const struct kwasm_provider provider;

static u64 test_count(KWASM_HOST0(ctx))
{
	u32 *count = kwasm_provider_state(ctx, &provider);

	return ++*count;
}

static u64 test_nap(KWASM_HOST1(ctx, ms))
{
	if (ms)
		msleep_interruptible(ms);
	return ms;
}

static u64 test_told(KWASM_HOST0(ctx))
{
	return READ_ONCE(told);
}

static u64 test_now(KWASM_HOST0(ctx))
{
	return ktime_get_ns();
}

static int test_open(struct kwasm_store *store, struct kwasm_diag *diag, void **state)
{
	if (refuse)
		return kwasm_diag_set(diag, -EBUSY, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
				      "the provider opens no more states");
	*state = kzalloc(sizeof(u32), GFP_KERNEL_ACCOUNT);
	if (!*state)
		return -ENOMEM;
	atomic_inc(&opened);
	return 0;
}

static void test_close(struct kwasm_store *store, void *state)
{
	atomic_inc(&closed);
	kfree(state);
}

static const struct kwasm_host_fn host_fns[] = {
	{ .name = "six", .sig = "iIfFiI:I", .wide = test_six, .doc = "mix six arguments" },
	{ .name = "nine", .sig = "IiFiIfiiI:i", .wide = test_nine, .doc = "mix nine" },
	{ .name = "count", .sig = ":i", .fn = test_count, .doc = "count calls" },
	{
		.name = "nap", .sig = "i:i", .fn = test_nap, .context = KWASM_HOST_SLEEP,
		.doc = "sleep",
	},
	{ .name = "told", .sig = ":i", .fn = test_told, .doc = "a parameter" },
	{ .name = "now", .sig = ":I", .fn = test_now, .doc = "the time" },
};

static const struct kwasm_provider provider = {
	.module = "prov",
	.fns = host_fns,
	.num_fns = ARRAY_SIZE(host_fns),
	.owner = THIS_MODULE,
	.open = test_open,
	.close = test_close,
};

static const struct kwasm_host_fn bad_fns[] = {
	{ .name = "six", .sig = "iiiiii:i", .fn = test_nap },
};

static const struct kwasm_provider bad = {
	.module = "bad",
	.fns = bad_fns,
	.num_fns = ARRAY_SIZE(bad_fns),
	.owner = THIS_MODULE,
};

static int __init kwasm_testprovider_init(void)
{
	int err = kwasm_provider_register(&provider);

	if (err)
		return err;
	if (kwasm_provider_register(&provider) == -EEXIST &&
	    kwasm_provider_register(&bad) == -EINVAL)
		return 0;
	kwasm_provider_unregister(&provider);
	return -EINVAL;
}

static void __exit kwasm_testprovider_exit(void)
{
	kwasm_provider_unregister(&provider);
}

module_init(kwasm_testprovider_init);
module_exit(kwasm_testprovider_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Host functions for tests");
