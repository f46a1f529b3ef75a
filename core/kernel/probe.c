// SPDX-License-Identifier: GPL-2.0-only
/*
 * probe.c - what differs between kernels, as questions to their compiler.
 *
 * Part of no module.  scripts/probe-kernel compiles each block below, selected by PROBE_<fact>,
 * with the headers and flags of the kernel to build for: with PROBE_NEW the newer form of an
 * interface, without it the older one.  The first that compiles decides KWASM_HAVE_<fact>, which
 * compat.h reads; a kernel that has neither is refused at build.
 *
 * Distributions bring interfaces back to older kernels, so versions say nothing.
 */
#include <linux/hrtimer.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <net/genetlink.h>

/* A timer and its function are set up in one call. */
#ifdef PROBE_HRTIMER_SETUP
void probe(struct hrtimer *timer, enum hrtimer_restart (*fn)(struct hrtimer *timer));
void probe(struct hrtimer *timer, enum hrtimer_restart (*fn)(struct hrtimer *timer))
{
#ifdef PROBE_NEW
	hrtimer_setup(timer, fn, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
#else
	hrtimer_init(timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	timer->function = fn;
#endif
}
#endif

/* The attributes of a dump request are in a struct genl_info. */
#ifdef PROBE_DUMP_INFO
struct nlattr **probe(struct netlink_callback *cb);
struct nlattr **probe(struct netlink_callback *cb)
{
#ifdef PROBE_NEW
	return genl_dumpit_info(cb)->info.attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}
#endif

/* The location of a CPU's interrupt stack is in pcpu_hot, which is exported. */
#ifdef PROBE_PCPU_HOT
unsigned long probe(void);
unsigned long probe(void)
{
#ifdef PROBE_NEW
	return (unsigned long)this_cpu_read(pcpu_hot.hardirq_stack_ptr);
#else
	return (unsigned long)this_cpu_read(hardirq_stack_ptr);
#endif
}
#endif
