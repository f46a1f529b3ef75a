/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * capture.h - turns captured frames into the packets that a handler would see in the kernel.
 */
#ifndef KWASM_CTL_CAPTURE_H
#define KWASM_CTL_CAPTURE_H

#include "../core/user/user_packet.h"

/*
 * Whether a handler sees a frame; SIGHT(NAME, "key in JSON", "description in text").
 * All except SEEN are dropped before the first hook.
 */
#define CTL_SIGHTS(SIGHT)								\
	SIGHT(SEEN, "seen", "seen")							\
	SIGHT(NOT_IP, "not_ip", "neither IPv4 nor IPv6")				\
	SIGHT(OTHER_HOST, "other_host", "for another host")				\
	SIGHT(CUT, "cut_by_capture", "cut off by the capture")			\
	SIGHT(TRUNCATED, "truncated", "truncated")					\
	SIGHT(HEADER, "bad_header", "bad IP header")					\
	SIGHT(CHECKSUM, "bad_checksum", "bad IPv4 header checksum")			\
	SIGHT(ADDRESS, "bad_address", "invalid IPv6 address")		\
	SIGHT(OPTIONS, "bad_options", "rejected IPv6 hop-by-hop options")

enum ctl_sight {
#define SIGHT(name, key, text) CTL_SIGHT_##name,
	CTL_SIGHTS(SIGHT)
#undef SIGHT
	CTL_NUM_SIGHTS
};

/**
 * struct ctl_frame - one captured frame
 * @captured: bytes at @data
 * @len: bytes it had on the wire
 */
struct ctl_frame {
	const u8 *data;
	u32 captured;
	u32 len;
};

static inline u32 ctl_be16(const u8 *p)
{
	return (u32)p[0] << 8 | p[1];
}

/** ctl_link_known() - does ctl_frame_packet() support this DLT_*? */
bool ctl_link_known(int link);

/**
 * ctl_frame_packet() - find the packet in a frame.
 * @frame: the frame
 * @link: DLT_* of the capture
 * @packet: data, len, linear, family and protocol are filled in when it is seen
 *
 * VLAN tags are removed, as if a VLAN device existed for each of them.
 */
enum ctl_sight ctl_frame_packet(const struct ctl_frame *frame, int link,
				struct kwasm_packet *packet);

/**
 * ctl_ip_check() - the kernel's checks between a device and the first hook.
 * @data: network header; @captured: bytes from there on; @len: bytes on the wire from there on
 *
 * Trims the packet to the length in its header.
 */
enum ctl_sight ctl_ip_check(const u8 *data, u32 captured, u32 len, struct kwasm_packet *packet);

#endif /* KWASM_CTL_CAPTURE_H */
