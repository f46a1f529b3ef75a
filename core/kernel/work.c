// SPDX-License-Identifier: GPL-2.0-only
/*
 * work.c - the workqueue for work that handlers and programs defer to process context.
 */
#include "work.h"

struct workqueue_struct *kwasm_wq;

int kwasm_work_init(void)
{
	kwasm_wq = alloc_workqueue("kwasm", WQ_UNBOUND, 0);
	return kwasm_wq ? 0 : -ENOMEM;
}

void kwasm_work_exit(void)
{
	destroy_workqueue(kwasm_wq);
}
