#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: 6.1 6.12 7.x timeout=900
# In a guest: handlers at nf_ingress and nf_egress, which are bound to a device.
#
#	one                       two
#	v0 192.0.2.1/24   ----    v0 192.0.2.2/24
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tests/net/net.sh
. "${0%/*}/net.sh"

modprobe kwasm time_scale=50 time_limit_us=20000
modprobe kwasm_netfilter

# pings [COUNT]: from one to two
# shellcheck disable=SC2120 # most send one
pings() {
	ip netns exec one ping -q -c "${1:-1}" -i 0.2 -W 1 192.0.2.2 >/dev/null
}

# neighbours DEVICE DEVICE: in one and in two, so that there is no ARP
neighbours() {
	ip -n one neighbour replace 192.0.2.2 lladdr 02:00:00:00:00:02 nud permanent dev "$1"
	ip -n two neighbour replace 192.0.2.1 lladdr 02:00:00:00:00:01 nud permanent dev "$2"
}

# pair: the devices
pair() {
	ip -n one link add v0 address 02:00:00:00:00:01 type veth \
		peer name v0 address 02:00:00:00:00:02 netns two
	ip -n one address add 192.0.2.1/24 dev v0
	ip -n two address add 192.0.2.2/24 dev v0
	ip -n one link set v0 up
	ip -n two link set v0 up
	neighbours v0 v0
	await 5 pings
}

# value NAMESPACE KEY: of the only attachment there
value() {
	json_values "$2" "$(kwasmctl -n "$1" -j stats)$(kwasmctl -n "$1" -j show "${3-drop}")" |
		head -n 1
}

# shellcheck disable=SC2016 # awk expands them
# echos: requests that one has sent so far; ping sends one again that a device refused
echos() {
	ip netns exec one awk '
		$1 != "Icmp:" { next }
		!column { while ($++column != "OutEchos"); next }
		{ print $column }' /proc/net/snmp
}

# users: of the module, who attach
users() {
	cat /sys/module/kwasm_netfilter/refcnt
}

# namespace NAME: a new one, which sends nothing by itself
namespace() {
	ip netns add "$1"
	ip netns exec "$1" sysctl -q -w net.ipv6.conf.default.disable_ipv6=1
}

# gone: the device in one has lost its peer
gone() {
	! ip -n one link show v0
}

unused() {
	[ "$(users)" = 0 ]
}

namespace one
namespace two
ok 'they reach each other' pair
app=$EXAMPLES/drop_icmp.wasm

like 'no --dev' "$(kwasmctl -n one attach --hook nf_ingress "$app" 2>&1)" \
	'--hook nf_ingress requires --dev'
like 'no such device' "$(kwasmctl -n one attach --hook nf_egress --dev nope "$app" 2>&1)" \
	'hook nf_egress requires a device, and none is named nope'
for family in inet ip; do
	like "no --family $family" \
		"$(kwasmctl -n one attach --hook nf_egress --dev v0 --family $family "$app" 2>&1)" \
		'hook nf_egress does not support protocol family'
done
like 'nor netdev elsewhere' \
	"$(kwasmctl -n one attach --hook nf_pre --family netdev "$app" 2>&1)" \
	'hook nf_pre does not support protocol family'
is 'nothing is held' "$(users)" 0

for place in one:nf_egress two:nf_ingress; do
	net=${place%:*} hook=${place#*:}
	ok "attach at $hook" attach -n "$net" --hook "$hook" --dev v0 --name drop "$app"
	before=$(echos)
	not_ok "$hook: no ping passes" pings 3
	sent=$(($(echos) - before))
	ok "$hook: three or more were sent" test "$sent" -ge 3
	is "$hook: all were dropped" "$(value "$net" dropped)" "$sent"
	is "$hook: the family" "$(value "$net" family)" netdev
	rename "$net" v0 w0
	if [ "$net" = one ]; then
		neighbours w0 v0
	else
		neighbours v0 w0
	fi
	is "$hook: its new name" "$(value "$net" dev)" w0
	not_ok "$hook: no ping passes the renamed device" pings 1
	is "$hook: it was dropped" "$(value "$net" dropped)" $(($(echos) - before))
	not_ok "$hook: the module stays" modprobe -r kwasm_netfilter
	ok "$hook: detach" kwasmctl -n "$net" detach drop
	ok "$hook: pings pass again" await 5 pings
	rename "$net" w0 v0
	neighbours v0 v0
	ok "$hook: under the old name, too" await 5 pings
done

ok 'attach what sees values' attach -n two --hook nf_ingress --dev v0 --name meta "$GUESTS/meta.wasm"
ok 'a ping passes' pings
like 'what it sees' "$(json_values text "$(kwasmctl -n two -j log meta)")" \
	'hook=5 family=2 protocol=2048 in=[0-9]* out=0 mark=0'
kwasmctl -n two detach meta >/dev/null
ok 'attach what queues' attach -n two --hook nf_ingress --dev v0 --name queue "$GUESTS/queue.wasm"
pings 1
is 'queue is a trap' "$(value two bad-verdict queue)" 1
kwasmctl -n two detach queue >/dev/null
ok 'nothing is left' nothing_left -n two

# Devices and namespaces go from outside, under traffic.
failures=0
log_mark removal
for ((round = 0; round < 30; round++)); do
	attach -n one --hook nf_egress --dev v0 --name out "$GUESTS/accept.wasm" &&
		attach -n one --hook nf_ingress --dev v0 --name in "$GUESTS/accept.wasm" &&
		attach -n two --hook nf_ingress --dev v0 --name in "$GUESTS/accept.wasm" ||
		failures=$((failures + 1))
	[ "$(users)" = 3 ] || failures=$((failures + 1))
	ip netns exec one ping -q -f -w 5 192.0.2.2 >/dev/null 2>&1 &
	flood=$!
	case $((round % 3)) in
	0) ip -n one link del v0 ;;
	1) ip -n two link set v0 netns one name x0 && ip -n one link del x0 ;;
	2)
		ip netns del two
		await 20 gone || failures=$((failures + 1))
		namespace two
		;;
	esac
	kill $flood 2>/dev/null
	wait $flood 2>/dev/null
	await 20 unused || failures=$((failures + 1))
	nothing_left -n one || failures=$((failures + 1))
	pair || failures=$((failures + 1))
done
is 'devices and namespaces take their attachments along' $failures 0
ok 'the log is clean' log_ours removal
ok 'the module goes' modprobe -r kwasm_netfilter
done_testing
