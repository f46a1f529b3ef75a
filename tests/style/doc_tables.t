#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Generated tables of the documentation and of the bindings match the sources, and the index lists
# exactly the existing pages.
# shellcheck disable=SC2016 # back quotes are the documentation's
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/lib.sh
. tests/lib.sh
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

mapfile -t pages < <(grep -l '^\.\. table ' Documentation/*.rst)
ok 'there are pages with tables' test "${#pages[@]}" -gt 0
for page in "${pages[@]}"; do
	ok "$page" scripts/doc-tables "$page"
done
sed 's/-ENODATA/-ENOENT/' Documentation/guest-abi.rst >"$tmp/altered.rst"
not_ok 'an altered one is detected' scripts/doc-tables "$tmp/altered.rst"
ok 'and can be updated' scripts/doc-tables --write "$tmp/altered.rst"
ok 'in its tables' scripts/doc-tables "$tmp/altered.rst"

for file in core/uapi/kwasm.rs core/uapi/kwasm.ts core/uapi/kwasm.zig; do
	ok "$file" scripts/bindings "$file"
	altered=$tmp/${file##*/}
	sed 's/pkt_be16(offset: u32)/pkt_be16(at: u32)/' "$file" >"$altered"
	not_ok 'an altered one is detected' scripts/bindings "$altered"
	ok 'and can be updated' scripts/bindings --write "$altered"
	ok 'to what it was' cmp "$file" "$altered"
done

is 'the index lists every page' \
	"$(sed -n 's/^:doc:`\(.*\)`$/\1/p' Documentation/index.rst | sort)" \
	"$(for page in Documentation/*.rst; do
		basename "$page" .rst
	done | grep -vx index)"
is 'pages only refer to existing pages' \
	"$(grep -oh ':doc:`[^`]*`' Documentation/*.rst | sort -u | tr -d '`' | while read -r page; do
		[ -e "Documentation/${page#:doc:}.rst" ] || echo "$page"
	done)" ''
done_testing
