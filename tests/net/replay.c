// SPDX-License-Identifier: GPL-2.0-only
/*
 * replay.c - send the frames of a capture one at a time and print a handler's verdict on each.
 *
 *	replay CAPTURE TX MARKER-TX RX-NETNS MARKER-NETNS ATTACHMENT
 *
 * Frames are sent through TX.  Each is followed by a marker through MARKER-TX, whose peer is in
 * MARKER-NETNS, where another handler counts it.  Both devices are veth devices and this process
 * stays on one CPU, so the marker passes through the same backlog: once it has been counted, the
 * preceding frame has been processed, and the counters of ATTACHMENT in RX-NETNS show its verdict.
 * Output, a line per frame: its number and its verdict, the name of its trap, or "unseen" if it did
 * not reach the handler.
 */
#define _GNU_SOURCE
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <time.h>

#include "genl.h"
#include "run/trap.h"

#define MARKER_SECONDS 20	/* a frame that takes longer is lost */

static const char *const trap_words[] = {
#define TRAP(name, word, text) word,
	KWASM_TRAPS(TRAP)
#undef TRAP
};

struct counters {
	uint64_t packets, accepted, dropped, queued, repeated, skipped;
	uint64_t traps[KWASM_NUM_TRAPS];
};

struct kwasm_sock {
	struct genl genl;
	uint32_t attachment;
};

static int open_device(const char *name)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET };
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (fd < 0)
		err(1, "packet socket");
	address.sll_ifindex = (int)if_nametoindex(name);
	if (!address.sll_ifindex || bind(fd, (struct sockaddr *)&address, sizeof(address)))
		err(1, "device %s", name);
	return fd;
}

static void connect_kwasm(struct kwasm_sock *sock, const char *netns)
{
	enter_netns(netns);
	genl_open(&sock->genl);
	/* A request is answered by its reply alone. */
	nl_socket_disable_auto_ack(sock->genl.nl);
}

static void read_counts(struct counters *c, struct nlattr *stats)
{
	static const struct {
		int attr;
		size_t offset;
	} fields[] = {
		{ KWASM_A_STATS_PACKETS, offsetof(struct counters, packets) },
		{ KWASM_A_STATS_ACCEPTED, offsetof(struct counters, accepted) },
		{ KWASM_A_STATS_DROPPED, offsetof(struct counters, dropped) },
		{ KWASM_A_STATS_QUEUED, offsetof(struct counters, queued) },
		{ KWASM_A_STATS_REPEATED, offsetof(struct counters, repeated) },
		{ KWASM_A_STATS_SKIPPED, offsetof(struct counters, skipped) },
	};
	struct nlattr *attr, *part;
	uint32_t kind;
	int rem, prem;
	size_t i;

	nla_for_each_nested(attr, stats, rem) {
		for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
			if (nla_type(attr) == fields[i].attr)
				*(uint64_t *)((char *)c + fields[i].offset) = nla_get_u64(attr);
		if (nla_type(attr) != KWASM_A_STATS_TRAP_COUNT)
			continue;
		kind = KWASM_NUM_TRAPS;
		nla_for_each_nested(part, attr, prem) {
			if (nla_type(part) == KWASM_A_TRAP_COUNT_KIND)
				kind = nla_get_u8(part);
			else if (nla_type(part) == KWASM_A_TRAP_COUNT_COUNT &&
				 kind < KWASM_NUM_TRAPS)
				c->traps[kind] = nla_get_u64(part);
		}
	}
}

struct answer {
	struct counters counters;
	uint32_t id;
	int found;
};

static int on_attachment(struct nl_msg *msg, void *arg)
{
	struct genlmsghdr *genl = nlmsg_data(nlmsg_hdr(msg));
	struct nlattr *attrs = genlmsg_attrdata(genl, 0), *id, *stats;
	int len = genlmsg_attrlen(genl, 0);
	struct answer *answer = arg;

	id = nla_find(attrs, len, KWASM_A_ATTACHMENT_ID);
	stats = nla_find(attrs, len, KWASM_A_ATTACHMENT_STATS);
	if (!id || !stats || (answer->id && answer->id != nla_get_u32(id)))
		return NL_OK;
	answer->id = nla_get_u32(id);
	answer->found++;
	memset(&answer->counters, 0, sizeof(answer->counters));
	read_counts(&answer->counters, stats);
	return NL_OK;
}

