#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# sparse: a test that it works; the portable core as compiled for user space, one assertion per
# file; then every module as compiled for kernel 6.1, where only lines about our files count.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/lib.sh
. tests/lib.sh
build=${KWASM_BUILD:-$PWD/build}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# silent COMMAND...: succeeds and prints nothing
silent() {
	local out rc=0

	out=$("$@" 2>&1) || rc=$?
	printf 'status %s\n%s\n' "$rc" "$out"
	[ "$rc" -eq 0 ] && [ -z "$out" ]
}

# ours LOG: the lines of a build log about our files
ours() {
	grep -E "^($build/modules-|core/|hooks/|tests/).*(warning|error):" "$1"
}

# unseen LOG: sources that were compiled but not checked by sparse
unseen() {
	local dst o

	dst=$build/modules-$(cat build/kernels/6.1/release)
	find "$dst" -name '*.o' ! -name '*.mod.o' | while read -r o; do
		if [ -e "${o%.o}.c" ] && ! grep -qE "^ *CHECK +${o%.o}\.c$" "$1"; then
			echo "${o%.o}.c"
		fi
	done
}

cat >"$tmp/bad.c" <<'END'
#define __user __attribute__((noderef, address_space(1)))
int *address(int __user *p);
int *address(int __user *p) { return p; }
END
like 'a user-space pointer used as a kernel pointer is found' \
	"$(sparse -std=gnu11 "$tmp/bad.c" 2>&1)" 'different address spaces'

while read -r o; do
	if [ -e "core/${o%.o}.c" ]; then
		ok "core/${o%.o}.c" silent sparse -std=gnu11 -Icore "core/${o%.o}.c"
	fi
done < <(sed -n 's/^KWASM_CORE_OBJS += //p' core/objects.mk)

build_with_sparse() {
	make --no-print-directory kernel-6.1 &&
		scripts/build-modules build/kernels/6.1/kdir "$build" C=2 CHECK=sparse
}
if build_with_sparse >"$tmp/log" 2>&1; then
	is 'modules' "$(ours "$tmp/log")" ''
	is 'each of their sources was checked' "$(unseen "$tmp/log")" ''
else
	ok 'the modules build' false
	note "$(tail -n 40 "$tmp/log")"
fi
done_testing
