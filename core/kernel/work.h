/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * work.h - the workqueue for work that handlers and programs defer to process context.
 */
#ifndef KWASM_KERNEL_WORK_H
#define KWASM_KERNEL_WORK_H

#include <linux/workqueue.h>

/* Restarts, which compile nothing but run start functions, and events; unbound. */
extern struct workqueue_struct *kwasm_wq;

int kwasm_work_init(void);

/** kwasm_work_exit() - wait for queued work; no new work may be queued. */
void kwasm_work_exit(void);

#endif /* KWASM_KERNEL_WORK_H */