/* With sock->attachment 0: the only one there is, whose number is kept. */
static struct counters get_counters(struct kwasm_sock *sock)
{
	struct answer answer = { .id = sock->attachment };
	struct nl_sock *nl = sock->genl.nl;
	struct nl_msg *msg;
	int status;

	msg = genl_request(&sock->genl, KWASM_CMD_GET_ATTACHMENT, answer.id ? 0 : NLM_F_DUMP, 0);
	if (answer.id)
		nla_put_u32(msg, KWASM_A_ATTACHMENT_ID, answer.id);
	nl_socket_modify_cb(nl, NL_CB_VALID, NL_CB_CUSTOM, on_attachment, &answer);
	status = nl_send_auto(nl, msg);
	nlmsg_free(msg);
	if (status >= 0)
		status = nl_recvmsgs_default(nl);
	if (status < 0 || answer.found != 1)
		errx(1, "counters: %s, %d attachments", nl_geterror(status), answer.found);
	sock->attachment = answer.id;
	return answer.counters;
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void await_marker(struct kwasm_sock *marker, uint64_t packets)
{
	double end = seconds() + MARKER_SECONDS;

	while (get_counters(marker).packets < packets) {
		if (seconds() > end)
			errx(1, "the marker did not arrive");
		sched_yield();
	}
}

static const char *verdict(const struct counters *a, const struct counters *b)
{
	size_t i;

	if (b->packets - a->packets > 1)
		return "seen-twice";
	for (i = 0; i < KWASM_NUM_TRAPS; i++)
		if (b->traps[i] != a->traps[i])
			return trap_words[i];
	if (b->accepted != a->accepted)
		return "accept";
	if (b->dropped != a->dropped)
		return "drop";
	if (b->queued != a->queued)
		return "queue";
	if (b->repeated != a->repeated)
		return "repeat";
	if (b->skipped != a->skipped)
		return "skipped";
	return b->packets == a->packets ? "unseen" : "no-verdict";
}

static void send_frame(int fd, const void *frame, size_t len, const char *what)
{
	while (send(fd, frame, len, 0) != (ssize_t)len)
		if (errno != ENOBUFS && errno != EAGAIN)
			err(1, "sending %s of %zu bytes", what, len);
}

/* An IPv4 packet without payload, to the address of the marker's device. */
static const unsigned char marker_frame[] = {
	0x02, 0, 0, 0, 0, 0x03, 0x02, 0, 0, 0, 0, 0x04, 0x08, 0x00,
	0x45, 0, 0, 20, 0, 0, 0, 0, 64, 253, 0x25, 0x83, 198, 51, 100, 2, 198, 51, 100, 1,
};

int main(int argc, char **argv)
{
	static unsigned char frame[65536];
	struct kwasm_sock handler = { 0 }, marker = { 0 };
	struct counters before, after;
	int tx, marker_tx;
	uint64_t markers;
	uint32_t record[4], number;
	FILE *pcap;

	if (argc != 7)
		errx(2, "usage: replay CAPTURE TX MARKER-TX RX-NETNS MARKER-NETNS ATTACHMENT");
	pcap = fopen(argv[1], "rb");
	if (!pcap || fseek(pcap, 24, SEEK_SET))
		err(1, "%s", argv[1]);
	pin_to(0);
	tx = open_device(argv[2]);
	marker_tx = open_device(argv[3]);
	handler.attachment = (uint32_t)strtoul(argv[6], NULL, 10);
	connect_kwasm(&handler, argv[4]);
	connect_kwasm(&marker, argv[5]);
	markers = get_counters(&marker).packets;
	before = get_counters(&handler);

	for (number = 1; fread(record, sizeof(record), 1, pcap) == 1; number++) {
		if (record[2] > sizeof(frame) || fread(frame, record[2], 1, pcap) != 1)
			errx(1, "frame %u is cut", number);
		send_frame(tx, frame, record[2], argv[2]);
		send_frame(marker_tx, marker_frame, sizeof(marker_frame), argv[3]);
		await_marker(&marker, markers + number);
		after = get_counters(&handler);
		printf("%u %s\n", number, verdict(&before, &after));
		before = after;
	}
	return 0;
}
