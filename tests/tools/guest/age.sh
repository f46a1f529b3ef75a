#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: 6.1 6.12
# Since when programs and attachments exist: the same date before and after a suspension.
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../../lib.sh"
handler=$KWASM_BUILD/guest/tools/handler.wasm

# since: dates of the program and of its attachment, in seconds of the epoch
since() {
	TZ=UTC kwasmctl -j show old | jq '.. | objects | .since // empty | .[:19] + "Z" | fromdate'
}

# clocks: seconds since boot, with those of suspensions and without
clocks() {
	awk '/^now at/ { printf "%d ", $3 / 1e9 }' /proc/timer_list
	cut -d . -f 1 /proc/uptime
}

# The kernel's test of suspension: five seconds with every device and clock stopped
suspend() {
	echo deep >/sys/power/mem_sleep && echo core >/sys/power/pm_test && echo mem >/sys/power/state
}

# near: are the dates of before those of after, to a second?
near() {
	local i

	for i in 0 1; do
		((after[i] - before[i] < 2 && before[i] - after[i] < 2)) || return 1
	done
}

modprobe kwasm_netfilter
kwasmctl attach --hook nf_out --name old --entry accept "$handler" >/dev/null
mapfile -t before < <(since)
read -r running uptime < <(clocks)
ok 'the machine is suspended' suspend
read -r running_after uptime_after < <(clocks)
mapfile -t after < <(since)
ok 'for some seconds' test $((uptime_after - uptime - running_after + running)) -ge 3
is 'a program and an attachment have dates' "${#before[@]} ${#after[@]}" '2 2'
note "before ${before[*]}, after ${after[*]}"
ok 'which the suspension does not change' near
kwasmctl detach old
ok 'the modules are removed' rmmod kwasm_netfilter kwasm
done_testing
