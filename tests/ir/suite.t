#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# The specification's suite on the IR, as built and after all passes.
#
# Files whose assertions need linking or other versions of the format are left to tests/spec.
use strict;
use warnings;
use File::Basename qw(dirname);
use File::Temp;

my $src = $ENV{KWASM_SRC} // dirname($0) . '/../..';
my $tool = ($ENV{KWASM_BUILD} // "$src/build") . '/tests/ir/ir_tool';
my $tmp = File::Temp->newdir;
chomp(my $suite = qx($src/scripts/get-testsuite));
my @files = qw(
	address block br br_if br_table bulk call call_indirect const conversions data endianness
	f32 f32_bitwise f32_cmp f64 f64_bitwise f64_cmp fac float_exprs float_literals
	float_memory float_misc forward func global i32 i64 if int_exprs int_literals labels
	left-to-right load local_get local_set local_tee loop memory memory_copy memory_fill
	memory_grow memory_init memory_redundancy memory_size memory_trap nop ref_is_null ref_null
	return select stack start store switch table_copy table_fill table_get table_grow
	table_init table_set table_size traps unreachable unwind
);
my @passes = (qx($tool passes))[0, -1];
chomp @passes;

# content FILE: all of it
sub content {
	my ($file) = @_;
	local (@ARGV, $/) = ($file);
	return scalar <>;
}

# Every assertion of a file is executed, except those on modules that import from others.
my $n = 0;
for my $file (@files) {
	if (system("wast2json $suite/$file.wast -o $tmp/s.json 2>/dev/null")) {
		print 'ok ', ++$n, " - $file # SKIP wast2json cannot read it\n";
		next;
	}
	my $json = content("$tmp/s.json");
	my $want = () = $json =~ /^\s*\{"type": "assert_(?:return|trap|exhaustion)", "line"/mg;
	my $links = $json =~ /^\s*\{"type": "register"/m;
	for my $pass (@passes) {
		my $out = qx($tool spec $pass $tmp/s.json 2>&1);
		my ($passed, $failed, $not) = (0, 1, 0);
		($passed, $failed, $not) = ($1, $2, $3)
			if $out =~ /^(\d+) passed, (\d+) failed, (\d+) not executed$/m;
		my $good = !$? && !$failed &&
			($links ? $passed && $passed + $not >= $want : $passed == $want && !$not);
		print $good ? '' : 'not ', 'ok ', ++$n, " - $file after $pass: $passed of $want\n";
		print STDERR map { "# $_\n" } split /\n/, $out if !$good;
	}
}
print "1..$n\n";
