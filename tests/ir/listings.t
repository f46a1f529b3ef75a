#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# The output of each pass for small functions: tests/ir/passes/*.wat.
#
# A file contains modules, each after a line `;; NAME`, and for each one or more listings of
# `ir_tool dump`, in comments that begin with `;; after PASS`. Values and blocks are numbered in the
# order of the listing, so that their numbers do not depend on intermediate steps of a pass.
# `listings.t --print FILE` writes the file with the current listings.
use strict;
use warnings;
use File::Basename qw(basename dirname);
use File::Temp;

my $src = $ENV{KWASM_SRC} // dirname($0) . '/../..';
my $tool = ($ENV{KWASM_BUILD} // "$src/build") . '/tests/ir/ir_tool';
my $tmp = File::Temp->newdir;

sub renumber {
	my ($text) = @_;
	my (%v, %b);
	$text =~ s/\bv(\d+)\b/'v' . ($v{$1} \/\/= keys %v)/ge;
	$text =~ s/\bb(\d+)\b/'b' . (($b{$1} \/\/= keys %b) - 1)/ge;
	return $text;
}

sub dump_after {
	my ($pass, $wat) = @_;
	open my $out, '>', "$tmp/in.wat" or die;
	print $out $wat;
	close $out;
	return "wat2wasm failed\n" if system "wat2wasm $tmp/in.wat -o $tmp/in.wasm";
	return join '', map { renumber($_) } split /^(?=func )/m,
		scalar qx($tool dump $pass $tmp/in.wasm);
}

# A file is a list of parts: verbatim lines, and listings.
sub parse {
	my ($file) = @_;
	open my $in, '<', $file or die "$file: $!";
	my (@parts, $name, $wat, $listing);
	while (<$in>) {
		if ($listing && /^;;\t(.*)/) {
			$listing->{want} .= "$1\n";
			next;
		}
		undef $listing;
		if (/^;; after (\w+)$/) {
			$listing = { name => $name, pass => $1, wat => $wat, want => '' };
			push @parts, $listing;
			next;
		}
		($name, $wat) = ($1, '') if /^;; (?!SPDX)(.*)/;
		$wat .= $_ unless /^;;/;
		push @parts, $_;
	}
	return @parts;
}

if (@ARGV == 2 && $ARGV[0] eq '--print') {
	for (parse($ARGV[1])) {
		if (ref) {
			print ";; after $_->{pass}\n";
			print ";;\t$_\n" for split /\n/, dump_after($_->{pass}, $_->{wat});
		} else {
			print;
		}
	}
	exit;
}

my $n = 0;
for my $file (sort glob "$src/tests/ir/passes/*.wat") {
	for (grep { ref } parse($file)) {
		my $got = dump_after($_->{pass}, $_->{wat});
		my $pass = $_->{want} ne '' && $got eq $_->{want};
		$n++;
		print $pass ? '' : 'not ', "ok $n - ", basename($file), ", after $_->{pass}: $_->{name}\n";
		print STDERR map { "# $_\n" } "want:", split(/\n/, $_->{want}), "got:",
			split(/\n/, $got) if !$pass;
	}
}
print "1..$n\n";
