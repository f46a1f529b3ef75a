// SPDX-License-Identifier: GPL-2.0-only
/*
 * nl_uring.c - requests that workers of io_uring send, for a process that waits for the acks, and
 * for one that ends meanwhile.
 *
 * A worker does not return to user space: it carries out what it has deferred when it looks for
 * more work, or when it exits and has neither files nor namespaces any more.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "nl_raw.h"

#define REQUESTS 8
#define ROUNDS 100

/**
 * struct ring - the submission side of an io_uring
 */
struct ring {
	int fd;
	unsigned int *tail;
	unsigned int *array;
	struct io_uring_sqe *sqes;
};

static bool ring_open(struct ring *ring)
{
	struct io_uring_params p = { };
	unsigned char *sq;

	ring->fd = (int)syscall(SYS_io_uring_setup, REQUESTS, &p);
	if (ring->fd < 0)
		return false;
	sq = mmap(NULL, p.sq_off.array + p.sq_entries * sizeof(*ring->array),
		  PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_SQ_RING);
	ring->sqes = mmap(NULL, p.sq_entries * sizeof(*ring->sqes), PROT_READ | PROT_WRITE,
			  MAP_SHARED, ring->fd, IORING_OFF_SQES);
	if (sq == MAP_FAILED || ring->sqes == MAP_FAILED)
		return false;
	ring->tail = (unsigned int *)(sq + p.sq_off.tail);
	ring->array = (unsigned int *)(sq + p.sq_off.array);
	return true;
}

/* Workers send @msg, @n times; the caller waits until @wait of them have. */
static bool ring_send(struct ring *ring, int socket, struct msghdr *msg, unsigned int n,
		      unsigned int wait)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		struct io_uring_sqe *sqe = &ring->sqes[i];

		memset(sqe, 0, sizeof(*sqe));
		sqe->opcode = IORING_OP_SENDMSG;
		sqe->flags = IOSQE_ASYNC;
		sqe->fd = socket;
		sqe->addr = (unsigned long)msg;
		ring->array[i] = i;
	}
	__atomic_store_n(ring->tail, n, __ATOMIC_RELEASE);
	return syscall(SYS_io_uring_enter, ring->fd, n, wait,
		       IORING_ENTER_GETEVENTS, NULL, 0) == n;
}

/* One program is loaded, the others of its name are refused.  Return: are these the acks? */
static bool read_acks(int fd)
{
	int i, err, loaded = 0, refused = 0;

	for (i = 0; i < REQUESTS; i++) {
		err = answer(fd);
		loaded += err == 0;
		refused += err == EEXIST;
		if (err && err != EEXIST)
			printf("# answer: %s\n", err < 0 ? "none" : strerrorname_np(err));
	}
	return loaded == 1 && refused == REQUESTS - 1;
}

/* In a child.  @patient: it ends with its acks, not before.  Return: its exit status. */
static int sender(const char *path, bool patient)
{
	struct message m;
	struct iovec io = { m.bytes, 0 };
	struct msghdr msg = { .msg_iov = &io, .msg_iovlen = 1 };
	int fd = connect_raw();
	struct ring ring;

	begin(&m, KWASM_CMD_LOAD, 0);
	put_string(&m, KWASM_A_PROGRAM_NAME, "uring");
	put_u32(&m, KWASM_A_PROGRAM_FD, (unsigned int)open(path, O_RDONLY | O_CLOEXEC));
	io.iov_len = m.header.nlmsg_len;
	if (!ring_open(&ring) ||
	    !ring_send(&ring, fd, &msg, REQUESTS, patient ? REQUESTS : 0))
		return 2;
	return patient && !read_acks(fd);
}

/* Return: the status of a sender, whose workers end before it. */
static int send_from_child(const char *path, bool patient)
{
	int status = -1;
	pid_t child = fork();

	if (!child)
		_exit(sender(path, patient));
	if (child > 0)
		waitpid(child, &status, 0);
	return status;
}

void uring(const char *path)
{
	int fd = connect_raw(), i, err = 0, status = 0;
	struct message unload;

	begin(&unload, KWASM_CMD_UNLOAD, 0);
	put_string(&unload, KWASM_A_PROGRAM_NAME, "uring");
	status = send_from_child(path, true);
	ok(!status, "workers send %d requests, which are carried out and answered (status %d)",
	   REQUESTS, status);
	ok(exchange(fd, &unload) == 0, "the program is there");
	for (i = 0; i < ROUNDS && !status; i++) {
		status = send_from_child(path, false);
		/* A worker may have loaded it before the end. */
		err = exchange(fd, &unload);
		if (err && err != ENOENT)
			status = -1;
	}
	close(fd);
	ok(!status, "%d processes end while workers send for them (status %d)", i, status);
	ok(programs() == 0, "nothing stays loaded");
}
