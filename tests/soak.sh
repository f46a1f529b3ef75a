# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Sourced by the long tests: run tests in guests one after another and count their assertions.

src=$(cd "${BASH_SOURCE[0]%/*}/.." && pwd)
cd "$src" || exit 1
soak_passed=0
soak_failed=0

# soak TEST OPTION...: run a test with these options of tests/vm/run; show its comments and
# failures.  A test that does not match its plan counts as one failure.
soak() {
	local test=$1 out rc=0 good bad plan

	shift
	echo "== $test $*"
	out=$(tests/vm/run "$@" -- "$test") || rc=$?
	printf '%s\n' "$out" | grep -E '^(#|not ok)'
	good=$(grep -c '^ok' <<<"$out")
	bad=$(grep -c '^not ok' <<<"$out")
	plan=$(sed -n 's/^1\.\.//p' <<<"$out")
	if [ "$bad" -eq 0 ] && { [ "$rc" -ne 0 ] || [ "$plan" != "$good" ]; }; then
		echo "not ok - status $rc, $good assertions of ${plan:-none planned}"
		bad=1
	fi
	soak_passed=$((soak_passed + good)) soak_failed=$((soak_failed + bad))
}

# soak_done: print the count and exit
soak_done() {
	echo "$soak_passed passed, $soak_failed failed, 0 skipped"
	exit $((soak_failed > 0))
}
