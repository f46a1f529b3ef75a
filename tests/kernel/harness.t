#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# tests/vm/run itself: output and exit status of a guest's command are unchanged, and a guest that
# crashes, hangs or logs a warning is never a success.  Then guests that files share: a failure is
# attributed to the file that caused it, and the others are unaffected.
# shellcheck disable=SC2016 # expanded by the guest
set -u
files=()
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
		note "$(cat "$output" "$errors")"
	fi
}

# start NAME [OPTION...] -- COMMAND...: run a guest meanwhile, two at a time
start() {
	while [ "$(jobs -pr | wc -l)" -ge 2 ]; do
		wait -n
	done
	{
		tests/vm/run "${@:2}" >"$tmp/$1.out" 2>"$tmp/$1.err"
		echo $? >"$tmp/$1.status"
	} &
}

# look NAME: the assertions after it are about that guest
look() {
	output=$tmp/$1.out errors=$tmp/$1.err rc=$(cat "$tmp/$1.status")
}

printed() { [ "$(cat "$output")" = "$1" ]; }
erred() { [ "$(cat "$errors")" = "$1" ]; }
said() { grep -q "$1" "$errors"; }
unsaid() { ! said "$1"; }
returned() { [ "$rc" -eq "$1" ]; }

for kernel in 6.1 6.12; do
	start $kernel --kernel $kernel --env 'WORD=two words' -- bash -c \
		'uname -r | cut -d. -f1,2; echo "$WORD" "$1" "$(nproc)"; echo oops >&2; exit 42' - 'a b'
done
start announced --smp 1 --preempt full -- bash -c \
	'echo "kwasm-expect: WARNING: .*of ours" >/dev/kmsg; echo "WARNING: CPU: of ours" >/dev/kmsg; nproc; grep -o "(.*)" /sys/kernel/debug/sched/preempt; head -c 300000 /dev/zero | tr "\0" x'
start complaint --smp 1 -- bash -c 'echo "kwasm-expect: WARNING: .*of ours" >/dev/kmsg
	echo "WARNING: CPU: of ours" >/dev/kmsg; echo "BUG: of another kind" >/dev/kmsg'
start panic --smp 1 -- bash -c 'echo before; echo c >/proc/sysrq-trigger; sleep 60'
start hang --smp 1 --timeout 10 -- sleep 1000
start none --smp 1 --console "$tmp/console" --append rdinit=/none -- true
start killed --smp 1 -- bash -c 'kill -9 $$'
for n in 1 2; do
	start icount$n --icount -- bash -c 't() { local a=$EPOCHREALTIME
		for ((i = 0; i < 20000; i++)); do :; done
		local b=$EPOCHREALTIME; echo $((${b/./} - ${a/./})); }; t >/dev/null; t'
done
wait

for kernel in 6.1 6.12; do
	look $kernel
	check "$kernel: status" returned 42
	check "$kernel: output, environment, arguments" printed "$kernel
two words a b 2"
	check "$kernel: errors apart" erred oops
done
look announced
check 'smp and preempt' test "$(head -n 2 "$output" | tr '\n' ' ')" = '1 (full) '
check 'long output is whole' test "$(wc -c <"$output")" -eq 300009
check 'an expected kernel warning is a success' returned 0
look complaint
check 'a kernel warning is a failure' returned 1
check 'and is shown' said 'BUG: of another kind'
check 'but not an expected one' unsaid 'of ours'
look panic
check 'a panic is a failure' returned 125
check 'and the end of the log is shown' said 'sysrq'
check 'what was printed before it arrived' printed before
look hang
check 'a command that hangs is stopped' returned 124
check 'and this is reported' said 'not over after 10 seconds'
look none
check 'a guest that does not boot is a failure' returned 125
check 'and the boot was retried' said 'boot 2 died before the command'
check 'the console of the first boot is kept' grep -q 'Kernel panic' "$tmp/console.boot1"
look killed
check 'a killed command is a failure' returned 126
# Microseconds of about twenty thousand: differences of a timer tick, not of machine load.
output=$tmp/icount1.out errors=$tmp/icount2.out
check 'icount repeats within 3 %' awk 'NR == FNR { a = $1; next }
	{ d = a - $1; exit !(a > 0 && (d < 0 ? -d : d) * 33 < a) }' "$output" "$errors"

# ---- guests that files share ------------------------------------------------------------------
# One run of files that disturb each other in every way there is, each with two assertions.

# file WORD: tests/kernel/harness/file with the choices that make it do so
file() {
	local more=''

	case $1 in
	parameter=*) more=,append=kwasm.fault_hook=N ;;
	hang) more=,timeout=5 ;;
	model=*) more=,preempt=${1#*=} ;;
	esac
	echo "tests/kernel/harness/file@6.12,smp=1$more,env=DO=$1"
}

# counted WORD ok|FAILED: the file has this result, and both assertions were counted
counted() {
	check "$1: $2" grep -qE "\] $(file "$1") +$2 +2 passed" "$output"
}

# reason WORD REGEX: this file failed for that reason, and no other file did
reason() {
	is "$1: the reason is told, of it alone" \
		"$(grep -E "^# .*: $2" "$output" | sed 's/: .*//' | sort -u)" "# $(file "$1")"
}

for word in first module process stage fail complaint announced model=none model=full \
	model=voluntary parameter=N default last panic next hang end; do
	files[${#files[@]}]=$(file $word)
done
output=$tmp/shared errors=/dev/null
KWASM_JOBS=1 scripts/check --build "$KWASM_BUILD" --group harness "${files[@]}" >"$output"
for word in first stage announced model=none model=full model=voluntary parameter=N default last next \
	end; do
	counted $word ok
done
for word in module process fail complaint panic hang; do
	counted $word FAILED
done
reason module 'left behind: module kwasm_netfilter kwasm'
reason process 'left behind: process sleep'
reason complaint 'the kernel complained: .*BUG: from a file'
reason panic 'its guest died'
reason hang 'it was not over in time'
is 'guests: one, one after the panic, one after the hang' "$(grep -c '\] guest kernel' "$output")" 3
like 'the count of all' "$(tail -n 1 "$output")" '^34 passed, 6 failed, 0 skipped$'
done_testing
