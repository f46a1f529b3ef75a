#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# In a guest that counts instructions as nanoseconds: count.sh ENGINE...  Runs every kernel of
# kernels.list twice in each standalone engine, and prints "ENGINE KERNEL CHECKSUM INSTRUCTIONS" of
# the second run.
set -eu
here=$KWASM_BUILD/guest/bench/core
export BENCH_WASM=$here/wasm

kernels=$(sed 's/#.*//' "$here/kernels.list" | awk 'NF')
for engine; do
	while read -r kernel n; do
		printf 'run %s %s\nrun %s %s\n' "$kernel" "$n" "$kernel" "$n"
	done <<<"$kernels" | "$here/engine-$engine" | awk 'NR % 2 == 0' |
		paste -d ' ' <(awk -v e="$engine" '{ print e, $1 }' <<<"$kernels") -
done
