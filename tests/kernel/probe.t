#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What a kernel has is found by compiling: sources laid out as for DKMS are built against the headers
# of 6.1, against the same headers with newer interfaces brought back, as distributions do without
# changing the version, and with neither form of one.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/lib.sh
. tests/lib.sh
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
scripts/guest-kernel 6.1 >&2 || exit 1
kernel=$PWD/build/kernels/6.1
release=$(cat "$kernel/release")
common=linux-headers-${release%-amd64}-common
hrtimer=$tmp/usr/src/$common/include/linux/hrtimer.h
genetlink=$tmp/usr/src/$common/include/net/genetlink.h

# copy: 6.1's headers, of which single ones can be replaced
copy() {
	mkdir -p "$tmp/usr"
	cp -al "$kernel/usr/src" "$tmp/usr/" || return 1
	ln -s "$kernel/usr/lib" "$tmp/usr/lib"
	echo "include $tmp/usr/src/$common/Makefile" >"$tmp/Makefile"
	mv "$tmp/Makefile" "$tmp/usr/src/linux-headers-$release/Makefile"
}

# change FILE EXPRESSION...: as sed, in a copy of the file, which changes
change() {
	local file=$1 expressions=() e
	shift
	for e; do
		expressions+=(-e "$e")
	done
	sed -E "${expressions[@]}" "$file" >"$tmp/changed"
	! cmp -s "$tmp/changed" "$file" && mv "$tmp/changed" "$file"
}

# built NAME KDIR: the sources that depend on answers, in a tree of that name; prints what was asked
built() {
	local tree=$tmp/$1

	[ -d "$tree" ] || scripts/dkms-tree "$tree" 1
	env -u MAKEFLAGS -u MFLAGS make -C "$2" M="$tree" KWASM_TESTS= \
		core/kernel/machine/thread.o core/kernel/machine/watchdog.o core/kernel/netlink/log.o \
		core/kernel/machine/x86/cpu.o 2>&1
}

# answers NAME: of the probe in that tree, one a line
answers() {
	sed -n 's/^#define KWASM_HAVE_//p' "$tmp/$1/kwasm_probe.h"
}

ok 'the sources are compiled for 6.1' built plain "$kernel/kdir"
is 'with the interfaces of 6.1' "$(answers plain)" 'HRTIMER_SETUP 0
DUMP_INFO 0
PCPU_HOT 0'
is 'nothing is asked again without a reason' "$(built plain "$kernel/kdir" | grep -c PROBE)" 0

ok 'a copy of the headers' copy
kdir=$tmp/usr/src/linux-headers-$release
ok 'is taken as the original' built port "$kdir"
is 'with the same answers' "$(answers port)" "$(answers plain)"
ok 'hrtimer_setup() replaces hrtimer_init() there' change "$hrtimer" \
	'/^extern void hrtimer_init\(/i extern void hrtimer_setup(struct hrtimer *timer, enum hrtimer_restart (*function)(struct hrtimer *), clockid_t clock_id, enum hrtimer_mode mode);' \
	'/^extern void hrtimer_init\(/,/;/d' 's/^\thrtimer_init\(timer, which_clock, mode\);/\t;/'
ok 'and struct genl_dumpit_info gets its own genl_info' change "$genetlink" \
	'/^struct genl_dumpit_info \{/,/^\};/s/struct nlattr \*\*attrs;/struct genl_info info;/'
ok 'the sources are compiled for the changed headers' built port "$kdir"
is 'which were asked again' "$(answers port)" 'HRTIMER_SETUP 1
DUMP_INFO 1
PCPU_HOT 0'

ok 'headers with neither form' change "$hrtimer" '/^extern void hrtimer_setup\(/d'
refusal=$(built port "$kdir") && refusal='no refusal'
like 'are refused by the name of the fact' "$refusal" 'neither form of HRTIMER_SETUP'
like 'with the words of the compiler' "$refusal" 'error: implicit declaration of function .hrtimer_(init|setup)'
done_testing
