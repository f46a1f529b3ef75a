#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Random modules: the results of the IR after each pass, and of the machine code, equal those of
# wabt's interpreter.
#
# KWASM_SEEDS=FIRST-LAST selects other seeds.
use strict;
use warnings;
use File::Basename qw(dirname);
use File::Temp;

my $src = $ENV{KWASM_SRC} // dirname($0) . '/../..';
my $tool = ($ENV{KWASM_BUILD} // "$src/build") . '/tests/ir/ir_tool';
my $tmp = File::Temp->newdir;
my ($first, $last) = split /-/, $ENV{KWASM_SEEDS} // '1-40';
my @passes = split ' ', qx($tool passes);
my %ends;

print '1..', $last - $first + 2, "\n";
for my $seed ($first .. $last) {
	my $wrong = '';
	system("$src/tests/ir/random-wat $seed >$tmp/r.wat && wat2wasm $tmp/r.wat -o $tmp/r.wasm") == 0
		or $wrong = 'generator';
	my $want = qx(wasm-interp --run-all-exports $tmp/r.wasm 2>&1);
	$want =~ s/ memory access:.*/ memory access/mg;
	$ends{/error/ ? 'trap' : 'value'}++ for split /\n/, $want;
	for my $run ((map { "run $_" } @passes), 'native') {
		my $got = qx($tool $run $tmp/r.wasm 2>&1);
		$wrong ||= $run if $got ne $want;
	}
	print $wrong ? 'not ' : '', 'ok ', $seed - $first + 1, " - seed $seed",
		$wrong ? ", $wrong" : '', "\n";
}
# Programs that all trap immediately would prove little.
my $both = ($ends{trap} // 0) > 0 && ($ends{value} // 0) > ($ends{trap} // 0);
print $both ? '' : 'not ', 'ok ', $last - $first + 2, " - most calls return, some trap\n";
