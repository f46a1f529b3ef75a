#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: 6.1 6.12
# Requests that kwasmctl never sends: nl_hostile.c with the modules loaded.
set -u
modprobe kwasm_netfilter || exit 1
"$KWASM_BUILD/guest/nl-hostile" "$KWASM_BUILD/guest/tools/handler.wasm"
status=$?
rmmod kwasm_netfilter kwasm || status=1
exit $status
