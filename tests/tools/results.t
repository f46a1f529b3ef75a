#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Output of kwasmctl on success without the kernel module: results of calls, verdicts and trap
# policies on a capture, listings; and --json always prints JSON.
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../lib.sh"
ctl=$KWASM_BUILD/kwasmctl
handler=$KWASM_BUILD/tests/tools/handler.wasm
guests=$KWASM_BUILD/tests/tools/guests.wasm
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# prints TEXT ARG...: success, TEXT on standard output, nothing on standard error
prints() {
	local status=0

	"$ctl" "${@:2}" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
	is "kwasmctl ${*:2}" "$status: $(cat "$tmp/err" "$tmp/out")" "0: $1"
}

# json FILTER TEXT ARG...: both forms of JSON are one document that the jq filter turns into TEXT
json() {
	local form

	for form in --json --pretty; do
		is "kwasmctl $form ${*:3}" \
			"$("$ctl" "$form" "${@:3}" 2>&1 </dev/null | jq -cers "map($1) | join(\" | \")")" \
			"$2"
	done
}

# ---- invoke ---------------------------------------------------------------------------------

prints 3 invoke "$guests" add 1 2
prints -3 invoke "$guests" add -1 -2
prints -1 invoke "$guests" add 0xfffffffe 1
prints -2147483648 invoke "$guests" same32 -2147483648
prints -1 invoke "$guests" same32 4294967295
prints -2147483648 invoke "$guests" same32 -0x80000000
prints 9223372036854775807 invoke "$guests" same64 0x7fffffffffffffff
prints -9223372036854775808 invoke "$guests" same64 -9223372036854775808
prints -1 invoke "$guests" same64 18446744073709551615
prints '-2 1' invoke "$guests" swap 1 -2
prints '' invoke "$guests" nothing
prints 1 invoke "$guests" null null
prints 1 invoke "$guests" grow 1
prints -1 invoke "$guests" grow 2
prints 1 invoke --memory-limit 128K "$guests" grow 1
prints -1 invoke --memory-limit 64K "$guests" grow 1
prints 3 invoke --time-limit 5s "$guests" add 1 2
prints 3 invoke "$guests" add -- 1 2
prints 3 -- invoke "$guests" add 1 2
prints 10 invoke "$guests" same32 010
prints -8 invoke "$guests" same32 -08
prints 16 invoke "$guests" same64 0X10
like 'invoke --time' "$("$ctl" invoke --time "$guests" swap 1 -2)" '^-2 1 [0-9]+$'
like 'invoke --time without a result' "$("$ctl" invoke --time "$guests" nothing)" '^[0-9]+$'
is 'a module from a pipe' "$("$ctl" invoke - add 1 2 < <(cat "$guests"))" 3
json '[.results[] | .type, .value] | join(" ")' 'i64 -2 i32 1' invoke "$guests" swap 1 -2
json '.results | length' 0 invoke "$guests" nothing
is 'log lines are on standard error' "$("$ctl" invoke "$handler" logs 2>"$tmp/err"; cat "$tmp/err")" \
	$'1\nlog: seen.'
json '[.results[0].value, .log[0]] | join(" ")' '1 seen.' invoke "$handler" logs
json '.time_ns | type' number invoke --time "$guests" nothing
# jq computes with doubles, so the digits themselves are compared.
like 'all 64 bits' "$("$ctl" -j invoke "$guests" same64 -9223372036854775808)" \
	'"value":-9223372036854775808}'

# Numbers that look like options
wat2wasm -o "$tmp/real.wasm" - <<'EOF2'
(module (func (export "f64") (param f64) (result f64) (local.get 0))
  (func (export "f32") (param f32 f32) (result f32) (local.get 1)))
EOF2
for v in -nan -inf nan inf -0.5 -1e-300; do
	prints "$v" invoke "$tmp/real.wasm" f64 "$v"
done
prints -inf invoke "$tmp/real.wasm" f32 -nan -INFINITY
prints -nan invoke "$tmp/real.wasm" f32 -inf -nan
json '.results[0].value' -inf invoke "$tmp/real.wasm" f64 -inf

