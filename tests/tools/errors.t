#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Every command line error and every failure that does not need the kernel module: exit status, one
# message on standard error, nothing on standard output; with --json the other way round.
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../lib.sh"
ctl=$KWASM_BUILD/kwasmctl
handler=$KWASM_BUILD/tests/tools/handler.wasm
guests=$KWASM_BUILD/tests/tools/guests.wasm
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# fails STATUS MESSAGE ARG...: exit status and message of `kwasmctl ARG...`, with a timeout
fails() {
	local status=0 line=${*:3}

	timeout 20 "$ctl" "${@:3}" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
	is "kwasmctl ${line:0:200}" "$status: $(cat "$tmp/out" "$tmp/err")" "$1: $2"
}

# fails_in FILE MESSAGE ARG...: status 1 and a message about FILE
fails_in() {
	fails 1 "$1: $2" "${@:3}"
}

# link NUMBER: an empty capture with that link type
link() {
	printf '\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\xff\xff\0\0'
	# shellcheck disable=SC2059 # the format is the number
	printf "\\x$(printf %x "$1")\0\0\0"
}

# ---- the command line -----------------------------------------------------------------------

is 'kwasmctl alone is kwasmctl help' "$("$ctl"; echo $?)" "$("$ctl" help)"$'\n2'
fails 2 '{"error":{"message":"missing command: see kwasmctl help"}}' -j
fails 2 'unknown command "lsit": did you mean list?' lsit
fails 2 'unknown command "lsit": did you mean list?' help lsit
fails 2 'unknown command "atach": did you mean attach?' atach
fails 2 'unknown command "frobnicate": see kwasmctl help' frobnicate
fails 2 'unknown command "": see kwasmctl help' ''
fails 2 'ambiguous command "l": use one of load, list, log' l
fails 2 'ambiguous command "s": use one of show, stats' help s
fails 2 'unexpected argument "b": usage: kwasmctl help [COMMAND]' help attach b
fails 2 'unknown option "--jason": did you mean --json?' --jason list
fails 2 'unknown option "--priorty=5": did you mean --priority?' attach --priorty=5
fails 2 'unknown option "--frob": see kwasmctl list --help' list --frob
fails 2 'unknown option "-x": see kwasmctl --help' -x list
fails 2 'unknown option "--hook": see kwasmctl show --help' show --hook nf_pre
fails 2 '{"error":{"message":"unknown option \"-x\": see kwasmctl list --help"}}' list -jx
fails 2 '{"error":{"message":"unknown option \"-x\": see kwasmctl list --help"}}' list -x --json
fails 2 'option --netns requires a value: --netns NS' list --netns
fails 2 'option -n requires a value: -n NS' list -n
fails 2 'option --dev requires a value: --dev DEV' attach --hook nf_pre --dev '' x.wasm
fails 2 'option --deny requires a value: --deny PATTERN' load --deny= x.wasm
fails 2 'option --name requires a value: --name NAME' load --name '' x.wasm
fails 2 'option --time-limit requires a value: --time-limit TIME' load --time-limit= x.wasm
fails 2 'option --memory-limit requires a value: --memory-limit SIZE' load --memory-limit= x.wasm
fails 2 'option --json does not take a value' list --json=yes
fails 2 'unexpected argument "x": usage: kwasmctl list [--hook HOOK]' list x
fails 2 'unexpected argument "x": usage: kwasmctl list [--hook HOOK]' -- list x
fails 2 'unknown command "--json": see kwasmctl help' -- --json

for c in load kill test dump; do
	usage=$("$ctl" help "$c" | sed -n 's/^usage: //p')
	fails 2 "missing argument: usage: $usage" "$c"
	fails 2 "unexpected argument \"b\": usage: $usage" "$c" a b
