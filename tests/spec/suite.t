#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The specification's suite in user space: one test per file, and a table of all on standard error.
set -eu

cmds=$KWASM_BUILD/guest/spec
echo "# suite: $(cat "$cmds/suite")" >&2
while read -r file; do
	echo "# left out: $file" >&2
done <"$cmds/left-out"
exec "$KWASM_BUILD/tests/spec/spec_user" --verify "$cmds"/*.cmds
