#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The modules come and go: dependencies, order of removal, and what is left after many rounds.
set -u

rounds=20
n=0
# check NAME COMMAND...: one assertion, that COMMAND succeeds
check() {
	n=$((n + 1))
	if "${@:2}"; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
	fi
}

loaded() { grep -q "^$1 " /proc/modules; }
absent() { ! loaded "$1"; }
refused() { ! "$@" 2>/dev/null; }

# What the modules may leave behind: symbols, address space, timers, netlink families.
residue() {
	echo "symbols $(grep -c kwasm /proc/kallsyms)"
	echo "areas $(grep -c -e kwasm -e wasm /proc/vmallocinfo)"
	echo "hooks $(grep -c kwasm /sys/kernel/tracing/enabled_functions)"
	echo "families $(genl ctrl list | grep -c kwasm)"
}

memory() { awk '$1 == "MemAvailable:" { print $2 }' /proc/meminfo; }

echo 1..12
before=$(residue)
check 'kwasm_netfilter loads' modprobe kwasm_netfilter
check 'and brought kwasm' loaded kwasm
check 'kwasm does not go while kwasm_netfilter needs it' refused rmmod kwasm
check 'and stays' loaded kwasm
check 'a loaded module is seen by what looks for residue' test "$(residue)" != "$before"
check 'the taint is out-of-tree and unsigned, no more' \
	test $(($(cat /proc/sys/kernel/tainted) & ~0x3000)) -eq 0
check 'kwasm_netfilter goes' rmmod kwasm_netfilter
check 'kwasm goes' rmmod kwasm
check 'neither is left' absent kwasm

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
check "$rounds rounds" test "$good" -eq "$rounds"
echo "# MemAvailable $start kB before, $end kB after"
check 'memory is back' test $((start - end)) -lt 2048
check 'nothing is left behind' test "$(residue)" = "$before"