done
fails 2 'missing argument: usage: kwasmctl replace [OPTION]... NAME FILE.wasm' replace a
fails 2 'missing argument: usage: kwasmctl invoke [OPTION]... FILE.wasm NAME [ARGUMENT]...' invoke a
fails 2 'unexpected argument "b": usage: kwasmctl show [OPTION]... [NAME]' show a b
fails 2 'unexpected argument "b": usage: kwasmctl stats [NAME]' stats a b
fails 2 'unexpected argument "b": usage: kwasmctl log [-f] [NAME]' log a b
fails 2 'unexpected argument "a": usage: kwasmctl events' events a
fails 2 'unexpected argument "a": usage: kwasmctl version' version a

# ---- values ---------------------------------------------------------------------------------

fails 2 'attach requires --hook: nf_pre, nf_in, nf_fwd, nf_out, nf_post, nf_ingress, nf_egress' attach "$handler"
fails 2 'attach requires a file, or --name with the name of a loaded program' attach --hook nf_pre
for o in '--time-limit 1ms' '--memory-limit 1M' '--total-limit 1M' '--deny a' --replace; do
	# shellcheck disable=SC2086 # a list of words
	fails 2 '--time-limit, --memory-limit, --total-limit, --deny and --replace apply only when attach loads a file' \
		attach --hook nf_pre --name a $o
done
fails 2 '--again and --replace are mutually exclusive' \
	attach --again --replace --hook nf_pre "$handler"
fails 2 'unknown family "bridge": use inet, ip, ip6 or netdev' attach --hook nf_pre --family bridge "$handler"
fails 2 'unknown trap policy "pass": use accept, drop, detach or restart' \
	attach --hook nf_pre --on-trap pass "$handler"
for p in x Raw rawx; do
	fails 2 "unknown priority \"$p\": use a number, or raw, mangle, dstnat, filter, security or srcnat, with +N or -N" \
		attach --priority "$p" "$handler"
done
for p in raw5 raw+ raw-x 'raw + ' raw--5 raw+5x raw+99999999999; do
	fails 2 "--priority: invalid offset in \"$p\": use raw+N or raw-N" attach --priority "$p" "$handler"
done
fails 2 '--priority: invalid number "1x"' attach --hook nf_pre --priority 1x "$handler"
fails 2 '--priority: invalid number "2147483648"' attach --priority 2147483648 "$handler"
fails 1 "cannot open $tmp/none.wasm: No such file or directory" \
	attach --hook nf_pre --priority 08 "$tmp/none.wasm"
for t in 5 5m ms 0ms -1ms 1e30s 1.5.2ms; do
	fails 2 "--time-limit: invalid time \"$t\": use a number with s, ms, us or ns" \
		load "--time-limit=$t" "$handler"
done
for s in 1K 65535; do
	fails 2 "--memory-limit: \"$s\" is less than a page of WebAssembly: use at least 64K" \
		load --memory-limit "$s" "$handler"
done
fails 2 '--hook nf_ingress requires --dev' attach --hook nf_ingress "$handler"
for c in "test $handler" "invoke $guests nothing"; do
	# shellcheck disable=SC2086 # a list of words
	fails 2 '--memory-limit 8192M exceeds the maximum of 4096M' $c --memory-limit 8192M
done
for s in x 5T 0 -1 1e30; do
	fails 2 "--memory-limit: invalid size \"$s\": use bytes, or a number with K, M or G" \
		load "--memory-limit=$s" "$handler"
done
# shellcheck disable=SC2046 # a list of words
fails 2 'option --deny given more than 16 times' load $(printf -- '--deny=%s ' {1..17}) "$handler"

long=$(printf 'a%.0s' {1..64})
cp "$handler" "$tmp/two words.wasm"
fails 2 "cannot derive a program name from \"two words.wasm\": use --name" \
	load "$tmp/two words.wasm"
fails 2 "cannot derive a program name from \"-\": use --name" load -
fails 2 "cannot derive a program name from \"$long.wasm\": use --name" load "$long.wasm"
for n in 'a b' a/b "$long"; do
	fails 2 "invalid program name \"$n\": use at most 63 letters, digits, '_', '-' and '.'" \
		load --name "$n" "$handler"
