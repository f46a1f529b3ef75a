// SPDX-License-Identifier: GPL-2.0-only
/*
 * device.c - the device that currently has a name, or a bound one, by a netdevice notifier.
 *
 * Guarantees: after the notification of a change, each followed name has the index of the device of
 * that name, or 0 if there is none.  A bound device has its present name.  When the unregistration
 * of a device goes on, or it has left its namespace, nothing is attached to it.
 *
 * The device lists are already updated when the notifier is called, so the name is looked up again
 * for every event.  This includes the events that are replayed for existing devices when the
 * notifier is registered or unregistered.  Alternative names do not match.
 */
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>

#include "attachment.h"

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

/* Return: is it bound to a device that leaves? */
static bool update(struct kwasm_device *d, unsigned long event, const struct net_device *dev)
{
	if (!d->bound) {
		look_up(d);
		return false;
	}
	if (d->ifindex != dev->ifindex)
		return false;
	if (event == NETDEV_CHANGENAME)
		strscpy(d->name, dev->name, sizeof(d->name));
	return event == NETDEV_UNREGISTER;
}

/*
 * A device that leaves is in no list any more when this is called: what is attached later does not
 * find it.  What is attached now is in the list of followed devices before it looks for its own.
 */
static int on_event(struct notifier_block *nb, unsigned long event, void *info)
{
	const struct net_device *dev = netdev_notifier_info_to_dev(info);
	struct net *net = dev_net(dev);
	struct kwasm_device *d;
	bool leaves = false;

	if (event != NETDEV_REGISTER && event != NETDEV_UNREGISTER && event != NETDEV_CHANGENAME)
		return NOTIFY_DONE;
	spin_lock(&devices_lock);
	list_for_each_entry(d, &devices, node)
		if (d->net == net)
			leaves |= update(d, event, dev);
	spin_unlock(&devices_lock);
	if (leaves)
		kwasm_attachments_leave_device(net, dev->ifindex);
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

void kwasm_device_name(const struct kwasm_device *d, char name[IFNAMSIZ])
{
	spin_lock(&devices_lock);
	memcpy(name, d->name, IFNAMSIZ);
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
