// SPDX-License-Identifier: GPL-2.0-only
/*
 * device.c - the name of a network device, from rtnetlink.
 *
 * The kernel module compares with names as they are in the list of devices, so an alternative name
 * is replaced with the device's own.
 */
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <netlink/msg.h>
#include <netlink/netlink.h>

#include "ctl.h"
#include "device.h"

static int read_link(struct nl_msg *msg, void *arg)
{
	struct nlattr *name = nlmsg_find_attr(nlmsg_hdr(msg), sizeof(struct ifinfomsg),
					      IFLA_IFNAME);

	if (name)
		snprintf(arg, IFNAMSIZ, "%.*s", nla_len(name), (const char *)nla_data(name));
	return NL_OK;
}

/* @found: empty if there is no such device.  Return: 0, or a negative error of libnl. */
static int ask(struct nl_sock *sock, const char *name, char found[IFNAMSIZ])
{
	struct ifinfomsg any = { .ifi_family = AF_UNSPEC };
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_GETLINK, 0);
	int err;

	if (!msg)
		return -NLE_NOMEM;
	err = nlmsg_append(msg, &any, sizeof(any), NLMSG_ALIGNTO);
	if (!err)
		err = nla_put_string(msg, IFLA_ALT_IFNAME, name);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, read_link, found);
	err = nl_send_sync(sock, msg);
	return err == -NLE_NODEV || err == -NLE_OBJ_NOTFOUND ? 0 : min(err, 0);
}

int ctl_device_find(const char *name, char found[IFNAMSIZ])
{
	struct nl_sock *sock = nl_socket_alloc();
	int err;

	found[0] = 0;
	if (!sock)
		return ctl_fail_memory();
	err = nl_connect(sock, NETLINK_ROUTE) ?: ask(sock, name, found);
	nl_socket_free(sock);
	return err ? ctl_fail("cannot look for device %s: %s", name, nl_geterror(err)) : CTL_OK;
}
