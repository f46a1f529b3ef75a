#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Random modules in kwasm and wabt's interpreter; the long run is `make fuzz`.
set -eu

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

"$KWASM_BUILD/tests/fuzz/diff" --engine wabt --seed 1 --cases "${KWASM_FUZZ_CASES:-30000}" \
	--keep "$KWASM_BUILD"
