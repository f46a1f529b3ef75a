# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Sourced after tests/lib.sh by packet tests in guests.
# shellcheck disable=SC2034 # for those who source this
GUESTS=${KWASM_BUILD:?}/guest/net
# shellcheck disable=SC2034 # for those who source this
EXAMPLES=$KWASM_BUILD/examples
PATH=$KWASM_BUILD/guest:$PATH

# attach ARG...: kwasmctl attach, quietly
attach() {
	kwasmctl attach "$@" >/dev/null
}

# Programs start slowly in an emulated machine, so the shell itself parses JSON.

# json_values KEY JSON: the numbers and strings of that key, one per line
json_values() {
	local json=$2 value

	while [[ $json =~ \"$1\":(\"[^\"]*\"|[^,}\"]*) ]]; do
		json=${json#*"${BASH_REMATCH[0]}"}
		value=${BASH_REMATCH[1]#\"}
		printf '%s\n' "${value%\"}"
	done
}

# counter NAME KEY: a counter of the program NAME, over all its attachments
counter() {
	local n total=0

	for n in $(json_values "$2" "$(kwasmctl -j stats "$1")"); do
		total=$((total + n))
	done
	echo $total
}

# logged NAME: its log, the texts alone
logged() {
	json_values text "$(kwasmctl -j log "$1")"
}

# state NAME: of its attachments
state() {
	json_values state "$(kwasmctl -j show "$1")"
}

# state_is NAME WANT
state_is() {
	[ "$(state "$1")" = "$2" ]
}

# index DEVICE: its number
index() {
	cat "/sys/class/net/$1/ifindex"
}

# net_router: this namespace forwards between two others
#
#	left                        this namespace                          right
#	eth0 192.0.2.2/24    ----   to-left 192.0.2.1/24
#	     2001:db8:1::2/64               2001:db8:1::1/64
#	                            to-right 198.51.100.1/24         ----   eth0 198.51.100.2/24
#	                                     2001:db8:2::1/64                    2001:db8:2::2/64
net_router() {
	local side net prefix

	sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	for side in left:192.0.2:2001:db8:1 right:198.51.100:2001:db8:2; do
		IFS=: read -r side net prefix <<<"$side"
		ip netns add "$side"
		ip link add "to-$side" type veth peer name eth0 netns "$side"
		ip address add "$net.1/24" dev "to-$side"
		ip address add "$prefix::1/64" dev "to-$side" nodad
		ip link set "to-$side" up
		ip -n "$side" link set lo up
		ip -n "$side" address add "$net.2/24" dev eth0
		ip -n "$side" address add "$prefix::2/64" dev eth0 nodad
		ip -n "$side" link set eth0 up
		ip -n "$side" route add default via "$net.1"
		ip -n "$side" -6 route add default via "$prefix::1"
	done
	await 5 ip netns exec left ping -c 1 -W 1 198.51.100.2
	await 5 ip netns exec left ping -6 -c 1 -W 1 2001:db8:2::2
}

# nothing_left [ARG...]: no program and no attachment in the namespace (kwasmctl's options)
nothing_left() {
	[ "$(kwasmctl -j "$@" list)$(kwasmctl -j "$@" stats)" = '[][]' ]
}

# log_mark WORD: write a mark to the kernel's log
log_mark() {
	echo "mark $1" >/dev/kmsg
}

# log_behind WORD: the kernel's log since the mark; fails if the mark is no longer in the log
log_behind() {
	dmesg | awk -v mark="mark $1" '
		found
		$0 ~ mark "$" { found = 1 }
		END { if (!found) { print "not in the log: " mark; exit 1 } }'
}

# log_ours WORD: are there only lines of kwasm about traps, rate-limited, since the mark, and late
# boot messages of the kernel (link up, random numbers ready)?
log_ours() {
	local log

	log=$(log_behind "$1") || return
	! grep -vE '^$|kwasm: program .* trapped: |callbacks suppressed|kwasm-expect|mark |link becomes ready|crng init done' \
		<<<"$log"
}

# steady_hooks: an empty chain at each hook, in a namespace without packets
#
# The kernel patches its code when the first handler is attached to a hook or the last one is
# detached.  An emulated CPU may still see the breakpoint of such a patch after another one has
# finished it ("Oops: int3"), so under load the hooks are kept occupied.
steady_hooks() {
	ip netns add steady
	if ! ip netns exec steady nft -f - <<-'END'
		table inet steady {
			chain nf_pre { type filter hook prerouting priority 0; }
			chain nf_in { type filter hook input priority 0; }
			chain nf_fwd { type filter hook forward priority 0; }
			chain nf_out { type filter hook output priority 0; }
			chain nf_post { type filter hook postrouting priority 0; }
		}
	END
	then
		echo 'Bail out! the hooks cannot be kept occupied'
		exit 1
	fi
}

# rename NAMESPACE FROM TO: a device
rename() {
	ip -n "$1" link set "$2" down
	ip -n "$1" link set "$2" name "$3"
	ip -n "$1" link set "$3" up
}
