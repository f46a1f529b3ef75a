/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * flow.h - addresses and ports of a packet.
 */
#ifndef KWASM_CTL_FLOW_H
#define KWASM_CTL_FLOW_H

#include "../core/user/user_packet.h"

/**
 * struct ctl_flow - where a packet comes from and goes to
 * @protocol: after the IP header and its extensions
 * @ports: @source_port and @destination_port are known: not of a later fragment, for example
 */
struct ctl_flow {
	char source[48];
	char destination[48];
	u8 protocol;
	bool ports;
	u16 source_port;
	u16 destination_port;
};

/** ctl_flow_read() - of a packet that ctl_ip_check() has accepted. */
void ctl_flow_read(struct ctl_flow *flow, const struct kwasm_packet *packet);

/** ctl_flow_out() - its members of the object under construction; in text "from > to tcp". */
void ctl_flow_out(const struct ctl_flow *flow);

#endif /* KWASM_CTL_FLOW_H */
