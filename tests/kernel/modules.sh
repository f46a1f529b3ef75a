#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The modules come and go: dependencies, order of removal, and what is left after many rounds.
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../lib.sh"
rounds=20
batches=6
noise=256	# kB: three pages a round

loaded() { grep -q "^$1 " /proc/modules; }
absent() { ! loaded "$1"; }

# What the modules may leave behind: symbols, address space, timers, netlink families.
residue() {
	echo "symbols $(grep -c kwasm /proc/kallsyms)"
	echo "areas $(grep -c -e kwasm -e wasm /proc/vmallocinfo)"
	echo "hooks $(grep -c kwasm /sys/kernel/tracing/enabled_functions)"
	echo "families $(genl ctrl list | grep -c kwasm)"
}

memory() {
	echo 3 >/proc/sys/vm/drop_caches
	awk '$1 == "MemAvailable:" { print $2 }' /proc/meminfo
}

come_and_go() {
	local i

	for ((i = 0; i < rounds; i++)); do
		if ! modprobe kwasm_netfilter || ! rmmod kwasm_netfilter kwasm; then
			return 1
		fi
	done
}

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

# A leak takes from every batch of rounds alike; caches that fill up leave one alone sooner or later.
good=0 taken=$noise end=$(memory)
for ((batch = 0; batch < batches && taken >= noise; batch++)); do
	start=$end
	if come_and_go; then
		good=$((good + 1))
	fi
	end=$(memory)
	taken=$((start - end))
	note "MemAvailable $start kB before $rounds rounds, $end kB after"
done
is "batches of $rounds rounds" "$good" "$batch"
ok 'until one takes no memory' test "$taken" -lt "$noise"
is 'nothing is left behind' "$(residue)" "$before"
done_testing
