#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What kwasmctl prints when it succeeds without a kernel module: results of calls, verdicts and trap
# policies over a capture, listings; and that whatever --json prints is JSON.
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

# json FILTER TEXT ARG...: both forms of JSON are one document of which jq makes TEXT
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
like 'invoke --time' "$("$ctl" invoke --time "$guests" swap 1 -2)" '^-2 1 [0-9]+$'
like 'invoke --time without a result' "$("$ctl" invoke --time "$guests" nothing)" '^[0-9]+$'
is 'a module from a pipe' "$("$ctl" invoke - add 1 2 < <(cat "$guests"))" 3
json '[.results[] | .type, .value] | join(" ")' 'i64 -2 i32 1' invoke "$guests" swap 1 -2
json '.results | length' 0 invoke "$guests" nothing
json '.time_ns | type' number invoke --time "$guests" nothing
# jq computes with doubles, so the digits themselves are compared.
like 'all 64 bits' "$("$ctl" -j invoke "$guests" same64 -9223372036854775808)" \
	'"value":-9223372036854775808}'

# Every kind of trap: ARGUMENTS, then its word
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

# Five packets of 20 bytes each, raw IP
python3 - "$tmp/five.pcap" <<'EOF2'
import struct, sys
header = bytes.fromhex("4500001400000000400100000a0000010a000002")
total = sum(struct.unpack("!10H", header))
total = (total & 0xffff) + (total >> 16)
header = header[:10] + struct.pack("!H", ~total & 0xffff) + header[12:]
with open(sys.argv[1], "wb") as out:
    out.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
    for second in range(5):
        out.write(struct.pack("<IIII", second, 0, 20, 20) + header)
EOF2

# verdicts TEXT ARG...: accept, drop, queue, repeats, skipped, traps
verdicts() {
	json '[.verdicts.accept, .verdicts.drop, .verdicts.queue, .repeats, .skipped, .traps]
		| join(" ")' "$1" test --pcap "$tmp/five.pcap" "${@:2}" "$handler"
}
verdicts '5 0 0 0 0 0'
verdicts '5 0 0 0 0 0' --entry accept
verdicts '0 5 0 0 0 0' --entry drop
verdicts '0 0 5 0 0 0' --entry queue
verdicts '0 5 0 40 0 0' --entry repeat
verdicts '5 0 0 10 0 0' --entry third
verdicts '5 0 0 0 0 5' --entry stolen
verdicts '5 0 0 0 0 5' --entry unreachable
verdicts '5 0 0 0 0 5' --entry unreachable --on-trap accept
verdicts '0 5 0 0 0 5' --entry unreachable --on-trap drop
verdicts '5 0 0 0 4 1' --entry unreachable --on-trap detach
verdicts '5 0 0 0 0 2' --entry second
verdicts '3 2 0 0 0 2' --entry second --on-trap drop
verdicts '5 0 0 0 3 1' --entry second --on-trap detach
# The count begins again with each fresh instance: packets 2 and 4.
verdicts '5 0 0 0 0 2' --entry second --on-trap restart
verdicts '5 0 0 0 0 5' --entry spin --time-limit 5ms

place='[.traps_by_place[] | .kind, .function_name, .count] | join(" ")'
json "$place" 'unreachable crash 5' test --pcap "$tmp/five.pcap" --entry unreachable "$handler"
json "$place" 'bad-verdict  5' test --pcap "$tmp/five.pcap" --entry stolen "$handler"
json "$place" 'time spin 5' test --pcap "$tmp/five.pcap" --entry spin --time-limit 5ms "$handler"

# What the handler is told: mark, out, in, hook
for row in nf_pre=0010 nf_in=0011 nf_fwd=0112 nf_out=0103 nf_post=0104; do
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

text=$("$ctl" test --pcap "$tmp/five.pcap" --entry unreachable "$handler")
like 'verdicts in text' "$text" $'\n  accept +5  100%\n  drop +0    0%\n  queue +0    0%\n'
like 'traps in text' "$text" $'\ntraps 5\n +5  unreachable in function [0-9]+ \\(crash\\) at byte 0x[0-9a-f]+\n'
like 'times in text' "$text" 'time [0-9.]+[mun]?s median, [0-9.]+[mun]?s at most'
like 'a line for each packet' "$("$ctl" test -v --pcap "$tmp/five.pcap" --entry drop "$handler")" \
	$'\n +5  drop   ip +20 bytes +[0-9.]+[mun]?s\n'

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
done_testing