# Every kind of trap: ARGUMENTS, then its name
while read -r words kind; do
	# shellcheck disable=SC2086 # a list of words
	is "the trap of ${words//,/ }" "$("$ctl" -j invoke --time-limit 50ms "$guests" ${words//,/ } \
		2>/dev/null | jq -er .trap.kind)" "$kind"
done <<'ROWS'
div,1,0 div-zero
div,-2147483648,-1 int-overflow
load,65536 memory
store,-1 memory
through,1 call-null
through,3 call-undefined
deep stack
spin time
ROWS
is 'the address of a memory trap' \
	"$("$ctl" -j invoke "$guests" load -1 2>/dev/null | jq -er .trap.address)" 4294967299

# ---- test -----------------------------------------------------------------------------------

# capture FILE COUNT MAGIC: COUNT packets of 20 bytes each, raw IP
capture() {
	python3 - "$@" <<'EOF2'
import struct, sys
header = bytes.fromhex("4500001400000000400100000a0000010a000002")
total = sum(struct.unpack("!10H", header))
total = (total & 0xffff) + (total >> 16)
header = header[:10] + struct.pack("!H", ~total & 0xffff) + header[12:]
with open(sys.argv[1], "wb") as out:
    out.write(struct.pack("<IHHiIII", int(sys.argv[3], 16), 2, 4, 0, 0, 65535, 101))
    for second in range(int(sys.argv[2])):
        out.write(struct.pack("<IIII", second, 123456 + second, 20, 20) + header)
EOF2
}
capture "$tmp/five.pcap" 5 a1b2c3d4

