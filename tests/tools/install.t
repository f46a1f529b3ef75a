#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What `make install` leaves is enough outside the tree: to build a handler and try it, to build a
# program with the library, and for DKMS to build the modules.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/lib.sh
. tests/lib.sh
build=${KWASM_BUILD:-$PWD/build}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
root=$tmp/root
version=$(sed -n 's/^#define KWASM_VERSION "\(.*\)"/\1/p' core/uapi/kwasm.h)

installs() {
	env -u MAKEFLAGS -u MFLAGS make -s BUILD="$build" "$@" DESTDIR="$root" PREFIX=/usr \
		>"$tmp/log" 2>&1 || { sed 's/^/# /' "$tmp/log"; return 1; }
}

pkg() {
	PKG_CONFIG_SYSROOT_DIR=$root PKG_CONFIG_PATH=$root/usr/share/pkgconfig pkg-config "$@"
}

# handler: as a user outside the tree builds one
handler() {
	local cflags libs

	read -ra cflags < <(pkg --cflags kwasm)
	read -ra libs < <(pkg --libs kwasm)
	(cd "$tmp" && clang "${cflags[@]}" -O2 -c -o app.o app.c && wasm-ld "${libs[@]}" -o app.wasm app.o)
}

library() {
	local flags

	read -ra flags < <(pkg --cflags --libs libkwasm)
	cat >"$tmp/user.c" <<'END'
#include <run/instance.h>
#include <wasm/module.h>

int main(void)
{
	static const u8 empty[] = { 0, 'a', 's', 'm', 1, 0, 0, 0 };
	struct kwasm_module *module;
	struct kwasm_diag diag;

	kwasm_diag_init(&diag);
	if (kwasm_module_decode(empty, sizeof(empty), &kwasm_limits_default, &diag, &module))
		return 1;
	kwasm_module_destroy(module);
	return 0;
}
END
	gcc -std=gnu11 -Wall -Werror -o "$tmp/user" "$tmp/user.c" "${flags[@]}" && "$tmp/user"
}

ok 'tool, headers and library are installed' installs install-tool install-headers install-lib
ok 'the tool runs' "$root/usr/sbin/kwasmctl" --version
is 'pkg-config tells the version' "$(pkg --modversion kwasm)" "$version"
cp examples/block_ports/block_ports.c "$tmp/app.c"
is 'the bindings for each language are there' \
	"$(cd "$(pkg --variable=includedir kwasm)" && echo kwasm.*)" 'kwasm.rs kwasm.ts kwasm.zig'
ok 'a handler is built with the installed headers' handler
like 'and tried with the installed tool' \
	"$("$root/usr/sbin/kwasmctl" dump "$tmp/app.wasm" 2>&1 | head -n 40)" 'kwasm_packet'
ok 'a program is built with the installed library' library

ok 'the sources are laid out for DKMS' scripts/dkms-tree "$root/usr/src/kwasm-$version" "$version"
conf=$root/usr/src/kwasm-$version/dkms.conf
ok 'its configuration can be read' bash -n "$conf"
# directive NAME: its values
directive() (
	export kernel_source_dir=. dkms_tree=.
	# shellcheck disable=SC1090 # written just now
	. "$conf"
	printf '%s\n' "${!1}"
)
is 'it builds each module that Kbuild names, the tests excepted' \
	"$(directive 'BUILT_MODULE_NAME[@]')" \
	"$(sed -n 's/^obj-.*+= \([a-z_]*\)\.o$/\1/p' Kbuild)"
# builds RELEASE: does DKMS build for this kernel?
builds() { [[ $1 =~ $(directive BUILD_EXCLUSIVE_KERNEL) ]]; }
for release in 6.1.0-42-amd64 6.12.57+deb13-amd64 7.3.0 10.0.1; do
	ok "DKMS builds for $release" builds "$release"
done
for release in 5.10.0-30-amd64 5.16.1 4.6.1 6.0.0-5-amd64; do
	not_ok "but skips $release" builds "$release"
done
is 'it skips kernels that the modules refuse' \
	"$(directive BUILD_EXCLUSIVE_ARCH) $(directive BUILD_EXCLUSIVE_CONFIG)" 'x86_64 !CONFIG_PREEMPT_RT'
is 'no file that a module includes is missing' "$(
	grep -rhoE '^#include "[^"]+"' "$root/usr/src/kwasm-$version" | sed 's/.*"\(.*\)"/\1/' | sort -u |
		while read -r name; do
			[ -e "$root/usr/src/kwasm-$version/core/$name" ] ||
				find "$root/usr/src/kwasm-$version" -path "*/${name#../../}" | grep -q . ||
				[ "$name" = user/env_types.h ] || [ "$name" = kwasm_probe.h ] || echo "$name"
		done)" ''
done_testing
