#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# In a guest: modules that are cut at each byte, altered, or no modules at all are refused with one
# sentence; nothing is half applied, and the kernel has nothing to say about it.
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tests/net/net.sh
. "${0%/*}/net.sh"
mutations=${HOSTILE_MUTATIONS:-200}

modprobe kwasm_netfilter
attach --hook nf_in --name bystander "$GUESTS/accept.wasm"
usage() { kwasmctl -j version | grep -oE '"(programs|attachments|memories|pages)":[0-9]+'; }
before_list=$(kwasmctl -j list) before=$(usage) names=$(grep -c kwasm_ /proc/kallsyms)
log_mark hostile

for file in "$EXAMPLES"/{block_ports,count_protocols,trap_call_type,trap_stack}.wasm \
	"$GUESTS"/{bulk,bounds,calls}.wasm; do
	out=$(hostile 1 "$mutations" "$file")
	is "${file##*/}: each answer is a sentence" "$(grep -v '^[0-9]* [0-9]*$' <<<"$out" | head -n 5)" ''
	read -r attached refused <<<"$(tail -n 1 <<<"$out")"
	note "${file##*/}: $attached attached, $refused refused"
	ok "${file##*/}: answers to all" test $((attached + refused)) -eq \
		$(($(stat -c %s "$file") + mutations))
	ok "${file##*/}: most are refused" test "$refused" -gt "$attached"
done

# one_sentence STATUS COMMAND...: fails with that status and one line on stderr, none on stdout
one_sentence() {
	local out rc=0

	out=$("${@:2}" 2>/tmp/stderr) || rc=$?
	cat /tmp/stderr
	[ "$rc" -eq "$1" ] && [ -z "$out" ] && [ "$(wc -l </tmp/stderr)" -eq 1 ]
}
head -c 50 "$EXAMPLES/block_ports.wasm" >/tmp/cut.wasm
ok 'kwasmctl attach of a cut file' one_sentence 1 kwasmctl attach --hook nf_in /tmp/cut.wasm
like 'names the byte' "$(cat /tmp/stderr)" 'byte'
: >/tmp/empty.wasm
ok 'of an empty one' one_sentence 1 kwasmctl attach --hook nf_in /tmp/empty.wasm
ok 'of something else' one_sentence 1 kwasmctl attach --hook nf_in --name x /etc/passwd
ok 'an entry that is not there' one_sentence 1 kwasmctl attach --hook nf_in --entry none \
	"$GUESTS/accept.wasm"
ok 'a hook that is not there' one_sentence 1 kwasmctl attach --hook nf_nowhere "$GUESTS/accept.wasm"
ok 'an import that is not there' one_sentence 1 kwasmctl attach --hook nf_in "$GUESTS/stack.wasm"
ok 'an import that is denied' one_sentence 1 kwasmctl attach --hook nf_in --deny 'kwasm.pkt_*' \
	"$EXAMPLES/drop_icmp.wasm"
ok 'a name that is taken by another module' one_sentence 1 kwasmctl attach --hook nf_in \
	--name bystander "$GUESTS/drop.wasm"
ok 'a namespace that is not there' one_sentence 1 kwasmctl -n nowhere attach --hook nf_in \
	"$GUESTS/accept.wasm"
ok 'a user without privilege' one_sentence 1 setpriv --reuid 65534 --clear-groups \
	kwasmctl attach --hook nf_in "$GUESTS/accept.wasm"

is 'what was there is there, and nothing else' "$(kwasmctl -j list)" "$before_list"
is 'with the same memories and pages' "$(usage)" "$before"
is 'and names' "$(grep -c kwasm_ /proc/kallsyms)" "$names"
is 'the kernel has logged nothing' "$(log_behind hostile)" ''
kwasmctl detach bystander
ok 'nothing is left' nothing_left
ok 'the modules go' rmmod kwasm_netfilter kwasm
done_testing