# verdicts TEXT ARG...: accepted, dropped, queued, repeated, skipped, traps, accepted and dropped by
# policy; all packets have one of these ends
verdicts() {
	json '[.accepted, .dropped, .queued, .repeated, .skipped, .traps, .accepted_by_policy,
		.dropped_by_policy, (.packets == .accepted + .dropped + .queued +
			.accepted_by_policy + .dropped_by_policy and .packets + .skipped == 5
			and .traps == ([.traps_by_kind[]] | add // 0))] | join(" ")' \
		"$1 true" test --pcap "$tmp/five.pcap" "${@:2}" "$handler"
}
bytes=$("$ctl" -j test --pcap "$tmp/five.pcap" "$handler" | jq .bytes)
for entry in repeat third; do
	json .bytes "$bytes" test --pcap "$tmp/five.pcap" --entry "$entry" "$handler"
done
verdicts '5 0 0 0 0 0 0 0'
verdicts '5 0 0 0 0 0 0 0' --entry accept
verdicts '0 5 0 0 0 0 0 0' --entry drop
verdicts '0 0 5 0 0 0 0 0' --entry queue
verdicts '0 5 0 40 0 0 0 0' --entry repeat
verdicts '5 0 0 10 0 0 0 0' --entry third
verdicts '0 0 0 0 0 5 5 0' --entry stolen
verdicts '0 0 0 0 0 5 5 0' --entry unreachable
verdicts '0 0 0 0 0 5 5 0' --entry unreachable --on-trap accept
verdicts '0 0 0 0 0 5 0 5' --entry unreachable --on-trap drop
verdicts '0 0 0 0 4 1 1 0' --entry unreachable --on-trap detach
verdicts '3 0 0 0 0 2 2 0' --entry second
verdicts '3 0 0 0 0 2 0 2' --entry second --on-trap drop
verdicts '1 0 0 0 3 1 1 0' --entry second --on-trap detach
# The count restarts with each fresh instance: packets 2 and 4.
verdicts '3 0 0 0 0 2 2 0' --entry second --on-trap restart
verdicts '0 0 0 0 0 5 5 0' --entry spin --time-limit 5ms
json .restarts 2 test --pcap "$tmp/five.pcap" --entry second --on-trap restart "$handler"
like 'packets dropped by policy in text' \
	"$("$ctl" test --pcap "$tmp/five.pcap" --entry unreachable --on-trap drop "$handler")" \
	$'\n  drop +0 +0%\n.*\n  dropped by trap policy +5 +100%\n'

place='[.traps_by_place[] | .kind, .function_name, .count] | join(" ")'
json "$place" 'unreachable crash 5' test --pcap "$tmp/five.pcap" --entry unreachable "$handler"
json "$place" 'bad-verdict  5' test --pcap "$tmp/five.pcap" --entry stolen "$handler"
json '.traps_by_place[0].value' 2 test --pcap "$tmp/five.pcap" --entry stolen "$handler"
like 'a bad verdict in text' "$("$ctl" test --pcap "$tmp/five.pcap" --entry stolen "$handler")" \
	$'\n +5  handler returned an unknown verdict: 2\n'
wat2wasm -o "$tmp/errno.wasm" - <<<'(module (func (export "kwasm_packet") (result i32) (i32.const -61)))'
json '.traps_by_place[0].value' 4294967235 test --pcap "$tmp/five.pcap" "$tmp/errno.wasm"
like 'an errno as a verdict' "$("$ctl" test --pcap "$tmp/five.pcap" "$tmp/errno.wasm")" \
	$'\n +5  handler returned an unknown verdict: -61\n'
json "$place" 'time spin 5' test --pcap "$tmp/five.pcap" --entry spin --time-limit 5ms "$handler"

# Values that the handler sees: mark, out, in, hook
for row in nf_pre=0010 nf_in=0011 nf_fwd=0112 nf_out=0103 nf_post=0104 nf_ingress=0015 nf_egress=0106; do
	json '.log | unique | join(" ")' "${row#*=}" \
		test --pcap "$tmp/five.pcap" --entry where --hook "${row%=*}" "$handler"
done
json '[.log_lines, .log[0]] | join(" ")' '5 seen.' \
	test --pcap "$tmp/five.pcap" --entry logs "$handler"
json '[.decisions[] | .number] | join(" ")' '1 2 3 4 5' \
	test --verbose --pcap "$tmp/five.pcap" "$handler"
json '.decisions[4].trap.kind' unreachable \
	test -v --pcap "$tmp/five.pcap" --entry unreachable "$handler"
json 'has("frames")' false test "$handler"
is 'a capture from a pipe' \
	"$("$ctl" -j test --pcap - "$handler" <"$tmp/five.pcap" | jq .packets)" 5


# Written packets equal the read ones, to the nanosecond.
capture "$tmp/nano.pcap" 5 a1b23c4d
for name in five nano; do
	"$ctl" test --pcap "$tmp/$name.pcap" --write "$tmp/$name.out" "$handler" >/dev/null
	ok "$name.pcap is written as it is" cmp "$tmp/$name.pcap" "$tmp/$name.out"
	"$ctl" test --pcap - --write "$tmp/$name.out2" "$handler" >/dev/null \
		< <(cat "$tmp/$name.pcap")
	ok "$name.pcap from a pipe" cmp "$tmp/$name.pcap" "$tmp/$name.out2"
done

# Packets that are dropped go to another capture.
"$ctl" test --pcap "$tmp/five.pcap" --write "$tmp/passed" --write-dropped "$tmp/dropped" \
	--entry second --on-trap drop "$handler" >/dev/null
sizes() { stat -c %s "$tmp/passed" "$tmp/dropped" | paste -sd ' '; }
is 'three packets are accepted, two dropped' "$(sizes)" "$((24 + 3 * 36)) $((24 + 2 * 36))"
"$ctl" test --pcap "$tmp/five.pcap" --write "$tmp/passed" --write-dropped "$tmp/dropped" \
	--entry queue "$handler" >/dev/null
is 'what is queued is neither' "$(sizes)" '24 24'

# More places of traps than the limit
# shellcheck disable=SC2016 # WebAssembly's dollars
{
	echo '(module (global $n (mut i32) (i32.const 0)) (func (export "kwasm_packet") (result i32)'
	echo '(global.set $n (i32.add (global.get $n) (i32.const 1)))'
	printf '(if (i32.eq (global.get $n) (i32.const %d)) (then unreachable))\n' {1..70}
	echo '(i32.const 1)))'
} >"$tmp/places.wat"
wat2wasm -o "$tmp/places.wasm" "$tmp/places.wat"
capture "$tmp/many.pcap" 80 a1b2c3d4
json '[.traps, (.traps_by_place | length), (.traps_by_place | map(.count) | max), .traps_elsewhere]
	| join(" ")' '70 64 1 6' test --pcap "$tmp/many.pcap" "$tmp/places.wasm"
like 'traps elsewhere in text' "$("$ctl" test --pcap "$tmp/many.pcap" "$tmp/places.wasm")" \
	$'\ntraps 70\n.*\n +6  elsewhere\n'
json .traps_elsewhere 0 test --pcap "$tmp/five.pcap" --entry unreachable "$handler"

text=$("$ctl" test --pcap "$tmp/five.pcap" --entry unreachable "$handler")
like 'verdicts in text' "$text" $'\n  accept +0    0%\n  drop +0    0%\n  queue +0    0%\n  accepted by trap policy +5  100%\n'
like 'traps in text' "$text" $'\ntraps 5\n +5  unreachable in function [0-9]+ \\(crash\\) at byte 0x[0-9a-f]+\n'
like 'times in text' "$text" 'time [0-9.]+[mun]?s median, [0-9.]+[mun]?s at most'
like 'a line for each packet' "$("$ctl" test -v --pcap "$tmp/five.pcap" --entry drop "$handler")" \
	$'\n +5  drop   ip +20 bytes +[0-9.]+[mun]?s  10\.0\.0\.1 > 10\.0\.0\.2 icmp\n'
like 'with its trap' "$("$ctl" test -v --pcap "$tmp/five.pcap" --entry unreachable "$handler")" \
	$'10\.0\.0\.2 icmp  trap: unreachable'

# ---- dump -----------------------------------------------------------------------------------

json '[.[].function] | length' 14 dump "$guests"
prints 'function 1 (div) (i32 i32) -> (i32), 2 locals
    d4:    local.get 0
    d6:    local.get 1
    d8:    i32.div_s
    d9:  end' dump --func div "$guests"
json '.[0].instructions | map(.text | ltrimstr("  ")) | join(" ")' \
	'local.get 0 i32.load offset=4 align=4 end' dump --func load "$guests"
json '.[0].instructions[3].text | ltrimstr("        ")' 'local.get 0' dump --func table "$guests"
json '.[0].instructions[4].text | ltrimstr("        ")' 'br_table 0 1 default 2' \
	dump --func table "$guests"
json '.[0].instructions[-2].offset' 216 dump --func 1 "$guests"
for pass in build fold gvn memopt licm dce split lower regalloc; do
	json '[.[0].function, .[0].pass] | join(" ")' "1 $pass" dump --ir "$pass" --func div "$guests"
done
like 'IR in text' "$("$ctl" dump --ir build --func div "$guests")" 'divs\.i32 v1, v2'
is '--ir all shows each pass' \
	"$("$ctl" -j dump --ir all --func div "$guests" | jq -r 'map(.pass)[:3] | join(" ")')" \
	'build fold gvn'
json '[.[].name] | index("div")' 1 dump --asm "$guests"
json '.[0].instructions | map(.bytes | split(" ") | length) | add' \
	"$("$ctl" -j dump --asm --func div "$guests" | jq '.[0].size')" dump --asm --func div "$guests"
is 'trap sites name the instruction in the module' \
	"$("$ctl" -j dump --asm --func div "$guests" |
		jq -c '[.[0].instructions[] | select(.wasm_offset) | .wasm_offset] | unique')" '[216]'
json '.[0].instructions | map(select(.text | startswith("ret"))) | length' 1 \
	dump --asm --func div "$guests"

# Lines of any length come whole.
{
	echo '(module (func (export "switch") (param i32) (block (br_table'
	printf '%0.s 0' {1..600}
	printf ' (local.get 0)))) (func $%s (export "f") (param %s))' "$(printf 'n%.0s' {1..100})" \
		"$(printf 'i32 %.0s' {1..60})"
	printf '(func (export "call") (call 1 %s)))' "$(printf '(i32.const %d) ' {1..60})"
} >"$tmp/long.wat"
wat2wasm --debug-names -o "$tmp/long.wasm" "$tmp/long.wat"
json '.[0].instructions[] | .text | select(contains("br_table")) | split(" ") | map(select(. == "0"))
	| length' 600 dump --func 0 "$tmp/long.wasm"
like 'br_table in text' "$("$ctl" dump --func 0 "$tmp/long.wasm")" ' 0 default 0'$'\n'
json '.[0].lines | map(length) | max > 256' true dump --ir build --func 2 "$tmp/long.wasm"
is 'the lines of --ir are those of the text' \
	"$("$ctl" -j dump --ir build --func 2 "$tmp/long.wasm" | jq -r '.[0].lines[]')" \
	"$("$ctl" dump --ir build --func 2 "$tmp/long.wasm" | sed '1d; /^$/d')"
json '.[0].name | length' 100 dump --asm --func 1 "$tmp/long.wasm"

# ---- names that a terminal would obey ---------------------------------------------------------

# named FILE NAME: a module whose function 0 traps under NAME, 8 bytes of printf's
named() {
	wat2wasm --debug-names -o "$tmp/name.wasm" - <<'EOF2'
(module (func $XXXXXXXX (export "f") unreachable)
  (func (export "kwasm_packet") (result i32) (call $XXXXXXXX) (i32.const 1)))
EOF2
	python3 - "$tmp/name.wasm" "$1" "$(printf '%b' "$2" | od -An -tx1)" <<'EOF2'
import sys
with open(sys.argv[1], "rb") as module:
    data = module.read()
with open(sys.argv[2], "wb") as module:
    module.write(data.replace(b"XXXXXXXX", bytes.fromhex(sys.argv[3])))
EOF2
}

# unprintable COMMAND...: bytes of its output, errors included, that a terminal may not get
unprintable() {
	"$@" 2>&1 | LC_ALL=C tr -d '\t\n -~' | wc -c
}
named "$tmp/escape.wasm" '\033[31mA\nB'
named "$tmp/c1.wasm" 'A\xc2\x9bB\xc3\xbcCD'
is 'an escape sequence in text' "$("$ctl" invoke "$tmp/escape.wasm" f 2>&1)" \
	'trap: unreachable in function 0 (?[31mA?B) at byte 0x32'
for module in escape c1; do
	for args in 'invoke FILE f' "test -v --pcap $tmp/five.pcap FILE" 'dump FILE' 'dump --asm FILE' \
		'dump --ir all FILE'; do
		# shellcheck disable=SC2086 # a list of words
		is "$module: nothing unprintable: ${args/$tmp\/}" \
			"$(unprintable "$ctl" ${args/FILE/$tmp/$module.wasm})" 0
	done
	is "$module: nor in JSON but what is UTF-8" \
		"$("$ctl" -j dump --asm "$tmp/$module.wasm" | LC_ALL=C grep -cP '[\x00-\x1f]|\xc2[\x80-\x9f]')" 0
done
# JSON has names as they are.
json '.[0].name' $'\033[31mA\nB' dump --asm "$tmp/escape.wasm"
json '.[0].name' $'A\xc2\x9bB\xc3\xbcCD' dump --asm "$tmp/c1.wasm"
named "$tmp/utf8.wasm" 'gr\xc3\xb6\xc3\x9fer'
like 'and UTF-8 unescaped' "$("$ctl" -j dump --asm "$tmp/utf8.wasm")" '"name":"größer"'

# ---- times and sizes ------------------------------------------------------------------------

while read -r number unit text; do
	is "$number $unit" "$("$KWASM_BUILD/tests/tools/format" "$unit" "$number")" "$text"
done <<'ROWS'
0 ns 0ns
999 ns 999ns
1000 ns 1us
1005 ns 1us
999499 ns 999us
999500 ns 1ms
999999 ns 1ms
1000000 ns 1ms
999499999 ns 999ms
999500000 ns 1s
1500000000 ns 1.5s
59900000000 ns 59.9s
60000000000 ns 1min00s
3600000000000 ns 1h00min
0 bytes 0
1000 bytes 1000
65536 bytes 64K
102399 bytes 102399
102401 bytes 100.0K
637032 bytes 622.1K
1536000 bytes 1500K
68301825 bytes 65.1M
18446744073709551615 bytes 17179869183.9G
ROWS
done_testing
