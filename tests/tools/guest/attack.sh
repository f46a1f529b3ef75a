#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: 6.12
# In a guest: 150 unprivileged tasks, each root of namespaces of its own, send bad requests for
# ATTACK_SECONDS (5); each is told what is its own, and the kernel warns of nothing, which the guest's
# end looks for in the log.
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../../lib.sh"
# shellcheck source=tests/net/net.sh
. "${0%/*}/../../net/net.sh"

modprobe kwasm_netfilter
"$KWASM_BUILD/guest/nl-hostile" --crowd "${ATTACK_SECONDS:-5}" | sed 's/^/# /'
is 'all answers are the own ones' "${PIPESTATUS[0]}" 0
ok 'nothing is left' nothing_left
ok 'the modules are removed' rmmod kwasm_netfilter kwasm
done_testing
