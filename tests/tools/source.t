#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Source lines of modules with debug information: of traps, in listings, and damaged ones.
set -u
# shellcheck source=tests/lib.sh
. "${0%/*}/../lib.sh"
ctl=$KWASM_BUILD/kwasmctl
wasm=$KWASM_BUILD/tests/tools/source_line.wasm
source=tests/tools/source_line.c
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# line WORD: the number of the line with this comment
line() {
	grep -n "/\* $1 \*/" "$KWASM_SRC/$source" | cut -d: -f1
}

# An IPv4 header of 20 bytes.
{
	printf '\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\xff\xff\0\0\x65\0\0\0'
	printf '\0\0\0\0\0\0\0\0\x14\0\0\0\x14\0\0\0'
	printf '\x45\0\0\x14\0\0\0\0\x40\x3b\xf6\xab\xc0\0\2\1\xc0\0\2\2'
} >"$tmp/one.pcap"

for row in kwasm_packet:inlined other:called; do
	entry=${row%:*} want=$source:$(line "${row#*:}")
	is "$entry: the trap's line" "$("$ctl" -j test --pcap "$tmp/one.pcap" --entry "$entry" "$wasm" |
		jq -r '.traps_by_place[0] | "\(.file):\(.line)"')" "$want"
	like "$entry: in text" "$("$ctl" test --pcap "$tmp/one.pcap" --entry "$entry" "$wasm")" \
		"unreachable in function .* at byte 0x[0-9a-f]+, $want"$'\n'
	like "$entry: with the packet" \
		"$("$ctl" test -v --pcap "$tmp/one.pcap" --entry "$entry" "$wasm")" \
		"trap: unreachable in function .*, $want"
done
is 'instructions have lines' "$("$ctl" -j dump "$wasm" | jq -r '[.[].instructions[] |
	select(.text | test("unreachable")) | "\(.file):\(.line)"] | unique | join(" ")')" \
	"$source:$(line inlined) $source:$(line called)"
like 'in text between them' "$("$ctl" dump "$wasm")" \
	$'\n'"$source:$(line inlined)"$'\n +[0-9a-f]+: +unreachable\n'
like 'and beside machine code' "$("$ctl" dump --asm "$wasm")" \
	"; byte 0x[0-9a-f]+ $source:$(line called)"
is 'the function that the linker removed leaves no lines' "$("$ctl" -j dump "$wasm" |
	jq '[.[].instructions[] | select(.line == '"$(grep -n 'return a + 1' "$KWASM_SRC/$source" |
	cut -d: -f1)"')] | length')" 0

# The end of a long path is what tells files apart.
long=$tmp/$(printf '%0100d/%0100d' 1 2)
mkdir -p "$long"
cp "$KWASM_SRC/$source" "$long"
(cd "$tmp" && clang --target=wasm32 -O2 -g -nostdlib -Wl,--no-entry -o long.wasm \
	"-I$KWASM_SRC/core/uapi" "${long#"$tmp/"}/source_line.c")
is 'a long path in JSON' "$("$ctl" -j test --pcap "$tmp/one.pcap" "$tmp/long.wasm" |
	jq -r '.traps_by_place[0].file')" "${long#"$tmp/"}/source_line.c"
like 'in text' "$("$ctl" test --pcap "$tmp/one.pcap" "$tmp/long.wasm")" \
	", \.\.\.0+1/0+2/source_line\.c:$(line inlined)"$'\n'

# Without debug information there is only the byte.
llvm-strip --strip-debug -o "$tmp/stripped.wasm" "$wasm" 2>/dev/null ||
	llvm-objcopy --strip-debug "$wasm" "$tmp/stripped.wasm"
is 'a stripped module has no lines' "$("$ctl" -j test --pcap "$tmp/one.pcap" "$tmp/stripped.wasm" |
	jq -c '.traps_by_place[0] | has("file"), has("line"), .kind')" $'false\nfalse\n"unreachable"'
is 'in listings neither' "$("$ctl" -j dump "$tmp/stripped.wasm" |
	jq '[.[].instructions[] | has("file")] | any')" false

# damaged SEED: a module whose debug information is wrong in places; the rest of it stands
damaged() {
	perl -e '
		my ($seed, $from) = @ARGV;
		srand $seed;
		open my $in, "<:raw", $from or die;
		local $/;
		my $bytes = <$in>;
		my $start = index $bytes, ".debug_";
		# before a name are the bytes of a length: they stay, so that the module is well formed
		my @keep = map { $_ - 8 .. $_ + 20 } grep { $_ >= 0 } map { index $bytes, $_ }
			".debug_info", ".debug_line", ".debug_abbrev", ".debug_str", ".debug_loc",
			".debug_ranges", "producers", "target_features", "name";
		my %keep = map { $_ => 1 } @keep;
		for (0 .. int rand 40) {
			my $at = $start + int rand(length($bytes) - $start);
			substr $bytes, $at, 1, chr int rand 256 if !$keep{$at};
		}
		print $bytes' "$1" "$wasm"
}

crashed='' decoded=0
for seed in {1..300}; do
	damaged "$seed" >"$tmp/damaged.wasm"
	for command in 'dump' "test --pcap $tmp/one.pcap"; do
		status=0
		# shellcheck disable=SC2086 # two words
		timeout 20 "$ctl" $command "$tmp/damaged.wasm" >/dev/null 2>&1 || status=$?
		((status > 1)) && crashed+=" $seed:$command:$status"
		((status == 0)) && decoded=$((decoded + 1))
	done
done
is 'damaged debug information ends no command' "$crashed" ''
ok 'most of these modules are otherwise good' test "$decoded" -gt 300

# Units that share a line table take no more than the table.
perl -e '
	sub section { my ($id, $body) = @_; chr($id) . leb(length $body) . $body }
	sub leb { my $n = shift; $n < 128 ? chr $n : chr($n & 127 | 128) . leb($n >> 7) }
	sub custom { my ($name, $body) = @_; section(0, leb(length $name) . $name . $body) }
	my $program = "\0\5\2" . pack("V", 2) . "\x20" x 4000 . "\0\1\1";
	my $header = pack("C3cC2", 1, 1, 1, -5, 14, 13) . "\0\1\1\1\1\0\0\0\1\0\0\1" .
		"\0a.c\0\0\0\0\0";
	my $table = pack("vV", 4, length $header) . $header . $program;
	print "\0asm\1\0\0\0" . section(1, "\1\x60\0\0") . section(3, "\1\0") .
		section(10, "\1\3\0\0\x0b") .
		custom(".debug_abbrev", "\1\x11\0\x10\x17\0\0\0") .
		custom(".debug_info", pack("VvVC2V", 12, 4, 0, 4, 1, 0) x 4000) .
		custom(".debug_line", pack("V", length $table) . $table)' >"$tmp/shared.wasm"
# KiB of memory at most, by the kernel's account of the children (getrusage)
peak=$(perl -e '
	open STDOUT, ">", "/dev/null";
	system(@ARGV) and exit 1;
	my $usage = "\0" x 144;
	syscall(98, -1, $usage);
	print STDERR unpack("x32 q", $usage)' "$ctl" dump "$tmp/shared.wasm" 2>&1)
ok 'units that share a line table do not multiply it' test "${peak:-0}" -gt 0 -a \
	"${peak:-0}" -lt 100000
like 'its lines are found' "$("$ctl" dump "$tmp/shared.wasm")" $'\n''a\.c:[0-9]+'
done_testing
