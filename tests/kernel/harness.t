#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# tests/vm/run itself: output and exit status of a guest's command are unchanged, and a guest that
# crashes, hangs or logs a warning is never a success.
# shellcheck disable=SC2016 # expanded by the guest
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/lib.sh
. tests/lib.sh
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# check NAME COMMAND...: assert that COMMAND succeeds; else show the guest's output
check() {
	local before=$tap_failed

	ok "$@"
	if [ "$tap_failed" -gt "$before" ]; then
		note "$(cat "$tmp/out" "$tmp/err")"
	fi
}

# guest [OPTION...] -- COMMAND...: run it; sets $rc, writes $tmp/out and $tmp/err
guest() {
	tests/vm/run "$@" >"$tmp/out" 2>"$tmp/err"
	rc=$?
}

printed() { [ "$(cat "$tmp/$1")" = "$2" ]; }
said() { grep -q "$1" "$tmp/err"; }
unsaid() { ! said "$1"; }
returned() { [ "$rc" -eq "$1" ]; }

for kernel in 6.1 6.12; do
	guest --kernel $kernel --env 'WORD=two words' -- bash -c \
		'uname -r | cut -d. -f1,2; echo "$WORD" "$1" "$(nproc)"; echo oops >&2; exit 42' - 'a b'
	check "$kernel: status" returned 42
	check "$kernel: output, environment, arguments" printed out "$kernel
two words a b 2"
	check "$kernel: errors apart" printed err oops
done

guest --smp 1 --preempt full -- bash -c \
	'echo "kwasm-expect: WARNING: .*of ours" >/dev/kmsg; echo "WARNING: CPU: of ours" >/dev/kmsg; nproc; grep -o "(.*)" /sys/kernel/debug/sched/preempt; head -c 300000 /dev/zero | tr "\0" x'
check 'smp and preempt' test "$(head -n 2 "$tmp/out" | tr '\n' ' ')" = '1 (full) '
check 'long output is whole' test "$(wc -c <"$tmp/out")" -eq 300009
check 'an expected kernel warning is a success' returned 0

guest -- bash -c 'echo "kwasm-expect: WARNING: .*of ours" >/dev/kmsg
	echo "WARNING: CPU: of ours" >/dev/kmsg; echo "BUG: of another kind" >/dev/kmsg'
check 'a kernel warning is a failure' returned 1
check 'and is shown' said 'BUG: of another kind'
check 'but not an expected one' unsaid 'of ours'

guest -- bash -c 'echo before; echo c >/proc/sysrq-trigger; sleep 60'
check 'a panic is a failure' returned 125
check 'and the end of the log is shown' said 'sysrq'
check 'what was printed before it arrived' printed out before

guest --timeout 15 -- sleep 1000
check 'a command that hangs is stopped' returned 124
check 'and this is reported' said 'not over after 15 seconds'

guest --console "$tmp/console" --append rdinit=/none -- true
check 'a guest that does not boot is a failure' returned 125
check 'and the boot was retried' said 'boot 2 died before the command'
check 'the console of the first boot is kept' grep -q 'Kernel panic' "$tmp/console.boot1"

guest -- bash -c 'kill -9 $$'
check 'a killed command is a failure' returned 126

guest --icount -- bash -c 't() { local a=$EPOCHREALTIME; for ((i = 0; i < 20000; i++)); do :; done
	local b=$EPOCHREALTIME; echo $((${b/./} - ${a/./})); }; t >/dev/null; t'
cp "$tmp/out" "$tmp/first"
guest --icount -- bash -c 't() { local a=$EPOCHREALTIME; for ((i = 0; i < 20000; i++)); do :; done
	local b=$EPOCHREALTIME; echo $((${b/./} - ${a/./})); }; t >/dev/null; t'
# Microseconds of about twenty thousand: differences of a timer tick, not of machine load.
check 'icount repeats within 3 %' awk 'NR == FNR { a = $1; next }
	{ d = a - $1; exit !(a > 0 && (d < 0 ? -d : d) * 33 < a) }' "$tmp/first" "$tmp/out"
done_testing
