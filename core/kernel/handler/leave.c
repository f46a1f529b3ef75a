// SPDX-License-Identifier: GPL-2.0-only
/*
 * leave.c - what leaves the lists under kwasm_lock, and is freed after a grace period without it.
 *
 * Guarantees: what leaves together waits for one grace period, and nobody waits for kwasm_lock
 * meanwhile; when kwasm_leave_free() returns, no packet uses any of it and no work of it is queued;
 * its namespace does not end before.
 */
#include "attachment.h"
#include "kernel/program/notify.h"
#include "leave.h"

void kwasm_leave_init(struct kwasm_leave *leave)
{
	INIT_LIST_HEAD(&leave->attachments);
	INIT_LIST_HEAD(&leave->programs);
	init_llist_head(&leave->runs);
}

void kwasm_leave_attachment(struct kwasm_leave *leave, struct kwasm_attachment *at)
{
	kwasm_attachment_stop(at);
	list_add_tail(&at->node, &leave->attachments);
	kwasm_net_hold(at->knet);
}

void kwasm_leave_program(struct kwasm_leave *leave, struct kwasm_program *prog)
{
	kwasm_program_unlist(prog);
	list_add_tail(&prog->node, &leave->programs);
	kwasm_net_hold(prog->knet);
}

void kwasm_leave_attachments_of(struct kwasm_leave *leave, struct kwasm_program *prog)
{
	struct kwasm_attachment *at, *tmp;

	list_for_each_entry_safe(at, tmp, &prog->knet->attachments, node)
		if (at->handler.prog == prog)
			kwasm_leave_attachment(leave, at);
}

void kwasm_leave_linked(struct kwasm_leave *leave, const struct kwasm_actor *by)
{
	struct kwasm_program *prog, *tmp;
	struct kwasm_net *knet;

	lockdep_assert_held(&kwasm_lock);
	list_for_each_entry(knet, &kwasm_nets, node) {
		list_for_each_entry_safe(prog, tmp, &knet->programs, node) {
			if (!prog->linked || prog->num_handlers)
				continue;
			kwasm_notify_program(KWASM_EVENT_UNLOAD, by, prog);
			kwasm_leave_program(leave, prog);
		}
	}
}

void kwasm_leave_free(struct kwasm_leave *leave)
{
	struct kwasm_attachment *at, *next_at;
	struct kwasm_program *prog, *next_prog;
	struct kwasm_net *knet;

	kwasm_runs_destroy(llist_del_all(&leave->runs));
	list_for_each_entry_safe(at, next_at, &leave->attachments, node) {
		knet = at->knet;
		kwasm_attachment_end(at);
		kwasm_net_drop(knet);
	}
	list_for_each_entry_safe(prog, next_prog, &leave->programs, node) {
		knet = prog->knet;
		kwasm_program_retire(prog);
		kwasm_net_drop(knet);
	}
	kwasm_leave_init(leave);
}

void kwasm_leave_finish(struct kwasm_leave *leave)
{
	if (list_empty(&leave->attachments) && list_empty(&leave->programs) &&
	    llist_empty(&leave->runs))
		return;
	synchronize_rcu();
	kwasm_leave_free(leave);
}
