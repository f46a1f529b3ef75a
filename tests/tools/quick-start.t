#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The page Quick start: its commands that need no module have succeeded outside the tree (run-page, when
# the tests were built) and print what the page shows.  The others: guest/quick-start.sh.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/lib.sh
. tests/lib.sh
# shellcheck source=tests/tools/page.sh
. tests/tools/page.sh
page=Documentation/quick-start.rst
out=$KWASM_BUILD/tests/quick-start

# normal: without what differs between runs
normal() {
	sed -E -f tests/tools/normalise.sed
}

page_results "$out/results"

commands=$(python3 -B tests/tools/page.py "$page")
while IFS=$'\t' read -r n command; do
	is "$command: what it prints" "$(normal <"$out/$n.out")" \
		"$(python3 -B tests/tools/page.py "$page" "$n" | normal)"
done < <(printf '%s\n' "$commands" | grep $'\tkwasmctl' | while IFS=$'\t' read -r n command; do
	[ ! -e "$out/$n.out" ] || printf '%s\t%s\n' "$n" "$command"
done)
is 'every command of the page is run, here or in the guest' \
	"$(printf '%s\n' "$commands" | wc -l)" \
	"$(($(grep -c ' - ' "$out/results") + $(find "$out/guest" -name command | wc -l)))"
done_testing
