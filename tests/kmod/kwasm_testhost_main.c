// SPDX-License-Identifier: GPL-2.0-only
/*
 * kwasm_testhost_main.c - host functions of another module than kwasm's, import module "test":
 *
 *	dump_stack () -> i32	write a stack trace to the kernel's log; 0
 *	transmit () -> i32	send a datagram to 127.0.0.1 from inside the handler; bytes sent
 */
#include <linux/in.h>
#include <linux/inet.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/socket.h>
#include <net/sock.h>

#include "../../core/kwasm.h"

#define DISCARD_PORT 9

static struct socket *udp;

static u64 test_dump_stack(KWASM_HOST0(ctx))
{
	dump_stack();
	return 0;
}

/* BH is off: the socket allocates atomically and never waits. */
static u64 test_transmit(KWASM_HOST0(ctx))
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(DISCARD_PORT),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct msghdr msg = {
		.msg_name = &to,
		.msg_namelen = sizeof(to),
		.msg_flags = MSG_DONTWAIT,
	};
	char text[] = "from a handler";
	struct kvec vec = { .iov_base = text, .iov_len = sizeof(text) };

	return (u32)kernel_sendmsg(udp, &msg, &vec, 1, sizeof(text));
}

static const struct kwasm_host_fn host_fns[] = {
	{
		.name = "dump_stack", .sig = ":i", .fn = test_dump_stack,
		.doc = "write a stack trace",
	}, {
		.name = "transmit", .sig = ":i", .fn = test_transmit,
		.doc = "send a datagram",
	},
};

static const struct kwasm_provider provider = {
	.module = "test",
	.owner = THIS_MODULE,
	.fns = host_fns,
	.num_fns = ARRAY_SIZE(host_fns),
};

static int __init kwasm_testhost_init(void)
{
	int err = sock_create_kern(&init_net, AF_INET, SOCK_DGRAM, IPPROTO_UDP, &udp);

	if (err)
		return err;
	udp->sk->sk_allocation = GFP_ATOMIC;
	err = kwasm_provider_register(&provider);
	if (err)
		sock_release(udp);
	return err;
}

static void __exit kwasm_testhost_exit(void)
{
	kwasm_provider_unregister(&provider);
	sock_release(udp);
}

module_init(kwasm_testhost_init);
module_exit(kwasm_testhost_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Host functions for tests");
