#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Constructors run once per instance; where the linker makes them run at every packet, the tool warns.
# The same in the kernel: guest/constructors.sh.
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../lib.sh"
ctl=$KWASM_BUILD/kwasmctl
wasm=$KWASM_BUILD/tests/tools
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# Five IPv4 packets without payload, as raw IP.
{
	printf '\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\xff\xff\0\0\x65\0\0\0'
	for _ in 1 2 3 4 5; do
		printf '\0\0\0\0\0\0\0\0\x14\0\0\0\x14\0\0\0'
		printf '\x45\0\0\x14\0\0\0\0\x40\x3b\xf6\xab\xc0\0\2\1\xc0\0\2\2'
	done
} >"$tmp/five.pcap"

# verdicts WASM: accepted and dropped packets
verdicts() {
	"$ctl" -j test "$1" --pcap "$tmp/five.pcap" | jq -r '"\(.accepted) \(.dropped)"'
}

warning='export kwasm_packet runs all constructors at every call: include kwasm_guest.h, or export an _initialize that calls __wasm_call_ctors'

is 'once before five packets, with the header in two files' \
	"$(verdicts "$wasm/constructors.wasm")" '5 0'
is 'at each packet without it' "$(verdicts "$wasm/wrapped.wasm")" '1 4'
is 'a wrapped export is warned of' "$("$ctl" test "$wasm/wrapped.wasm" 2>&1 >/dev/null)" \
	"warning: $warning"
is 'in JSON' "$("$ctl" -j test "$wasm/wrapped.wasm" | jq -r '.warnings[]')" "$warning"
is 'nothing else is' "$("$ctl" test "$wasm/constructors.wasm" 2>&1 >/dev/null)" ''
is 'in JSON' "$("$ctl" -j test "$wasm/constructors.wasm" | jq -c .warnings)" '[]'

# warns WAT: the tool's warning about a module
warns() {
	wat2wasm --debug-names -o "$tmp/m.wasm" - <<<"(module (func \$__wasm_call_ctors) $1)" &&
		"$ctl" -j test "$tmp/m.wasm" | jq -r '.warnings[]'
}

handler='(func (export "kwasm_packet") (result i32) (i32.const 1))'
is 'a wrapper is recognised by its body' "$(warns \
	"(func (export \"kwasm_packet\") (result i32) (call \$__wasm_call_ctors) (i32.const 1))")" \
	"$warning"
is 'not _initialize' "$(warns "(func (export \"_initialize\") (call \$__wasm_call_ctors)) $handler")" ''
is 'an _initialize that is not called is warned of' \
	"$(warns "(func (export \"_initialize\") (param i32)) $handler")" \
	'_initialize is not called: it has parameters or results'

is 'no example is wrapped' "$(for w in "$KWASM_BUILD"/examples/*.wasm; do
	"$ctl" test "$w" 2>&1 >/dev/null; done)" ''
done_testing
