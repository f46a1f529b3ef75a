#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Help, manual page and completion name the same commands and options.
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../lib.sh"
ctl=$KWASM_BUILD/kwasmctl
man=$KWASM_SRC/ctl/kwasmctl.8
PATH=$KWASM_BUILD:$PATH

# The manual page as text, hyphens plain
page=$(sed -e 's/\\-/-/g' -e 's/\\f[A-Z]//g' -e 's/"//g' "$man")

commands=$("$ctl" help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
ok 'there are commands' test "$(wc -w <<<"$commands")" -gt 10
is 'kwasmctl --help is kwasmctl help' "$("$ctl" --help)" "$("$ctl" help)"
is 'no tabs, no long lines' "$({ "$ctl" help; for c in $commands; do "$ctl" help "$c"; done; } |
	grep -cE $'\t|.{101}')" 0

version=$(sed -n 's/^#define KWASM_VERSION "\(.*\)"/\1/p' "$KWASM_SRC/core/uapi/kwasm.h")
is 'kwasmctl --version' "$("$ctl" --version; "$ctl" -j -V)" \
	"kwasmctl $version"$'\n'"{\"kwasmctl\":\"$version\"}"

# Every beginning of a command that only one has
for c in $commands; do
	for ((n = 1; n < ${#c}; n++)); do
		if [ "$(grep -c "^${c:0:n}" <<<"$commands")" = 1 ]; then
			is "${c:0:n} is $c" "$("$ctl" help "${c:0:n}")" "$("$ctl" help "$c")"
		fi
	done
done

in_page() { grep -qE -- "$1" <<<"$page"; }
every=''
for c in $commands; do
	help=$("$ctl" help "$c")
	is "$c --help" "$("$ctl" "$c" --help)" "$help"
	is "$c -V" "$("$ctl" "$c" -V)" "$("$ctl" -V)"
	is "$c -h" "$("$ctl" -h "$c" 2>&1 | head -n 1)" "$("$ctl" help | head -n 1)"
	like "$c begins with its use" "$help" "^usage: kwasmctl $c"
	ok "the manual page has $c" in_page "^\.(B|BR) $c( |\$)"
	# shellcheck disable=SC2046 # a list of words
	every="$every $(grep -oE -- '--[a-z-]+' <<<"$help" | sort -u | tr '\n' ' ')"
done
for o in $(tr ' ' '\n' <<<"$every" | sort -u); do
	ok "the manual page has $o" in_page "$o([^a-z-]|\$)"
done
# shellcheck disable=SC2013 # words
for o in $(grep -oE -- '--[a-z][a-z-]*' <<<"$page" | sort -u); do
	ok "the tool has $o" grep -q -- " $o " <<<" $every "
done
if command -v man >/dev/null; then
	is 'the manual page formats without a warning' \
		"$(MANROFFSEQ='' MANWIDTH=80 man --warnings -l "$man" 2>&1 >/dev/null)" ''
else
	skip 'the manual page formats without a warning' 'there is no man'
fi

# completion WORD...: the last word is completed
completion() (
	# shellcheck source=/dev/null
	. "$KWASM_SRC/ctl/kwasmctl.bash"
	COMP_WORDS=(kwasmctl "$@")
	COMP_CWORD=$#
	_kwasmctl
	if [ ${#COMPREPLY[@]} -gt 0 ]; then
		printf '%s\n' "${COMPREPLY[@]}" | sort | tr '\n' ' '
	fi
)

# completes WANT WORD...
completes() {
	is "completion of kwasmctl ${*:2}" "$(completion "${@:2}")" "$1"
}

# A kwasmctl whose module has a program in each namespace, which is named after it
kwasmctl() {
	case "$*" in
	help*) command kwasmctl "$@" ;;
	list) printf 'ID NAME\n1 here\n' ;;
	*' list') printf 'ID NAME\n1 %s\n' "$(tr ' =' '__' <<<"${*//-/}")" ;;
	*) command kwasmctl "$@" ;;
	esac
}
completes "$(sort <<<"$commands" | tr '\n' ' ')" ''
completes 'list load log ' l
completes 'list load log ' -n ns l
completes 'nf_fwd ' attach --hook nf_f
completes 'here ' show ''
completes 'n_ns_list ' -n ns show ''
completes 'n_ns_list ' show --netns ns ''
completes 'netns_ns_list ' --netns=ns unload ''
hooks=$(sed -n 's/^KWASM_HOOK([A-Z0-9_]*, \([a-z0-9_]*\),.*/\1/p' "$KWASM_SRC/core/uapi/kwasm_hooks.def")
completes "$(sort <<<"$hooks" | tr '\n' ' ')" attach --hook ''
is 'the manual page has the hooks of kwasm_hooks.def' \
	"$(grep -A 1 '^\.BI --hook' <<<"$page" | head -n 2 | grep -oE '[a-z]+_[a-z]+')" "$hooks"
completes 'ip ip6 ' attach --family ip
completes 'detach drop ' attach --on-trap d
completes '--kernel ' invoke --k
completes '--all ' unload --a
completes '--json ' --j
completes 'invoke ' help i
completes 'gvn ' dump --ir g
completes 'nf_fwd ' attach --hook = nf_f
completes '--hook=nf_fwd ' attach --hook=nf_f
completes "$(sort <<<"$hooks" | tr '\n' ' ')" list --hook = ''
completes 'accept detach drop restart ' attach --on-trap = ''
completes 'nf_in nf_ingress ' att --hook nf_i
is 'completion after what no command is, literally' "$(completion '[' x 2>&1)$(completion 'l.*t' '' 2>&1)" ''
completes '--replace ' att --r
completes '-n ' list -n
completes 'mangle ' attach --priority m
is 'each pass is completed' "$(completion dump --ir '' | tr ' ' '\n' | sort)" \
	"$("$ctl" dump --ir '?' "$KWASM_BUILD/examples/drop_icmp.wasm" 2>&1 |
		sed 's/.*use one of //' | tr ' ' '\n' | sort; echo)"

# Files of the type that a command reads; other files if there are none of it
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/a_dir"
touch "$tmp/a.wasm" "$tmp/a.pcap" "$tmp/a.c" "$tmp/b.bin"
cd "$tmp" || exit 1
for c in load attach test dump invoke 'replace a'; do
	# shellcheck disable=SC2086 # a list of words
	completes 'a.wasm a_dir ' $c a
done
completes 'a.pcap a_dir ' test --pcap a
completes 'a.pcap a_dir ' test --write = a
completes 'a.wasm a_dir ' test --pcap a.pcap a
completes 'b.bin ' load b
completes '' replace a
completes '' load a.wasm a
completes '' version ''
done_testing
