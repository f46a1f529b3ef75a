#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# In a guest: the kernel side by itself (text, memories, traps, watchdog), see tests/kmod/.
# Prints the module's TAP, cut off where modules cannot be loaded.
set -u

if ! modprobe kwasm max_memories=300 max_total_pages=2048 || ! modprobe kwasm_selftest; then
	echo "Bail out! the modules cannot be loaded"
	exit 1
fi
cat /sys/kernel/debug/kwasm_selftest
rmmod kwasm_selftest kwasm
