#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: 6.1 6.12
# The tool with the module: the effects, output and errors of each command.
#
#	this namespace, loopback only; a second one, other
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../../lib.sh"
here=$KWASM_BUILD/guest/tools
handler=$here/handler.wasm
guests=$here/guests.wasm
tmp=$(mktemp -d)

# does TEXT ARG...: success with this output
does() {
	local status=0

	kwasmctl "${@:2}" >"$tmp/out" 2>&1 || status=$?
	is "kwasmctl ${*:2}" "$status: $(cat "$tmp/out")" "0: $1"
}

# fails TEXT ARG...: status 1 and this message
fails() {
	local status=0

	kwasmctl "${@:2}" >"$tmp/out" 2>&1 || status=$?
	is "kwasmctl ${*:2}" "$status: $(cat "$tmp/out")" "1: $1"
}

# json FILTER TEXT ARG...: result of the jq filter on its JSON
json() {
	is "kwasmctl -j ${*:3}: $1" "$(kwasmctl -j "${@:3}" 2>&1 | jq -cer "$1" 2>&1)" "$2"
}

ip link set lo up

# ---- without and with the module ------------------------------------------------------------

ok 'a command loads the module automatically' kwasmctl list
ok 'it is there' grep -q '^kwasm ' /proc/modules
ok 'and can be removed' rmmod kwasm
echo /nonexistent >/proc/sys/kernel/modprobe
fails 'module kwasm is not loaded: run modprobe kwasm' list
is 'version reports it without failing' "$(kwasmctl version | tail -n 1)" 'module   not loaded'
echo /sbin/modprobe >/proc/sys/kernel/modprobe
ok 'the module can be loaded' modprobe kwasm
json '[.programs, .attachments, (.module | type)] | join(" ")' '0 0 string' version
modules=/lib/modules/$(uname -r)/extra
mv "$modules/kwasm_netfilter.ko" /tmp/
depmod
like 'a hook whose module is not installed' "$(kwasmctl attach --hook nf_pre "$handler" 2>&1)" \
	'^no hook nf_pre: module kwasm_netfilter is not installed for this kernel, '
mv /tmp/kwasm_netfilter.ko "$modules/"
depmod
does '' list
does '' show
json length 0 list
json length 0 show

# ---- load, attach ---------------------------------------------------------------------------

like load "$(kwasmctl load "$handler")" '^program handler, id [0-9]+, [0-9]+ bytes of code in [0-9.]+[mun]?s$'
fails 'program handler is already loaded: use replace to change it' load "$handler"
does 'attachment 1: program handler at nf_out inet priority 0' attach --hook nf_out --name handler
json '.[0].hooks[0]' nf_out list
json '.[0].attachments[0] | [.hook, .family, .priority, .entry, .on_trap, .state] | join(" ")' \
	'nf_out inet 0 kwasm_packet accept active' show handler
json '[.[0].imports[] | .module + "." + .name] | index("kwasm.pkt_len")' 0 show
json '[.[0].exports[] | .name] | index("kwasm_packet") != null' true show
is 'the digest is the file'"'"'s' "$(kwasmctl -j show handler | jq -r '.[0].sha256')" \
	"$(sha256sum <"$handler" | cut -d' ' -f1)"
like 'since when' "$(kwasmctl show handler)" \
	'attachment 1 at nf_out .*: active since 20[0-9-]+ [0-9:]+ \([0-9.]+[mun]?s ago\)'
ping -c 3 -i 0.1 127.0.0.1 >/dev/null
json '.[0].accepted >= 6' true stats
json '.[0] | .packets == .accepted and .traps == 0' true stats handler
fails 'program nope is not loaded' stats nope
fails 'program nope is not loaded' show nope
fails 'program nope is not loaded' log nope
fails 'program nope is not loaded' unload nope
fails 'program nope is not loaded' kill nope
fails 'program nope is not loaded' attach --hook nf_pre --name nope
fails 'program nope is not loaded' replace nope "$handler"
fails 'program handler does not export a function named stoln: did you mean stolen?' \
	attach --hook nf_pre --name handler --entry stoln
like 'the functions of a loaded program' \
	"$(kwasmctl attach --hook nf_pre --name handler --entry zzz 2>&1)" \
	'^program handler does not export a function named zzz: its functions are kwasm_packet, .* more$'
fails 'program handler is in use: detach it first (attachments: 1)' unload handler
is 'an unknown hook' "$(kwasmctl attach --hook nf_nope --name handler 2>&1; echo $?)" \
	$'unknown hook "nf_nope": use one of nf_pre, nf_in, nf_fwd, nf_out, nf_post, nf_ingress, nf_egress\n2'
