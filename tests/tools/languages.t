#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The page Languages: each command has succeeded (run-page, when the tests were built), each program
# logs, and each ends with a trap where it fails.  vectors.t compares their verdicts,
# guest/languages.sh runs some in the kernel.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/lib.sh
. tests/lib.sh
# shellcheck source=tests/tools/page.sh
. tests/tools/page.sh
ctl=$KWASM_BUILD/kwasmctl
page=Documentation/languages.rst
out=$KWASM_BUILD/tests/languages

page_results "$out/results"
is 'all commands of the page were run' "$(grep -c ' - ' "$out/results")" "$(grep -c '^   \$ ' "$page")"

# of SECTION FILTER OPTION...: result of the filter on the JSON of `kwasmctl test` with its program
of() {
	"$ctl" -j test --pcap "$out/$1/in.pcap" "${@:3}" "$out/$1/drop.wasm" | jq -r "$2"
}

lines=$(of C .log_lines)
ok 'packets are logged' test "$lines" -gt 100
for section in C C++ Rust AssemblyScript Zig 'WebAssembly text'; do
	once=''
	[ "$section" != C++ ] || once=constructed
	is "$section: the lines of the log" "$(of "$section" '.log | unique | join(", ")')" \
		"ICMP dropped${once:+, $once}"
	[ "$section" = 'WebAssembly text' ] ||
		is "$section: as many as in C" "$(of "$section" .log_lines)" $((lines + (${#once} > 0)))
	is "$section: a failed check is a trap" \
		"$(of "$section" '.traps == .packets and (.traps_by_place | map(.kind) == ["unreachable"])' \
			--entry crash)" true
	is "$section: no warning" "$(of "$section" '.warnings | length')" 0
done
is 'of the text: a line for each dropped packet' \
	"$(of 'WebAssembly text' '.log_lines == .dropped and .log_lines > 0')" true

# The recipe's option keeps out an import that the kernel does not have.
is 'without its option AssemblyScript imports env.abort' \
	"$(cd "$out/AssemblyScript" && npx asc drop.ts -o abort.wasm -O --runtime stub &&
		wasm-objdump -x -j Import abort.wasm | grep -o 'env\.abort$')" env.abort

is 'the page names packages that scripts/install-deps installs' \
	"$(sed -n 's/^    apt-get install //p' "$page" | tr ' ' '\n' | while read -r package; do
		grep -qE "[ \"]$package( |\"|\$)" scripts/install-deps || echo "$package"
	done)" ''
done_testing
