#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: 6.1 6.12
# In a guest: attaching twice, attaching a replacement, the order of a hook, devices that come later,
# limits above the maximum.
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tests/net/net.sh
. "${0%/*}/net.sh"

modprobe kwasm_netfilter
ip link set lo up
one_ping() { ping -n -q -c 1 -W 1 127.0.0.1; }

# says STATUS TEXT ARG...: exit status and all output
says() {
	is "kwasmctl ${*:3}" "$(kwasmctl "${@:3}" 2>&1; echo "status $?")" \
		"${2:+$2$'\n'}status $1"
}

# ids [NAME]: of attachments
ids() {
	json_values id "$(kwasmctl -j stats "$@")" | paste -sd ' '
}

# last_id: of the attachment made last
last_id() {
	ids | tr ' ' '\n' | sort -n | tail -n 1
}

# ---- attaching twice --------------------------------------------------------------------------

attach --hook nf_in "$GUESTS/accept.wasm"
id=$(last_id)
exists="program accept is already attached at nf_in: attachment $id, priority 0, any device"
for args in "$GUESTS/accept.wasm" '--name accept' "--family ip $GUESTS/accept.wasm"; do
	# shellcheck disable=SC2086 # a list of words
	says 1 "$exists (--again attaches it once more)" attach --hook nf_in $args
done
is 'there is one attachment' "$(ids)" "$id"
for args in '--hook nf_out' '--hook nf_in --priority 1' '--hook nf_in --dev lo'; do
	# shellcheck disable=SC2086 # a list of words
	ok "another place: $args" attach $args --name accept
done
says 1 "program accept is already attached at nf_in: attachment $(last_id), priority 0, device lo (--again attaches it once more)" \
	attach --hook nf_in --dev lo --name accept
ok 'once more' attach --again --hook nf_in --name accept
is 'there are five attachments' "$(ids | wc -w)" 5
ok 'packets pass' one_ping
ok 'detach' kwasmctl detach accept
is 'the error in JSON' \
	"$(attach --hook nf_in "$GUESTS/accept.wasm"; json_values message \
		"$(kwasmctl -j attach --hook nf_in --name accept)")" \
	"program accept is already attached at nf_in: attachment $(last_id), priority 0, any device (--again attaches it once more)"
kwasmctl detach accept

# ---- attach --replace -------------------------------------------------------------------------

replaces() { kwasmctl attach --replace "$@"; }
digest() { json_values sha256 "$(kwasmctl -j show "$1")"; }
ok 'what is not loaded is loaded' replaces --hook nf_in --name it "$GUESTS/accept.wasm"
id=$(last_id)
ok 'packets pass' one_ping
ok 'the same again changes nothing' replaces --hook nf_in --name it "$GUESTS/accept.wasm"
is 'neither the attachment' "$(ids it)" "$id"
is 'nor its counters' "$(counter it packets)" 2
says 1 "program it is already loaded: use replace to change it, or attach --replace; without the file, attach --name attaches it as it is" \
	attach --hook nf_in --name it "$GUESTS/drop.wasm"
ok 'another program takes its place' replaces --hook nf_in --name it "$GUESTS/drop.wasm"
not_ok 'packets are dropped' one_ping
is 'at the same attachment' "$(ids it)" "$id"
ok 'and is attached in one step where it was not' \
	replaces --hook nf_out --name it "$GUESTS/accept.wasm"
ok 'packets pass both' one_ping
is 'the first attachment is still there' "$(ids it)" "$id $(last_id)"
ok 'a third attachment runs another function' \
	attach --hook nf_fwd --entry drop_all --name it
before="$(kwasmctl -j list) $(ids it)"
not_ok 'a replacement that lacks an entry is refused' \
	replaces --hook nf_pre --name it "$GUESTS/drop.wasm"
not_ok 'and one for a hook that does not exist' \
	replaces --hook nf_nope --name it "$GUESTS/drop.wasm"
not_ok 'and one that asks for another policy' \
	replaces --hook nf_in --on-trap drop --name it "$GUESTS/accept.wasm"
is 'they change neither programs nor attachments' "$(kwasmctl -j list) $(ids it)" "$before"
ok 'packets pass' one_ping
says 2 '--again and --replace are mutually exclusive' \
	attach --again --replace --hook nf_in "$GUESTS/drop.wasm"
says 2 '--time-limit, --memory-limit, --total-limit, --deny and --replace apply only when attach loads a file' \
	attach --replace --hook nf_in --name it
ok 'detach' kwasmctl detach it
attach --hook nf_in --family ip --on-trap detach --name it "$GUESTS/control.wasm"
ok 'a packet meets a trap' one_ping
ok 'and the handler is detached' await 20 state_is it detached
says 1 "program it is already attached at nf_in: attachment $(last_id), priority 0, any device, detached by a trap (--again attaches it once more)" \
	attach --hook nf_in --name it