done
for c in unload kill; do
	fails 2 "invalid program name \"a b\": use at most 63 letters, digits, '_', '-' and '.'" \
		"$c" 'a b'
done
fails 2 "detach requires exactly one of: an attachment ID, a program name, or --all" detach
fails 2 "detach requires exactly one of: an attachment ID, a program name, or --all" detach --all 1
fails 2 "detach requires exactly one of: an attachment ID, a program name, or --all" \
	detach --name a b
for args in '' '--all a'; do
	# shellcheck disable=SC2086 # words
	fails 2 'unload requires either a program name or --all' unload $args
done
fails 2 'unexpected argument "b": usage: kwasmctl unload NAME | --all' unload a b
fails 2 "--hook cannot be used with an attachment ID" detach --hook nf_pre --id 1
fails 2 '--id: invalid attachment ID "a"' detach --id a

# ---- files ----------------------------------------------------------------------------------

fails 1 "cannot open $tmp/none.wasm: No such file or directory" load "$tmp/none.wasm"
fails 1 "cannot open $tmp/none.wasm: No such file or directory" test "$tmp/none.wasm"
fails 1 "cannot read $tmp: Is a directory" test "$tmp"

# What a file is instead of a program: NAME, its bytes for printf, MESSAGE
while IFS='|' read -r name bytes is; do
	# shellcheck disable=SC2059 # the format is the bytes
	printf "$bytes" >"$tmp/$name"
	fails_in "$tmp/$name" "not a program: it $is" test "$tmp/$name"
	fails_in "$tmp/$name" "not a program: it $is" dump "$tmp/$name"
	fails_in "$tmp/$name" "not a program: it $is" invoke "$tmp/$name" add 1 2
done <<'ROWS'
text.wasm|#include <stdio.h>\n|is a text file
empty.wasm||is empty
gzip.wasm|\037\213\010|is compressed: decompress it first
xz.wasm|\3757zXZ\000|is compressed: decompress it first
zip.wasm|PK\003\004|is a zip archive: unpack it first
elf.wasm|\177ELF\002\001|is native code: compile for WebAssembly, as with clang --target=wasm32
ar.wasm|!<arch>\n|is an archive of object files: link it with wasm-ld
wat.wasm| ;; a comment\n(; another ;) ( module)|is the text format of WebAssembly: assemble it with wat2wasm
pcap.wasm|\324\303\262\241|is a capture: give it to kwasmctl test --pcap
ROWS
fails_in 'standard input' 'not a program: it is empty' dump -
fails_in /proc/version 'not a program: it is a text file' dump /proc/version
{
	echo 'a line'
	cat "$handler"
} >"$tmp/line.wasm"
is 'a program behind what was read of standard input' "$({
	read -r _
	"$ctl" dump -
} <"$tmp/line.wasm" 2>&1 | cksum)" "$("$ctl" dump "$handler" | cksum)"
printf '\1\2\3' >"$tmp/bytes.wasm"
fails_in "$tmp/bytes.wasm" 'byte 0x0: magic header not detected' test "$tmp/bytes.wasm"
is 'an error in JSON has its file and place' "$("$ctl" -j test "$tmp/bytes.wasm")" \
	"{\"error\":{\"message\":\"magic header not detected\",\"file\":\"$tmp/bytes.wasm\",\"byte\":0}}"
cp "$KWASM_BUILD/examples/obj/drop_icmp.o" "$tmp/app.o"
object='not a program: it is an object file: link it with wasm-ld'
fails_in "$tmp/app.o" "$object" test "$tmp/app.o"
fails_in "$tmp/app.o" "$object" invoke "$tmp/app.o" kwasm_packet

# ---- test -----------------------------------------------------------------------------------

for c in "test $handler" "attach $handler" 'attach --name a' 'detach a' 'detach --all'; do
	# shellcheck disable=SC2086 # a list of words
	fails 2 'unknown hook "nf_nope": use one of nf_pre, nf_in, nf_fwd, nf_out, nf_post, nf_ingress, nf_egress' \
		$c --hook nf_nope
