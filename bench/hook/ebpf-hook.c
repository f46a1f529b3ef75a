// SPDX-License-Identifier: GPL-2.0-only
/*
 * ebpf-hook.c - an empty eBPF program at nf_pre, IPv4: ebpf-hook COMMAND [ARG...]
 *
 * Attaches "return NF_ACCEPT" as a netfilter link, runs COMMAND, and detaches it.  Exit status 77
 * if the kernel does not support such links (before 6.4).  Uses the system call directly: Debian
 * 12's libbpf predates the link type.
 */
#include <err.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/netfilter.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROG_TYPE_NETFILTER 32
#define ATTACH_TYPE_NETFILTER 45
#define NO_LINKS 77
#define NUM_INSNS 2

/* The part of union bpf_attr that BPF_LINK_CREATE reads for a netfilter link. */
struct link_create {
	uint32_t prog_fd;
	uint32_t target_fd;
	uint32_t attach_type;
	uint32_t flags;
	uint32_t pf;
	uint32_t hooknum;
	int32_t priority;
	uint32_t netfilter_flags;
};

static int load(void)
{
	static const struct bpf_insn program[NUM_INSNS] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = NF_ACCEPT },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = PROG_TYPE_NETFILTER;
	attr.expected_attach_type = ATTACH_TYPE_NETFILTER;
	attr.insns = (uintptr_t)program;
	attr.insn_cnt = NUM_INSNS;
	attr.license = (uintptr_t)"GPL";
	return (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

int main(int argc, char **argv)
{
	struct link_create link = {
		.attach_type = ATTACH_TYPE_NETFILTER,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = 1,
	};
	int prog = load(), status;
	pid_t child;

	if (argc < 2)
		errx(2, "usage: ebpf-hook COMMAND [ARG...]");
	if (prog < 0 && errno == EINVAL)
		return NO_LINKS;
	if (prog < 0)
		err(1, "loading the program");
	link.prog_fd = (uint32_t)prog;
	if (syscall(SYS_bpf, BPF_LINK_CREATE, &link, sizeof(link)) < 0)
		err(1, "attaching the program");
	child = fork();
	if (child < 0)
		err(1, "fork");
	if (!child) {
		execvp(argv[1], argv + 1);
		err(127, "%s", argv[1]);
	}
	if (waitpid(child, &status, 0) < 0 || !WIFEXITED(status))
		return 1;
	return WEXITSTATUS(status);
}
