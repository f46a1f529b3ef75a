/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * notify.h - events of programs and handlers, and their listeners.
 */
#ifndef KWASM_KERNEL_NOTIFY_H
#define KWASM_KERNEL_NOTIFY_H

#include <linux/list.h>
#include <linux/workqueue.h>

#include "uapi/kwasm.h"

struct kwasm_handler;
struct kwasm_log_line;
struct kwasm_program;
struct net;

/**
 * struct kwasm_actor - who asked for what an event tells
 * @uid: in the initial user namespace, like @pid in the initial PID namespace
 * @pid: its process
 */
struct kwasm_actor {
	u32 uid;
	u32 pid;
};

/** kwasm_actor_current() - the current task.  Process context. */
struct kwasm_actor kwasm_actor_current(void);

/**
 * struct kwasm_notice - an event
 * @by: who asked for it; NULL where the kernel acts by itself
 * @time_ns: wall clock
 * @prog: the program, or the handler's
 * @handler: the handler, or NULL for an event of the program
 * @line: for KWASM_EVENT_LOG the line, which the listener may modify; else NULL
 */
struct kwasm_notice {
	enum kwasm_event event;
	const struct kwasm_actor *by;
	u64 time_ns;
	const struct kwasm_program *prog;
	struct kwasm_handler *handler;
	struct kwasm_log_line *line;
};

/**
 * struct kwasm_listener - a listener
 * @wants: does it want events of @net?  Any context except NMI
 * @tell: receives an event; process context, may sleep; kwasm_lock is held except for
 *	KWASM_EVENT_LOG, where it must not be taken: its holder may wait for the log to be told
 */
struct kwasm_listener {
	bool (*wants)(struct net *net);
	void (*tell)(const struct kwasm_notice *notice);
	struct list_head node;
};

/** kwasm_listener_register() - notify @l from now on.  Process context, may sleep. */
void kwasm_listener_register(struct kwasm_listener *l);

/** kwasm_listener_unregister() - when this returns, its functions are no longer running. */
void kwasm_listener_unregister(struct kwasm_listener *l);

/*
 * Notify the listeners of the program's namespace: after something has begun, before something
 * ends.  @by: who asked for it, NULL for the kernel.  Process context, kwasm_lock held.
 */
void kwasm_notify_program(enum kwasm_event event, const struct kwasm_actor *by,
			  const struct kwasm_program *prog);
void kwasm_notify_handler(enum kwasm_event event, const struct kwasm_actor *by,
			  const struct kwasm_program *prog, struct kwasm_handler *h);

/**
 * kwasm_notify_log() - @prog has logged: notify listeners of the lines soon.
 *
 * If there is no listener, no work is queued; lines from before can be read from the ring.
 * Any context except NMI.
 */
void kwasm_notify_log(struct kwasm_program *prog);

/* The work of kwasm_program.log_work. */
void kwasm_notify_log_work(struct work_struct *work);

#endif /* KWASM_KERNEL_NOTIFY_H */
