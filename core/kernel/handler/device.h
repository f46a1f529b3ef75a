/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * device.h - the device that currently has a name, or one that is followed under all its names.
 */
#ifndef KWASM_KERNEL_DEVICE_H
#define KWASM_KERNEL_DEVICE_H

#include <linux/if.h>
#include <linux/list.h>
#include <net/net_namespace.h>

/**
 * struct kwasm_device - the device that currently has a given name in a namespace
 * @node: in the list of all that are followed
 * @net: where it is looked for
 * @name: empty for any device; then the other fields are unused.  Written under a lock of device.c
 * @ifindex: of the device that has the name, 0 while there is none; read per packet
 * @bound: fixed; it means the device that had the name first: @name follows that one
 */
struct kwasm_device {
	struct list_head node;
	struct net *net;
	char name[IFNAMSIZ];
	int ifindex;
	bool bound;
};

int kwasm_devices_init(void);

/** kwasm_devices_exit() - no device is followed any more. */
void kwasm_devices_exit(void);

/**
 * kwasm_device_follow() - keep @d->ifindex up to date from now on.
 * @net: outlives @d
 * @name: NULL or empty: any device
 *
 * A device that is registered under the name later, or renamed to it, matches; one that is
 * unregistered or renamed no longer does.  If @d->bound is set, the device that has the name now
 * matches, under each later name; what is attached to it is detached before it is unregistered.
 * Context: process; does not take rtnl.
 */
void kwasm_device_follow(struct kwasm_device *d, struct net *net, const char *name);
void kwasm_device_unfollow(struct kwasm_device *d);

/** kwasm_device_name() - copy its present name, empty for any device.  Process context. */
void kwasm_device_name(const struct kwasm_device *d, char name[IFNAMSIZ]);

#endif /* KWASM_KERNEL_DEVICE_H */
