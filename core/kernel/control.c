// SPDX-License-Identifier: GPL-2.0-only
/*
 * control.c - starts and stops what takes requests: work, host functions, namespaces, netlink.
 */
#include <linux/workqueue.h>

#include "abi/packet.h"
#include "kernel/handler/hook.h"
#include "kernel.h"
#include "kernel/netlink/netlink.h"

struct workqueue_struct *kwasm_wq;

int kwasm_control_init(void)
{
	int err;

	kwasm_wq = alloc_workqueue("kwasm", WQ_UNBOUND, 0);
	if (!kwasm_wq)
		return -ENOMEM;
	err = kwasm_host_register(kwasm_abi);
	if (err)
		goto destroy_wq;
	err = kwasm_nets_init();
	if (err)
		goto unregister_host;
	err = kwasm_netlink_init();
	if (err)
		goto exit_nets;
	return 0;
exit_nets:
	kwasm_nets_exit();
unregister_host:
	kwasm_host_unregister(kwasm_abi);
destroy_wq:
	destroy_workqueue(kwasm_wq);
	return err;
}

/* Requests end first; then everything is detached and unloaded; then work is waited for. */
void kwasm_control_exit(void)
{
	kwasm_netlink_exit();
	kwasm_nets_exit();
	destroy_workqueue(kwasm_wq);
	kwasm_host_unregister(kwasm_abi);
}
