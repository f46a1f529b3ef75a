// SPDX-License-Identifier: GPL-2.0-only
/*
 * nfqueue-accept.c - accept all packets of a netfilter queue of this namespace: nfqueue-accept N
 *
 * Runs until it is killed.
 */
#include <arpa/inet.h>
#include <err.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct request {
	struct nlmsghdr header;
	struct nfgenmsg nf;
	struct nlattr attr;
	unsigned char value[16];
};

static void send_request(int fd, uint16_t queue, int type, int attr, const void *value, size_t len)
{
	struct request r = {
		.header.nlmsg_len = (uint32_t)(NLMSG_HDRLEN + sizeof(r.nf) + NLA_HDRLEN + len),
		.header.nlmsg_type = (uint16_t)(NFNL_SUBSYS_QUEUE << 8 | type),
		.header.nlmsg_flags = NLM_F_REQUEST,
		.nf.nfgen_family = AF_UNSPEC,
		.nf.version = NFNETLINK_V0,
		.nf.res_id = htons(queue),
		.attr.nla_len = (uint16_t)(NLA_HDRLEN + len),
		.attr.nla_type = (uint16_t)attr,
	};

	memcpy(r.value, value, len);
	if (send(fd, &r, NLMSG_ALIGN(r.header.nlmsg_len), 0) < 0)
		err(1, "netlink");
}

static void accept_packet(int fd, uint16_t queue, const struct nlmsghdr *header)
{
	const char *at = (const char *)NLMSG_DATA(header) + NLMSG_ALIGN(sizeof(struct nfgenmsg));
	const char *end = (const char *)header + header->nlmsg_len;
	struct nfqnl_msg_verdict_hdr verdict = { .verdict = htonl(NF_ACCEPT) };

	while (at + NLA_HDRLEN <= end) {
		const struct nlattr *attr = (const struct nlattr *)at;
		const struct nfqnl_msg_packet_hdr *packet = (const void *)(at + NLA_HDRLEN);

		if ((attr->nla_type & NLA_TYPE_MASK) == NFQA_PACKET_HDR) {
			verdict.id = packet->packet_id;
			send_request(fd, queue, NFQNL_MSG_VERDICT, NFQA_VERDICT_HDR, &verdict,
				     sizeof(verdict));
			return;
		}
		at += NLA_ALIGN(attr->nla_len);
	}
}

int main(int argc, char **argv)
{
	static char buf[70000] __attribute__((aligned(8)));
	struct nfqnl_msg_config_cmd bind_queue = { .command = NFQNL_CFG_CMD_BIND };
	struct nfqnl_msg_config_params params = {
		.copy_range = htonl(0xffff), .copy_mode = NFQNL_COPY_PACKET,
	};
	struct sockaddr_nl local = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
	uint16_t queue;
	ssize_t n;

	if (argc != 2)
		errx(2, "usage: nfqueue-accept N");
	queue = (uint16_t)atoi(argv[1]);
	if (fd < 0 || bind(fd, (struct sockaddr *)&local, sizeof(local)))
		err(1, "netlink");
	send_request(fd, queue, NFQNL_MSG_CONFIG, NFQA_CFG_CMD, &bind_queue, sizeof(bind_queue));
	send_request(fd, queue, NFQNL_MSG_CONFIG, NFQA_CFG_PARAMS, &params, sizeof(params));
	while ((n = recv(fd, buf, sizeof(buf), 0)) > 0) {
		struct nlmsghdr *header = (struct nlmsghdr *)buf;

		for (; NLMSG_OK(header, n); header = NLMSG_NEXT(header, n))
			if (header->nlmsg_type == (NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_PACKET))
				accept_packet(fd, queue, header);
	}
	err(1, "netlink");
}
