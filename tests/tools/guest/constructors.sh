#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: 6.1 6.12
# Constructors in the kernel: once per instance, before its first packet and not at each.  The
# handlers accept a packet only if they have run exactly once.
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../../lib.sh"
here=$KWASM_BUILD/guest/tools

# counts: verdicts of the packets at the hook
counts() {
	kwasmctl -j stats | jq -r '.[0] | "\(.packets > 5) \(.accepted) of \(.packets), \(.dropped) dropped"' |
		sed -E 's/ ([0-9]+) of \1,/ all,/'
}

ip link set lo up
modprobe kwasm_netfilter || exit 1
ok 'a program in C++ is attached' kwasmctl attach --hook nf_out "$here/constructors.wasm"
ok 'its packets pass' ping -q -c 6 -i 0.05 127.0.0.1
is 'each found the constructors run once' "$(counts)" 'true all, 0 dropped'
ok 'it is replaced by itself' kwasmctl replace constructors "$here/constructors.wasm"
ok 'and the packets of the new instances pass' ping -q -c 6 -i 0.05 127.0.0.1
is 'with constructors of their own' "$(counts)" 'true all, 0 dropped'
ok 'it is detached' kwasmctl detach constructors

warning='warning: export kwasm_packet runs all constructors at every call: include kwasm_guest.h, or export an _initialize that calls __wasm_call_ctors'
is 'load warns of wrapped exports' "$(kwasmctl load "$here/wrapped.wasm" 2>&1 >/dev/null)" "$warning"
is 'replace as well' "$(kwasmctl replace wrapped "$here/wrapped.wasm" 2>&1 >/dev/null)" "$warning"
ok 'it is unloaded' kwasmctl unload wrapped
is 'and attach' "$(kwasmctl attach --hook nf_out "$here/wrapped.wasm" 2>&1 >/dev/null)" "$warning"
not_ok 'whose packets see them run again' ping -q -c 6 -i 0.05 -W 1 127.0.0.1
ok 'it is detached' kwasmctl detach wrapped
rmmod kwasm_netfilter kwasm
done_testing
