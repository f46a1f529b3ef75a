#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# checkpatch --strict on every C file, header and table: one assertion per file.  Ignored types are
# listed with a reason in checkpatch.ignore.
set -u
cd "$(dirname "$0")/../.." || exit 1

if ! scripts/get-checkpatch >&2; then
	exit 1
fi

# ignored FILE: the types to ignore in FILE, separated by commas
ignored() {
	local type prefix

	sed '/^#/d; /^$/d; s/:.*//' tests/style/checkpatch.ignore | while read -r type prefix; do
		case $1 in
		"$prefix"*) printf '%s,' "$type" ;;
		esac
	done
}

# check FILE: write checkpatch's complaints to $tmp/FILE
check() {
	local out=$tmp/$1

	mkdir -p "${out%/*}"
	perl build/checkpatch/checkpatch.pl --no-tree --strict --terse --show-types --no-summary \
		--max-line-length=100 --ignore "$(ignored "$1")" -f "$1" >"$out" 2>&1 ||
		[ -s "$out" ] || echo "checkpatch failed" >"$out"
}

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export -f check ignored
export tmp
mapfile -t files < <(git ls-files -co --exclude-standard '*.c' '*.h' '*.S' '*.def' | sort)
# shellcheck disable=SC2016 # expanded by the shell that is started
printf '%s\0' "${files[@]}" | xargs -0 -P "$(nproc)" -n 8 bash -c 'for f; do check "$f"; done' -
echo "1..${#files[@]}"
n=0
for f in "${files[@]}"; do
	n=$((n + 1))
	if [ -e "$tmp/$f" ] && [ ! -s "$tmp/$f" ]; then
		echo "ok $n - $f"
	else
		echo "not ok $n - $f"
		sed 's/^/# /' "$tmp/$f"
	fi
done
