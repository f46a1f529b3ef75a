// SPDX-License-Identifier: GPL-2.0-only
/*
 * device.c - the device that currently has a name, kept up to date by a netdevice notifier.
 *
 * Guarantees: after the notification of a change, each followed name has the index of the device of
 * that name, or 0 if there is none.
 *
 * The device lists are already updated when the notifier is called, so the name is looked up again
 * for every event.  This includes the events that are replayed for existing devices when the
 * notifier is registered or unregistered.  Alternative names do not match.
 */
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>

#include "device.h"

/* Innermost: taken under rtnl by the notifier, under kwasm_lock by the other functions. */
static DEFINE_SPINLOCK(devices_lock);
static LIST_HEAD(devices);		/* devices_lock */

static void look_up(struct kwasm_device *d)
{
	struct net_device *dev;

	lockdep_assert_held(&devices_lock);
	rcu_read_lock();
	dev = dev_get_by_name_rcu(d->net, d->name);
	WRITE_ONCE(d->ifindex, dev && !strcmp(dev->name, d->name) ? dev->ifindex : 0);
	rcu_read_unlock();
}

static int on_event(struct notifier_block *nb, unsigned long event, void *info)
{
	const struct net *net = dev_net(netdev_notifier_info_to_dev(info));
	struct kwasm_device *d;

	if (event != NETDEV_REGISTER && event != NETDEV_UNREGISTER && event != NETDEV_CHANGENAME)
		return NOTIFY_DONE;
	spin_lock(&devices_lock);
	list_for_each_entry(d, &devices, node)
		if (d->net == net)
			look_up(d);
	spin_unlock(&devices_lock);
	return NOTIFY_DONE;
}

static struct notifier_block notifier = { .notifier_call = on_event };

void kwasm_device_follow(struct kwasm_device *d, struct net *net, const char *name)
{
	d->net = net;
	strscpy(d->name, name ?: "", sizeof(d->name));
	if (!d->name[0])
		return;
	spin_lock(&devices_lock);
	list_add(&d->node, &devices);
	look_up(d);
	spin_unlock(&devices_lock);
}

void kwasm_device_unfollow(struct kwasm_device *d)
{
	if (!d->name[0])
		return;
	spin_lock(&devices_lock);
	list_del(&d->node);
	spin_unlock(&devices_lock);
}

int kwasm_devices_init(void)
{
	return register_netdevice_notifier(&notifier);
}

void kwasm_devices_exit(void)
{
	unregister_netdevice_notifier(&notifier);
}
