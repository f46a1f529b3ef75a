#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs shellcheck over every shell script, found by its first line: one assertion a file.
# SC2317 takes functions for unreachable that are called by name through an assertion or a trap.
set -u
cd "$(dirname "$0")/../.." || exit 1

mapfile -t files < <(git ls-files -co --exclude-standard | while read -r f; do
	if [ -f "$f" ] && { [[ $f == *.sh ]] ||
			    head -n 1 "$f" | grep -qaE '^#! ?/(usr/)?bin/(env )?(ba)?sh'; }; then
		echo "$f"
	fi
done)
echo "1..${#files[@]}"
n=0
for f in "${files[@]}"; do
	n=$((n + 1))
	if out=$(shellcheck -x -e SC2317 -f gcc "$f" 2>&1); then
		echo "ok $n - $f"
	else
		echo "not ok $n - $f"
		printf '%s\n' "$out" | sed 's/^/# /'
	fi
done
