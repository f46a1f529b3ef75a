# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Sourced by shell tests: TAP, waiting for a condition, and the usual topology.
#
# Assertions number themselves; a test ends with done_testing, which prints the plan, so that a test
# that exits early has none.

tap_count=0
tap_failed=0

# ok NAME COMMAND...: COMMAND succeeds; its output is shown if it fails
ok() {
	local out

	tap_count=$((tap_count + 1))
	if [ $# -ge 2 ] && out=$("${@:2}" 2>&1); then
		echo "ok $tap_count - $1"
	else
		tap_failed=$((tap_failed + 1))
		echo "not ok $tap_count - $1"
		note "failed: ${*:2}"
		note "${out-}"
	fi
}

# not_ok NAME COMMAND...: COMMAND fails, but not by a signal or because it is not found
not_ok() {
	ok "$1" refused "${@:2}"
}

refused() {
	local rc=0

	"$@" || rc=$?
	[ "$rc" -gt 0 ] && [ "$rc" -lt 126 ]
}

# is NAME GOT WANT: equal strings
is() {
	ok "$1" same "$2" "$3"
}

same() {
	printf 'got:  %s\nwant: %s\n' "$1" "$2"
	[ "$1" = "$2" ]
}

# like NAME GOT REGEX: GOT matches the extended regular expression
like() {
	ok "$1" matches "$2" "$3"
}

matches() {
	printf 'got:  %s\nwant: %s\n' "$1" "$2"
	[ -n "$2" ] && [[ $1 =~ $2 ]]
}

# skip NAME REASON
skip() {
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1 # skip $2"
}

# note TEXT: a comment of one or more lines
note() {
	if [ -n "$1" ]; then
		printf '%s\n' "$1" | sed 's/^/# /'
	fi
}

# done_testing: print the plan and exit
done_testing() {
	echo "1..$tap_count"
	exit $((tap_failed > 0))
}

# await SECONDS COMMAND...: repeat COMMAND until it succeeds; fail after SECONDS
await() {
	local end=$((SECONDS + $1))

	until "${@:2}" >/dev/null 2>&1; do
		if [ "$SECONDS" -ge "$end" ]; then
			return 1
		fi
		sleep 0.05
	done
}

# free_memory: unused kB, including the per-CPU lists, which MemFree and MemAvailable exclude and
# which vary by tens of megabytes
free_memory() {
	echo 3 >/proc/sys/vm/drop_caches
	cat /proc/sys/vm/stat_refresh
	awk '$1 == "MemFree:" { n += $2 } $1 == "count:" { n += $2 * 4 } END { print n }' \
		/proc/meminfo /proc/zoneinfo
}

# expect_log REGEX: the kernel will log lines that match and that would otherwise fail the run;
# see tests/vm/run --help
expect_log() {
	echo "kwasm-expect: $1" >/dev/kmsg
}

# net_peer: a namespace, peer, on a veth pair
#
#	this namespace                      namespace peer
#	to-peer  192.0.2.1/24     ------    eth0  192.0.2.2/24
#	         2001:db8::1/64                   2001:db8::2/64
net_peer() {
	ip netns add peer
	ip link add to-peer type veth peer name eth0 netns peer
	# No duplicate address detection: addresses are usable immediately.
	ip address add 192.0.2.1/24 dev to-peer
	ip address add 2001:db8::1/64 dev to-peer nodad
	ip link set to-peer up
	ip -n peer address add 192.0.2.2/24 dev eth0
	ip -n peer address add 2001:db8::2/64 dev eth0 nodad
	ip -n peer link set eth0 up
	ip -n peer link set lo up
	await 5 ip netns exec peer ping -c 1 -W 1 192.0.2.1
}

# in_peer COMMAND...: run it in the namespace peer
in_peer() {
	ip netns exec peer "$@"
}

# pings [-6] [ARG...]: does this machine answer a ping from peer?
pings() {
	case ${1-} in
	-6) in_peer ping -6 -c 2 -i 0.2 -W 1 "${@:2}" 2001:db8::1 ;;
	*) in_peer ping -c 2 -i 0.2 -W 1 "$@" 192.0.2.1 ;;
	esac
}
