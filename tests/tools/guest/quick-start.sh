#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: 6.12 own
# The page Quick start in the kernel: each command of root, with the modules as the commands before
# have made them, prints what the page shows.  `make quick-start` renews the page from these notes.
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../../lib.sh"
steps=$KWASM_BUILD/guest/quick-start
tmp=$(mktemp -d)

# normal FILE: without what differs between runs
normal() {
	sed -E -f "$steps/normalise.sed" "$1"
}

ip link set lo up
ok 'the page has commands of root' test -e "$steps/staged"
for n in $(cd "$steps" && printf '%s\n' [0-9]* | sort -n); do
	cd "$steps/$n" || exit 1
	bash ./command >"$tmp/out" 2>&1
	sed "s/^/# $n|/" "$tmp/out"
	is "$(cat command)" "$(normal "$tmp/out")" "$(normal expected)"
done
done_testing
