/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * event.h - notifications to the multicast group "events".
 */
#ifndef KWASM_KERNEL_EVENT_H
#define KWASM_KERNEL_EVENT_H

#include <linux/workqueue.h>

#include "uapi/kwasm.h"

struct kwasm_attachment;
struct kwasm_program;

/* Not built without a listener.  Process context, kwasm_lock held. */
void kwasm_event_program(enum kwasm_event kind, const struct kwasm_program *prog);
void kwasm_event_attachment(enum kwasm_event kind, struct kwasm_attachment *at);

/** kwasm_event_log() - @prog has logged: notify listeners soon.  Any context except NMI. */
void kwasm_event_log(struct kwasm_program *prog);

/** kwasm_event_log_work() - the work of kwasm_program.log_work. */
void kwasm_event_log_work(struct work_struct *work);

#endif /* KWASM_KERNEL_EVENT_H */
