#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: 6.1 6.12 append=module.sig_enforce=1 own
# In a guest that enforces signatures: kwasmctl says why the module could not be loaded, for causes
# that are real: no signature, not installed, built for another kernel, lockdown.
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../../lib.sh"
release=$(uname -r)
dir=/lib/modules/$release/extra
trusts='and takes modules only with a signature that it trusts; its own is missing: see Secure Boot in install.rst'

# refuses NAME ERROR SENTENCE: modprobe fails with the kernel's ERROR, kwasmctl with the sentence
refuses() {
	like "$1: modprobe fails" "$(modprobe kwasm 2>&1)" "$2"
	is "$1: kwasmctl tells the cause" "$(kwasmctl list 2>&1)" "$3"
	is "$1: it cannot be loaded by a command" "$(grep -c '^kwasm ' /proc/modules)" 0
}

refuses 'no signature' 'Key was rejected by service' \
	"module kwasm is not loaded: this kernel enforces signatures $trusts"

mv "$dir/kwasm.ko" /tmp/kwasm.ko
depmod
refuses 'not installed' 'not found' \
	"module kwasm is not installed for this kernel, $release: run make install-modules, or install its headers and kwasm-dkms"

sed "s/vermagic=./vermagic=9/" /tmp/kwasm.ko >"$dir/kwasm.ko"
depmod
refuses 'built for another kernel' 'Key was rejected by service|Exec format error' \
	"module kwasm is built for another kernel, 9${release#?}, and this is $release: build it again"

mv /tmp/kwasm.ko "$dir/kwasm.ko"
depmod
mount -t securityfs securityfs /sys/kernel/security
echo integrity >/sys/kernel/security/lockdown
refuses lockdown 'Operation not permitted|Key was rejected by service' \
	"module kwasm is not loaded: this kernel is locked down $trusts"
done_testing
