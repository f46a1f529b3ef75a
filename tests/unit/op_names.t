#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# The instruction tables against an independent disassembler: a module with one function for each
# opcode of wasm_ops.def and wasm_simd.def, whose listing must name it as the table does.
use strict;
use warnings;
use File::Basename qw(dirname);
use File::Temp;

chdir dirname($0) . '/../..' or die;

sub leb {
	my ($n) = @_;
	my $out = '';
	while ($n > 0x7f) {
		$out .= chr($n & 0x7f | 0x80);
		$n >>= 7;
	}
	return $out . chr $n;
}

sub section { return chr($_[0]) . leb(length $_[1]) . $_[1] }

# Bytes that must follow an opcode so that the disassembler continues after it.
my %imm = (
	NONE => '', BLOCK => "\x40", LABELS => "\1\0\0", TYPE_TABLE => "\0\0", TYPES => "\1\x7f",
	TABLE_TABLE => "\0\0", ELEM_TABLE => "\0\0", DATA_MEMORY => "\0\0", MEMORY_MEMORY => "\0\0",
	F32 => "\0" x 4, F64 => "\0" x 8, REFTYPE => "\x70", (map { ("MEM$_" => "\0\0") } 0 .. 3),
	map { ($_ => "\0") } qw(LABEL FUNC LOCAL GLOBAL TABLE ELEM DATA MEMORY I32 I64),
);

my @ops;
open my $f, '<', 'core/wasm/wasm_ops.def' or die;
while (<$f>) {
	my ($code, $name, $imm) = /^OP\(0x(\w+), \w+, "(.*?)", ".*?", (\w+), / or next;
	exists $imm{$imm} or die "no immediates for $imm\n";
	$code = hex $code;
	my $bytes = $code > 0xff ? "\xfc" . leb($code & 0xffff) : chr $code;
	# The end of a function belongs to it; else needs its if.
	my $before = $name eq 'else' ? "\x04\x40" : '';
	my $after = $name =~ /^(block|loop|if|else)$/ ? "\x0b" : '';
	push @ops, [$name, $name eq 'end' ? "\x0b" : "$before$bytes$imm{$imm}$after\x0b"];
}
open $f, '<', 'core/wasm/wasm_simd.def' or die;
while (<$f>) {
	my ($code, $name) = /^SIMD\(0x(\w+), "(.*?)"\)/ or next;
	my $imm = $name =~ /^v128\.const$|shuffle$/ ? "\0" x 16 : $name =~ /_lane$/ && $name =~ /^v128/
		? "\0\0\0" : $name =~ /^v128\.(load|store)/ ? "\0\0" : $name =~ /_lane/ ? "\0" : '';
	push @ops, [$name, "\xfd" . leb(hex $code) . "$imm\x0b"];
}

my $bodies = join '', map { leb(1 + length $_->[1]) . "\0" . $_->[1] } @ops;
my $tmp = File::Temp->new(SUFFIX => '.wasm');
binmode $tmp;
print $tmp "\0asm\1\0\0\0", section(1, "\1\x60\0\0"), section(3, leb(scalar @ops) . "\0" x @ops),
	section(4, "\1\x70\0\0"), section(5, "\1\0\1"), section(6, "\1\x7f\1\x41\0\x0b"),
	section(9, "\1\1\0\0"), section(12, "\1"), section(10, leb(scalar @ops) . $bodies),
	section(11, "\1\1\0");
close $tmp;

my (@listing, $func);
open my $pipe, '-|', 'wasm-objdump', '-d', $tmp->filename or die "wasm-objdump: $!\n";
while (<$pipe>) {
	$func = $1 if /func\[(\d+)\]/;
	push @{$listing[$func]}, $1 if defined $func && /\|\s+(\S+)/;
}
close $pipe;

print '1..', scalar @ops, "\n";
for my $i (0 .. $#ops) {
	my ($name) = @{$ops[$i]};
	my @lines = @{$listing[$i] // []};
	my $got = $lines[$name eq 'else' ? 1 : 0] // 'nothing';
	printf "%sok %d - %s%s\n", $got eq $name ? '' : 'not ', $i + 1, $name,
		$got eq $name ? '' : " is listed as $got";
}
