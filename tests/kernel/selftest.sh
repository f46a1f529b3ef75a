#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: 6.1 6.12 smp=1 smp=2 preempt=none preempt=voluntary preempt=full
# guest: 7.x
# guest: 6.1 6.12 6.1-cloud 6.12-cloud 6.12-trixie 7.x 7.x-sid matrix
# In a guest: the kernel side alone (text, memories, traps, watchdog), see tests/kmod/. First, texts
# have exception tables if faults cannot be hooked; then the test module's TAP with them, with the
# hook, and once more with another tracer on the hooked function.
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../lib.sh"
tracing=/sys/kernel/tracing
file=/sys/kernel/debug/kwasm_selftest

# Read the module's TAP as assertions of this test.
selftest() {
	local line rest planned=0 count=0

	while read -r line; do
		rest=${line#* - }
		case $line in
		*'# SKIP'*) skip "${rest% # SKIP *}" "${rest#* # SKIP }" ;;
		'ok '*) ok "$rest" true ;;
		'not ok '*) ok "$rest" false ;;
		'1..'*) planned=${line#1..} ;;
		'#'*) note "${line#\# }" ;;
		esac
		case $line in
		'ok '* | 'not ok '*) count=$((count + 1)) ;;
		esac
	done < <(cat "$file")
	ok 'the test module ran to its end' test "$count" -gt 0 -a "$count" -eq "$planned"
}

hooked() { grep -q '^fixup_exception.*I' "$tracing/enabled_functions"; }
not_hooked() { ! hooked; }

mode() { cat /sys/module/kwasm/parameters/fault_hook; }

# Newer kernels have no such switch: they refuse to write it, and it stays on.
if sysctl -q kernel.ftrace_enabled=0 || [ "$(sysctl -n kernel.ftrace_enabled)" != 1 ]; then
	ok 'kwasm loads with ftrace off' modprobe kwasm
	ok 'and reports it' sh -c 'dmesg | grep -q "kwasm: cannot hook fixup_exception"'
	ok 'and has no hook' not_hooked
	is 'the parameter shows it' "$(mode)" N
	ok 'kwasm is removed' rmmod kwasm
	sysctl -q kernel.ftrace_enabled=1
else
	skip 'kwasm loads with ftrace off' 'this kernel does not switch ftrace off'
fi

ok 'kwasm loads without the hook' modprobe kwasm fault_hook=N max_memories=300 max_total_pages=2048
ok 'and has no hook then' not_hooked
ok 'the test module loads' modprobe kwasm_selftest
selftest
ok 'the modules are removed' rmmod kwasm_selftest kwasm
is 'and no symbols remain' "$(grep -c kwasm /proc/kallsyms)" 0

ok 'kwasm loads' modprobe kwasm max_memories=300 max_total_pages=2048
ok 'the hook is installed' hooked
is 'the parameter shows it' "$(mode)" Y
ok 'the test module loads' modprobe kwasm_selftest
not_ok 'the hook cannot be switched off' sysctl -q kernel.ftrace_enabled=0
selftest

echo fixup_exception >$tracing/set_ftrace_filter
echo function_graph >$tracing/current_tracer
selftest
ok 'the tracer saw the faults too' grep -q fixup_exception $tracing/trace
echo nop >$tracing/current_tracer

ok 'the test module is removed' rmmod kwasm_selftest
ok 'kwasm is removed' rmmod kwasm
ok 'and its hook too' not_hooked
done_testing
