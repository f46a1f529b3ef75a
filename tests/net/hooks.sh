#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: 6.1 6.12 timeout=900
# guest: 7.x smp=1 timeout=900
# guest: 6.1 6.12 6.1-cloud 6.12-cloud 6.12-trixie matrix timeout=900
# guest: 7.x 7.x-sid smp=1 matrix timeout=900
# In a guest: the packets that handlers see at each hook, their order, and the effect of verdicts.
#
#	left                        this namespace                          right
#	eth0 192.0.2.2/24    ----   to-left 192.0.2.1/24
#	     2001:db8:1::2/64               2001:db8:1::1/64
#	                            to-right 198.51.100.1/24         ----   eth0 198.51.100.2/24
#	                                     2001:db8:2::1/64                    2001:db8:2::2/64
#
# 7.x has one processor: with two, QEMU's emulation may execute a place in the receive path that the
# kernel is patching for ping's time stamps ("Oops: int3", with no code of ours on the stack).
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tests/net/net.sh
. "${0%/*}/net.sh"

left() { ip netns exec left "$@"; }

# No handler here tests its time limit: an emulated CPU may stall for long.
modprobe kwasm time_scale=50 time_limit_us=20000
modprobe kwasm_netfilter
modprobe kwasm_testhost
steady_hooks
net_router
to_left=$(index to-left) to_right=$(index to-right)

# ---- each hook, each family ------------------------------------------------------------------

# sees HOOK WHO-AND-WHERE... : the log after an echo request of each family
#
# nf_pre nf_fwd nf_post see packets from left to right, nf_in those from left to here, nf_out those
# from this namespace to right; the mark is set on packets sent here.
send_past() {
	case $1 in
	nf_in) left ping -n -q -c 1 -W 2 192.0.2.1
		left ping -6 -n -q -c 1 -W 2 2001:db8:1::1 ;;
	nf_out) ping -n -q -c 1 -W 2 -m 77 198.51.100.2
		ping -6 -n -q -c 1 -W 2 -m 77 2001:db8:2::2 ;;
	*) left ping -n -q -c 1 -W 2 198.51.100.2
		left ping -6 -n -q -c 1 -W 2 2001:db8:2::2 ;;
	esac
}

number=0
for hook in nf_pre nf_in nf_fwd nf_out nf_post; do
	case $hook in
	nf_out) in=0 out=$to_right mark=77 ;;
	nf_pre | nf_in) in=$to_left out=0 mark=0 ;;
	*) in=$to_left out=$to_right mark=0 ;;
	esac
	v4="hook=$number family=2 protocol=2048 in=$in out=$out mark=$mark"
	v6="hook=$number family=10 protocol=34525 in=$in out=$out mark=$mark"
	for family in inet ip ip6; do
		ok "attach at $hook $family" attach --hook $hook --family $family \
			--name meta "$GUESTS/meta.wasm"
		ok "$hook $family: pings pass" send_past $hook
		case $family in
		inet) want="$v4
$v6" ;;
		ip) want=$v4 ;;
		ip6) want=$v6 ;;
		esac
		is "$hook $family: what the handler sees" "$(logged meta)" "$want"
		ok "detach from $hook $family" kwasmctl detach meta
	done
	number=$((number + 1))
done
ok 'a program is unloaded with its last attachment' nothing_left

# ---- every function of the ABI ---------------------------------------------------------------
# The list comes from the table: a function missing in calls.c or below fails.

declare -A want=(
	[pkt_len]=52 [pkt_hook]=1 [pkt_family]=2 [pkt_ifindex_in]=$to_left [pkt_ifindex_out]=0
	[pkt_mark]=0 [pkt_protocol]=2048 [pkt_u8]=$((0x45)) [pkt_be16]=52
	[pkt_be32]=$((0xc0000202)) [pkt_le16]=$((0x3400)) [pkt_le32]=$((0x020200c0))
	[pkt_read]=$((0xc0000201)) [log]=5
	['end pkt_u8']=-61 ['end pkt_be16']=-61 ['end pkt_be32']=-61 ['end pkt_le16']=-61
	['end pkt_le32']=-61 ['end pkt_read']=0 ['part pkt_read']=3
	['last pkt_u8']=$((0xab)) ['last pkt_be32']=$((0xabababab))
)
attach --hook nf_in --family ip --name calls "$GUESTS/calls.wasm"
left ping -n -q -c 1 -W 2 -s 24 -p ab 192.0.2.1 >/dev/null
while read -r function; do
	is "kwasm.$function" "$(logged calls | sed -n "s/^$function=//p")" "${want[$function]-}"
