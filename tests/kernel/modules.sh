#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The modules come and go: dependencies, order of removal, and what is left after many rounds.
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../lib.sh"
rounds=20

loaded() { grep -q "^$1 " /proc/modules; }
absent() { ! loaded "$1"; }

# What the modules may leave behind: symbols, address space, timers, netlink families.
residue() {
	echo "symbols $(grep -c kwasm /proc/kallsyms)"
	echo "areas $(grep -c -e kwasm -e wasm /proc/vmallocinfo)"
	echo "hooks $(grep -c kwasm /sys/kernel/tracing/enabled_functions)"
	echo "families $(genl ctrl list | grep -c kwasm)"
}

memory() { awk '$1 == "MemAvailable:" { print $2 }' /proc/meminfo; }

before=$(residue)
ok 'kwasm_netfilter loads' modprobe kwasm_netfilter
ok 'and brought kwasm' loaded kwasm
not_ok 'kwasm does not go while kwasm_netfilter needs it' rmmod kwasm
ok 'and stays' loaded kwasm
ok 'a loaded module is seen by what looks for residue' test "$(residue)" != "$before"
ok 'the taint is out-of-tree and unsigned, no more' \
	test $(($(cat /proc/sys/kernel/tainted) & ~0x3000)) -eq 0
ok 'kwasm_netfilter goes' rmmod kwasm_netfilter
ok 'kwasm goes' rmmod kwasm
ok 'neither is left' absent kwasm

# The first rounds warm caches up.
for ((i = 0; i < 5; i++)); do
	modprobe kwasm_netfilter && rmmod kwasm_netfilter kwasm
done
start=$(memory)
good=0
for ((i = 0; i < rounds; i++)); do
	if modprobe kwasm_netfilter && rmmod kwasm_netfilter kwasm; then
		good=$((good + 1))
	fi
done
end=$(memory)
ok "$rounds rounds" test "$good" -eq "$rounds"
note "MemAvailable $start kB before, $end kB after"
ok 'memory is back' test $((start - end)) -lt 2048
is 'nothing is left behind' "$(residue)" "$before"
done_testing
