#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: 6.1 6.12 timeout=900
# guest: 6.1 6.12 6.1-cloud 6.12-cloud 6.12-trixie 7.x 7.x-sid matrix timeout=900
# guest: 6.12 append=kwasm.fault_hook=N timeout=900
# In a guest: every trap, in a softirq (nf_pre), in a process (nf_out) and with `kwasmctl invoke
# --kernel`: the policy determines the verdict, and `kwasmctl show` reports trap, function and
# instruction as numbered by wasm-objdump.
#
#	this namespace                      namespace peer
#	to-peer  192.0.2.1/24     ------    eth0  192.0.2.2/24
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tests/net/net.sh
. "${0%/*}/net.sh"

# file entry trap instruction; "-" if the trap has no place, "*" for any
traps='
trap_unreachable	kwasm_packet	unreachable	unreachable
trap_divide		kwasm_packet	div-zero	i32.div_u
trap_overflow		kwasm_packet	int-overflow	i32.div_s
trap_load		kwasm_packet	memory		i32.load8_u
trap_store		kwasm_packet	memory		i32.store8
trap_fill		kwasm_packet	memory		memory.fill
trap_call_null		kwasm_packet	call-null	call_indirect
trap_call_type		kwasm_packet	call-type	call_indirect
trap_call_undefined	kwasm_packet	call-undefined	call_indirect
trap_stack		kwasm_packet	stack		*
trap_time		kwasm_packet	time		*
trap_verdict		kwasm_packet	bad-verdict	-'
bounds='
bounds	l8_near		memory	i32.load8_u
bounds	l8_far		memory	i32.load8_u
bounds	l32_edge	memory	i32.load
bounds	l32_far		memory	i32.load
bounds	l64_edge	memory	i64.load
bounds	l64_far		memory	i64.load
bounds	l64_base	memory	i64.load
bounds	s8_near		memory	i32.store8
bounds	s8_far		memory	i32.store8
bounds	s16_edge	memory	i32.store16
bounds	s32_far		memory	i32.store
bounds	s64_edge	memory	i64.store
bounds	s64_far		memory	i64.store
bulk	memory_fill	memory	memory.fill
bulk	memory_copy	memory	memory.copy
bulk	memory_init	memory	memory.init
bulk	table_get	table	table.get
bulk	table_set	table	table.set
bulk	table_fill	table	table.fill
bulk	table_copy	table	table.copy
bulk	table_init	table	table.init'

# packet_at HOOK: is a packet at HOOK answered?
packet_at() {
	case $1 in
	nf_pre) in_peer ping -n -q -c 1 -W 0.4 192.0.2.1 ;;
	nf_out) ping -n -q -c 1 -W 0.4 192.0.2.2 ;;
	esac
}

file_of() {
	if [ -e "$GUESTS/$1.wasm" ]; then
		echo "$GUESTS/$1.wasm"
	else
		echo "$EXAMPLES/$1.wasm"
	fi
}

# instruction_at FILE FUNCTION OFFSET: the instruction according to wasm-objdump
instruction_at() {
	awk -v number="func[$2]" -v offset="$(printf '%06x:' "$3")" '
		$2 ~ /^func\[/ { inside = index($2, number) == 1 }
		inside && $1 == offset { sub(/.*\| */, ""); print $1 }' "$GUESTS/$1.dis"
}

# place FILE INSTRUCTION "TRAP FUNCTION OFFSET": is INSTRUCTION at the reported place?
place() {
	local trap func offset

	read -r trap func offset <<<"$3"
	case $2 in
	-) [ "$func$offset" = -- ] ;;
	\*) [ -n "$(instruction_at "$1" "$func" "$offset")" ] ;;
	*) [ "$(instruction_at "$1" "$func" "$offset")" = "$2" ] ;;
	esac
}

# trapped FILE TRAP INSTRUCTION "TRAP FUNCTION OFFSET"
trapped() {
	printf 'want %s at %s, got %s\n' "$2" "$3" "$4"
	[ "${4%% *}" = "$2" ] && place "$1" "$3" "$4"
}

# where_trapped JSON: "TRAP FUNCTION OFFSET" of the last trap in it; "-" for missing parts
where_trapped() {
	local trap=${1##*trap\":\{} kind func offset

	trap=${trap%%\}*}
	kind=$(json_values kind "$trap")
	func=$(json_values function "$trap")
	offset=$(json_values offset "$trap")
	echo "$kind ${func:--} ${offset:--}"
}

# as_policy_says POLICY VERDICT STATE TRAPS PACKETS ACCEPTED DROPPED: the last two by policy
as_policy_says() {
	printf 'policy %s: verdict %s, state %s, %s traps of %s packets, by policy %s and %s\n' "$@"
	if [ "$1" = drop ]; then
		[ "$6,$7" = "0,$4" ] || return
	else
		[ "$6,$7" = "$4,0" ] || return
	fi
	case $1,$2,$3 in
	accept,accept,active | drop,drop,active) [ "$4" -ge 1 ] && [ "$4" = "$5" ] ;;
	detach,accept,detached | restart,accept,backoff | restart,accept,active) [ "$4" -ge 1 ] ;;
	*) false ;;
	esac
}

