#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What long work tells of its progress: the steps of `make check` with their last times, the boot of
# `make demo` on a terminal and not elsewhere.
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../lib.sh"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# ---- make check -------------------------------------------------------------------------------

# A make that only has results
cat >"$tmp/make" <<'END'
#!/bin/sh
case "$*" in
*needs-unit*) touch "$CHECKED/check/unit.built" ;;
*check-built*) echo '3 0 1 2' >"$CHECKED/check/unit" ;;
esac
END
chmod +x "$tmp/make"
# steps: what check-all says of them
steps() {
	MAKE=$tmp/make CHECKED=$tmp "$KWASM_SRC/scripts/check-all" "$tmp" unit >"$tmp/out" 2>&1
	grep '^== step' "$tmp/out"
}
is 'the first run has steps' "$(steps)" '== step 1 of 3: dependencies
== step 2 of 3: build
== step 3 of 3: tests of unit'
printf '%s\n' '1 4' '2 210' '3 1800' >"$tmp/check/steps"
is 'the next one has the times of the last' "$(steps)" '== step 1 of 3: dependencies (4 s last time)
== step 2 of 3: build (210 s last time)
== step 3 of 3: tests of unit (1800 s last time)'
like 'which it keeps' "$(paste -sd ' ' "$tmp/check/steps")" '^1 [0-9]+ 2 [0-9]+ 3 [0-9]+$'
is 'the count is the last line' "$(tail -n 1 "$tmp/out")" '3 passed, 0 failed, 1 skipped'

# ---- make demo --------------------------------------------------------------------------------

# A tree whose guests only say something, after a second
mkdir -p "$tmp/tree/scripts" "$tmp/tree/tests/vm" "$tmp/tree/build/vm"
cp "$KWASM_SRC/scripts/demo" "$tmp/tree/scripts/"
# shellcheck disable=SC2016 # for the script itself
printf '#!/bin/sh\nsleep 1.5\necho hello\nexit "${FAILS:-0}"\n' >"$tmp/tree/tests/vm/run"
chmod +x "$tmp/tree/tests/vm/run"
demo() { KWASM_BUILD=$tmp/tree/build "$tmp/tree/scripts/demo" 2>&1; }
demo >"$tmp/out"
is 'a demo without a terminal' "$? $(grep -c 'booting a guest:' "$tmp/out") $(grep -c hello "$tmp/out")" \
	'0 0 1'
if command -v script >/dev/null; then
	echo 7 >"$tmp/tree/build/vm/boot-seconds"
	KWASM_BUILD=$tmp/tree/build script -qec "$tmp/tree/scripts/demo" /dev/null >"$tmp/out" </dev/null
	like 'on a terminal it counts seconds, beside the last time' "$(tr '\r' '\n' <"$tmp/out")" \
		'booting a guest: 1 s \(last time 7 s\)'
	like 'and keeps the time' "$(cat "$tmp/tree/build/vm/boot-seconds")" '^[12]$'
else
	skip 'on a terminal it counts seconds' 'there is no script(1)'
	skip 'and keeps the time' 'there is no script(1)'
fi
FAILS=3 demo >"$tmp/out"
is 'a guest that fails makes the demo fail' "$? $(tail -n 1 "$tmp/out")" '1 demo: failed'
done_testing
