# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Sourced behind tests/lib.sh by tests of packets in guests.
GUESTS=${KWASM_BUILD:?}/guest/net
EXAMPLES=$KWASM_BUILD/examples
PATH=$KWASM_BUILD/guest:$PATH

# attach ARG...: kwasmctl attach, quietly
attach() {
	kwasmctl attach "$@" >/dev/null
}

# counter NAME KEY: a counter of the program NAME, over all its attachments
counter() {
	kwasmctl -j stats "$1" | jq "[.[].$2] | add"
}

# logged NAME: its log, the texts alone
logged() {
	kwasmctl -j log "$1" | jq -r '.[].text'
}

# state NAME: of its only attachment
state() {
	kwasmctl -j show "$1" | jq -r '.[0].attachments[].state'
}

# state_is NAME WANT
state_is() {
	[ "$(state "$1")" = "$2" ]
}

# one_ping [-6] ADDRESS [ARG...]: is one echo request answered?
one_ping() {
	ping -n -q -c 1 -W 1 "$@" >/dev/null
}

# index DEVICE: its number
index() {
	cat "/sys/class/net/$1/ifindex"
}


# net_router: this namespace forwards between two others
#
#	left                        this namespace                          right
#	eth0 192.0.2.2/24    ----   to-left 192.0.2.1/24
#	     2001:db8:1::2/64               2001:db8:1::1/64
#	                            to-right 198.51.100.1/24         ----   eth0 198.51.100.2/24
#	                                     2001:db8:2::1/64                    2001:db8:2::2/64
net_router() {
	local side net prefix

	sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	for side in left:192.0.2:2001:db8:1 right:198.51.100:2001:db8:2; do
		IFS=: read -r side net prefix <<<"$side"
		ip netns add "$side"
		ip link add "to-$side" type veth peer name eth0 netns "$side"
		ip address add "$net.1/24" dev "to-$side"
		ip address add "$prefix::1/64" dev "to-$side" nodad
		ip link set "to-$side" up
		ip -n "$side" link set lo up
		ip -n "$side" address add "$net.2/24" dev eth0
		ip -n "$side" address add "$prefix::2/64" dev eth0 nodad
		ip -n "$side" link set eth0 up
		ip -n "$side" route add default via "$net.1"
		ip -n "$side" -6 route add default via "$prefix::1"
	done
	await 5 ip netns exec left ping -c 1 -W 1 198.51.100.2
	await 5 ip netns exec left ping -6 -c 1 -W 1 2001:db8:2::2
}

# nothing_left [ARG...]: no program and no attachment in the namespace (kwasmctl's options)
nothing_left() {
	[ "$(kwasmctl -j "$@" list | jq length)$(kwasmctl -j "$@" stats | jq length)" = 00 ]
}