done
for option in write write-dropped; do
	fails 2 "--$option requires --pcap" test "--$option" "$tmp/o" "$handler"
	fails 2 "--$option requires a file: standard output is used for the results" \
		test --pcap "$tmp/none.pcap" "--$option" - "$handler"
done
no_export='the module does not export a function named'
fails_in "$guests" "$no_export kwasm_packet: its packet handlers are deep (--entry selects one)" \
	test "$guests"
fails_in "$handler" "$no_export stoln: did you mean stolen?" test --entry stoln "$handler"
fails_in "$handler" "$no_export zzz: its packet handlers are kwasm_packet, accept, drop, queue, repeat, stolen, third, where and 5 more (--entry selects one)" \
	test --entry zzz "$handler"
fails_in "$handler" 'wrong_type is not a packet handler: it must have no parameters and return one i32' \
	test --entry wrong_type "$handler"
fails_in "$handler" 'no_result is not a packet handler: it must have no parameters and return one i32' \
	test --entry no_result "$handler"
"$ctl" test --pcap "$tmp/none.pcap" "$handler" >"$tmp/out" 2>"$tmp/err"
is 'no capture: status' "$?" 1
like 'no capture: message' "$(head -n 1 "$tmp/err")" \
	"^cannot read capture $tmp/none.pcap: .*No such file"
"$ctl" test --pcap "$tmp/text.wasm" "$handler" >"$tmp/out" 2>"$tmp/err"
is 'another file: status' "$?" 1
like 'another file: message' "$(cat "$tmp/err")" "^cannot read capture $tmp/text.wasm: "
fails 1 "cannot read capture $handler: unknown file format: it is a program" \
	test --pcap "$handler" "$handler"
link 105 >"$tmp/wlan.pcap"
gzip -k "$tmp/wlan.pcap"
fails 1 "cannot read capture $tmp/wlan.pcap.gz: unknown file format: it is compressed: decompress it first" \
	test --pcap "$tmp/wlan.pcap.gz" "$handler"
fails 1 "capture $tmp/wlan.pcap has unsupported link type IEEE802_11: use Ethernet, raw IP, Linux cooked or null" \
	test --pcap "$tmp/wlan.pcap" "$handler"
{
	link 1
	printf '\0\0\0\0\0\0\0\0\x40\0\0\0\x40\0\0\0short'
} >"$tmp/short.pcap"
"$ctl" test --pcap "$tmp/short.pcap" "$handler" >"$tmp/out" 2>"$tmp/err"
is 'a capture that ends early: status' "$?" 1
like 'a capture that ends early: message' "$(cat "$tmp/err")" \
	"^cannot read all of capture $tmp/short.pcap: "
link 1 >"$tmp/empty.pcap"
fails 1 "cannot write $tmp/none/out: No such file or directory" \
	test --pcap "$tmp/empty.pcap" --write "$tmp/none/out" "$handler"
"$ctl" test --pcap "$tmp/empty.pcap" --write /dev/full "$handler" >"$tmp/out" 2>"$tmp/err"
is 'an output that is full' "$? $(cat "$tmp/err")" '1 cannot write /dev/full: No space left on device'

# A standard stream that is closed is no place for what is opened next.
"$ctl" test --pcap "$tmp/empty.pcap" --write "$tmp/o" "$handler" 2>"$tmp/err" >&-
is 'standard output that is closed' "$? $(cat "$tmp/err")" \
	'1 cannot write to standard output: Bad file descriptor'
"$ctl" test --pcap - --write "$tmp/o" "$handler" <"$tmp/short.pcap" >/dev/null 2>&-
is 'standard error that is closed' "$?" 1
ok 'the output has no message' cmp "$tmp/o" "$tmp/empty.pcap"
"$ctl" dump - <&- >"$tmp/out" 2>"$tmp/err"
is 'standard input that is closed' "$? $(cat "$tmp/err")" \
	'1 cannot read standard input: Bad file descriptor'

