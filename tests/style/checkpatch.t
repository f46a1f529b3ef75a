#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# checkpatch --strict over every C file, header and table: one assertion a file.
# What it is not asked for stands with its reason in checkpatch.ignore.
set -u
cd "$(dirname "$0")/../.." || exit 1

if ! scripts/get-checkpatch >&2; then
	exit 1
fi

# ignored FILE: the types that do not count in FILE, separated by commas
ignored() {
	local type prefix

	sed '/^#/d; /^$/d; s/:.*//' tests/style/checkpatch.ignore | while read -r type prefix; do
		case $1 in
		"$prefix"*) printf '%s,' "$type" ;;
		esac
	done
}

mapfile -t files < <(git ls-files -co --exclude-standard '*.c' '*.h' '*.S' '*.def' | sort)
echo "1..${#files[@]}"
n=0
for f in "${files[@]}"; do
	n=$((n + 1))
	if out=$(perl build/checkpatch/checkpatch.pl --no-tree --strict --terse --show-types \
			--no-summary --max-line-length=100 --ignore "$(ignored "$f")" -f "$f" 2>&1) &&
	   [ -z "$out" ]; then
		echo "ok $n - $f"
	else
		echo "not ok $n - $f"
		printf '%s\n' "$out" | sed 's/^/# /'
	fi
done