for c in 'detach handler' 'detach --all' "attach $handler"; do
	# shellcheck disable=SC2086 # a list of words
	is "the same of kwasmctl $c" "$(kwasmctl $c --hook nf_nope 2>&1; echo $?)" \
		$'unknown hook "nf_nope": use one of nf_pre, nf_in, nf_fwd, nf_out, nf_post, nf_ingress, nf_egress\n2'
done
fails 'unknown attachment 99' detach 99
fails 'program nope is not attached' detach nope
fails 'program handler is not attached at nf_in' detach handler --hook nf_in
does '' detach 1
does '' unload handler

# JSON of commands without text output, and priorities with a leading zero
kwasmctl load "$handler" >/dev/null
json '[.hook, .priority] | join(" ")' 'nf_in 10' attach --hook nf_in --priority 010 --name handler
json '.ids == [2]' true detach --all
json .priority 16 attach --hook nf_in --priority 0x10 --name handler
json . '{"id":3}' detach 3
json . '{"name":"handler"}' unload handler
kwasmctl load "$handler" >/dev/null
json . '{"name":"handler"}' kill handler
is 'a load in text and JSON has the same bytes of code' \
	"$(kwasmctl load --name a "$handler" | sed 's/.*, \([0-9]*\) bytes of code.*/\1/')" \
	"$(kwasmctl -j load --name b "$handler" | jq .code_bytes)"
does '' unload a
does '' unload b

fails 'invalid device name "a/b"' attach --hook nf_out --dev a/b "$handler"

# All options at once, and one step
does 'attachment 4: program x at nf_out ip dev lo priority -7' attach --hook nf_out --name x --family ip \
	--priority -7 --dev lo --entry accept --on-trap restart --time-limit 2ms \
	--memory-limit 1M "$handler"
json '.[0] | [.linked, .time_limit_ns, .memory_limit] | join(" ")' 'true 2000000 1048576' show x
json '.[0].attachments[0] | [.dev, .family, .priority, .entry, .on_trap] | join(" ")' \
	'lo ip -7 accept restart' show x
does '' detach x
does '' list
like 'a denied import' "$(kwasmctl load --deny 'kwasm.pkt_*' "$handler" 2>&1)" \
	': byte 0x[0-9a-f]+: import kwasm.pkt_len is denied by pattern "kwasm.pkt_\*"$'
like 'an entry of another type' \
	"$(kwasmctl attach --hook nf_pre --entry wrong_type "$handler" 2>&1)" 'wrong_type'
does '' list
is 'a module from a pipe' "$(kwasmctl load --name piped - < <(cat "$handler") | cut -d, -f1)" \
	'program piped'
does '' unload piped
printf 'GIF89a' >"$tmp/gif.wasm"
for c in load 'attach --hook nf_in' 'replace handler' test; do
	# shellcheck disable=SC2086 # a list of words
	fails "$tmp/gif.wasm: not a program: it is a text file" $c "$tmp/gif.wasm"
