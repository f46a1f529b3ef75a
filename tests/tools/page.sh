# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Sourced by the tests of pages that run-page has followed, after tests/lib.sh.

# result LINE: a line of run-page's results, as a status
result() {
	[ "${1%% - *}" = ok ]
}

# page_results FILE: an assertion for each command that run-page has run
page_results() {
	local line

	while read -r line; do
		case $line in
		'#'*) note "${line#\# }" ;;
		*) ok "${line#* - }" result "$line" ;;
		esac
	done <"$1"
}
