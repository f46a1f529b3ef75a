#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# The specification's suite on the IR, as it is built and behind all passes.
#
# Files whose assertions need linking or other ages of the format are left to tests/spec.
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
	memory_grow memory_init memory_redundancy memory_size memory_trap nop ref_func ref_is_null
	ref_null return select stack start store switch table_copy table_fill table_get table_grow
	table_init table_set table_size traps unreachable unwind
);
my @passes = (qx($tool passes))[0, -1];
chomp @passes;

my ($n, $sum) = (0, 0);
for my $file (@files) {
	if (system("wast2json $suite/$file.wast -o $tmp/s.json 2>/dev/null")) {
		print 'ok ', ++$n, " - $file # SKIP wast2json cannot read it\n";
		next;
	}
	for my $pass (@passes) {
		my $out = qx($tool spec $pass $tmp/s.json 2>&1);
		my ($passed, $failed) = $out =~ /^(\d+) passed, (\d+) failed/m;
		my $good = defined $failed && !$failed && !$?;
		$sum += $passed // 0;
		print $good ? '' : 'not ', 'ok ', ++$n, " - $file after $pass\n";
		print STDERR map { "# $_\n" } split /\n/, $out if !$good;
	}
}
print $sum > 17000 ? '' : 'not ', 'ok ', ++$n, " - more than 17000 assertions were executed\n";
print "1..$n\n";
