#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: 6.1 6.12 smp=1 preempt=none preempt=full
# guest: 7.x smp=1 matrix
# All users of the vector registers on one CPU, for FPU_SECONDS (4); every result is compared bit by
# bit with that of a process which ran alone:
#
#	2 kernel threads	a guest with floats; the second one's host function sleeps
#	a kernel thread		SHA-256 by AVX
#	softirq			SHA-256 by AVX where the FPU is free, and packets for
#	a packet handler	with floats, at nf_pre
#	2 processes		arithmetic, one of them rounding towards zero
#
# Then calls from the tool that do not end.
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../lib.sh"
dir=${KWASM_BUILD:?}/guest/kernel
PATH=$dir:$PATH
parameters=/sys/module/kwasm/parameters
rounds=20000 packet_rounds=10 user_rounds=5000

# value NAME: value reported by the test module
value() {
	sed -n "s/^$1 //p" "$tmp/report"
}

# counter KEY: a counter of the handler
counter() {
	sed -n "s/.*\"$1\": *\([0-9]*\).*/\1/p" <<<"$stats"
}

# some NAME...: each is above zero
some() {
	local name

	for name; do
		ok "$name" test "$(value "$name")" -gt 0
	done
}

# none NAME...: each is zero
none() {
	local name

	for name; do
		is "$name" "$(value "$name")" 0
	done
}

# in_kernel PID: has it computed in the kernel for half a second (its stime, in ticks of 10 ms)?
# No start of it takes as long.
in_kernel() {
	local stat

	read -ra stat <"/proc/$1/stat" && [ "${stat[14]}" -ge 50 ]
}

tmp=$(mktemp -d)
modprobe -q sha256-ssse3
results=$(fpu-user nearest $rounds 1),$(fpu-user nearest $rounds 2)
packet=$(fpu-user nearest $packet_rounds 3)
nearest=$(fpu-user nearest $user_rounds 4)
zero=$(fpu-user zero $user_rounds 4)
not_ok 'the rounding matters' test "$nearest" = "$zero"
ok 'the test module loads' modprobe kwasm_fputest seconds="${FPU_SECONDS:-4}" \
	rounds=$rounds results="$results" packet_rounds=$packet_rounds packet_result="$packet"
ok 'the handler is attached' kwasmctl attach --hook nf_pre --on-trap drop --time-limit 100ms \
	"$dir/fpu-packet.wasm"
like 'and is reported to use floats' "$(kwasmctl -j show fpu-packet)" '"floats": ?true'

fpu-user nearest $user_rounds 4 "$nearest" >"$tmp/nearest" &
users=$!
fpu-user zero $user_rounds 4 "$zero" >"$tmp/zero" &
users="$users $!"
exec 3<>/dev/kwasm_fputest
cat "$dir/fpu-thread.wasm" >&3
cat <&3 >"$tmp/report"
exec 3>&-
# shellcheck disable=SC2086 # a list of words
kill -TERM $users
wait

note "$(cat "$tmp/report")"
is 'the module compiled and ran' "$(value error)" ''
some thread0_calls thread1_calls hashed softirqs packets
none thread0_wrong thread1_wrong hashed_wrong softirq_wrong
for user in nearest zero; do
	read -r loops wrong <"$tmp/$user"
	note "process ($user) $loops times"
	ok "process ($user) got results" test "$loops" -gt 0
	is "process ($user): none was wrong" "$wrong" 0
done
stats=$(kwasmctl -j stats fpu-packet)
note "$stats"
is 'every packet got the right verdict' "$(counter dropped)" "$(value packets)"
is 'none trapped' "$(counter traps)" 0
some thread0_switches thread1_switches yields fpu_sections softirq_sections
if grep -q ' kernel_fpu_allowed$' /proc/kallsyms; then
	skip fpu_saves 'no softirq runs in a section of this kernel'
else
	some fpu_saves
fi

echo 1 >$parameters/time_scale
for name in float integer; do
	start=${EPOCHREALTIME/./}
	out=$(kwasmctl invoke --kernel --time-limit 300ms "$dir/fpu-$name.wasm" spin 1 2>&1)
	took=$(((${EPOCHREALTIME/./} - start) / 1000))
	like "an endless call is ended ($name)" "$out" 'time limit exceeded'
	ok 'not before its limit' test $took -ge 300
	kwasmctl invoke --kernel "$dir/fpu-$name.wasm" spin 1 2>/dev/null &
	ok "while others run ($name)" await 15 in_kernel $!
	start=${EPOCHREALTIME/./}
	kill -KILL $!
	wait $! 2>/dev/null
	is 'and by a signal' $? 137
	took=$(((${EPOCHREALTIME/./} - start) / 1000))
	note "$name: gone $took ms after it"
	ok 'long before its limit' test $took -lt 5000
done

ok 'the handler is detached' kwasmctl detach fpu-packet
ok 'the test module is removed' rmmod kwasm_fputest
ok 'and the other modules' rmmod kwasm_netfilter kwasm
rm -r "$tmp"
done_testing
