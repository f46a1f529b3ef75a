#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: 6.1 6.12
# What events tell, and how `events` and `log -f` end or go on: a reader that leaves, a module that
# is removed and comes back.
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../../lib.sh"
here=$KWASM_BUILD/guest/tools
handler=$here/handler.wasm
guests=$here/guests.wasm
tmp=$(mktemp -d)

modprobe kwasm_netfilter
ip link set lo up

# Subscribed once an event arrives.
heard() {
	kwasmctl load --name probe "$guests" && kwasmctl unload probe && grep -q probe "$tmp/$1"
}
ended() { ! kill -0 "$listener"; }

# event FILTER: the first event so far that matches
event() {
	jq -sce "map(select($1))[0] // empty" "$tmp/events"
}

# ---- who and when -----------------------------------------------------------------------------

kwasmctl -j events >"$tmp/events" 2>"$tmp/events.err" &
listener=$!
ok 'events arrive' await 10 heard events
before=$(date +%Y-%m-%dT%H:%M:%S)
kwasmctl load --name who "$handler" >/dev/null &
pid=$!
wait "$pid"
ok 'an event has the user and the process that asked' await 5 event \
	".event == \"load\" and .name == \"who\" and .uid == 0 and .pid == $pid"
after=$(date +%Y-%m-%dT%H:%M:%S.999999)
at=$(event '.event == "load" and .name == "who"' | jq -r .time)
in_between() { [[ ! $at < $before && ! $at > $after ]]; }
ok "and the time, $before < $at < $after" in_between
kwasmctl attach --hook nf_out --name who --entry unreachable --on-trap detach >/dev/null
ping -c 1 -W 1 127.0.0.1 >/dev/null
ok 'a trap' await 5 event '.event == "trap"'
is 'has neither user nor process' "$(event '.event == "trap"' | jq -c '[.uid, .pid]')" \
	'[null,null]'
kwasmctl detach who

# ---- what the kernel has not sent -------------------------------------------------------------

# The numbers of the sockets of generic netlink, of which the kernel's own is 0.
mapfile -t ports < <(awk '$2 == 16 && $3 > 0 { print $3 }' /proc/net/netlink)
ok 'messages of somebody else reach the sockets' \
	"$KWASM_BUILD/guest/nl-hostile" --forge "${ports[@]}"
later() {
	kwasmctl load --name later "$guests" && kwasmctl unload later && grep -q later "$tmp/events"
}
ok 'events still arrive' await 10 later
is 'what was forged is not among them' \
	"$(grep -c forged "$tmp/events") $(cat "$tmp/events.err")" '0 '

# ---- the module goes and comes ----------------------------------------------------------------

kwasmctl -j log -f who >"$tmp/follow" 2>"$tmp/follow.err" &
follow=$!
kwasmctl -j log -f >"$tmp/all" 2>"$tmp/all.err" &
all=$!
kwasmctl attach --hook nf_in --name said --entry logs "$handler" >/dev/null
lines() {
	ping -c 1 -W 1 127.0.0.1
	[ "$(wc -l <"$tmp/all")" -gt "$1" ]
}
ok 'log -f has lines' await 10 lines 0
kwasmctl detach said
ok 'the modules are removed' rmmod kwasm_netfilter kwasm
ok 'a program that was not attached is reported as unloaded' await 5 event \
	'.event == "unload" and .name == "who" and .uid == 0'
ok 'events goes on' kill -0 "$listener"
is 'and says what it waits for' "$(cat "$tmp/events.err")" \
	'module kwasm was unloaded: waiting until it is loaded again'
followed() { ! kill -0 "$follow"; }
ok 'the log of a program ends' await 5 followed
wait "$follow"
is 'with a sentence and success' "$? $(cat "$tmp/follow.err")" '0 program who was unloaded'
modprobe kwasm_netfilter
: >"$tmp/events"
ok 'events arrive from the module that is loaded again' await 10 heard events
is 'which is said' "$(tail -n 1 "$tmp/events.err")" 'module kwasm is loaded again'
kwasmctl attach --hook nf_in --name said --entry logs "$handler" >/dev/null
ok 'log -f goes on as well' await 10 lines "$(wc -l <"$tmp/all")"
kwasmctl detach said
kill "$listener" "$all"

# ---- a reader that leaves ---------------------------------------------------------------------

for c in events 'log -f' '-j events'; do
	mkfifo "$tmp/pipe"
	# shellcheck disable=SC2086 # a list of words
	kwasmctl $c >"$tmp/pipe" &
	listener=$!
	exec 3<"$tmp/pipe"
	waiting() { grep -q poll "/proc/$listener/wchan" "/proc/$listener/stack"; }
	ok "kwasmctl $c waits" await 10 waiting
	exec 3<&-
	ok 'and ends when its reader does, without an event' await 5 ended
	wait "$listener"
	is 'by SIGPIPE' $? 141
	rm "$tmp/pipe"
done

# ---- output that is lost ----------------------------------------------------------------------

for c in events 'log -f' '-j events'; do
	# shellcheck disable=SC2086 # a list of words
	kwasmctl $c >/dev/full 2>"$tmp/full.err" &
	listener=$!
	lost() {
		kwasmctl attach --hook nf_out --name said --entry logs "$handler"
		ping -c 1 -W 1 127.0.0.1
		kwasmctl detach said
		ended
	}
	ok "kwasmctl $c ends when its output is full" await 10 lost
	kill "$listener" 2>/dev/null
	wait "$listener"
	is 'and tells why' "$? $(cat "$tmp/full.err")" \
		'1 cannot write to standard output: No space left on device'
done
ok 'the modules are removed' rmmod kwasm_netfilter kwasm
done_testing