# No input is overwritten, under any name, and no output is written twice.
cp "$tmp/empty.pcap" "$tmp/kept.pcap"
cp "$handler" "$tmp/kept.wasm"
ln -s kept.wasm "$tmp/symbolic.wasm"
ln -s kept.pcap "$tmp/symbolic.pcap"
ln "$tmp/kept.pcap" "$tmp/hard.pcap"
for name in kept symbolic hard; do
	for option in write write-dropped; do
		fails 1 "$tmp/$name.pcap is in use as $tmp/kept.pcap: choose another file for --$option" \
			test --pcap "$tmp/kept.pcap" "--$option" "$tmp/$name.pcap" "$handler"
	done
done
fails 1 "$tmp/symbolic.wasm is in use as $tmp/kept.wasm: choose another file for --write" \
	test --pcap "$tmp/kept.pcap" --write "$tmp/symbolic.wasm" "$tmp/kept.wasm"
fails 1 "$tmp/none.out is in use as $tmp/none.out: choose another file for --write-dropped" \
	test --pcap "$tmp/kept.pcap" --write "$tmp/none.out" --write-dropped "$tmp/none.out" "$handler"
# shellcheck disable=SC2094 # that is refused
"$ctl" test --pcap - --write "$tmp/kept.pcap" "$handler" <"$tmp/kept.pcap" >"$tmp/out" 2>&1
is 'the capture from standard input' "$? $(cat "$tmp/out")" \
	"1 $tmp/kept.pcap is in use as standard input: choose another file for --write"
# shellcheck disable=SC2094 # that is refused
for c in "dump $tmp/kept.wasm" 'dump -' "test --pcap $tmp/kept.pcap $tmp/kept.wasm"; do
	# shellcheck disable=SC2086 # a list of words
	"$ctl" $c <"$tmp/kept.wasm" >>"$tmp/kept.wasm" 2>"$tmp/err"
	like "kwasmctl $c that appends to its input" "$? $(cat "$tmp/err")" \
		'^1 standard output is .*, which is to be read$'
done
ok 'the inputs are unchanged' cmp "$tmp/kept.pcap" "$tmp/empty.pcap"
ok 'all of them' cmp "$tmp/kept.wasm" "$handler"

# ---- modules --------------------------------------------------------------------------------

wat() {
	wat2wasm --no-check -o "$tmp/$1.wasm" - <<<"$2"
}
wat import '(module (import "kwasm" "fly" (func)) (func (export "x")))'
fails_in "$tmp/import.wasm" 'function 0, byte 0x11: unknown import: no host function "kwasm" "fly"' \
	invoke "$tmp/import.wasm" x
wat type '(module (import "kwasm" "pkt_len" (func (param i32))) (func (export "x")))'
fails_in "$tmp/type.wasm" 'function 0, byte 0x15: incompatible import type: "kwasm" "pkt_len" is a function (-> i32), the module imports (i32 ->)' \
	invoke "$tmp/type.wasm" x
wat memory '(module (import "env" "memory" (memory 1)) (func (export "x")))'
fails_in "$tmp/memory.wasm" 'byte 0x11: unknown import: no memory "env" "memory": a program has a memory of its own: link without --import-memory' \
	invoke "$tmp/memory.wasm" x
# Likely causes: MODULE FIELD, then the hint
while IFS='|' read -r module field hint; do
	wat cause "(module (import \"$module\" \"$field\" (func)) (func (export \"x\")))"
	like "the cause of $module.$field" "$("$ctl" invoke "$tmp/cause.wasm" x 2>&1)" \
		"^$tmp/cause.wasm: function 0, byte 0x[0-9a-f]+: .*\"$field\"$hint\$"
