// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - loading and unloading of kwasm.ko: the order of initialisation.
 */
#include <linux/init.h>
#include <linux/module.h>
#include <net/genetlink.h>

#include "abi/abi.h"
#include "kernel/handler/attachment.h"
#include "kernel.h"
#include "limits.h"
#include "kernel/netlink/netlink.h"
#include "kernel/program/provider.h"
#include "uapi/kwasm.h"
#include "work.h"

static int abi_init(void)
{
	return kwasm_provider_register(&kwasm_abi);
}

static void abi_exit(void)
{
	kwasm_provider_unregister(&kwasm_abi);
}

/*
 * Each part may use the ones before it; they are stopped in reverse order: requests end first,
 * then everything is detached and unloaded, then work is waited for.
 */
static const struct {
	int (*init)(void);
	void (*exit)(void);
} parts[] = {
	{ kwasm_accounts_init, NULL },
	{ kwasm_limits_init, NULL },
	{ kwasm_symbols_init, NULL },
	{ kwasm_cpu_init, NULL },
	{ kwasm_fault_init, kwasm_fault_exit },
	{ kwasm_watchdog_init, kwasm_watchdog_exit },
	{ kwasm_work_init, kwasm_work_exit },
	{ abi_init, abi_exit },
	{ kwasm_devices_init, kwasm_devices_exit },
	{ kwasm_nets_init, kwasm_nets_exit },
	{ kwasm_attachments_init, kwasm_attachments_exit },
	{ kwasm_netlink_init, kwasm_netlink_exit },
};

static void stop_parts(unsigned int n)
{
	while (n--) {
		if (parts[n].exit)
			parts[n].exit();
	}
}

static int __init kwasm_init(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		err = parts[i].init();
		if (err) {
			stop_parts(i);
			return err;
		}
	}
	return 0;
}

static void __exit kwasm_exit(void)
{
	stop_parts(ARRAY_SIZE(parts));
}

module_init(kwasm_init);
module_exit(kwasm_exit);

MODULE_DESCRIPTION("WebAssembly inside the kernel");
MODULE_AUTHOR("The kwasm developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(KWASM_VERSION);
MODULE_ALIAS_GENL_FAMILY(KWASM_GENL_NAME);
