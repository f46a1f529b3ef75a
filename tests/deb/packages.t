#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The packages of `make deb`, installed in a bare Debian 12 in a folder: DKMS builds the modules for
# the kernel whose headers are there and signs them, tool and headers are in place, and removal leaves
# nothing.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/lib.sh
. tests/lib.sh
src=$PWD
build=${KWASM_BUILD:-$PWD/build}
version=$(sed -n 's/^#define KWASM_VERSION "\(.*\)"/\1/p' core/uapi/kwasm.h)
PATH=$PATH:/usr/sbin:/sbin

die() {
	echo "Bail out! $*"
	exit 1
}

[ "$(id -u)" -eq 0 ] || die 'a Debian in a folder needs root'
# shellcheck source=scripts/apt.sh
. scripts/apt.sh
apt_update bookworm >&2
mkdir -p "$apt/debootstrap"
root=$(mktemp -d "$build/deb-root.XXXXXX")
trap 'rm -rf "$root"' EXIT

bare() {
	debootstrap --variant=minbase --cache-dir="$apt/debootstrap" bookworm "$root" \
		"$(sed -n 's/^deb .* \(.*\) bookworm main$/\1/p' "$apt/sources.list" | head -n 1)" &&
		sed 's/^\(deb\(-src\)\?\) \[.*\]/\1/' "$apt/sources.list" >"$root/etc/apt/sources.list" &&
		cp /etc/resolv.conf "$root/etc/" && within apt-get -q update
}

# within COMMAND...: there
within() {
	DEBIAN_FRONTEND=noninteractive scripts/in-root "$root" "$src/scripts" -- "$@" </dev/null
}

# installs PACKAGE...: without what it only recommends
installs() {
	within apt-get -q -y --no-install-recommends install "$@"
}

has() { [ -s "$root/$1" ]; }
signed() { [ "$(tail -c 28 "$1")" = '~Module signature appended~' ]; }

ok 'a bare Debian 12' bare
ok "the headers of its kernel, and what signs" installs linux-headers-amd64 openssl
release=$(basename "$(echo "$root"/usr/src/linux-headers-*-amd64)" | sed 's/^linux-headers-//')
note "kernel $release"
cp "$build"/deb/*.deb "$root/tmp/"
ok 'the packages are installed' within sh -c \
	'apt-get -q -y --no-install-recommends install /tmp/kwasm-dkms_*.deb /tmp/kwasm-tools_*.deb /tmp/libkwasm-dev_*.deb'

like 'DKMS has built and installed the modules for its kernel' "$(within dkms status -m kwasm)" \
	"kwasm/$version, $release, x86_64: installed"
modules=$root/lib/modules/$release/updates/dkms
mapfile -t names < <(sed -n 's/^obj-.*+= \([a-z_]*\)\.o$/\1/p' Kbuild)
for module in "${names[@]}"; do
	ok "$module is there" test -s "$modules/$module.ko"
	like "$module is built for the kernel" \
		"$(within modinfo -F vermagic "${modules#"$root"}/$module.ko")" "^$release "
	is "$module carries its version" \
		"$(within modinfo -F version "${modules#"$root"}/$module.ko")" "$version"
	ok "$module is signed, and nothing has stripped it" signed "$modules/$module.ko"
done
like 'modprobe finds them' "$(within modprobe -S "$release" --show-depends kwasm_netfilter)" \
	'/kwasm.ko.*/kwasm_netfilter.ko'
is 'no test module is installed' "$(find "$root/lib/modules" -name 'kwasm_*test*' -o -name 'kwasm_spec*')" ''

is 'the tool runs' "$(within kwasmctl --version)" "kwasmctl $version"
for file in usr/sbin/kwasmctl usr/share/man/man8/kwasmctl.8.gz \
	usr/share/bash-completion/completions/kwasmctl usr/include/kwasm/kwasm_guest.h \
	usr/include/kwasm/kwasm_abi.def usr/share/pkgconfig/kwasm.pc usr/lib/libkwasm.a \
	usr/share/pkgconfig/libkwasm.pc usr/include/libkwasm/compile.h; do
	ok "$file" has "$file"
done
like 'the tool tells that its module cannot be loaded here' "$(within kwasmctl list 2>&1)" '^module kwasm '

openssl req -new -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=test/ -outform DER \
	-addext extendedKeyUsage=codeSigning -keyout "$root/tmp/mok.key" -out "$root/tmp/mok.der" 2>/dev/null
before=$(stat -c %s "$modules/kwasm.ko")
ok 'a key of one'"'"'s own signs them as well' within "$src/scripts/sign-modules" '' \
	"/usr/src/linux-headers-$release" /tmp/mok.key /tmp/mok.der
ok 'with one more signature' test "$(stat -c %s "$modules/kwasm.ko")" -gt "$before"

ok 'the packages are removed' within apt-get -q -y purge kwasm-dkms kwasm-tools libkwasm-dev
is 'and leave nothing' "$(find "$root"/usr "$root"/lib/modules "$root"/var/lib/dkms -name '*kwasm*')" ''
done_testing
