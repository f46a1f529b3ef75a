#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: 6.12
# Programs of the page Languages in the kernel: they drop, log and trap.
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../../lib.sh"

ip link set lo up
modprobe kwasm_netfilter || exit 1
for language in C Rust AssemblyScript; do
	wasm=$KWASM_BUILD/guest/languages/$language.wasm
	ok "$language: attached" kwasmctl attach --hook nf_pre "$wasm"
	not_ok "$language: no ping passes" ping -q -c 2 -i 0.05 -W 1 127.0.0.1
	is "$language: they are dropped" \
		"$(kwasmctl -j stats "$language" | jq -r '.[0] | .dropped > 0 and .traps == 0')" true
	is "$language: and logged" "$(kwasmctl -j log "$language" | jq -r 'map(.text) | unique | join(" ")')" \
		'ICMP dropped'
	ok "$language: detached" kwasmctl detach "$language"
	ok "$language: attached with the handler that fails" \
		kwasmctl attach --hook nf_pre --entry crash "$wasm"
	# More traps than there is stack for, if each kept its own
	ok "$language: pings pass" ping -q -f -c 300 -W 1 127.0.0.1
	is "$language: each was a trap" "$(kwasmctl -j show "$language" | jq -r \
		'.[0].attachments[0].stats | .traps >= 600 and .traps == .traps_by_kind.unreachable')" true
	ok "$language: detached again" kwasmctl detach "$language"
done
rmmod kwasm_netfilter kwasm
done_testing