# meets HOOK POLICY FILE ENTRY TRAP INSTRUCTION: one packet traps; check all consequences
meets() {
	local verdict=drop json limit=()

	if [ "$5" = time ]; then
		limit=(--time-limit 1ms)
	fi
	attach --hook "$1" --family ip --entry "$4" --on-trap "$2" --name it "${limit[@]}" \
		"$(file_of "$3")" || return
	if packet_at "$1" >/dev/null 2>&1; then
		verdict=accept
	fi
	json=$(kwasmctl -j show it)
	kwasmctl detach it &&
		trapped "$3" "$5" "$6" "$(where_trapped "$json")" &&
		as_policy_says "$2" "$verdict" "$(json_values state "$json")" \
			"$(json_values traps "$json")" "$(json_values packets "$json")" \
			"$(json_values accepted_by_policy "$json")" \
			"$(json_values dropped_by_policy "$json")"
}

# known: standard input without what the kernel cannot know: addresses without the fault hook
known() {
	if [ "$(cat /sys/module/kwasm/parameters/fault_hook)" = Y ]; then
		cat
	else
		sed 's/"address":[0-9]*/"address":0/'
	fi
}

# invoked FILE ENTRY TRAP INSTRUCTION: in the kernel as in user space
invoked() {
	local file where

	file=$(file_of "$1")
	if [ "$4" = - ]; then
		return	# a wrong verdict is none to invoke
	fi
	kwasmctl -j invoke --kernel --time-limit 20ms "$file" "$2" >/tmp/kernel 2>/dev/null
	is "$1 $2 invoked: a failure" $? 1
	where=$(where_trapped "$(cat /tmp/kernel)")
	ok "$1 $2 invoked: the trap" trapped "$1" "$3" "$4" "$where"
	if [ "$4" != '*' ]; then
		is "$1 $2 invoked: as in user space" "$(cat /tmp/kernel)" \
			"$(kwasmctl -j invoke "$file" "$2" 2>/dev/null | known)"
	fi
}

# Only one trap depends on time: an emulated CPU may stall for long.
modprobe kwasm time_limit_us=20000
modprobe kwasm_netfilter
steady_hooks
net_peer
ping -n -q -c 1 192.0.2.2 >/dev/null

while read -r file entry trap instruction; do
	[ -n "$file" ] || continue
	for where in 'nf_pre accept' 'nf_pre drop' 'nf_pre detach' 'nf_pre restart' \
		'nf_out accept' 'nf_out drop'; do
		# shellcheck disable=SC2086 # two words
		ok "$file, $where" meets $where "$file" "$entry" "$trap" "$instruction"
	done
	invoked "$file" "$entry" "$trap" "$instruction"
done <<<"$traps"

while read -r file entry trap instruction; do
	[ -n "$file" ] || continue
	ok "$entry, nf_pre" meets nf_pre accept "$file" "$entry" "$trap" "$instruction"
	invoked "$file" "$entry" "$trap" "$instruction"
done <<<"$bounds"

# A policy does not depend on the trap: test the rest in process context with one.
for where in 'nf_out detach' 'nf_out restart'; do
	# shellcheck disable=SC2086 # two words
	ok "trap_divide, $where" meets $where trap_divide kwasm_packet div-zero i32.div_u
done

# The last valid bytes, the longest valid ranges.
for entry in bounds:in8 bounds:in64 bulk:fits; do
	file=$GUESTS/${entry%:*}.wasm
	entry=${entry#*:}
	is "$entry invoked: no trap" "$(kwasmctl invoke --kernel "$file" "$entry")" 1
	attach --hook nf_pre --family ip --entry "$entry" --on-trap drop --name it "$file"
	ok "$entry at nf_pre: passes" packet_at nf_pre
	is "$entry at nf_pre: no trap" "$(counter it traps)" 0
	kwasmctl detach it
done

# ---- policies over more than one packet --------------------------------------------------------

attach --hook nf_pre --family ip --on-trap detach --name it "$EXAMPLES/trap_divide.wasm"
ok 'detach: the first packet is accepted' packet_at nf_pre
ok 'so does the second' packet_at nf_pre
is 'without running the handler' "$(counter it packets)" 1
ok 'the program can still be shown' kwasmctl show it
ok 'and can be replaced' kwasmctl replace it "$GUESTS/drop.wasm"
not_ok 'which makes it active again' packet_at nf_pre
kwasmctl detach it

attach --hook nf_pre --family ip --on-trap restart --name it "$EXAMPLES/trap_divide.wasm"
restarts_are() { [ "$(counter it restarts)" = "$1" ]; }
for n in 1 2 3; do
	ok "restart: packet $n passes" packet_at nf_pre
	is 'and traps' "$(counter it traps)" $n
	ok 'the handler is restarted' await 10 restarts_are $n
	ok 'and is active' await 10 state_is it active
done
kwasmctl detach it

# A fresh instance starts with the module's memory, not with that of the trap.
attach --hook nf_pre --family ip --on-trap restart --name it "$GUESTS/third.wasm"
# One processor, one instance.
one_cpu() {
	in_peer taskset 1 ping -n -q -c 1 -W 1 192.0.2.1
}
for n in 1 2; do
	one_cpu >/dev/null
done
is 'its memory counts packets' "$(logged it | tail -n 1)" count=2
ok 'the third traps and is accepted' one_cpu
is 'once' "$(counter it traps)" 1
ok 'it is restarted' await 10 restarts_are 1
ok 'the next packet is accepted' one_cpu
is 'and is the first' "$(logged it | tail -n 1)" count=1
kwasmctl detach it

ok 'nothing is left' nothing_left
ok 'the modules are removed' rmmod kwasm_netfilter kwasm
done_testing
