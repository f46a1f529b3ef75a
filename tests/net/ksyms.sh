#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: 6.1 6.12 timeout=900
# guest: 6.1 6.12 6.1-cloud 6.12-cloud 6.12-trixie 7.x 7.x-sid matrix timeout=900
# In a guest: compiled functions have their names in /proc/kallsyms and in the kernel's stack traces.
#
#	this namespace                      namespace peer
#	to-peer  192.0.2.1/24     ------    eth0  192.0.2.2/24
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tests/net/net.sh
. "${0%/*}/net.sh"

modprobe kwasm_netfilter
modprobe kwasm_testhost
steady_hooks
net_peer

symbols() { grep -c " kwasm_$1_" /proc/kallsyms; }
# symbol NAME: address of a function, empty if it has no symbol
symbol() { awk -v name="$1" '$3 == name { print $1 }' /proc/kallsyms; }

attach --hook nf_in --family ip --name traced "$GUESTS/stack.wasm"
for name in kwasm_packet between innermost; do
	ok "kallsyms names $name" test -n "$(symbol "kwasm_traced_$name")"
done
is 'each once' "$(grep -c ' kwasm_traced_between' /proc/kallsyms)" 1
functions=$(kwasmctl dump "$GUESTS/stack.wasm" --wasm | grep -c '^function')
named=$(awk '$3 ~ /^kwasm_traced_/ && $3 !~ /_stub$/' /proc/kallsyms | wc -l)
is 'and every function has a symbol' "$named" "$functions"
is 'a program without names uses indices' "$(
	attach --hook nf_out --family ip --name bare "$EXAMPLES/drop_icmp.wasm"
	symbols bare | grep -v '^0$' >/dev/null && echo yes
	kwasmctl detach bare)" yes

expect_log 'Call Trace:'
log_mark trace
ok 'a ping runs the handler' pings
log_behind trace >/tmp/trace
order=$(grep -oE 'test_dump_stack|kwasm_traced_[a-z_]+|handle_packet|kwasm_run_busy|nf_hook_slow' \
	/tmp/trace | head -n 6 | tr '\n' ' ')
like 'the stack trace names the functions of the handler' "$order" \
	'^test_dump_stack kwasm_traced_innermost kwasm_traced_between kwasm_traced_kwasm_packet (handle_packet|kwasm_run_busy) nf_hook_slow'
note "$(sed -n '/Call Trace/,/<\/TASK>\|<\/IRQ>/p' /tmp/trace | head -n 24)"
not_ok 'none of these frames is unreliable' grep -E '\? kwasm_' /tmp/trace

ok 'detach' kwasmctl detach traced
is 'no symbol is left' "$(symbols traced)" 0
ok 'the modules are removed' rmmod kwasm_testhost kwasm_netfilter kwasm
is 'and their symbols' "$(grep -c kwasm /proc/kallsyms)" 0
done_testing
