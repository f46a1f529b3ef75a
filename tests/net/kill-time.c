// SPDX-License-Identifier: GPL-2.0-only
/*
 * kill-time.c - time until a killed program stops, killed from another CPU.
 *
 *	kill-time NETNS DEVICE PROGRAM
 *
 * A thread on CPU 1 sends a frame through DEVICE in NETNS; the handler of the peer, PROGRAM, runs
 * within that system call and never ends.  Once it is running, CPU 0 sends KILL.  Prints
 * microseconds from the request to the end of the system call, and how long the handler had been
 * running.
 */
#define _GNU_SOURCE
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "genl.h"

#define RUNNING_US 300000	/* before it is killed */

static int device_fd;
static atomic_llong began, ended;

static long long microseconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

/* Any IPv4 packet, to every station. */
static const unsigned char frame[] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0, 0, 0, 0, 0x04, 0x08, 0x00,
	0x45, 0, 0, 20, 0, 0, 0, 0, 64, 253, 0x25, 0x83, 198, 51, 100, 2, 198, 51, 100, 1,
};

static void *send_frame(void *arg)
{
	pin_to(1);
	atomic_store(&began, microseconds());
	if (send(device_fd, frame, sizeof(frame), 0) != sizeof(frame))
		err(1, "send");
	atomic_store(&ended, microseconds());
	return NULL;
}

static int open_device(const char *netns, const char *name)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET };
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int fd;

	enter_netns(netns);
	fd = socket(AF_PACKET, SOCK_RAW, 0);
	address.sll_ifindex = (int)if_nametoindex(name);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)))
		err(1, "device %s", name);
	if (home < 0 || setns(home, CLONE_NEWNET))
		err(1, "namespace");
	close(home);
	return fd;
}

int main(int argc, char **argv)
{
	static struct ack ack;
	struct nl_msg *msg;
	pthread_t thread;
	struct genl g;
	long long killed;

	if (argc != 4)
		errx(2, "usage: kill-time NETNS DEVICE PROGRAM");
	device_fd = open_device(argv[1], argv[2]);
	genl_open(&g);
	pin_to(0);
	if (pthread_create(&thread, NULL, send_frame, NULL))
		errx(1, "no thread");
	while (!atomic_load(&began) || microseconds() < atomic_load(&began) + RUNNING_US)
		sched_yield();
	if (atomic_load(&ended))
		errx(1, "the handler had ended before it was killed");
	msg = genl_request(&g, KWASM_CMD_KILL, 0, 0);
	nla_put_string(msg, KWASM_A_PROGRAM_NAME, argv[3]);
	killed = microseconds();
	ack = genl_do(&g, msg);
	if (ack.error)
		errx(1, "kill: %s", ack.sentence);
	pthread_join(thread, NULL);
	printf("%lld %lld\n", ended - killed, killed - began);
	return 0;
}
