#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: 6.1 6.12 timeout=900
# In a guest: programs are loaded, replaced and removed under load, CHURN_CYCLES (100) times, then
# everything is unloaded in three namespaces and the modules are removed; nothing is left.
#
#	left                        this namespace                          right
#	eth0 192.0.2.2/24    ----   to-left 192.0.2.1/24
#	                            to-right 198.51.100.1/24         ----   eth0 198.51.100.2/24
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tests/net/net.sh
. "${0%/*}/net.sh"
cycles=${CHURN_CYCLES:-100}
warm=10

# Noise between two measurements: in a hundred cycles less than a page each, in kB; and what the
# first modules, namespaces and attachments leave in caches and slabs.
cycle_noise=256 first_noise=4096 area_noise=8

figures() {
	echo "$(free_memory) $(awk '$1 == "Slab:" { print $2 }' /proc/meminfo)" \
		"$(wc -l </proc/vmallocinfo) $(grep -c kwasm /proc/kallsyms) $(wc -l </proc/kallsyms)"
}

# bounded WHEN NOISE BEFORE AFTER: "free Slab areas kwasm's-symbols symbols", in kB and in numbers
bounded() {
	local was is

	read -ra was <<<"$3"
	read -ra is <<<"$4"
	note "$1: free ${was[0]} -> ${is[0]} kB, Slab ${was[1]} -> ${is[1]} kB, \
vmallocinfo ${was[2]} -> ${is[2]} lines, kallsyms ${was[4]} -> ${is[4]} lines"
	ok "$1: free memory" test $((was[0] - is[0])) -lt "$2"
	ok "$1: Slab" test $((is[1] - was[1])) -lt "$2"
	ok "$1: vmallocinfo" test $((is[2] - was[2])) -le $area_noise
	is "$1: names of ours" "${is[3]}" "${was[3]}"
	is "$1: names at all" "${is[4]}" "${was[4]}"
}

steady_hooks
net_router
# The kernel keeps data of its first probe of a function for later ones: a trampoline, and its name.
modprobe kwasm_netfilter
rmmod kwasm_netfilter kwasm
unloaded=$(figures)
modprobe kwasm_netfilter
ip netns exec left ping -n -q -f -w 3600 192.0.2.1 >/tmp/flood &
load=$!
is "$warm cycles to warm up" "$(churn $warm "$GUESTS/accept.wasm" "$EXAMPLES/block_ports.wasm")" $warm
before=$(figures)
is "$cycles cycles of attach, replace, detach, load, attach, detach, unload" \
	"$(churn "$cycles" "$GUESTS/accept.wasm" "$EXAMPLES/block_ports.wasm")" "$cycles"
bounded "after $cycles cycles" $cycle_noise "$before" "$(figures)"
ok 'nothing is attached or loaded' nothing_left

for round in 1 2 3; do
	for net in '' '-n left' '-n right'; do
		for hook in nf_pre nf_in nf_out; do
			# shellcheck disable=SC2086 # no word or two
			attach $net --hook $hook --name three "$EXAMPLES/count_protocols.wasm"
		done
		# shellcheck disable=SC2086 # no word or two
		is "round $round: attached in this namespace $net" \
			"$(json_values hook "$(kwasmctl -j $net show three)" | sort | tr '\n' ' ')" \
			'nf_in nf_out nf_pre '
	done
	not_ok 'the hook module is in use' rmmod kwasm_netfilter
	if [ $round = 3 ]; then
		ok 'but removed by force' rmmod --force kwasm_netfilter
		modprobe kwasm_netfilter
	fi
	for net in '' '-n left' '-n right'; do
		# shellcheck disable=SC2086 # no word or two
		ok "all is unloaded in this namespace $net" kwasmctl $net unload --all
	done
	ok 'the hook module is removed' rmmod kwasm_netfilter
	ok 'and kwasm too' rmmod kwasm
	# More than one: the flood's replies also fill the socket of this ping.
	ok 'pings continue' ip netns exec left ping -n -q -c 5 -i 0.2 -W 2 192.0.2.1
	modprobe kwasm_netfilter
done
kill -INT $load
wait $load
like 'the load continued meanwhile' "$(cat /tmp/flood)" ' 0(\.[0-9]+)?% packet loss|[1-9][0-9]* received'
note "$(grep transmitted /tmp/flood)"
ok 'the modules are removed' rmmod kwasm_netfilter kwasm
bounded 'after the modules' $first_noise "$unloaded" "$(figures)"
done_testing
