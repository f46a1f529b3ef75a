#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: 6.1 6.12 timeout=900
# In a guest: every example decides on each of a thousand frames (vectors.py) like `kwasmctl test`,
# and like the verdict given there, if any.
#
#	this namespace, one processor        namespace rx
#	tx0  ------------- frames ---------  rx0, with VLANs 100, 100.200 and 300.200   example at nf_pre
#	                                     namespace mark
#	mtx0 ------------- markers --------  mrx0                          a handler that counts them
#
# No device has an address: only the frames reach rx0, and nothing answers.
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tests/net/net.sh
. "${0%/*}/net.sh"

vectors=$GUESTS/vectors.pcap
tmp=$(mktemp -d)

# up NETNS-OPTION DEVICE: without an automatic address
up() {
	ip "${@:1:$#-1}" link set dev "${@: -1}" addrgenmode none
	ip "${@:1:$#-1}" link set dev "${@: -1}" up
}

vlan() {
	ip -n rx link add link "$1" name "$2" type vlan protocol "$3" id "$4"
	up -n rx "$2"
}

make_net() {
	ip netns add rx
	ip netns add mark
	# The longest frames hold more extension headers than 1,500 bytes do.
	ip link add tx0 mtu 4000 address 02:00:00:00:00:02 type veth \
		peer name rx0 address 02:00:00:00:00:01 mtu 4000 netns rx
	ip link add mtx0 address 02:00:00:00:00:04 type veth \
		peer name mrx0 address 02:00:00:00:00:03 netns mark
	up -n rx rx0
	up -n mark mrx0
	up tx0
	up mtx0
	vlan rx0 rx0.100 802.1Q 100
	vlan rx0.100 rx0.100.200 802.1Q 200
	vlan rx0 rx0.300 802.1ad 300
	vlan rx0.300 rx0.300.200 802.1Q 200
}

# in_kernel FILE [OPTION...]: "number verdict" of each frame, or nothing on failure
in_kernel() {
	local id

	id=$(kwasmctl -j -n rx attach --hook nf_pre --name example "${@:2}" "$1") &&
		replay "$vectors" tx0 mtx0 rx mark "$(json_values id "$id")"
	kwasmctl -n rx detach example
}

# in_user_space FILE [OPTION...]: the same from kwasmctl test
in_user_space() {
	kwasmctl -j test --verbose "${@:2}" --pcap "$vectors" "$1" |
		jq -r '.decisions[] | "\(.number) \(.trap.kind // .verdict // "unseen")"'
}

# expected COLUMN: the same from vectors.py
expected() {
	awk -v column="$1" '!/^#/ { print $1, $2 ? $column : "unseen" }' "$GUESTS/vectors.expect"
}

differences() {
	diff -U0 "$1" "$2" >"$tmp/diff" && return
	head -n 20 "$tmp/diff"
	return 1
}

# agree NAME A B: show the first frames in which they differ
agree() {
	ok "$1" differences "$2" "$3"
}

# Only one handler depends on time: an emulated CPU may stall for long.
modprobe kwasm time_limit_us=20000
modprobe kwasm_netfilter
make_net
kwasmctl -n mark attach --hook nf_pre --name marker "$GUESTS/accept.wasm" >/dev/null

for file in "$EXAMPLES"/*.wasm; do
	name=${file##*/}
	name=${name%.wasm}
	# An endless loop uses its whole limit for each frame.
	limit=()
	if [ "$name" = trap_time ]; then
		limit=(--time-limit 50us)
	fi
	in_kernel "$file" "${limit[@]}" >"$tmp/kernel"
	in_user_space "$file" "${limit[@]}" >"$tmp/user"
	is "$name: a verdict in the kernel for each frame" "$(wc -l <"$tmp/kernel")" 1000
	agree "$name: the same in user space" "$tmp/kernel" "$tmp/user"
	note "$name: $(cut -d' ' -f2 "$tmp/kernel" | sort | uniq -c | tr -s ' \n' ' ')"
	column=$(sed -n '1s/.*reaches //p' "$GUESTS/vectors.expect" | tr ' ' '\n' | grep -nx "$name")
	if [ -n "$column" ]; then
		expected $((${column%%:*} + 2)) >"$tmp/expected"
		agree "$name: and as the frame demands" "$tmp/kernel" "$tmp/expected"
	fi
done
kwasmctl -n mark detach marker
ok 'nothing is left' nothing_left -n rx
ok 'the modules are removed' rmmod kwasm_netfilter kwasm
done_testing
