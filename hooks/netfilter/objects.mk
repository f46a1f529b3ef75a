# SPDX-License-Identifier: GPL-2.0-only
# kwasm_netfilter.ko, relative to hooks/netfilter/.
KWASM_NETFILTER_OBJS := netfilter.o
