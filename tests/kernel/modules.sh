#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: 6.1 6.12
# Loading and removing the modules: dependencies, order of removal, and residue after many rounds.
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../lib.sh"
warm=10
rounds=50
noise=128	# kB, less than a page a round; what is free varies by a hundred

loaded() { grep -q "^$1 " /proc/modules; }
absent() { ! loaded "$1"; }

# Possible residue of the modules: symbols, address space, timers, netlink families.
residue() {
	echo "symbols $(grep -c kwasm /proc/kallsyms)"
	echo "areas $(grep -c -e kwasm -e wasm /proc/vmallocinfo)"
	echo "hooks $(grep -c kwasm /sys/kernel/tracing/enabled_functions)"
	echo "families $(genl ctrl list | grep -c kwasm)"
}

# come_and_go ROUNDS
come_and_go() {
	local i

	for ((i = 0; i < $1; i++)); do
		if ! modprobe kwasm_netfilter || ! rmmod kwasm_netfilter kwasm; then
			return 1
		fi
	done
}

before=$(residue)
tainted=$(cat /proc/sys/kernel/tainted)
ok 'kwasm_netfilter loads' modprobe kwasm_netfilter
ok 'and kwasm with it' loaded kwasm
not_ok 'kwasm cannot be removed while kwasm_netfilter needs it' rmmod kwasm
ok 'and stays' loaded kwasm
ok 'the check for residue sees a loaded module' test "$(residue)" != "$before"
ok 'the taint is only out-of-tree and unsigned' \
	test $(($(cat /proc/sys/kernel/tainted) & ~0x3000)) -eq $((tainted & ~0x3000))
ok 'kwasm_netfilter is removed' rmmod kwasm_netfilter
ok 'kwasm is removed' rmmod kwasm
ok 'both are removed' absent kwasm

# The first rounds fill caches of the kernel.
ok "$warm rounds to warm up" come_and_go $warm
start=$(free_memory)
ok "$rounds rounds" come_and_go $rounds
end=$(free_memory)
note "free: $start kB before them, $end kB after"
ok 'do not use memory' test $((start - end)) -lt $noise
is 'nothing is left behind' "$(residue)" "$before"
done_testing
