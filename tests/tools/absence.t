#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Why the module is not loaded: a folder plays the machine, with one cause each.
# tests/tools/guest/absence.sh has real ones.
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../lib.sh"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
root=$tmp/root release=6.1.0-9-amd64 version='#1 SMP PREEMPT_DYNAMIC' may=yes name=kwasm
module=lib/modules/$release/updates/dkms/kwasm.ko

# machine: one that has the module and nothing against it
machine() {
	rm -rf "$root"
	holds "$module" "$(printf '\177ELF')...vermagic=$release SMP preempt mod_unload"
	holds "lib/modules/$release/modules.dep" 'kernel/net/ipv4/ipip.ko: kernel/net/ipv4/tunnel4.ko
updates/dkms/kwasm.ko:'
	holds proc/self/uid_map '         0          0 4294967295'
	holds proc/sys/kernel/modules_disabled 0
	holds sys/kernel/security/lockdown '[none] integrity confidentiality'
	holds sys/module/module/parameters/sig_enforce N
}

# holds PATH TEXT: a file of the machine
holds() {
	mkdir -p "$root/${1%/*}"
	printf '%s\n' "$2" >"$root/$1"
}

# says NAME TEXT: and the next machine is whole again
says() {
	is "$1" "$("$KWASM_BUILD/tests/tools/absence" "$root" "$name" "$release" "$version" "$may")" "$2"
	version='#1 SMP PREEMPT_DYNAMIC' may=yes name=kwasm
	machine
}

machine
says 'nothing against it' 'module kwasm is not loaded: run modprobe kwasm'

may=no
says 'no privilege' 'module kwasm is not loaded: run modprobe kwasm as root'

rm "$root/lib/modules/$release/modules.dep"
says 'not installed' "module kwasm is not installed for this kernel, $release: run make install-modules, or install its headers and kwasm-dkms"

rm -rf "$root/lib/modules"
says 'no modules at all' "module kwasm is not installed for this kernel, $release: run make install-modules, or install its headers and kwasm-dkms"

holds "lib/modules/$release/modules.dep" 'updates/dkms/kwasm_netfilter.ko: updates/dkms/kwasm.ko'
holds lib/modules/6.1.0-8-amd64/modules.dep 'updates/dkms/kwasm.ko.xz:'
says 'installed for another kernel' "module kwasm is not installed for this kernel, $release (but for 6.1.0-8-amd64): run make install-modules, or install its headers and kwasm-dkms"

holds "$module" "$(printf '\177ELF')...vermagic=6.1.0-8-amd64 SMP preempt mod_unload"
says 'built for another kernel' "module kwasm is built for another kernel, 6.1.0-8-amd64, and this is $release: build it again"

holds "$module" "$(printf '\177ELF')...vermagic=$release-rt SMP"
says 'with the same beginning' "module kwasm is built for another kernel, $release-rt, and this is $release: build it again"

holds "$module" "$(printf '\177ELF')...vermagic="
says 'a file that is cut there' 'module kwasm is not loaded: run modprobe kwasm'

holds "$module" x
says 'a file too short to be read' 'module kwasm is not loaded: run modprobe kwasm'

version='#1 SMP PREEMPT_RT Debian 6.1.1'
says 'a kernel with PREEMPT_RT' "module kwasm does not support this kernel, $release: it is built with PREEMPT_RT"

holds sys/kernel/realtime 1
says 'which says so itself' "module kwasm does not support this kernel, $release: it is built with PREEMPT_RT"

unsigned='is missing: see Secure Boot in install.rst'
foreign='may be by a key that is not enrolled: see mokutil --test-key'
trusts='and takes modules only with a signature that it trusts; its own'
holds sys/kernel/security/lockdown 'none [integrity] confidentiality'
says 'lockdown' "module kwasm is not loaded: this kernel is locked down $trusts $unsigned"

holds sys/kernel/security/lockdown 'none integrity [confidentiality]'
says 'the other lockdown' "module kwasm is not loaded: this kernel is locked down $trusts $unsigned"

holds sys/module/module/parameters/sig_enforce Y
says 'signatures are enforced' "module kwasm is not loaded: this kernel enforces signatures $trusts $unsigned"

holds sys/module/module/parameters/sig_enforce Y
echo '~Module signature appended~' >>"$root/$module"
says 'and there is one' "module kwasm is not loaded: this kernel enforces signatures $trusts $foreign"

holds sys/module/module/parameters/sig_enforce Y
holds "lib/modules/$release/modules.dep" '/usr/lib/kwasm.ko.xz:'
says 'or who knows' "module kwasm is not loaded: this kernel enforces signatures $trusts may be missing: see Secure Boot in install.rst"

holds proc/sys/kernel/modules_disabled 1
says 'modules are switched off' 'module kwasm is not loaded: kernel.modules_disabled is set, until the next boot no module can be'

for mark in run/systemd/container run/.containerenv ./.dockerenv; do
	holds $mark ''
	may=no
	says "a container, by ${mark#./}" 'module kwasm is not loaded: this is a container, load it on the host'
done

holds ./.dockerenv ''
says "a machine made of a container's image" 'module kwasm is not loaded: run modprobe kwasm'

holds proc/self/uid_map '         0       1000          1'
may=no
says 'a user namespace' 'module kwasm is not loaded: this is a user namespace, load it outside'

holds sys/module/kwasm/initstate live
says 'it is loaded, but differs' "module kwasm is live and does not answer: its version differs from kwasmctl's"

holds sys/module/kwasm/initstate going
says 'it is being removed' 'module kwasm is going and does not answer: try again, then see dmesg'

name=kwasm_netfilter
says 'another module' "module kwasm_netfilter is not installed for this kernel, $release: run make install-modules, or install its headers and kwasm-dkms"

name=ipip
says 'or one of another name' 'module ipip is not loaded: run modprobe ipip'
done_testing
