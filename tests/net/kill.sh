#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: 6.1 6.12 7.x timeout=900
# guest: 6.1 6.12 6.1-cloud 6.12-cloud 6.12-trixie 7.x 7.x-sid matrix timeout=900
# guest: 6.12 append=kwasm.fault_hook=N timeout=900
# In a guest with two CPUs: a program that spins on one of them is killed from the other by making
# its text non-executable; it can be loaded again.
#
#	this namespace                      namespace peer
#	to-peer  192.0.2.1/24     ------    eth0  192.0.2.2/24
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tests/net/net.sh
. "${0%/*}/net.sh"

# The watchdog would stop it after ten seconds without the kill.
modprobe kwasm time_scale=100
modprobe kwasm_netfilter
steady_hooks
net_peer
symbols() { grep -c ' kwasm_spin_' /proc/kallsyms; }

log_mark kill
for round in 1 2 3; do
	ok "round $round: attach a program that never ends" attach --hook nf_pre --family ip \
		--time-limit 100ms --name spin "$EXAMPLES/trap_time.wasm"
	ok 'its functions have names' test "$(symbols)" -ge 1
	times=$(kill-time peer eth0 spin)
	read -r after before <<<"$times"
	note "ran for $before us, ended $after us after the kill"
	ok 'killed in less than 100 ms' test "${after:-100000}" -lt 100000
	not_ok 'it is unloaded' kwasmctl show spin
	is 'and its functions' "$(symbols)" 0
	ok 'nothing is left' nothing_left
done
ok 'pings pass' pings
not_ok 'an unknown program cannot be killed' kwasmctl kill spin
attach --hook nf_pre --family ip --name idle "$GUESTS/drop.wasm"
not_ok 'a program that drops' pings
ok 'is killed while it is not running, too' kwasmctl kill idle
ok 'pings pass' pings
ok 'the kernel has logged only lines of kwasm' log_ours kill
ok 'the modules are removed' rmmod kwasm_netfilter kwasm
done_testing
