# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Completion of kwasmctl; commands and options come from its help output.

_kwasmctl_commands() {
	kwasmctl help 2>/dev/null | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'
}

_kwasmctl_options() {
	kwasmctl help "$@" 2>/dev/null | grep -oE -- '--[a-z-]+' | sort -u
}

_kwasmctl_programs() {
	kwasmctl list 2>/dev/null | awk 'NR > 1 { print $2 }'
}

# Values of an option: words, or "file" for file names, or "none"
_kwasmctl_values() {
	case $1 in
	--hook) echo nf_pre nf_in nf_fwd nf_out nf_post ;;
	--family) echo inet ip ip6 ;;
	--priority) echo raw mangle dstnat filter security srcnat ;;
	--on-trap) echo accept drop detach restart ;;
	--netns | -n) ip netns list 2>/dev/null | cut -d' ' -f1 ;;
	--dev) ip -o link 2>/dev/null | sed 's/^[0-9]*: \([^:@]*\).*/\1/' ;;
	--name) _kwasmctl_programs ;;
	--ir) echo all build fold gvn memopt licm dce split lower regalloc emit ;;
	--pcap | --write | --write-dropped) echo file ;;
	--entry | --id | --time-limit | --memory-limit | --limit | --deny | --func) echo none ;;
	esac
}

_kwasmctl() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command='' words i

	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--netns | -n) i=$((i + 1)) ;;
		-*) ;;
		*)
			command=${COMP_WORDS[i]}
			break
			;;
		esac
	done
	COMPREPLY=()
	words=$(_kwasmctl_values "$before")
	case $words in
	file)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return
		;;
	none) return ;;
	esac
	if [ -z "$words" ]; then
		if [[ $word == -* ]]; then
			# shellcheck disable=SC2086 # no argument if there is no command
			words=$(_kwasmctl_options $command)
		else
			case $command in
			'' | help) words=$(_kwasmctl_commands) ;;
			show | stats | log | unload | kill | detach) words=$(_kwasmctl_programs) ;;
			replace) words=$(_kwasmctl_programs) ;;
			esac
		fi
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
	case $command in
	attach | load | replace | test | invoke | dump)
		if [[ $word != -* && -z $(_kwasmctl_values "$before") ]]; then
			mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "$word")
		fi
		;;
	esac
}

complete -o filenames -F _kwasmctl kwasmctl
