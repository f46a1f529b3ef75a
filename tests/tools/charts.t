#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The charts of the documentation are those of the figures beside them, and each is shown somewhere.
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../lib.sh"
dir=$KWASM_SRC/Documentation/performance
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

"$KWASM_SRC/bench/core/chart" "$dir/results.json" "$tmp/chart.svg" "$tmp/means.svg"
for chart in chart means; do
	ok "$chart.svg is that of results.json" cmp "$tmp/$chart.svg" "$dir/$chart.svg"
	ok 'it is well-formed' python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' \
		"$dir/$chart.svg"
	ok 'performance.rst shows it' grep -q "^.. image:: performance/$chart.svg" "$dir/../performance.rst"
done
ok 'README.md shows the means' grep -q '](Documentation/performance/means.svg)' "$KWASM_SRC/README.md"
is 'each engine has a bar in them' "$(jq -r '.means | length' "$dir/results.json")" \
	"$(($(grep -c '<rect x="150"' "$dir/means.svg") - 1))"
done_testing