done
is 'an error in JSON has its place' "$(kwasmctl -j load --deny 'kwasm.*' "$handler" |
	jq -c '.error | [.file, (.byte | type)]')" "[\"$handler\",\"number\"]"
fails "$handler: the module does not export a function named stoln: did you mean stolen?" \
	attach --hook nf_in --entry stoln "$handler"

# ---- traps ----------------------------------------------------------------------------------

kwasmctl attach --hook nf_out --name t --entry unreachable "$handler" >/dev/null
ping -c 2 -i 0.1 127.0.0.1 >/dev/null
json '.[0].attachments[0].last_trap | [.kind, .function_name] | join(" ")' 'unreachable crash' show t
json '.[0].attachments[0].stats | .traps > 0 and .traps == .traps_by_kind.unreachable' true show t
like 'a trap in text' "$(kwasmctl show t)" \
	'last trap: unreachable in function [0-9]+ \(crash\) at byte 0x[0-9a-f]+'
like 'what the policy did in text' "$(kwasmctl show t)" \
	$'\n    traps ([0-9]+) \\(unreachable [0-9]+\\), accepted by policy [1-9]'
json '.[0] | .traps == .accepted_by_policy and .packets == .traps and .on_trap == "accept"' true stats t
like 'and in the table' "$(kwasmctl stats t)" ' [1-9][0-9]* accept  '
# a capture without packets
printf '\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\xff\xff\0\0\x65\0\0\0' >"$tmp/none.pcap"
is 'test, show and stats have the same counters' "$(kwasmctl -j test --pcap "$tmp/none.pcap" "$handler" |
	jq -c --argjson show "$(kwasmctl -j show t)" --argjson stats "$(kwasmctl -j stats t)" '
		($show[0].attachments[0].stats | keys) as $want |
		[$want - keys, $want - ($stats[0] | keys)]')" '[[],[]]'
kwasmctl attach --hook nf_out --name lines "$here/source_line.wasm" >/dev/null
ping -c 1 127.0.0.1 >/dev/null
at=tests/tools/source_line.c:$(grep -n '/\* inlined \*/' "$KWASM_SRC/tests/tools/source_line.c" | cut -d: -f1)
like 'with the module a trap has its source line' \
	"$(kwasmctl show --module "$here/source_line.wasm" lines)" \
	"last trap: unreachable in function [0-9]+ .*, $at\$"
json '.[0].attachments[0].last_trap | "\(.file):\(.line)"' "$at" \
	show --module "$here/source_line.wasm" lines
json '.[0].attachments[0].last_trap | has("file")' false show lines
fails "$handler: program lines was not loaded from it: its sha256 differs" \
	show --module "$handler" lines
kwasmctl detach lines >/dev/null
kwasmctl attach --hook nf_out --name odd --entry stolen "$handler" >/dev/null
ping -c 1 127.0.0.1 >/dev/null
json '.[0].attachments[0].last_trap | [.kind, .value] | join(" ")' 'bad-verdict 2' show odd
like 'a bad verdict in text' "$(kwasmctl show odd)" 'last trap: handler returned an unknown verdict: 2'
ok 'and in the log' grep -q 'program odd at nf_out trapped: handler returned an unknown verdict: 2' \
	<(dmesg)
kwasmctl detach odd >/dev/null
is 'the place is the same as in user space' \
	"$(kwasmctl -j show t | jq -c '.[0].attachments[0].last_trap | [.function, .offset]')" \
	"$(kwasmctl -j dump --wasm --func crash "$handler" |
		jq -c '[.[0].function, .[0].instructions[0].offset]')"

# ---- replace, kill, events, log -------------------------------------------------------------

kwasmctl -j events >"$tmp/events" 2>&1 &
events=$!
# Subscribed once an event arrives.
heard() {
	kwasmctl load --name probe "$guests" && kwasmctl unload probe && grep -q probe "$tmp/events"
}
ok 'events arrive' await 10 heard
digest=$(kwasmctl -j show t | jq '.[0].sha256')
fails "$guests: the module does not export a function named unreachable: its packet handlers are deep (to run another one, detach the program and attach it with --entry)" \
	replace t "$guests"
json '.[0].sha256' "${digest//\"/}" show t
like replace "$(kwasmctl replace t "$handler" --time-limit 2ms)" '^program t, id [0-9]+, '
json '.[0] | [.time_limit_ns, (.attachments | length)] | join(" ")' '2000000 1' show t
kwasmctl attach --hook nf_in --name l --entry logs "$handler" >/dev/null
ping -c 2 -i 0.1 127.0.0.1 >/dev/null
json '[.[] | .name + " " + .text] | unique | join(",")' 'l seen.' log
json '[.[] | .number] | . == (sort)' true log l
like 'a line of the log in text' "$(kwasmctl log l | head -n 1)" \
	'^20[0-9T:.+-]+ l\[[0-9]+\] seen\.$'
# follow NAME: write its log to $tmp/follow while it is loaded
follow() {
	kwasmctl -j log -f "$1" >"$tmp/follow" 2>"$tmp/follow.err" &
	follow=$!
}
follow l
ok 'log -f starts with the existing lines' await 5 grep -q seen "$tmp/follow"
lines=$(wc -l <"$tmp/follow")
ping -c 1 127.0.0.1 >/dev/null
more() { [ "$(wc -l <"$tmp/follow")" -gt "$lines" ]; }
ok 'and continues' await 5 more
is 'each line once' "$(jq -c .number "$tmp/follow" | sort | uniq -d | wc -l)" 0
is 'in order' "$(jq -sc 'map(.number) | . == [range(length)]' "$tmp/follow")" true
like 'the logging program is replaced' "$(kwasmctl replace l "$handler")" '^program l, id '
ping -c 1 127.0.0.1 >/dev/null
again() { [ "$(jq -c 'select(.number == 0)' "$tmp/follow" | wc -l)" = 2 ]; }
ok 'log -f has the first line of the new one' await 5 again
is 'each of its lines once' "$(jq -c '[.number, .time]' "$tmp/follow" | sort | uniq -d | wc -l)" 0
does '' kill l
gone() { ! kill -0 "$follow"; }
ok 'log -f ends with its program' await 5 gone
gone || kill "$follow"
wait "$follow"
is 'and reports it, with success' "$? $(cat "$tmp/follow.err")" '0 program l was unloaded'
kwasmctl attach --hook nf_in --name m --entry logs "$handler" >/dev/null
ping -c 1 127.0.0.1 >/dev/null
follow m
ok 'another log' await 5 grep -q seen "$tmp/follow"
json '[.name, .hook] | join(" ")' 'm nf_in' detach --name m --hook nf_in
ok 'ends when its program is unloaded' await 5 gone
gone || kill "$follow"
wait "$follow"
is 'also with success' "$? $(cat "$tmp/follow.err")" '0 program m was unloaded'
kwasmctl attach --hook nf_out --name d --entry unreachable --on-trap detach "$handler" >/dev/null
ping -c 1 127.0.0.1 >/dev/null
does '' kill t
fails 'program t is not loaded' kill t
ended() { jq -e 'select(.event == "kill" and .name == "t")' "$tmp/events"; }
ok 'events of a kill' await 5 ended
for e in load unload attach kill trap replace detach log; do
	ok "an event: $e" await 5 jq -se "any(.[]; .event == \"$e\")" "$tmp/events"
