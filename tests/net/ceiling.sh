#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: 6.1 6.12 timeout=600
# In a guest: what programs take is counted, bounded for each and for all, and charged to the memory
# cgroup of the loader, also when a worker restarts the program.
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=tests/net/net.sh
. "${0%/*}/net.sh"

modprobe kwasm_netfilter
ip link set lo up
params=/sys/module/kwasm/parameters
cpus=$(grep -c ^processor /proc/cpuinfo)
heavy=$((cpus * 16 << 20))	# bytes of heavy.wasm's memories

total() { json_values total_bytes "$(kwasmctl -j version)"; }
takes() { json_values total_bytes "$(kwasmctl -j show "$1")"; }

# refuses NAME TEXT ARG...: kwasmctl fails with status 1 and that text in its sentence
refuses() {
	local out rc=0

	out=$(kwasmctl "${@:3}" 2>&1) || rc=$?
	like "$1" "$rc: $out" "^1: .*$2"
}

# ---- the count --------------------------------------------------------------------------------

is 'nothing is taken' "$(total)" 0
ok 'load a program' kwasmctl load --name heavy "$GUESTS/heavy.wasm"
ok 'it takes its memories and more' test "$(takes heavy)" -gt $heavy
ok 'but not much' test "$(takes heavy)" -lt $((heavy + (4 << 20)))
is 'the total is the program' "$(total)" "$(takes heavy)"
is 'the default limit' "$(json_values total_limit "$(kwasmctl -j show heavy)")" \
	$(($(cat $params/program_mb) << 20))
is 'the limit of all is a quarter of the machine' \
	"$(json_values total_limit "$(kwasmctl -j version)")" $(($(cat $params/max_total_mb) << 20))
before=$(takes heavy)
ok 'replace it by itself' kwasmctl replace heavy "$GUESTS/heavy.wasm"
is 'which takes the same' "$(takes heavy)" "$before"
ok 'unload it' kwasmctl unload heavy
is 'nothing is left' "$(total)" 0
kwasmctl invoke --kernel "$GUESTS/heavy.wasm" fine >/dev/null
is 'nor after a call' "$(total)" 0
kwasmctl load --name bad "$GUESTS/heavy.wasm" --deny '*' 2>/dev/null
head -c 40 "$GUESTS/heavy.wasm" >/tmp/cut.wasm
kwasmctl load /tmp/cut.wasm 2>/dev/null
kwasmctl kill bad 2>/dev/null
is 'nor after what failed' "$(total)" 0

# ---- ceilings ---------------------------------------------------------------------------------

refuses 'one memory above the limit of the program' \
	'[0-9]+ bytes more exceed the limit of the program, 1048576, of which [0-9]+ are used \(--total-limit, parameter program_mb\)' \
	load --total-limit 1M "$GUESTS/heavy.wasm"
is 'holds nothing' "$(total)" 0
refuses 'its log alone' 'exceed the limit of the program, 65536,' \
	load --total-limit 64K "$GUESTS/heavy.wasm"
is 'a limit above the highest one' \
	"$(kwasmctl load --total-limit 1000G "$GUESTS/heavy.wasm" 2>&1; echo $?)" \
	$'--total-limit 1000G exceeds the maximum of 4G (parameter max_program_mb)\n2'
ok 'a limit that is just enough' kwasmctl load --total-limit $((before + (1 << 20))) --name heavy "$GUESTS/heavy.wasm"
kwasmctl unload heavy
refuses 'and one that is not' 'limit of the program' \
	load --total-limit $((before - 4096)) --name heavy "$GUESTS/heavy.wasm"
machine=$(cat $params/max_total_mb)
echo 16 >$params/max_total_mb
refuses 'above the limit of all' \
	'bytes more exceed the limit of all programs, 16777216, of which [0-9]+ are used \(parameter max_total_mb\)' \
	load "$GUESTS/heavy.wasm"
refuses 'a call too' 'limit of all programs' invoke --kernel "$GUESTS/heavy.wasm" fine
echo "$machine" >$params/max_total_mb
echo 1 >$params/program_mb
refuses 'a call has the limit of a program' 'limit of the program, 1048576' \
	invoke --kernel "$GUESTS/heavy.wasm" fine
echo 256 >$params/program_mb
free=$(free_memory)
refuses 'tables of 1 GiB from a few bytes' 'tables too large: [0-9]+ initial elements, the limit max_table_elems is [0-9]+$' \
	load "$GUESTS/set_tables.wasm"
ok 'are not there' test $((free - $(free_memory))) -lt 16384
pages=$(cat $params/max_total_pages)
echo 300 >$params/max_total_pages
refuses 'pages of all memories' \
	'256 pages more exceed the limit of all memories, 300, of which 256 are used \(parameter max_total_pages\)' \
	load "$GUESTS/heavy.wasm"
echo "$pages" >$params/max_total_pages
memories=$(cat $params/max_memories)
echo 1 >$params/max_memories
refuses 'memories' '1 memories more exceed the limit of the kernel, 1, of which 1 are used \(parameter max_memories\)' \
	load "$GUESTS/heavy.wasm"
echo "$memories" >$params/max_memories
text=$(cat $params/max_text_kb)
echo 0 >$params/max_text_kb
refuses 'machine code' 'KiB more exceed the limit of all machine code, 0, of which 0 are used \(parameter max_text_kb\)' \
	load "$GUESTS/heavy.wasm"
echo "$text" >$params/max_text_kb
is 'nothing is taken' "$(total)" 0

# ---- whose memory it is -----------------------------------------------------------------------

groups=/tmp/groups
mkdir -p $groups
mount -t cgroup2 none $groups
echo +memory >$groups/cgroup.subtree_control
mkdir $groups/loader
charged() { cat $groups/loader/memory.current; }
is 'a memory cgroup is empty' "$(charged)" 0
bash -c "echo \$\$ >$groups/loader/cgroup.procs
	exec kwasmctl attach --hook nf_in --family ip --on-trap restart --name heavy '$GUESTS/heavy.wasm'" >/dev/null
alone() { [ ! -s "$groups"/loader/cgroup.procs ]; }
ok 'its only process has loaded a program and ended' await 10 alone
ok 'the program is charged to it' test "$(charged)" -gt $heavy
limit=$(($(charged) + (8 << 20)))
echo $limit >$groups/loader/memory.max
log_mark charge
ping -n -q -c 1 -W 1 127.0.0.1 >/dev/null
said() { log_behind charge | grep -q 'cannot restart program heavy yet: no room for memory 0'; }
ok 'new instances are charged to it: above its limit there are none' await 20 said
is 'the handler waits' "$(state heavy)" backoff
ok 'the limit holds' test "$(charged)" -le $limit
ok 'nobody is killed for it' grep -qx 'oom_kill 0' $groups/loader/memory.events
echo max >$groups/loader/memory.max
ok 'above it they are made' await 60 state_is heavy active
settled() { [ "$(charged)" -lt $((heavy + (12 << 20))) ]; }
ok 'and the old ones given back' await 20 settled
ok 'by a worker, and charged to the loader' test "$(charged)" -gt $heavy
ok 'detach' kwasmctl detach heavy
gone() { [ "$(charged)" -lt $((8 << 20)) ]; }
ok 'nothing of it stays charged' await 20 gone
is 'nor counted' "$(total)" 0
rmdir $groups/loader
umount $groups
ok 'nothing is left' nothing_left
ok 'the modules are removed' rmmod kwasm_netfilter kwasm
done_testing
