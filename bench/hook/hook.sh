#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# In a guest that counts instructions as nanoseconds: cost of a packet at nf_pre, from the call of
# the hook to its return, for each kind of handler alone at the hook.  Differences between N and 2N
# passes of one prebuilt UDP packet; the loop itself, measured without any hook, is shown first.
set -eu
PATH=$KWASM_BUILD/guest:$PATH
passes=20000
run=/sys/kernel/debug/kwasm_bench/run
hooks=/sys/kernel/debug/kwasm_bench/hooks
guests=$KWASM_BUILD/guest/net
examples=$KWASM_BUILD/examples

# once: instructions per packet with the current attachments, to a hundredth
once() {
	local a b

	echo $passes >$run
	echo $passes >$run
	a=$(cat $run)
	echo $((2 * passes)) >$run
	b=$(cat $run)
	echo $(((b - a) * 100 / passes))
}

row() {
	printf '%-58s %6d.%02d\n' "$1" $(($2 / 100)) $(($2 % 100))
}

# handler NAME FILE [OPTION...]: with statistics and watchdog, as always
handler() {
	kwasmctl attach --hook nf_pre --family ip --name bench "${@:3}" "$2" >/dev/null
	row "$1" "$(once)"
	[ "$(kwasmctl -j stats bench | jq '.[0] | .packets == .accepted + .dropped')" = true ]
	kwasmctl detach bench
}

modprobe kwasm_bench
modprobe kwasm_netfilter
printf 'per packet at nf_pre, instructions, Linux %s\n' "$(uname -r)"
row 'no hook' "$(once)"
echo 1 >$hooks
row 'empty hook in C' "$(once)"
echo 2 >$hooks
row 'two empty hooks in C' "$(once)"
echo 0 >$hooks
status=0
export -f once
export passes run
cost=$(ebpf-hook bash -c once) || status=$?
case $status in
0) row 'empty eBPF program (netfilter link)' "$cost" ;;
77) printf '%-58s %9s\n' 'empty eBPF program (netfilter link)' 'none' ;;
*) exit 1 ;;
esac
handler 'empty WebAssembly handler' "$guests/accept.wasm"
handler 'empty WebAssembly handler, packets of one device' "$guests/accept.wasm" --dev lo
handler 'WebAssembly: hop limit below 8 (min_ttl)' "$examples/min_ttl.wasm"
handler 'WebAssembly: protocol of the transport header (drop_icmp)' "$examples/drop_icmp.wasm"
handler 'WebAssembly: counters by protocol (count_protocols)' "$examples/count_protocols.wasm"
rmmod kwasm_bench kwasm_netfilter kwasm
