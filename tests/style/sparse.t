#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# sparse: the portable core as user space compiles it, one assertion an object; then every module
# as kernel 6.1 compiles it, one assertion.  Only lines about our own files count.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${KWASM_BUILD:-$PWD/build}

mapfile -t objects < <(sed -n 's/^KWASM_CORE_OBJS += //p' core/objects.mk | tr ' ' '\n')
echo "1..$((${#objects[@]} + 1))"
n=0
# report NAME OUTPUT: one assertion, that OUTPUT is empty
report() {
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		printf '%s\n' "$2" | sed 's/^/# /'
	fi
}

for o in "${objects[@]}"; do
	c=core/${o%.o}.c
	if [ -e "$c" ]; then
		report "$c" "$(sparse -std=gnu11 -Icore "$c" 2>&1 |
			grep -E '^core/.*(warning|error):')"
	else
		report "${c%.c}.S is not C" ''
	fi
done

if log=$(make --no-print-directory kernel-6.1 &&
	 scripts/build-modules build/kernels/6.1/kdir "$build" C=2 CHECK=sparse 2>&1); then
	report 'modules' "$(grep -E "^($build/modules-|core/|hooks/|tests/).*(warning|error):" <<<"$log")"
else
	report 'modules build' "$log"
fi
