// SPDX-License-Identifier: GPL-2.0-only
/*
 * fputest_load.c - kernel code that uses the FPU beside guests: SHA-256 in a thread and in softirq,
 * each digest compared with one made before anything ran beside it, and packets that arrive in
 * softirq: not in the same one, or the handler would find the registers of processes saved already.
 */
#include <crypto/hash.h>
#include <linux/hrtimer.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/kthread.h>
#include <linux/netdevice.h>
#include <linux/random.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/net_namespace.h>

#include <asm/fpu/api.h>

#include "../../core/kernel/compat.h"
#include "fputest.h"

#define TICK_NS (350 * NSEC_PER_USEC)
#define DATA_BYTES 4096
#define TICK_BYTES 512
#define DIGEST_BYTES 32
#define PACKET_SEED 3

/* Payload of a packet, see tests/kernel/fpu/packet.c. */
struct payload {
	__be32 magic;
	__be32 seed;
	__be32 rounds;
	__be64 want;
} __packed;

static struct {
	struct fpu_load *load;
	struct crypto_shash *hash;
	struct task_struct *task;
	struct hrtimer timer;
	struct payload payload;
	u8 data[DATA_BYTES];
	u8 digest[DIGEST_BYTES];
	u8 tick_digest[DIGEST_BYTES];
} state;

static bool digest_is(unsigned int len, const u8 *want)
{
	u8 digest[DIGEST_BYTES];

	return !crypto_shash_tfm_digest(state.hash, state.data, len, digest) &&
	       !memcmp(digest, want, sizeof(digest));
}

static int hash_thread(void *arg)
{
	while (!kthread_should_stop()) {
		state.load->wrong += !digest_is(DATA_BYTES, state.digest);
		state.load->hashed++;
		cond_resched();
	}
	return 0;
}

static bool send_packet(void)
{
	unsigned int len = sizeof(struct iphdr) + sizeof(struct udphdr) + sizeof(struct payload);
	struct sk_buff *skb = alloc_skb(LL_MAX_HEADER + len, GFP_ATOMIC);
	struct udphdr *udp;
	struct iphdr *ip;

	if (!skb)
		return false;
	skb_reserve(skb, LL_MAX_HEADER);
	ip = skb_put_zero(skb, sizeof(*ip));
	ip->version = 4;
	ip->ihl = 5;
	ip->tot_len = htons(len);
	ip->ttl = 64;
	ip->protocol = IPPROTO_UDP;
	ip->saddr = htonl(INADDR_LOOPBACK);
	ip->daddr = htonl(INADDR_LOOPBACK);
	ip_send_check(ip);
	udp = skb_put_zero(skb, sizeof(*udp));
	udp->len = htons(sizeof(*udp) + sizeof(struct payload));
	skb_put_data(skb, &state.payload, sizeof(state.payload));
	skb->dev = init_net.loopback_dev;
	skb->protocol = htons(ETH_P_IP);
	skb_reset_mac_header(skb);
	skb_reset_network_header(skb);
	return netif_rx(skb) == NET_RX_SUCCESS;
}

/* In softirq. */
static enum hrtimer_restart tick(struct hrtimer *timer)
{
	struct fpu_load *load = state.load;

	if (load->ticks++ & 1) {
		load->packets += send_packet();
	} else {
		load->sections += irq_fpu_usable();
		load->ticks_wrong += !digest_is(TICK_BYTES, state.tick_digest);
	}
	hrtimer_forward_now(timer, ns_to_ktime(TICK_NS));
	return HRTIMER_RESTART;
}

static int make_digests(void)
{
	int err;

	get_random_bytes(state.data, sizeof(state.data));
	err = crypto_shash_tfm_digest(state.hash, state.data, DATA_BYTES, state.digest);
	return err ?: crypto_shash_tfm_digest(state.hash, state.data, TICK_BYTES,
					      state.tick_digest);
}

int fpu_load_start(struct fpu_load *load, u32 rounds, u64 want)
{
	int err;

	memset(load, 0, sizeof(*load));
	state.load = load;
	state.payload.magic = htonl(0x46505521);
	state.payload.seed = htonl(PACKET_SEED);
	state.payload.rounds = htonl(rounds);
	state.payload.want = cpu_to_be64(want);
	state.hash = crypto_alloc_shash("sha256", 0, 0);
	if (IS_ERR(state.hash))
		return PTR_ERR(state.hash);
	err = make_digests();
	if (err)
		goto err_hash;
	state.task = kthread_run(hash_thread, NULL, "fputest_hash");
	if (IS_ERR(state.task)) {
		err = PTR_ERR(state.task);
		goto err_hash;
	}
	kwasm_hrtimer_setup(&state.timer, tick, CLOCK_MONOTONIC, HRTIMER_MODE_REL_SOFT);
	hrtimer_start(&state.timer, ns_to_ktime(TICK_NS), HRTIMER_MODE_REL_SOFT);
	return 0;

err_hash:
	crypto_free_shash(state.hash);
	return err;
}

void fpu_load_stop(void)
{
	hrtimer_cancel(&state.timer);
	kthread_stop(state.task);
	crypto_free_shash(state.hash);
}

const char *fpu_load_hash(void)
{
	return crypto_tfm_alg_driver_name(crypto_shash_tfm(state.hash));
}