done <<'ROWS'
wasi_snapshot_preview1|fd_write|: kwasm does not provide WASI: build without a C library .*
env|abort|: AssemblyScript imports it: compile with asc --use abort=
kwasm|pkt_le|: did you mean pkt_len, .*
env|printf|: the program declares the function, but does not define it
env|pkt_lenn|: the program declares the function, but does not define it: did you mean pkt_len.*
wbg|log|: its functions are JavaScript: build the program without them
elsewhere|f|
ROWS
# shellcheck disable=SC2016 # WebAssembly's dollars
wat2wasm --debug-names -o "$tmp/hidden.wasm" - <<<'(module (func $kwasm_packet (result i32) (i32.const 1)))'
fails_in "$tmp/hidden.wasm" 'the module defines function kwasm_packet, but does not export it' \
	test "$tmp/hidden.wasm"
wat bare '(module)'
fails_in "$tmp/bare.wasm" "$no_export kwasm_packet: it does not export any packet handlers, functions without parameters that return an i32" \
	test "$tmp/bare.wasm"
fails_in "$tmp/bare.wasm" "$no_export x: it does not export any functions" invoke "$tmp/bare.wasm" x
wat invalid '(module (func (export "x") (result i32) (i64.const 1)))'
fails_in "$tmp/invalid.wasm" 'function 0, byte 0x21: type mismatch: expected i32, got i64' invoke "$tmp/invalid.wasm" x
fails_in "$tmp/invalid.wasm" 'function 0, byte 0x21: type mismatch: expected i32, got i64' dump "$tmp/invalid.wasm"
wat simd '(module (func (export "x") (drop (v128.const i32x4 0 0 0 0))))'
fails_in "$tmp/simd.wasm" 'function 0, byte 0x1e: SIMD instruction v128.const is not supported' \
	invoke "$tmp/simd.wasm" x
# shellcheck disable=SC2016 # WebAssembly's dollars
wat start '(module (func $s unreachable) (start $s) (func (export "x")))'
fails_in "$tmp/start.wasm" 'the module trapped during instantiation: unreachable in function 0 at byte 0x22' \
	invoke "$tmp/start.wasm" x
# shellcheck disable=SC2016
wat loop '(module (func $s (loop (br 0))) (start $s) (func (export "x"))
	(func (export "kwasm_packet") (result i32) (i32.const 1)))'
looped='the module trapped during instantiation: time limit exceeded in function 0 at byte 0x36'
fails_in "$tmp/loop.wasm" "$looped" invoke --time-limit 20ms "$tmp/loop.wasm" x
fails_in "$tmp/loop.wasm" "$looped" invoke --time-limit 20us "$tmp/loop.wasm" x
fails_in "$tmp/loop.wasm" "$looped" test --time-limit 20ms "$tmp/loop.wasm"
fails_in "$tmp/loop.wasm" "$looped" test "$tmp/loop.wasm"
fails_in "$tmp/loop.wasm" "$looped" test --pcap "$tmp/empty.pcap" "$tmp/loop.wasm"
# No signal may be pending, so a timer cannot be created.
for args in "invoke --time-limit 1s $guests add 1 2" "test $handler"; do
	# shellcheck disable=SC2086 # a list of words
	is "no timer: kwasmctl $args" "$( (ulimit -i 0; "$ctl" $args) 2>&1; echo $?)" \
		$'cannot set a time limit: Resource temporarily unavailable\n1'
done
# A name with a terminal escape sequence
wat import_escape '(module (import "kwasm" "\1b[31m" (func)) (func (export "x")))'
fails_in "$tmp/import_escape.wasm" 'function 0, byte 0x11: unknown import: no host function "kwasm" "?[31m"' \
	invoke "$tmp/import_escape.wasm" x
wat data '(module (memory 1) (data (i32.const 65536) "x") (func (export "x")))'
fails_in "$tmp/data.wasm" 'the module trapped during instantiation: out of bounds memory access' \
	invoke "$tmp/data.wasm" x
wat large '(module (memory 100) (func (export "x")))'
fails_in "$tmp/large.wasm" 'cannot allocate a memory of 100 pages, the limit is 1' \
	invoke --memory-limit 64K "$tmp/large.wasm" x

# ---- invoke and dump ------------------------------------------------------------------------

