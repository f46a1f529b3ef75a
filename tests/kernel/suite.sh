#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: 6.1 6.12
# The specification's suite in the kernel of a guest: one test per file, and a table of all on
# standard error.
set -u
shopt -s nullglob
dir=${KWASM_BUILD:?}/guest/spec
passed=0 failed=0 text=0 count=0 bad=0

# replay FILE: sets $result to the kernel's output and $counts to its last line
replay() {
	local line

	result='' counts=()
	exec 3<>/dev/kwasm_spec || return
	cat "$1" >&3
	while read -r line <&3; do
		result+="$line"$'\n'
		read -ra counts <<<"$line"
	done
	exec 3>&-
}

echo "# suite: $(cat "$dir/suite"), kernel $(uname -r)" >&2
# binaryen's resizing.wast asks for 10003 pages at once, 625 MiB
if ! modprobe kwasm max_total_mb=1024 || ! modprobe kwasm_spec; then
	echo "Bail out! kwasm_spec does not load"
	exit 1
fi
printf '# %-36s %7s %7s %7s\n' file passed failed text >&2
for file in "$dir"/*.cmds; do
	name=${file##*/}
	replay "$file"
	count=$((count + 1))
	if [ "${counts[0]-}" != COUNTS ]; then
		echo "not ok $count - $name: the kernel gave no counts"
		bad=1
		continue
	fi
	printf '# %-36s %7d %7d %7d\n' "$name" "${counts[@]:1:3}" >&2
	passed=$((passed + counts[1])) failed=$((failed + counts[2]))
	text=$((text + counts[3]))
	if [ "${counts[2]}" -eq 0 ] && [ "${counts[4]}" -eq 0 ]; then
		echo "ok $count - $name: ${counts[1]} passed"
	else
		bad=1
		echo "not ok $count - $name: ${counts[2]} failed, error ${counts[4]}"
		grep ^FAIL <<<"$result" | head -n 20 | sed "s/^FAIL/# $name:/" >&2
	fi
done
echo "1..$count"
echo "# suite in the kernel: $passed assertions passed, $failed failed," \
	"$text skipped for text" >&2
rmmod kwasm_spec kwasm || bad=1
exit $bad
