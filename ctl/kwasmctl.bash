# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Completion of kwasmctl; commands and options come from its help output.

_kwasmctl_commands() {
	kwasmctl help 2>/dev/null | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'
}

_kwasmctl_options() {
	kwasmctl help "$@" 2>/dev/null | sed -nE 's/^  (-[a-zA-Z])?,? +(--[a-z-]+) .*/\1 \2/p'
}

# Programs of the namespace that the command line names
_kwasmctl_programs() {
	kwasmctl "${_kwasmctl_netns[@]}" list 2>/dev/null | awk 'NR > 1 { print $2 }'
}

# Values of an option: words, "wasm" or "pcap" for files of that type, "none" for what is not known
_kwasmctl_values() {
	case $1 in
	--hook) echo nf_pre nf_in nf_fwd nf_out nf_post nf_ingress nf_egress ;;
	--family) echo inet ip ip6 netdev ;;
	--priority) echo raw mangle dstnat filter security srcnat ;;
	--on-trap) echo accept drop detach restart ;;
	--netns | -n) find /run/netns -mindepth 1 -printf '%f\n' 2>/dev/null || echo none ;;
	--dev) ip -o link 2>/dev/null | sed 's/^[0-9]*: \([^:@]*\).*/\1/' ;;
	--name) _kwasmctl_programs ;;
	--ir) echo all build fold gvn memopt licm dce split lower regalloc emit ;;
	--pcap | --write | --write-dropped) echo pcap ;;
	--module) echo wasm ;;
	--entry | --id | --time-limit | --memory-limit | --total-limit | --limit | --deny | --func) echo none ;;
	esac
}

# _kwasmctl_files WORD SUFFIX...: directories and files of that type, or all files if there are none
_kwasmctl_files() {
	local word=$1 suffix files=''

	shift
	for suffix; do
		files+=$(compgen -f -X "!*.$suffix" -- "$word")$'\n'
	done
	files=$(sed '/^$/d' <<<"$files")
	if [ -z "$files" ]; then
		compgen -f -- "$word"
	else
		{
			printf '%s\n' "$files"
			compgen -d -- "$word"
		} | sort -u
	fi
}

# The command whose beginning WORD is, if it is the only one
_kwasmctl_command() {
	local commands=' ' found

	commands=$(_kwasmctl_commands)
	found=$(grep -Fx -- "$1" <<<"$commands" || compgen -W "$commands" -- "$1")
	if [ -n "$1" ] && [ "$(wc -w <<<"$found")" = 1 ]; then
		echo "$found"
	else
		echo "$1"
	fi
}

# What may stand where COMMAND has had COUNT words: words, and "wasm" for files
_kwasmctl_words() {
	case $1:$2 in
	:*) _kwasmctl_commands ;;
	help:0) _kwasmctl_commands ;;
	show:0 | stats:0 | log:0 | unload:0 | kill:0 | detach:0 | replace:0) _kwasmctl_programs ;;
	dump:0)
		_kwasmctl_programs
		echo wasm
		;;
	attach:0 | load:0 | test:0 | invoke:0 | replace:1) echo wasm ;;
	esac
}

_kwasmctl() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local command='' count=0 words i prefix=''
	local -a _kwasmctl_netns=()

	# "--hook=nf" is three words where "=" breaks words, else one.
	if [ "$word" = = ]; then
		word=''
	elif [ "$before" = = ]; then
		before=${COMP_WORDS[COMP_CWORD - 2]}
	elif [[ $word == --*=* ]]; then
		before=${word%%=*}
		prefix=$before=
		word=${word#*=}
	fi
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--netns | -n)
			[ "${COMP_WORDS[i + 1]-}" = = ] && i=$((i + 1))
			i=$((i + 1))
			_kwasmctl_netns=(-n "${COMP_WORDS[i]-}")
			;;
		--netns=* | -n?*) _kwasmctl_netns=("${COMP_WORDS[i]}") ;;
		--*=* | -*)
			# The value of an option is not a word of the command.
			if [ -n "$(_kwasmctl_values "${COMP_WORDS[i]}")" ]; then
				[ "${COMP_WORDS[i + 1]-}" = = ] && i=$((i + 1))
				i=$((i + 1))
			fi
			;;
		*)
			if [ -z "$command" ]; then
				command=$(_kwasmctl_command "${COMP_WORDS[i]}")
			else
				count=$((count + 1))
			fi
			;;
		esac
	done
	COMPREPLY=()
	words=$(_kwasmctl_values "$before")
	if [ -z "$words" ]; then
		if [[ $word == -* ]]; then
			# shellcheck disable=SC2086 # no argument if there is no command
			words=$(_kwasmctl_options $command)
		else
			words=$(_kwasmctl_words "$command" "$count")
		fi
	fi
	case $words in
	none) return ;;
	pcap) mapfile -t COMPREPLY < <(_kwasmctl_files "$word" pcap pcapng cap) ;;
	*wasm)
		mapfile -t COMPREPLY < <(compgen -W "${words%wasm}" -- "$word")
		mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(_kwasmctl_files "$word" wasm)
		;;
	*) mapfile -t COMPREPLY < <(compgen -P "$prefix" -W "$words" -- "$word") ;;
	esac
}

complete -o filenames -F _kwasmctl kwasmctl
