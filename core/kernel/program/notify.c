// SPDX-License-Identifier: GPL-2.0-only
/*
 * notify.c - events of programs and handlers, and their listeners.
 *
 * Guarantees: if nobody listens, nothing is built for an event.
 */
#include <linux/cred.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/srcu.h>

#include "kernel/work.h"
#include "notify.h"
#include "program.h"

DEFINE_STATIC_SRCU(listeners_srcu);
static DEFINE_MUTEX(listeners_lock);	/* innermost */
static LIST_HEAD(listeners);		/* listeners_lock; read under listeners_srcu */

void kwasm_listener_register(struct kwasm_listener *l)
{
	mutex_lock(&listeners_lock);
	list_add_tail_rcu(&l->node, &listeners);
	mutex_unlock(&listeners_lock);
}

void kwasm_listener_unregister(struct kwasm_listener *l)
{
	mutex_lock(&listeners_lock);
	list_del_rcu(&l->node);
	mutex_unlock(&listeners_lock);
	synchronize_srcu(&listeners_srcu);
}

static void notify(const struct kwasm_notice *notice)
{
	struct net *net = notice->prog->knet->net;
	struct kwasm_listener *l;
	int idx = srcu_read_lock(&listeners_srcu);

	list_for_each_entry_srcu(l, &listeners, node, srcu_read_lock_held(&listeners_srcu))
		if (l->wants(net))
			l->tell(notice);
	srcu_read_unlock(&listeners_srcu, idx);
}

struct kwasm_actor kwasm_actor_current(void)
{
	return (struct kwasm_actor) {
		.uid = from_kuid_munged(&init_user_ns, current_uid()),
		.pid = task_tgid_nr(current),
	};
}

void kwasm_notify_program(enum kwasm_event event, const struct kwasm_actor *by,
			  const struct kwasm_program *prog)
{
	kwasm_notify_handler(event, by, prog, NULL);
}

void kwasm_notify_handler(enum kwasm_event event, const struct kwasm_actor *by,
			  const struct kwasm_program *prog, struct kwasm_handler *h)
{
	const struct kwasm_notice notice = {
		.event = event,
		.by = by,
		.time_ns = ktime_get_real_ns(),
		.prog = prog,
		.handler = h,
	};

	lockdep_assert_held(&kwasm_lock);
	notify(&notice);
}

static bool wanted(struct net *net)
{
	int idx = srcu_read_lock(&listeners_srcu);
	struct kwasm_listener *l;
	bool wanted = false;

	list_for_each_entry_srcu(l, &listeners, node, srcu_read_lock_held(&listeners_srcu))
		wanted |= l->wants(net);
	srcu_read_unlock(&listeners_srcu, idx);
	return wanted;
}

void kwasm_notify_log(struct kwasm_program *prog)
{
	if (wanted(prog->knet->net))
		queue_work(kwasm_wq, &prog->log_work);
	else
		WRITE_ONCE(prog->log_sent, READ_ONCE(prog->log.next_seq));
}

/* One event for each line. */
void kwasm_notify_log_work(struct work_struct *work)
{
	struct kwasm_program *prog = container_of(work, struct kwasm_program, log_work);
	struct kwasm_log_line *line = kzalloc(sizeof(*line), GFP_KERNEL);
	struct kwasm_notice notice = {
		.event = KWASM_EVENT_LOG,
		.prog = prog,
		.line = line,
	};

	while (line && kwasm_log_get(&prog->log, prog->log_sent, line)) {
		prog->log_sent = line->seq + 1;
		notice.time_ns = line->time_ns;
		notify(&notice);
	}
	kfree(line);
}
