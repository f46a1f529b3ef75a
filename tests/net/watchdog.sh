#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: 6.1 icount preempt=none
# guest: 6.1 smp=2 preempt=full alone
# guest: 6.12 icount preempt=full
# guest: 6.12 smp=2 preempt=voluntary alone
# In a guest: a handler that loops endlessly at nf_pre, under a ping flood, is stopped within three
# times its limit, again and again, for WATCHDOG_SECONDS (4); pings continue.  If the guest counts
# instructions as time, the result is independent of the host's load; with two CPUs it is not.
#
#	this namespace                      namespace peer
#	to-peer  192.0.2.1/24     ------    eth0  192.0.2.2/24
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tests/net/net.sh
. "${0%/*}/net.sh"
seconds=${WATCHDOG_SECONDS:-4}

modprobe kwasm
scale=$(cat /sys/module/kwasm/parameters/time_scale)
# Long compared to the stalls of an emulated CPU.
limit=$((4000000 * scale))
modprobe kwasm_netfilter
steady_hooks
net_peer

# echo_replies: number sent by this namespace
echo_replies() {
	awk '/^Icmp:/ { if (n++) print $column; else for (i = 1; i <= NF; i++)
		if ($i == "OutEchoReps") column = i }' /proc/net/snmp
}

# all_answered: as many as the handler saw; the flood ends with some in flight
all_answered() {
	[ $(($(echo_replies) - replies)) -eq "$(counter loop packets)" ]
}

log_mark watchdog
replies=$(echo_replies)
attach --hook nf_pre --family ip --time-limit 4ms --name loop "$EXAMPLES/trap_time.wasm"
in_peer ping -n -q -f -w "$seconds" 192.0.2.1 >/tmp/flood
ok 'each ping was answered' await 10 all_answered
packets=$(counter loop packets) traps=$(counter loop traps) longest=$(counter loop run_max_ns)
mean=$(counter loop run_mean_ns)
sent=$(sed -n 's/ packets transmitted.*//p' /tmp/flood)
received=$(sed -n 's/.*transmitted, \([0-9]*\) received.*/\1/p' /tmp/flood)
note "$(uname -r), $(grep -o '(.*)' /sys/kernel/debug/sched/preempt), $(nproc) processors, $seconds s: \
$packets packets, limit $((limit / 1000)) us, mean $((mean / 1000)) us, \
longest $((longest / 1000)) us, pings $received of $sent"
ok 'the handler was entered again and again' test "$packets" -ge "$seconds"
is 'each time it was stopped' "$traps" "$packets"
is 'by the time limit' "$(json_values time "$(kwasmctl -j show loop)")" "$traps"
ok 'not before its limit' test "$mean" -ge $((limit * 9 / 10))
ok 'within three times its limit, in the mean' test "$mean" -le $((3 * limit))
if [ "$(nproc)" -eq 1 ]; then
	ok 'and at most' test "$longest" -le $((3 * limit))
else
	skip 'and at most' 'a CPU of an emulated pair stalls while the host is busy'
fi
ok 'and pings were answered all the time' test "$received" -ge $((sent / 2)) -a "$received" -ge "$seconds"
kwasmctl detach loop

attach --hook nf_pre --family ip --time-limit 4ms --on-trap drop --name loop \
	"$EXAMPLES/trap_time.wasm"
not_ok 'with the other policy they are not' in_peer ping -n -q -c 2 -i 0.2 -W 1 192.0.2.1
kwasmctl detach loop
ok 'without the handler they are' in_peer ping -n -q -c 1 -W 2 192.0.2.1
ok 'the kernel has logged only lines of kwasm' log_ours watchdog
lines=$(log_behind watchdog | grep -c trapped)
note "$lines lines about $((traps + 1)) traps"
ok 'and few of them' test "$lines" -le $((10 * (seconds / 5 + 3)))
ok 'the modules are removed' rmmod kwasm_netfilter kwasm
done_testing