ok 'replacing it with itself' replaces --hook nf_in --family ip --name it "$GUESTS/control.wasm"
is 'lets it run again' "$(state it)" active
ok 'detach' kwasmctl detach it
ok 'nothing is left' nothing_left

# ---- the order of a hook ----------------------------------------------------------------------

attach --hook nf_in --name a "$GUESTS/accept.wasm"
attach --hook nf_in --priority raw --name b "$GUESTS/accept.wasm"
attach --hook nf_in --priority mangle+5 --family ip --name c "$GUESTS/accept.wasm"
attach --hook nf_in --priority 'filter - 1' --name d "$GUESTS/accept.wasm"
attach --hook nf_in --name e "$GUESTS/drop.wasm"
attach --hook nf_out --priority srcnat --name f "$GUESTS/accept.wasm"
listed=$(kwasmctl -j list --hook nf_in)
is 'in running order' "$(json_values name "$listed" | paste -sd ' ')" 'b c d e a'
is 'with priorities' "$(json_values priority "$listed" | paste -sd ' ')" '-300 -145 -1 0 0'
is 'and families' "$(json_values family "$listed" | paste -sd ' ')" 'inet ip inet inet inet'
like 'nft names a priority' "$(kwasmctl list --hook nf_out)" '100 srcnat +inet +- +f +kwasm_packet +active +[0-9]+$'
not_ok 'e drops' one_ping
is 'after those before it' "$(for n in a b c d e; do counter "$n" packets; done | paste -sd ' ')" '0 1 1 1 1'
says 0 '' list --hook nf_fwd
says 2 'unknown hook "nf_nope": use one of nf_pre, nf_in, nf_fwd, nf_out, nf_post, nf_ingress, nf_egress' list --hook nf_nope
for n in a b c d e f; do
	kwasmctl detach $n
done

# ---- devices ----------------------------------------------------------------------------------

is 'a device that does not exist yet' \
	"$(kwasmctl attach --hook nf_in --dev later0 "$GUESTS/accept.wasm" 2>&1 >/dev/null)" \
	'device later0 does not exist yet: the handler waits for it'
is 'is waited for' "$(state accept)" waiting
is 'also in the list' "$(json_values state "$(kwasmctl -j list --hook nf_in)")" waiting
ip link add later0 type dummy
is 'until it exists' "$(state accept)" active
ip link del later0
is 'and when it is gone' "$(state accept)" waiting
kwasmctl detach accept
ip link add own0 type dummy
long=a-name-longer-than-15-bytes
ip link property add dev own0 altname $long altname other0
for name in other0 $long; do
	is "$name: an alternative name" \
		"$(kwasmctl attach --hook nf_in --dev "$name" "$GUESTS/accept.wasm" 2>&1 >/dev/null)" \
		"$name is an alternative name of device own0"
	is "$name: is the device" \
		"$(json_values dev "$(kwasmctl -j show accept)"; state accept)" $'own0\nactive'
	kwasmctl detach accept
done
ip link del own0
says 1 "unknown device \"$long\"" attach --hook nf_in --dev $long "$GUESTS/accept.wasm"
ip netns add other
ip -n other link add inner0 type dummy
is 'a device of another namespace' \
	"$(kwasmctl -n other attach --hook nf_in --dev inner0 "$GUESTS/accept.wasm" 2>&1 >/dev/null)" ''
kwasmctl -n other detach accept

# ---- limits -----------------------------------------------------------------------------------

for c in load 'attach --hook nf_in'; do
	# shellcheck disable=SC2086 # a list of words
	says 2 '--time-limit 0.25s exceeds the maximum of 0.1s (parameter max_time_limit_us)' \
		$c --time-limit 0.25s "$GUESTS/accept.wasm"
	# shellcheck disable=SC2086 # a list of words
	says 2 '--memory-limit 1G exceeds the maximum of 0.0625G (parameter max_memory_pages)' \
		$c --memory-limit 1G "$GUESTS/accept.wasm"
done
says 2 '--time-limit 3600s exceeds the maximum of 10s (parameter invoke_limit_ms)' \
	invoke --kernel --time-limit 3600s "$GUESTS/accept.wasm" kwasm_packet
is 'version has the maxima' "$(for k in time_limit_max_ns memory_limit invoke_limit_ns; do
	json_values $k "$(kwasmctl -j version)"; done | paste -sd ' ')" '100000000 67108864 10000000000'

# ---- names that are numbers -------------------------------------------------------------------

attach --hook nf_in --name a "$GUESTS/accept.wasm"
id=$(last_id)
attach --hook nf_in --name "$id" "$GUESTS/accept.wasm"
says 2 "$id may be an attachment or a program: use --id $id or --name $id" detach "$id"
says 0 '' detach --id "$id"
is 'the attachment is gone' "$(ids a)" ''
says 0 '' detach --name "$id"
says 1 "unknown attachment $id" detach "$id"
ok 'nothing is left' nothing_left
ok 'the modules are removed' rmmod kwasm_netfilter kwasm
done_testing
