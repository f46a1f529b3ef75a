/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat.h - differences between the supported kernels.
 *
 * 6.1 is the oldest kernel.  What a kernel has is never concluded from its version, since
 * distributions bring interfaces back to older ones: a macro of its headers tells, or the answer of
 * its compiler to a question in probe.c, KWASM_HAVE_<fact>.
 */
#ifndef KWASM_KERNEL_COMPAT_H
#define KWASM_KERNEL_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/percpu.h>
#include <linux/vmalloc.h>
#include <net/genetlink.h>

#include "kwasm_probe.h"

/*
 * Guests run with BH off, host functions and memory.grow take spinning locks and pages there, which
 * a kernel whose spinlocks sleep does not allow.
 */
#ifdef CONFIG_PREEMPT_RT
#error "kwasm does not support kernels with PREEMPT_RT"
#endif

/* An area that is mapped piece by piece; before VM_SPARSE it was a plain mapping. */
#ifdef VM_SPARSE
#define KWASM_VM_SPARSE VM_SPARSE
#else
#define KWASM_VM_SPARSE VM_MAP
#endif

static inline void kwasm_hrtimer_setup(struct hrtimer *timer,
				       enum hrtimer_restart (*fn)(struct hrtimer *),
				       clockid_t clock, enum hrtimer_mode mode)
{
#if KWASM_HAVE_HRTIMER_SETUP
	hrtimer_setup(timer, fn, clock, mode);
#else
	hrtimer_init(timer, clock, mode);
	timer->function = fn;
#endif
}

/* Before multicast groups had their own flag, joining required that of the operations. */
#ifndef GENL_MCAST_CAP_NET_ADMIN
#define GENL_MCAST_CAP_NET_ADMIN GENL_UNS_ADMIN_PERM
#endif

/* Return: stored; *oldp is what stood there otherwise.  Atomic against interrupts of this CPU. */
#ifdef this_cpu_try_cmpxchg
#define kwasm_this_cpu_try_cmpxchg(pcp, oldp, new) this_cpu_try_cmpxchg(pcp, oldp, new)
#else
#define kwasm_this_cpu_try_cmpxchg(pcp, oldp, new)		\
({								\
	typeof(pcp) old__ = *(oldp);				\
	*(oldp) = this_cpu_cmpxchg(pcp, old__, new);		\
	*(oldp) == old__;					\
})
#endif

/* Attributes of a dump request: struct genl_dumpit_info later got its own struct genl_info. */
static inline struct nlattr **kwasm_dump_attrs(struct netlink_callback *cb)
{
#if KWASM_HAVE_DUMP_INFO
	return genl_dumpit_info(cb)->info.attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}

#endif /* KWASM_KERNEL_COMPAT_H */
