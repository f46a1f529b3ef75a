#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Truncated and mutated modules in the sanitized decoder: every example, and modules built here with
# wat2wasm and clang.
set -eu
cd "$(dirname "$0")"

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

wat2wasm --debug-names -o "$tmp/instructions.wasm" instructions.wat
for opt in 0 2; do
	clang --target=wasm32 -O$opt -nostdlib -ffreestanding -c -o "$tmp/program$opt.o" program.c
	wasm-ld --no-entry -o "$tmp/program$opt.wasm" "$tmp/program$opt.o"
done

"$KWASM_BUILD/san/tests/fuzz/decode" "$KWASM_BUILD"/examples/*.wasm "$tmp"/*.wasm
