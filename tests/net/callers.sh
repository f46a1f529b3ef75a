#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: 6.1 6.12
# In a guest: packets from contexts in which a guest cannot run: interrupts off, where nothing could
# stop it; or hardly any stack left.  They are counted as skipped, and dropped if that is the verdict
# for a trap; otherwise they pass.
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tests/net/net.sh
. "${0%/*}/net.sh"
send() { echo "$1" >/sys/module/kwasm_testcaller/parameters/send; }

modprobe kwasm_netfilter
modprobe kwasm_testcaller
attach --hook nf_out --family ip --on-trap detach --name it "$GUESTS/caller.wasm"

# counts: packets, traps and skipped ones
counts() { echo "$(counter it packets) $(counter it traps) $(counter it skipped)"; }

ok 'a packet in process context' send plain
is 'is handled' "$(counts)" '1 0 0'
ok 'one with BH off' send bh
is 'is handled' "$(counts)" '2 0 0'
ok 'one with BH and interrupts off passes' send irqs
is 'and is skipped' "$(counts)" '2 0 1'
ok 'another one' send irqs
is 'as well' "$(counts)" '2 0 2'
ok 'one whose sender has enough stack left' send 11000
is 'is handled' "$(counts)" '3 0 2'
ok 'one whose sender has hardly any stack left passes' send 4800
is 'and is skipped' "$(counts)" '3 0 3'
ok 'so does one with less than a guest is promised' send 7000
is 'which is skipped before the guest begins' "$(counts)" '3 0 4'
is 'it is no trap' "$(state it)" active
ok 'the next packet' send bh
is 'is handled' "$(counts)" '4 0 4'
kwasmctl detach it

attach --hook nf_out --family ip --on-trap drop --name it "$GUESTS/caller.wasm"
ok 'where traps drop, a packet' send bh
is 'is handled' "$(counts)" '1 0 0'
not_ok 'one with interrupts off does not pass' send irqs
is 'it is skipped' "$(counts)" '1 0 1'
not_ok 'nor does one with hardly any stack left' send 4800
is 'which is skipped' "$(counts)" '1 0 2'
is 'it is no trap either' "$(state it)" active
kwasmctl detach it
ok 'nothing is left' nothing_left
rmmod kwasm_testcaller kwasm_netfilter kwasm
done_testing
