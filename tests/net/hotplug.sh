#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: 6.1 6.12 smp=2
# In a guest with two CPUs: one of them goes offline and online under load.  Handlers continue,
# nothing is lost, and the watchdog stops a guest on the CPU that was offline.
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tests/net/net.sh
. "${0%/*}/net.sh"
online=/sys/devices/system/cpu/cpu1/online
cycles=${HOTPLUG_CYCLES:-8}

modprobe kwasm_netfilter
ip link set lo up
one_ping() { ping -n -q -c 1 -W 2 127.0.0.1; }
steady_hooks

attach --hook nf_in --family ip --name counts "$GUESTS/accept.wasm"
ping -n -q -i 0.002 127.0.0.1 >/tmp/flood &
flood=$!
taskset 2 ping -n -q -i 0.002 127.0.0.1 >/tmp/flood1 &
flood1=$!
ok 'a load that is bound to the second CPU' await 10 grep -qx ping /proc/$flood1/comm
done=0
for _ in $(seq "$cycles"); do
	echo 0 >$online && one_ping >/dev/null && echo 1 >$online && done=$((done + 1))
done
is 'the second CPU goes offline and online, and pings are answered without it' $done "$cycles"
kill -INT $flood $flood1
wait $flood $flood1
note "$(grep -h transmitted /tmp/flood /tmp/flood1)"
ok 'nothing of the load was lost' grep -q ' 0% packet loss' /tmp/flood
ok 'and nothing of the load from that CPU' grep -q ' 0% packet loss' /tmp/flood1
sent=$(awk '/transmitted/ { n += $1 } END { print n }' /tmp/flood /tmp/flood1)
is 'each was counted once in each direction' "$(counter counts packets)" \
	$((2 * (sent + cycles)))
kwasmctl detach counts

attach --hook nf_in --family ip --time-limit 1ms --name spins "$EXAMPLES/trap_time.wasm"
for cpu in 1 2; do
	ok "an endless loop on processor $((cpu - 1)) is ended" taskset $cpu ping -n -q -c 1 -W 5 127.0.0.1
done
ok 'each time by the watchdog' test "$(counter spins traps)" -ge 4
kwasmctl detach spins
ok 'nothing is left' nothing_left
ok 'the modules are removed' rmmod kwasm_netfilter kwasm
done_testing
