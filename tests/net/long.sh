#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: 6.1 6.12 timeout=900
# In a guest: requests that take long.  While a program is compiled or run on request, other modules
# register their families and other requests are answered; who asked for it can be killed.
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tests/net/net.sh
. "${0%/*}/net.sh"

modprobe kwasm compile_limit_ms=600000 invoke_limit_ms=600000
modprobe kwasm_testprovider
slow=/tmp/slow.wasm
slow-module 800 20000 >$slow
fast=$EXAMPLES/drop_icmp.wasm

# running PID: has it not ended yet?
running() { [ -d "/proc/$1" ] && ! grep -q '^State:.Z' "/proc/$1/status"; }

# busy: does the kernel compile or run the module, which holds its provider?
busy() { [ "$(cat /sys/module/kwasm_testprovider/refcnt)" = 1 ]; }

# took: microseconds that a module with a family of its own takes to be loaded, the median of seven
took() {
	local begin end n

	for n in 1 2 3 4 5 6 7; do
		begin=$EPOCHREALTIME
		modprobe l2tp_netlink || return
		end=$EPOCHREALTIME
		rmmod l2tp_netlink || return
		echo "$n $((${end/./} - ${begin/./}))"
	done | sort -n -k 2 | sed -n '4s/.* //p'
}

# meanwhile PID WHAT: what others do while PID is at it, and is at it still afterwards
meanwhile() {
	local beside

	ok "during $2: it is at it" await 60 busy
	ok "during $2: a module with a family of its own is loaded" modprobe l2tp_netlink
	ok "during $2: and removed" rmmod l2tp_netlink
	beside=$(took)
	note "a module is loaded in $usual us, beside $2 in $beside us"
	ok "during $2: at its usual pace" [ "$beside" -lt $((10 * usual)) ]
	ok "during $2: others are answered" kwasmctl list
	ok "during $2: others load" kwasmctl load --name other "$fast"
	ok "during $2: and unload" kwasmctl unload other
	ok "during $2: a namespace begins" ip netns add meanwhile
	ok "during $2: and ends" ip netns delete meanwhile
	ok "during $2: it is at it still" running "$1"
}

# killed PID WHAT: it dies within a second
killed() {
	local begin=$EPOCHREALTIME end

	kill -9 "$1"
	wait "$1" 2>/dev/null
	end=$EPOCHREALTIME
	note "$2 died in $(((${end/./} - ${begin/./}) / 1000)) ms"
	ok "$2 dies within a second" [ $((${end/./} - ${begin/./})) -lt 1000000 ]
}

modprobe l2tp_netlink && rmmod l2tp_netlink	# what it depends on stays loaded
usual=$(took)

kwasmctl load --name slow $slow >/dev/null &
loader=$!
meanwhile $loader 'a load'
killed $loader 'a load'
not_ok 'and has left nothing' busy
is 'nothing is loaded' "$(kwasmctl -j list)" '[]'

kwasmctl load --name replaced "$fast" >/dev/null
kwasmctl replace replaced $slow >/dev/null &
replacer=$!
meanwhile $replacer 'a replace'
killed $replacer 'a replace'
not_ok 'and has left nothing' busy
is 'the old program is there' "$(json_values wasm_bytes "$(kwasmctl -j list)")" \
	"$(stat -c %s "$fast")"
kwasmctl unload replaced

slow-module 1 1000 >/tmp/spin.wasm
kwasmctl invoke --kernel /tmp/spin.wasm spin >/dev/null 2>&1 &
spinner=$!
meanwhile $spinner 'a call'
not_ok 'what it holds cannot be removed meanwhile' rmmod kwasm_testprovider
killed $spinner 'a call'
not_ok 'and has left nothing' busy

# ---- no more at the same time than the parameter says -------------------------------------------

max=/sys/module/kwasm/parameters/max_loads
before=$(cat $max)
echo 1 >$max
kwasmctl invoke --kernel /tmp/spin.wasm spin >/dev/null 2>&1 &
spinner=$!
ok 'a call takes the only turn' await 60 busy
kwasmctl load --name waits "$fast" >/dev/null &
waiter=$!
waits() { grep -q '^State:.D' "/proc/$waiter"/status && grep -q kwasm_turn "/proc/$waiter"/stack; }
ok 'a load waits for it' await 20 waits
ok 'requests that need none do not' kwasmctl list
killed $waiter 'what waits'
kwasmctl load --name waits "$fast" >/dev/null &
waiter=$!
ok 'another one waits' await 20 waits
killed $spinner 'a call'
ok 'and has its turn' wait $waiter
echo "$before" >$max
ok 'it is there' kwasmctl unload waits

ok 'the modules are removed at once' rmmod kwasm_testprovider kwasm
done_testing
