#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: 6.1 6.12 timeout=900
# guest: 6.12 smp=1 preempt=none timeout=900
# In a guest: start functions that take long, at a load and at a restart: others run meanwhile, all
# instances share one limit, and they end with who wanted them.
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tests/net/net.sh
. "${0%/*}/net.sh"

modprobe kwasm time_scale=1 call_limit_ms=60000
modprobe kwasm_netfilter
modprobe kwasm_testprovider
ip link set lo up
wasm=$GUESTS/start.wasm
params=/sys/module/kwasm_testprovider/parameters
limit=/sys/module/kwasm/parameters/call_limit_ms
cpus=$(grep -c ^processor /proc/cpuinfo)
one_ping() { ping -n -q -c 1 -W 5 127.0.0.1; }
tell() { echo "$1" >$params/told; }
users() { cat /sys/module/kwasm_testprovider/refcnt; }
running() { [ -d "/proc/$1" ] && ! grep -q '^State:.Z' "/proc/$1/status"; }

# ---- at a load --------------------------------------------------------------------------------

tell 1
begun() { [ "$(users)" = 1 ] && [ "$(awk '{ print $15 }' "/proc/$loader/stat")" -gt 20 ]; }
kwasmctl load --name it "$wasm" >/dev/null 2>&1 &
loader=$!
ok 'a start function does not return' await 20 begun
ok 'others run meanwhile, also on its CPU' kwasmctl list
ok 'packets pass' one_ping
ok 'it has not returned' running $loader
begin=$EPOCHREALTIME
kill -9 $loader
wait $loader 2>/dev/null
end=$EPOCHREALTIME
note "died in $(((${end/./} - ${begin/./}) / 1000)) ms"
ok 'who loads dies within a second' [ $((${end/./} - ${begin/./})) -lt 1000000 ]
is 'nothing holds the provider' "$(users)" 0
is 'nothing is loaded' "$(kwasmctl -j list)" '[]'

# ---- one limit --------------------------------------------------------------------------------

echo 6000 >$limit
tell $((600 / cpus))
ok 'start functions within the limit' kwasmctl load --name it "$wasm"
kwasmctl unload it
tell $((9000 / cpus))
like 'each within it but not all together are rejected' \
	"$(kwasmctl load --name it "$wasm" 2>&1)" 'start function trapped: time limit exceeded'
tell 2
like 'one that sleeps is rejected' \
	"$(kwasmctl load --name it "$wasm" 2>&1)" 'start function trapped: host function failed'

# ---- at a restart -----------------------------------------------------------------------------

echo 60000 >$limit
tell 0
attach --hook nf_in --family ip --on-trap restart --name it "$wasm"
opened=$(cat "$params/opened")
tell 1
one_ping >/dev/null
restarting() { [ "$(cat "$params/opened")" -gt "$opened" ]; }
ok 'a trap, and the handler is restarted' await 20 restarting
is 'it waits for the start function' "$(state it)" backoff
ok 'others run meanwhile' kwasmctl list
ok 'packets pass' one_ping
ok 'detach it' kwasmctl detach it
free() { [ "$(users)" = 0 ]; }
ok 'the start function ends with its program' await 5 free
is 'states were closed as often as opened' "$(cat $params/closed)" "$(cat $params/opened)"
ok 'nothing is left' nothing_left
rmmod kwasm_testprovider kwasm_netfilter kwasm
done_testing