done < <(sed -n 's/^KWASM_CALL(\([a-z0-9_]*\),.*/\1/p' "$GUESTS/kwasm_abi.def")
for line in "${!want[@]}"; do
	case $line in
	*' '*) is "at the end: $line" "$(logged calls | sed -n "s/^$line=//p")" "${want[$line]}" ;;
	esac
done
like 'a line of text is logged unchanged' "$(logged calls)" $'(^|\n)hello($|\n)'
ok 'detach it' kwasmctl detach calls

# Fragments of a packet are outside the linear part of its buffer.
ethtool -K to-left gro on >/dev/null 2>&1
attach --hook nf_in --family ip --name calls "$GUESTS/calls.wasm"
left ping -n -q -c 1 -W 2 -s 4000 -p cd 192.0.2.1 >/dev/null
is 'a packet in several buffers: its length' "$(logged calls | sed -n 's/^pkt_len=//p')" 4028
is 'and its last bytes' "$(logged calls | sed -n 's/^last pkt_be32=//p')" $((0xcdcdcdcd))
is 'and its last byte' "$(logged calls | sed -n 's/^last pkt_u8=//p')" $((0xcd))
ok 'detach it' kwasmctl detach calls

# ---- order -----------------------------------------------------------------------------------

# Attached in another order than that of their priorities.
attach --hook nf_in --family ip --priority 10 --name last "$GUESTS/accept.wasm"
attach --hook nf_in --family ip --priority -10 --name first "$GUESTS/accept.wasm"
attach --hook nf_in --family ip --priority 0 --name middle "$GUESTS/drop.wasm"
left ping -n -q -c 3 -i 0.2 -W 1 192.0.2.1 >/dev/null
packets=$(counter first packets)
ok 'the lowest priority sees packets' test "$packets" -ge 3
is 'the middle one drops them' "$(counter middle dropped)" "$packets"
is 'and the last one does not see them' "$(counter last packets)" 0
ok 'without the middle one' kwasmctl detach middle
ok 'pings are answered' left ping -n -q -c 1 -W 1 192.0.2.1
is 'and the last one sees as many as the first' "$(counter last packets)" \
	$(($(counter first packets) - packets))
ok 'detach all' kwasmctl detach --all
ok 'nothing is left' nothing_left

# ---- one device ------------------------------------------------------------------------------

attach --hook nf_in --family ip --dev to-right --name right "$GUESTS/drop.wasm"
attach --hook nf_post --family ip --dev to-right --name post "$GUESTS/accept.wasm"
ok '--dev: packets of another device are accepted' left ping -n -q -c 1 -W 1 192.0.2.1
is 'and are not counted' "$(counter right packets)" 0
is 'also not at nf_post' "$(counter post packets)" 0
not_ok 'packets of that device are dropped' ip netns exec right ping -n -q -c 1 -W 1 198.51.100.1
ok 'and are counted' test "$(counter right dropped)" -ge 1
ok 'forwarded ones are accepted' left ping -n -q -c 1 -W 1 198.51.100.2
ok 'and leave through it' test "$(counter post packets)" -ge 1
kwasmctl detach --all

# ---- namespaces ------------------------------------------------------------------------------

attach -n left --hook nf_in --name theirs "$GUESTS/drop.wasm"
not_ok 'attached in left: left receives nothing' left ping -n -q -c 1 -W 1 192.0.2.1
ok 'this namespace receives from right' ping -n -q -c 1 -W 1 198.51.100.2
ok 'and sees no program' nothing_left
is 'left does' "$(json_values name "$(kwasmctl -j -n left list)")" theirs
not_ok 'this namespace cannot detach its program' kwasmctl detach theirs
ok 'the same name is free here' attach --hook nf_in --name theirs "$GUESTS/accept.wasm"
ok 'detach that' kwasmctl detach theirs
is 'left keeps its program' "$(json_values name "$(kwasmctl -j -n left list)")" theirs
ok 'detach it there' kwasmctl -n left detach theirs
ok 'left receives again' left ping -n -q -c 1 -W 1 192.0.2.1

ip netns add gone
ip -n gone link set lo up
attach -n gone --hook nf_in --name orphan "$GUESTS/accept.wasm"
symbols() { grep -c "kwasm_$1_" /proc/kallsyms; }
ok 'a program of a namespace that will be removed' test "$(symbols orphan)" -gt 0
ip netns delete gone
no_symbols() { ! grep -q "kwasm_$1_" /proc/kallsyms; }
ok 'is removed with it' await 20 no_symbols orphan
not_ok 'a namespace that does not exist' kwasmctl -n gone list

# ---- one program at several hooks -------------------------------------------------------------

