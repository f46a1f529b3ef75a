#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: 6.1 6.12 timeout=900
# In a guest: a handler with --dev sees the packets of whichever device has the name, in its own
# namespace.
#
#	one                                   two
#	x0, y0 (dummy): 198.51.100.1/24       x0 (dummy): 203.0.113.1/24
#	                192.0.2.1/24
#	v0 10.0.0.1/24             ----       v0 10.0.0.2/24
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tests/net/net.sh
. "${0%/*}/net.sh"

modprobe kwasm time_scale=50 time_limit_us=20000
modprobe kwasm_netfilter
steady_hooks

# send NAMESPACE ADDRESS: one datagram, which a dummy swallows
send() {
	ip netns exec "$1" bash -c "echo >/dev/udp/$2/9"
}

# seen NAMESPACE [NAME]: packets that the handler there has had
seen() {
	json_values packets "$(kwasmctl -n "$1" -j stats "${2-out}")"
}

# dummy NAMESPACE NAME ADDRESS: a new one
dummy() {
	ip -n "$1" link add "$2" type dummy
	ip -n "$1" address add "$3/24" dev "$2"
	ip -n "$1" link set "$2" up
}

ip netns add one
ip netns add two
for net in one two; do
	ok "$net: attached before there is a device of the name" \
		attach -n "$net" --hook nf_out --family ip --dev x0 --name out "$GUESTS/accept.wasm"
done
dummy one y0 192.0.2.1
send one 192.0.2.2
is 'a device of another name does not count' "$(seen one)" 0
dummy one x0 198.51.100.1
send one 198.51.100.2
is 'one that appears under the name does' "$(seen one)" 1
send one 192.0.2.2
is 'the other still does not' "$(seen one)" 1
rename one x0 z0
send one 198.51.100.2
is 'one that is renamed away no longer does' "$(seen one)" 1
rename one y0 x0
send one 192.0.2.2
is 'another one that gets the name does' "$(seen one)" 2
ip -n one link del x0
send one 198.51.100.2
is 'nobody, when that has gone' "$(seen one)" 2
ip -n one link property add dev z0 altname x0
send one 198.51.100.2
is 'an alternative name does not count' "$(seen one)" 2
ip -n one link property del dev z0 altname x0
dummy one x0 192.0.2.1
send one 192.0.2.2
is 'a new device of the name does' "$(seen one)" 3

is 'a namespace sees nothing of the other' "$(seen two)" 0
dummy two x0 203.0.113.1
send two 203.0.113.2
is 'it has a device of the same name' "$(seen two)" 1
is 'which the first one does not see' "$(seen one)" 3
ip -n two link del x0
ip -n one link set x0 netns two
ip -n two address add 203.0.113.1/24 dev x0
ip -n two link set x0 up
send two 203.0.113.2
is 'a device that moves counts where it is' "$(seen two)" 2
rename one z0 x0
send one 198.51.100.2
is 'and its name is free where it was' "$(seen one)/$(seen two)" 4/2

# By the device a packet came in
ip -n one link add v0 type veth peer name v0 netns two
ip -n one address add 10.0.0.1/24 dev v0
ip -n two address add 10.0.0.2/24 dev v0
ip -n one link set v0 up
ip -n two link set v0 up
ok 'attached to a device that is there' \
	attach -n one --hook nf_in --family ip --dev v0 --name in "$GUESTS/accept.wasm"
ok 'they reach each other' await 5 ip netns exec two ping -c 1 -W 1 10.0.0.1
before=$(seen one in)
send two 10.0.0.1
is 'a packet that comes in by it' "$(seen one in)" $((before + 1))
rename one v0 w0
send two 10.0.0.1
is 'by one that has been renamed' "$(seen one in)" $((before + 1))

ok 'a namespace goes with its attachments' ip netns del two
ok 'those of the other go' kwasmctl -n one detach out
ok 'and the last' kwasmctl -n one detach in
ok 'nothing is left' nothing_left -n one
dummy one x1 192.0.2.1
rename one x1 x2
ip netns del one
ok 'the modules go once no namespace has an attachment' await 20 modprobe -r kwasm_netfilter
done_testing