fails_in "$guests" "$no_export sub: its functions are add, div, same64, same32, swap, nothing, spin, load and 6 more" \
	invoke "$guests" sub 1 2
fails_in "$guests" "$no_export dvi: did you mean div?" invoke "$guests" dvi 1 2
example=$KWASM_BUILD/examples/drop_icmp.wasm
like 'a handler without a packet' "$("$ctl" invoke "$example" kwasm_packet 2>&1)" \
	'^trap: host function failed in function .*: it needs a packet: run a packet handler with kwasmctl test --pcap$'
is 'a trap in JSON is one document' "$("$ctl" -j invoke "$guests" div 1 0 2>"$tmp/err" |
	jq -c '[.trap.kind, .error]'; cat "$tmp/err")" \
	'["div-zero",{"message":"trap: integer divide by zero in function 1 (div) at byte 0xd8","function":1,"byte":216}]'
fails 2 'add takes 2 arguments, not 1' invoke "$guests" add 1
fails 2 'same32 takes 1 argument, not 0' invoke "$guests" same32
for v in x 4294967296 -2147483649 0x 1.5 '' 1x 0x100000000; do
	fails 2 "argument 2 of add: invalid i32 \"$v\"" invoke "$guests" add 1 "$v"
done
fails 2 'argument 1 of same32: invalid i32 "-nan"' invoke "$guests" same32 -nan
fails 2 'unknown option "-i": see kwasmctl invoke --help' invoke -inf "$guests" same32
for v in 18446744073709551616 -9223372036854775809 0x1ffffffffffffffff; do
	fails 2 "argument 1 of same64: invalid i64 \"$v\"" invoke "$guests" same64 "$v"
done
fails 2 'argument 1 of null: invalid externref "1"' invoke "$guests" null 1
fails 2 "--memory-limit and --limit cannot be used with --kernel: the parameters of module kwasm apply" \
	invoke --kernel --memory-limit 1M "$guests" nothing
fails 2 '--limit: unknown limit "max_local": did you mean max_locals?' \
	test --limit max_local=3 "$guests"
fails 2 '--limit: invalid number in "max_locals=many": use max_locals=N, N up to 4294967295' \
	test --limit max_locals=many "$guests"
fails 1 "$guests: module too large: 400 bytes, the limit max_module_bytes is 20" \
	test --limit max_module_bytes=20 "$guests"
fails 1 "$guests: byte 0x0: the module's contents need too much memory: the limit max_decode_bytes is 100" \
	dump --limit max_decode_bytes=100 "$guests"
fails 1 "$guests: function 0: compiling the function needs too much memory: the limit max_compile_bytes is 1" \
	invoke --limit max_compile_bytes=1 "$guests" nothing
fails 2 '--kernel requires a file, not standard input' invoke --kernel - nothing
fails 1 'trap: integer divide by zero in function 1 (div) at byte 0xd8' invoke "$guests" div 1 0
fails 1 'trap: integer overflow in function 1 (div) at byte 0xd8' \
	invoke "$guests" div -2147483648 -1
fails 1 'trap: out of bounds memory access in function 7 (load) at byte 0xfa' \
	invoke "$guests" load 65529
fails 1 'trap: out of bounds memory access in function 7 (load) at byte 0xfa' \
	invoke "$guests" load -1
fails 1 'trap: time limit exceeded in function 6 (spin) at byte 0xf0' \
	invoke --time-limit 20ms "$guests" spin

fails 2 '--wasm, --ir and --asm are mutually exclusive' dump --asm --wasm "$guests"
"$ctl" dump --ir nope "$guests" >"$tmp/out" 2>"$tmp/err"
is 'an unknown pass: status' "$?" 2
like 'an unknown pass: message' "$(cat "$tmp/err")" '^unknown pass "nope": use one of all build .*emit$'
fails_in "$guests" 'unknown function 99: use an index below 14 or a name' dump --func 99 "$guests"
fails_in "$guests" 'unknown function nope: use an index below 14 or a name' \
	dump --asm --func nope "$guests"
