#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: 6.1 6.12 timeout=900
# guest: 6.12 icount timeout=900
# In a guest: host functions of another module: wide ones, a state for each store, one that sleeps,
# and the module that nobody can remove while something is bound to it.
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tests/net/net.sh
. "${0%/*}/net.sh"

modprobe kwasm time_scale=50 time_limit_us=20000
modprobe kwasm_netfilter
ip link set lo up
wasm=$GUESTS/provider.wasm
params=/sys/module/kwasm_testprovider/parameters
one_ping() { ping -n -q -c 1 -W 1 127.0.0.1; }
opened() { cat $params/opened; }
closed() { cat $params/closed; }
users() { cat /sys/module/kwasm_testprovider/refcnt; }
said() { "$@" 2>&1; }

not_ok 'without the provider the program is rejected' kwasmctl load --name it "$wasm"
ok 'the provider registers, once and as it should' modprobe kwasm_testprovider

# ---- one call ---------------------------------------------------------------------------------

is 'wide functions get their arguments' "$(kwasmctl invoke --kernel "$wasm" good)" 1
is 'a state counts the calls of its store' "$(kwasmctl invoke --kernel "$wasm" counted)" 2
is 'another store begins anew' "$(kwasmctl invoke --kernel "$wasm" counted)" 2
is 'one was opened for each' "$(opened)" 3
is 'and closed' "$(closed)" 3
is 'a function may sleep here' "$(kwasmctl invoke --kernel "$wasm" nap 5)" 5
is 'called directly, too' "$(kwasmctl invoke --kernel "$wasm" sleeps)" 1
is 'nobody holds the module' "$(users)" 0
kwasmctl invoke --kernel "$wasm" nap 3000 >/dev/null &
sleeper=$!
held() { [ "$(users)" = 1 ]; }
ok 'an invocation that sleeps holds the module' await 10 held
not_ok 'it cannot be removed' rmmod kwasm_testprovider
wait $sleeper
is 'afterwards nobody holds it' "$(users)" 0
invoke_kind() { json_values kind "$(kwasmctl -j invoke --kernel "$@" 2>&1)"; }
is 'many short naps do not hide from the time limit' \
	"$(invoke_kind --time-limit 1ms "$wasm" dozes 1000000 0)" time
is 'nor do long ones, whose time is counted apart' \
	"$(invoke_kind --time-limit 1ms "$wasm" dozes 20 1000)" time
kwasmctl invoke --kernel "$wasm" dozes 1000000 1 >/dev/null 2>&1 &
dozer=$!
ok 'an invocation naps again and again' await 10 held
kill -9 $dozer
not_held() { [ "$(users)" = 0 ]; }
ok 'and ends when it is killed' await 5 not_held
wait $dozer

# ---- handlers ---------------------------------------------------------------------------------

cpus=$(grep -c ^processor /proc/cpuinfo)
before=$(opened)
attach --hook nf_in --family ip --name it "$wasm"
is 'a state for each CPU' "$(($(opened) - before))" "$cpus"
is 'the program holds the module' "$(users)" 1
ok 'a packet, and wide functions get their arguments' one_ping
not_ok 'the module cannot be removed' rmmod kwasm_testprovider
ping -n -q -f -c 2000 127.0.0.1 >/dev/null &
pinger=$!
not_ok 'nor under traffic' rmmod kwasm_testprovider
wait $pinger
is 'the traffic passes' $? 0
is 'no packet was dropped' "$(counter it dropped)" 0
like() { case $2 in *"$3"*) ok "$1" true ;; *) is "$1" "$2" "*$3*" ;; esac }
like 'a handler that reaches a function that sleeps is rejected' \
	"$(said kwasmctl attach --hook nf_in --entry sleeps --name it)" \
	'a handler may not sleep: it calls prov.nap by way of function'
is 'and nothing else is attached' "$(json_values hook "$(kwasmctl -j stats it)" | wc -l)" 1
ok 'one that hides it in a table is not' kwasmctl attach --hook nf_out --family ip \
	--entry sleeps_hidden --on-trap detach --name it
ok 'but traps' one_ping
trapped() { kwasmctl -j show it | grep -q '"kind":"host"'; }
ok 'because of the host function' await 10 trapped
kwasmctl attach --hook nf_in --family ip --entry boom --on-trap restart --name boom "$wasm" >/dev/null
for _ in 1 2 3; do
	ok 'it runs' await 20 state_is boom active
	one_ping >/dev/null
done
ok 'after a trap it waits' state_is boom backoff
kwasmctl replace boom "$GUESTS/fine.wasm"
is 'a replaced program holds nothing, whatever its back-off' "$(users)" 1
ok 'the new one runs' state_is boom active
kwasmctl detach boom
echo 1 >$params/refuse
like 'a state that cannot be opened rejects the program' \
	"$(said kwasmctl load --name other "$wasm")" 'the provider opens no more states'
is 'which holds nothing' "$(users)" 1
echo 0 >$params/refuse
ok 'detach' kwasmctl detach it
ok 'the program is gone' nothing_left
is 'states were closed as often as opened' "$(closed)" "$(opened)"
is 'nobody holds the module' "$(users)" 0
ok 'it is removed' rmmod kwasm_testprovider
not_ok 'its functions are gone' kwasmctl load --name it "$wasm"
ok 'nothing is left' nothing_left
rmmod kwasm_netfilter kwasm
done_testing
