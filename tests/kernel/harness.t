#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# tests/vm/run itself: what a guest's command prints and returns comes back unchanged, and a guest
# that dies, hangs or complains is never taken for a success.
# shellcheck disable=SC2016 # expanded by the guest
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/lib.sh
. tests/lib.sh
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# check NAME COMMAND...: one assertion, that COMMAND succeeds; else what the guest printed
check() {
	local before=$tap_failed

	ok "$@"
	if [ "$tap_failed" -gt "$before" ]; then
		note "$(cat "$tmp/out" "$tmp/err")"
	fi
}

# guest [OPTION...] -- COMMAND...: run it, leave $rc, $tmp/out and $tmp/err
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
check 'success, in spite of a complaint that was announced' returned 0

guest -- bash -c 'echo "kwasm-expect: WARNING: .*of ours" >/dev/kmsg
	echo "WARNING: CPU: of ours" >/dev/kmsg; echo "BUG: of another kind" >/dev/kmsg'
check 'a complaint of the kernel is a failure' returned 1
check 'and is shown' said 'BUG: of another kind'
check 'but not one that was announced' unsaid 'of ours'

guest -- bash -c 'echo before; echo c >/proc/sysrq-trigger; sleep 60'
check 'a panic is no success' returned 125
check 'and its end of the log is shown' said 'sysrq'
check 'what was printed before it arrived' printed out before

guest --timeout 15 -- sleep 1000
check 'a command that hangs is ended' returned 124
check 'and said so' said 'not over after 15 seconds'

guest --console "$tmp/console" --append rdinit=/none -- true
check 'a machine that does not come up is no success' returned 125
check 'and it was tried again' said 'boot 2 died before the command'
check 'what the first boot said is kept' grep -q 'Kernel panic' "$tmp/console.boot1"

guest -- bash -c 'kill -9 $$'
check 'a command that is killed is no success' returned 126

guest --icount -- bash -c 't() { local a=$EPOCHREALTIME; for ((i = 0; i < 20000; i++)); do :; done
	local b=$EPOCHREALTIME; echo $((${b/./} - ${a/./})); }; t >/dev/null; t'
cp "$tmp/out" "$tmp/first"
guest --icount -- bash -c 't() { local a=$EPOCHREALTIME; for ((i = 0; i < 20000; i++)); do :; done
	local b=$EPOCHREALTIME; echo $((${b/./} - ${a/./})); }; t >/dev/null; t'
# Microseconds of about twenty thousand: a timer's tick more or less, not a machine's mood.
check 'icount repeats within 3 %' awk 'NR == FNR { a = $1; next }
	{ d = a - $1; exit !(a > 0 && (d < 0 ? -d : d) * 33 < a) }' "$tmp/first" "$tmp/out"
done_testing