fails 1 'function 0 is imported and has no code' dump --func 0 "$handler"
fails 1 'nope is not a file: a loaded program supports only --asm' dump --ir all nope

# Without objdump, the message says how to get it.
mkdir "$tmp/bin"
(PATH=$tmp/bin "$ctl" dump --asm "$guests") >"$tmp/out" 2>"$tmp/err"
is 'no objdump' "$? $(cat "$tmp/err")" '1 objdump not found: install binutils'

# Results that cannot be written are a failure.
"$ctl" dump "$guests" 2>"$tmp/err" >/dev/full
is 'a full disk' "$? $(cat "$tmp/err")" \
	'1 cannot write to standard output: No space left on device'
for option in -h -V help 'list -h'; do
	# shellcheck disable=SC2086 # a list of words
	"$ctl" $option 2>"$tmp/err" >/dev/full
	is "a full disk: $option" "$? $(cat "$tmp/err")" \
		'1 cannot write to standard output: No space left on device'
done

# ---- requests -------------------------------------------------------------------------------

# A request is not sent without an attribute that does not fit.
huge=$(printf '%05000d' 0)
fails 1 'deny is too long for a request' load --deny "$huge" "$handler"
fails 2 "unknown hook \"$huge\": use one of nf_pre, nf_in, nf_fwd, nf_out, nf_post, nf_ingress, nf_egress" \
	attach --hook "$huge" "$handler"
fails 1 "entry is too long for a request" attach --hook nf_pre --entry "$huge" "$handler"
fails 1 'name is too long for a request' show "$huge"
fails 1 'name is too long for a request' log "$huge"
# shellcheck disable=SC2046 # a list of words
fails 1 'deny is too long for a request' \
	load $(printf -- "--deny=%.400s$huge " {1..16} | sed 's/0\{4000\}//g') "$handler"

# ---- the module -----------------------------------------------------------------------------

fails 1 'unknown network namespace "no-such-ns": see ip netns list' -n no-such-ns list
fails 1 'unknown network namespace "no-such-ns": see ip netns list' version -n no-such-ns
fails 1 "cannot enter network namespace \"$handler\": Invalid argument" -n "$handler" list
mkdir -m 700 "$tmp/closed"
chmod 755 "$tmp"
cp "$ctl" "$tmp/bin/kwasmctl"
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	is 'a namespace that may not be opened' \
		"$(setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set=-all \
			"$tmp/bin/kwasmctl" -n "$tmp/closed/ns" list 2>&1)" \
		"cannot enter network namespace \"$tmp/closed/ns\": Permission denied"
else
	skip 'a namespace that may not be opened' 'this needs root and setpriv'
fi
# absence.t has the causes; which one it is here, this machine decides.
if absent=$("$ctl" list 2>&1); then
	skip 'without the module' 'it is loaded'
else
	like 'without the module its absence is explained' "$absent" '^module kwasm [^"\\]+$'
	for c in list show 'show a' stats 'stats a' log 'log a' events 'unload a' 'kill a' 'detach 1' \
		'detach a' 'detach --all' 'dump a' "load $handler" "replace a $handler" \
		"attach --hook nf_pre $handler" 'attach --hook nf_pre --name a' \
		"invoke --kernel $guests nothing"; do
		# shellcheck disable=SC2086 # a list of words
		fails 1 "$absent" $c
	done
	fails 1 "$absent" -- list
	fails 1 "{\"error\":{\"message\":\"$absent\"}}" -j list
	is 'indented' "$("$ctl" -p show | jq -r .error.message)" "$absent"
	deep=$tmp/$long$long/$long$long/$long$long
	mkdir -p "$deep"
	ln -s /proc/self/ns/net "$deep/ns"
	if unshare -n true 2>/dev/null; then
		fails 1 "$absent" -n "$deep/ns" list
	else
		skip 'a namespace at the end of a long path' 'namespaces may not be entered'
	fi
	is 'version reports it without failing' "$("$ctl" version | tail -n 1)" 'module   not loaded'
fi
done_testing
