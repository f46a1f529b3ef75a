#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# scripts/check counts assertions, and counts every failure as such.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/lib.sh
. tests/lib.sh
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# count NAME COUNT SCRIPT: a test file with this content has this count
count() {
	local want="$2" got status=0

	printf '#!/bin/sh\n%s\n' "$3" >"$tmp/a.t"
	chmod +x "$tmp/a.t"
	got=$(scripts/check --build "$tmp" --group own "$tmp/a.t" 2>/dev/null) || status=1
	is "$1" "$(tail -n 1 <<<"$got"), status $status" "$want"
}

count 'all pass' '2 passed, 0 failed, 0 skipped, status 0' \
	'echo ok 1; echo ok 2; echo 1..2'
count 'one fails, one is skipped' '1 passed, 1 failed, 1 skipped, status 1' \
	'echo 1..3; echo ok 1; echo "ok 2 # skip why"; echo not ok 3'
count 'a status other than 0' '1 passed, 1 failed, 0 skipped, status 1' \
	'echo 1..1; echo ok 1; exit 3'
count 'death by a signal' '1 passed, 1 failed, 0 skipped, status 1' \
	'echo 1..1; echo ok 1; kill -9 $$'
count 'a plan that is not kept' '1 passed, 1 failed, 0 skipped, status 1' \
	'echo 1..2; echo ok 1'
count 'no plan' '1 passed, 1 failed, 0 skipped, status 1' 'echo ok 1'
count 'nothing at all' '0 passed, 1 failed, 0 skipped, status 1' 'true'
count 'nothing but a skipped file' '0 passed, 1 failed, 1 skipped, status 1' \
	'echo "1..0 # skip no"'
count 'a failure marked to be done later' '1 passed, 1 failed, 0 skipped, status 1' \
	'echo 1..2; echo ok 1; echo "not ok 2 # TO''DO later"'

got=$(scripts/check --build "$tmp" --group own)
not_ok 'a group without a test fails' scripts/check --build "$tmp" --group own
like 'and says so' "$got" 'no test asserted anything'
done_testing
