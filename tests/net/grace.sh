#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: 6.1 6.12 timeout=900
# In a guest: grace periods.  Many attachments are replaced, restarted, detached, killed, or end with
# their namespace in as few as one; counted by a probe on the kernel's function.
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tests/net/net.sh
. "${0%/*}/net.sh"
many=64
tracing=/sys/kernel/tracing

modprobe kwasm_netfilter
ip link set lo up
one_ping() { ping -n -q -c 1 -W 1 127.0.0.1; }
echo 'p:kwasm_grace synchronize_rcu' >$tracing/kprobe_events
echo 1 >$tracing/events/kprobes/kwasm_grace/enable
waits() { awk '$1 == "kwasm_grace" { print $2 }' $tracing/kprobe_profile; }

# few WHAT COMMAND...: it succeeds; freeing a program waits a few times by itself
few() {
	local before

	before=$(waits)
	ok "$1" "${@:2}"
	note "$1: $(($(waits) - before)) waits"
	ok "$1: in a few grace periods" [ $(($(waits) - before)) -le 5 ]
}

# attach_many ARG...: the program it, many times
attach_many() {
	local n

	for n in $(seq "$many"); do
		attach --hook nf_in --family ip --priority "$n" --name it "$@" || return 1
	done
}

attached() { json_values hook "$(kwasmctl -j stats)" | wc -l; }

ok 'load a program' kwasmctl load --name it "$GUESTS/accept.wasm"
ok 'attach it many times' attach_many
is 'so many' "$(attached)" "$many"
few 'replace it' kwasmctl replace it "$GUESTS/accept.wasm"
ok 'all of them see a packet' one_ping
is 'each twice' "$(counter it packets)" $((2 * many))
few 'detach it' kwasmctl detach it
few 'unload it' kwasmctl unload it

ok 'one that traps' kwasmctl load --name it "$GUESTS/control.wasm"
ok 'attach it many times' attach_many --entry other
ok 'and where it traps' attach --hook nf_in --family ip --priority 1000 --on-trap restart --name it
restarted() { [ "$(counter it restarts)" = 1 ]; }
trap_and_restart() { one_ping; await 20 restarted; }
before=$(waits)
ok 'a packet traps, and the program is restarted' trap_and_restart
note "restart: $(($(waits) - before)) waits"
ok 'in a few grace periods' [ $(($(waits) - before)) -le 5 ]
few 'kill it' kwasmctl kill it
ok 'nothing is left' nothing_left

# ---- the end of a namespace -------------------------------------------------------------------

free() { [ "$(cat /sys/module/kwasm_netfilter/refcnt)" = 0 ]; }

# end_with N: the waits in which a namespace with N attachments ends, until they are gone
end_with() {
	local n before

	ip netns add other
	for n in $(seq "$1"); do
		kwasmctl -n other attach --hook nf_in --family ip --priority "$n" --name it \
			"$GUESTS/accept.wasm" >/dev/null
	done
	before=$(waits)
	ip netns delete other
	await 30 free && echo $(($(waits) - before))
}

few=$(end_with 1)
more=$(end_with 17)
note "until they are gone: $few waits for one attachment, $more for 17"
ok 'a namespace ends in as many grace periods with more attachments' [ "$more" -le $((few + 2)) ]

echo 0 >$tracing/events/kprobes/kwasm_grace/enable
echo >$tracing/kprobe_events
ok 'the modules are removed' rmmod kwasm_netfilter kwasm
done_testing
