#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: 6.1 6.12 7.x timeout=900
# guest: 6.1 6.12 6.1-cloud 6.12-cloud 6.12-trixie 7.x 7.x-sid matrix timeout=900
# In a guest: the state after control requests that fail half-way or lose their object: a rejected
# replacement, a restart without memory, hooks whose module is removed.
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tests/net/net.sh
. "${0%/*}/net.sh"

modprobe kwasm_netfilter
ip link set lo up
one_ping() { ping -n -q -c 1 -W 1 127.0.0.1; }

# counters NAME KEY: of each attachment of NAME, in one line
counters() {
	json_values "$2" "$(kwasmctl -j stats "$1")" | paste -sd ' '
}

# ---- start functions --------------------------------------------------------------------------

attach --hook nf_in --family ip --on-trap detach --name it "$GUESTS/control.wasm"
lines=$(logged it)
is 'a start function may log, once per CPU' "$(sort -u <<<"$lines")" started
is 'and did' "$(wc -l <<<"$lines")" "$(grep -c ^processor /proc/cpuinfo)"

# ---- a refused replacement --------------------------------------------------------------------

ok 'a packet meets a trap' one_ping
ok 'and the handler is detached' await 20 state_is it detached
attach --hook nf_in --family ip --entry other --name it
skipped=$(counters it skipped)
ok 'a packet meets the other handler' one_ping
is 'the first one does not see it' "$(counters it skipped)" "$skipped"
not_ok 'a module without the second entry replaces neither' kwasmctl replace it "$GUESTS/accept.wasm"
is 'the states are unchanged' "$(state it)" "detached
active"
ok 'a packet is accepted' one_ping
is 'counted by the active handler' "$(counters it packets)" '1 4'
is 'and not by the detached one' "$(counters it skipped)" "$skipped"
ok 'detach both' kwasmctl detach it
ok 'nothing is left' nothing_left

# ---- a restart that fails ---------------------------------------------------------------------

pages=/sys/module/kwasm/parameters/max_total_pages
enough=$(cat $pages)
attach --hook nf_in --family ip --on-trap restart --name it "$GUESTS/control.wasm"
echo 1 >$pages
log_mark restart
ok 'a packet meets a trap' one_ping
said() { log_behind restart | grep -q 'cannot restart program'; }
ok 'there is no memory for a restart' await 20 said
is 'the handler backs off' "$(state it)" backoff
echo "$enough" >$pages
ok 'and is restarted once there is memory' await 60 state_is it active
is 'once' "$(counters it restarts)" 1
kwasmctl detach it

# ---- repeating for ever -----------------------------------------------------------------------

attach --hook nf_in --family ip --entry for_ever --name it "$GUESTS/repeat.wasm"
not_ok 'a packet with endless repeat verdicts is dropped' one_ping
is 'it was one packet' "$(counters it packets)" 1
is 'dropped' "$(counters it dropped)" 1
is 'after some repetitions' "$(counters it repeated)" 8
kwasmctl detach it

# ---- a dump goes on after a replace ------------------------------------------------------------

kwasmctl load --name it "$GUESTS/large.wasm" >/dev/null
is 'a dump that nothing disturbs ends well' "$(dump-replace it true)" 0
is 'one whose program is replaced meanwhile ends with EAGAIN' \
	"$(dump-replace it "kwasmctl replace it $EXAMPLES/drop_icmp.wasm >/dev/null")" -11
kwasmctl unload it

# ---- the hooks go -----------------------------------------------------------------------------

ok 'load a program' kwasmctl load --name stays "$GUESTS/accept.wasm"
attach --hook nf_in --name stays
attach --hook nf_in --name goes "$GUESTS/accept.wasm"
attach --hook nf_out --name goes
ip netns add other
attach -n other --hook nf_pre --name elsewhere "$GUESTS/accept.wasm"
users() { cat /sys/module/kwasm_netfilter/refcnt; }
is 'each attachment holds the module of its hook' "$(users)" 4
is 'which cannot be removed' "$(modprobe -r kwasm_netfilter 2>&1)" \
	'modprobe: FATAL: Module kwasm_netfilter is in use.'
not_ok 'nor kwasm' rmmod kwasm
is 'nothing has changed' "$(json_values hook "$(kwasmctl -j stats)" | paste -sd ' ')" \
	'nf_in nf_in nf_out'
not_ok 'a refused attachment' attach --hook nf_in --entry nowhere --name stays
is 'holds nothing' "$(users)" 4
ok 'one is detached' kwasmctl detach goes --hook nf_out
is 'and releases it' "$(users)" 3
is 'all programs are unloaded' "$(kwasmctl -j unload --all | jq -c '[(.ids | length), .names]')" \
	'[2,["stays","goes"]]'
ok 'nothing is left' nothing_left
is 'but in the other namespace' "$(users)" 1
ip netns del other
unused() { [ "$(users)" = 0 ]; }
ok 'whose end releases it' await 20 unused

ip netns add other
attach --hook nf_in --name forced "$GUESTS/accept.wasm"
attach -n other --hook nf_pre --name forced "$GUESTS/accept.wasm"
ok 'the module is removed by force' rmmod --force kwasm_netfilter
ok 'which detaches' nothing_left
ok 'in all namespaces' nothing_left -n other
ok 'the core is removed' rmmod kwasm
done_testing