ok 'load' kwasmctl load --name two "$GUESTS/accept.wasm"
attach --hook nf_in --name two
attach --hook nf_out --name two
attach --hook nf_in --priority 5 --entry drop_all --name two
is 'three attachments' "$(state two)" "active
active
active"
not_ok 'its other entry drops' left ping -n -q -c 1 -W 1 192.0.2.1
not_ok 'it cannot be unloaded' kwasmctl unload two
ok 'detach from one hook' kwasmctl detach two --hook nf_in
is 'one is left' "$(json_values hook "$(kwasmctl -j show two)")" nf_out
ok 'pings are answered' left ping -n -q -c 1 -W 1 192.0.2.1
ok 'detach from the other' kwasmctl detach two
ok 'a loaded program stays' kwasmctl show two
ok 'until it is unloaded' kwasmctl unload two
ok 'nothing is left' nothing_left

# ---- replace under traffic --------------------------------------------------------------------

attach --hook nf_in --family ip --name swap "$GUESTS/accept.wasm"
left ping -n -q -i 0.005 -c 400 -W 2 192.0.2.1 >/tmp/flood &
flood=$!
rounds=0
while kill -0 $flood 2>/dev/null; do
	kwasmctl replace swap "$GUESTS/meta.wasm" >/dev/null &&
		kwasmctl replace swap "$GUESTS/accept.wasm" >/dev/null && rounds=$((rounds + 1))
done
wait $flood
note "$rounds rounds of two replacements; $(grep transmitted /tmp/flood)"
ok 'replacements continued meanwhile' test "$rounds" -ge 3
like 'no packet was lost' "$(cat /tmp/flood)" '400 packets transmitted, 400 received'
is 'each was counted once' "$(counter swap packets)" 400
is 'and accepted' "$(counter swap accepted)" 400
not_ok 'a rejected module replaces nothing' kwasmctl replace swap /etc/passwd
ok 'and the old one continues' left ping -n -q -c 1 -W 1 192.0.2.1
ok 'replace it with one that drops' kwasmctl replace swap "$GUESTS/drop.wasm"
not_ok 'packets are dropped' left ping -n -q -c 1 -W 1 192.0.2.1
ok 'detach' kwasmctl detach swap
ok 'pings are answered' left ping -n -q -c 1 -W 1 192.0.2.1

# ---- the other verdicts -----------------------------------------------------------------------

attach --hook nf_in --family ip --name again "$GUESTS/repeat.wasm"
ok 'repeat: runs again until it accepts' left taskset 1 ping -n -q -c 1 -W 1 192.0.2.1
is 'three repetitions' "$(counter again repeated)" 3
is 'one verdict' "$(counter again accepted)" 1
is 'the bytes of one packet' "$(counter again bytes)" 84
kwasmctl detach again
attach --hook nf_in --family ip --entry for_ever --name again "$GUESTS/repeat.wasm"
not_ok 'a handler that always repeats' left ping -n -q -c 1 -W 1 192.0.2.1
is 'runs a bounded number of times' "$(counter again repeated)" 8
is 'the bytes of one packet too' "$(counter again bytes)" 84
kwasmctl detach again

attach --hook nf_in --family ip --name queue "$GUESTS/queue.wasm"
not_ok 'queue without a reader: the packet is lost' left ping -n -q -c 1 -W 1 192.0.2.1
is 'and counted as queued' "$(counter queue queued)" 1
nfqueue_reader() { grep -q '^ *5 ' /proc/net/netfilter/nfnetlink_queue; }
modprobe nfnetlink_queue
nfqueue-accept 5 &
reader=$!
ok 'a reader of queue 5' await 5 nfqueue_reader
ok 'accepts packets' left ping -n -q -c 1 -W 2 192.0.2.1
kill $reader
wait $reader 2>/dev/null
kwasmctl detach queue

# ---- a handler that sends ---------------------------------------------------------------------

attach --hook nf_out --family ip --name sender "$GUESTS/transmit.wasm"
ok 'a handler that sends: its packet is accepted' ping -n -q -c 1 -W 1 198.51.100.2
is 'the packet that it sends reaches the same hook' "$(counter sender reentered)" 1
is 'and went out' "$(logged sender)" transmit=15
ok 'its instance continues' ping -n -q -c 1 -W 1 198.51.100.2
is 'and is entered again' "$(counter sender reentered)" 2
not_ok 'the module of its host function cannot be removed' rmmod kwasm_testhost
ok 'detach' kwasmctl detach sender
ok 'now it is removed' rmmod kwasm_testhost
not_ok 'a program that imports from it is rejected' attach --hook nf_out "$GUESTS/transmit.wasm"

ok 'nothing is left' nothing_left
rmmod kwasm_netfilter kwasm
done_testing
