#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: 6.12 timeout=900
# In a guest: modules that are truncated at each byte, altered, or not modules at all are rejected
# with one message; nothing is half applied, and the kernel logs nothing.
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tests/net/net.sh
. "${0%/*}/net.sh"
mutations=${HOSTILE_MUTATIONS:-100}

modprobe kwasm_netfilter
attach --hook nf_in --name bystander "$GUESTS/accept.wasm"
usage() { kwasmctl -j version | grep -oE '"(programs|attachments|memories|pages)":[0-9]+'; }
before_list=$(kwasmctl -j list) before=$(usage) names=$(grep -c kwasm_ /proc/kallsyms)
log_mark hostile

for file in "$EXAMPLES"/*.wasm "$GUESTS"/{bulk,bounds,calls}.wasm; do
	out=$(hostile 1 "$mutations" "$file")
	is "${file##*/}: each answer is a sentence" "$(grep -v '^[0-9]* [0-9]*$' <<<"$out" | head -n 5)" ''
	read -r attached refused <<<"$(tail -n 1 <<<"$out")"
	note "${file##*/}: $attached attached, $refused refused"
	ok "${file##*/}: answers to all" test $((attached + refused)) -eq \
		$(($(stat -c %s "$file") + mutations))
	ok "${file##*/}: most are refused" test "$refused" -gt "$attached"
done

# one_sentence REGEX COMMAND...: fails with status 1, and with one line that matches on stderr alone
one_sentence() {
	local out rc=0

	out=$("${@:2}" 2>/tmp/stderr) || rc=$?
	printf 'status %s, stdout %s, stderr %s\n' "$rc" "$out" "$(cat /tmp/stderr)"
	[ "$rc" -eq 1 ] && [ -z "$out" ] && [ "$(wc -l </tmp/stderr)" -eq 1 ] &&
		[[ $(cat /tmp/stderr) =~ $1 ]]
}

# refuses NAME REGEX [ARG...]: `kwasmctl attach --hook nf_in ARG...` fails with that message
refuses() {
	ok "$1" one_sentence "$2" kwasmctl attach --hook nf_in "${@:3}"
}

head -c 50 "$EXAMPLES/block_ports.wasm" >/tmp/cut.wasm
: >/tmp/empty.wasm
refuses 'a cut file' '^/tmp/cut.wasm: byte 0x[0-9a-f]+: unexpected end: ' /tmp/cut.wasm
refuses 'an empty one' '^/tmp/empty.wasm: not a program: it is empty$' /tmp/empty.wasm
refuses 'something else' '^/etc/passwd: not a program: it is a text file$' --name x /etc/passwd
refuses 'a missing entry' 'does not export a function named none' --entry none \
	"$GUESTS/accept.wasm"
is 'an unknown hook' "$(kwasmctl attach --hook nf_nowhere "$GUESTS/accept.wasm" 2>&1; echo $?)" \
	$'unknown hook "nf_nowhere": use one of nf_pre, nf_in, nf_fwd, nf_out, nf_post, nf_ingress, nf_egress\n2'
refuses 'an unknown import' 'stack.wasm: function 0, byte 0x.*"test" "dump_stack"' "$GUESTS/stack.wasm"
refuses 'a denied import' 'import kwasm.pkt_family is denied by pattern "kwasm.pkt_\*"' \
	--deny 'kwasm.pkt_*' "$EXAMPLES/drop_icmp.wasm"
refuses 'a name that is already in use' 'program bystander is already loaded' \
	--name bystander "$GUESTS/drop.wasm"
ok 'an unknown namespace' one_sentence 'unknown network namespace "nowhere"' \
	kwasmctl -n nowhere attach --hook nf_in "$GUESTS/accept.wasm"
nobody=(setpriv --reuid 65534 --clear-groups)
is 'a user without privilege' "$("${nobody[@]}" id -u)" 65534
ok 'is told the required capability' one_sentence 'CAP_NET_ADMIN' \
	"${nobody[@]}" kwasmctl attach --hook nf_in "$GUESTS/accept.wasm"

is 'the list of programs is unchanged' "$(kwasmctl -j list)" "$before_list"
is 'and the use of memories and pages' "$(usage)" "$before"
is 'and the number of symbols' "$(grep -c kwasm_ /proc/kallsyms)" "$names"
is 'the kernel has logged nothing' "$(log_behind hostile)" ''
kwasmctl detach bystander
ok 'nothing is left' nothing_left
ok 'the modules are removed' rmmod kwasm_netfilter kwasm
done_testing