done
is 'the event of a trap has its kind' "$(jq -r 'select(.event == "trap") | .name + " " + .trap.kind' \
	"$tmp/events" | head -n 1)" 'd unreachable'
is 'the event of a log line has its text' \
	"$(jq -r 'select(.event == "log") | .name + " " + .text' "$tmp/events" | sort -u | head -n 1)" \
	'l seen.'
kill "$events"
does '' kill d

# A stopped reader with a small buffer loses events, is notified and continues.
room=$(cat /proc/sys/net/core/rmem_max)
echo 4096 >/proc/sys/net/core/rmem_max
kwasmctl -j events >"$tmp/events" 2>"$tmp/events.err" &
events=$!
ok 'events arrive in a small buffer' await 10 heard
echo "$room" >/proc/sys/net/core/rmem_max
kill -STOP "$events"
for ((i = 0; i < 8; i++)); do
	kwasmctl load --name "lost$i" "$guests" >/dev/null
	kwasmctl unload "lost$i"
done
kill -CONT "$events"
ok 'lost events are reported' await 5 grep -qx \
	'events were lost: they arrived faster than they were read' "$tmp/events.err"
: >"$tmp/events"
ok 'and later events arrive' await 10 heard
kill "$events"
does '' list

# ---- dump, invoke ---------------------------------------------------------------------------

kwasmctl load "$guests" >/dev/null
fails 'guests is not a file: a loaded program supports only --asm' dump --ir all guests
fails 'objdump not found: install binutils' dump guests
fails 'program nope is not loaded' dump nope
does '' unload guests
does 3 invoke --kernel "$guests" add 1 2
does '-2 1' invoke --kernel "$guests" swap 1 -2
does '' invoke --kernel "$guests" nothing
like 'invoke --kernel --time' "$(kwasmctl invoke --kernel --time "$guests" add 1 2)" '^3 [0-9]+$'
fails 'trap: integer divide by zero in function 1 (div) at byte 0xd8' invoke --kernel "$guests" div 1 0
fails 'trap: out of bounds memory access in function 7 (load) at byte 0xfa' \
	invoke --kernel "$guests" load -1
fails 'trap: time limit exceeded in function 6 (spin) at byte 0xf0' \
	invoke --kernel --time-limit 1ms "$guests" spin
json '.results[0].value' 3 invoke --kernel "$guests" add 1 2
is 'a module from a pipe, which can be read once' \
	"$(kwasmctl invoke --kernel <(cat "$guests") add 1 2 2>&1)" 3

# ---- namespaces and privilege ---------------------------------------------------------------

ip netns add other
does 'attachment '"$(($(kwasmctl -j attach --hook nf_in "$handler" | jq .id) + 1))"': program handler at nf_in inet priority 0' \
	-n other attach --hook nf_in "$handler"
json length 1 -n other list
json length 1 list
does '' -n other detach --all
does '' -n other list
json length 1 list
does '' detach --all
does '' list
fails 'unknown network namespace "third": see ip netns list' -n third list
chmod 755 "$tmp"
# As nobody: neither loading nor reading is permitted.
nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set=-all "$@"; }
if command -v setpriv >/dev/null; then
	is 'without privilege' "$(nobody kwasmctl load "$handler" 2>&1; echo $?)" \
		$'operation not permitted: run as root or with CAP_NET_ADMIN\n1'
	is 'events without privilege' "$(nobody timeout 20 kwasmctl events 2>&1; echo $?)" \
		$'operation not permitted: run as root or with CAP_NET_ADMIN\n1'
	json '.module | type' string version
else
	skip 'without privilege' 'there is no setpriv'
fi
ok 'the modules are removed' rmmod kwasm_netfilter kwasm
done_testing
