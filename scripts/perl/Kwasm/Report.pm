# SPDX-License-Identifier: GPL-2.0-only
# What tests printed, counted and shown.
package Kwasm::Report;
use strict;
use warnings;
use File::Basename qw(dirname);
use File::Path qw(make_path);
use POSIX qw(strftime);
use TAP::Parser;

# new DIR TOTAL: DIR/tap keeps what was printed; so many tests are to come
sub new {
	my ($class, $dir, $total) = @_;
	return bless { dir => $dir, total => $total, done => 0, count => {}, bad => [] }, $class;
}

sub keep {
	my ($path, $text) = @_;
	make_path(dirname($path));
	open my $out, '>', $path or die "$path: $!\n";
	print $out $text;
	close $out or die "$path: $!\n";
}

# assertions TEXT: (passed, failed, skipped, whether the file is whole)
sub assertions {
	my ($text) = @_;
	return (0, 0, 0, 0) if $text !~ /\S/;
	my $p = TAP::Parser->new({ tap => $text });
	my $bail;
	while (my $result = $p->next) {
		$bail ||= $result->is_bailout;
	}
	my $todo = () = $p->todo;
	my $skipped = () = $p->skipped;
	my $failed = (() = $p->failed) + $todo;
	my $passed = (() = $p->passed) - $skipped - $todo;
	my $whole = !$bail && !$p->parse_errors && ($p->tests_run || $p->skip_all);
	return ($passed, $failed, $p->skip_all ? 1 : $skipped, $whole);
}

# finished TEST OUT ERR SECONDS PROBLEM...: one file is over; PROBLEM is a message about a failure
# other than its assertions
sub finished {
	my ($self, $test, $out, $err, $seconds, @problems) = @_;
	my ($passed, $failed, $skipped, $whole) = assertions($out);
	push @problems, 'its plan is broken or it asserted nothing' if !$whole && !@problems;
	$failed++ if @problems && !$failed;
	my $count = $self->{count}{$test->{group}} //= [0, 0, 0, 0];
	$count->[$_] += ($passed, $failed, $skipped, $seconds)[$_] for 0 .. 3;
	my $cell = $self->{cell}{$test->{file} // $test->{name}}{$test->{guest}{kernel} // '-'} //= [0, 0];
	$cell->[$_] += ($passed, $failed)[$_] for 0, 1;
	keep("$self->{dir}/tap/$test->{name}", $out);
	print STDERR $err;
	$self->{done}++;
	printf "[%s %*d/%d] %-60s %s %5d passed%s%s %6.1f s\n", strftime('%H:%M:%S', localtime),
		length $self->{total}, $self->{done}, $self->{total}, $test->{name},
		$failed ? 'FAILED' : 'ok    ', $passed, $failed ? ", $failed failed" : '',
		$skipped ? ", $skipped skipped" : '', $seconds;
	if ($failed) {
		print "# $test->{name}: $_\n" for @problems;
		push @{$self->{bad}}, [$test, @problems];
	}
}

# note TEXT: a line between those of tests
sub note {
	my ($self, $text) = @_;
	print "[", strftime('%H:%M:%S', localtime), "] $text\n";
}

# explain TEST PROBLEM...: each failed assertion with the comments after it
sub explain {
	my ($self, $test, @problems) = @_;
	my ($lines, $shown) = (0, 0);
	local $_;
	print "\n$test->{name}:\n", map { "# $_\n" } @problems;
	open my $in, '<', "$self->{dir}/tap/$test->{name}" or return;
	while (<$in>) {
		$shown = 20 if /^not ok/;
		print if ($shown-- > 0 && /^(not ok|\s*#)/ && $lines++ < 200);
		$shown = 0 if /^ok/;
	}
}

# table: what passed, a line a file and a column a kernel; a failure stands after its slash
sub table {
	my ($self) = @_;
	my $cell = $self->{cell} // {};
	my %kernel = map { $_ => 1 } map { keys %$_ } values %$cell;
	my @kernels = sort keys %kernel;
	my @lines = (['passed', @kernels]);
	for my $file (sort keys %$cell) {
		push @lines, [$file, map {
			my $c = $cell->{$file}{$_};
			!$c ? '-' : $c->[1] ? "$c->[0] / $c->[1] failed" : $c->[0];
		} @kernels];
	}
	my @width = map { my $i = $_; (sort { $b <=> $a } map { length $_->[$i] } @lines)[0] } 0 .. @kernels;
	for my $line (@lines) {
		my ($name, @numbers) = @$line;
		printf "%-*s", $width[0], $name;
		printf "  %*s", $width[$_ + 1], $numbers[$_] for 0 .. $#numbers;
		print "\n";
	}
}

# summary MATRIX GROUP...: the failures again, the table if there is a matrix, and the count; true
# where there was no failure
sub summary {
	my ($self, $matrix, @groups) = @_;
	my @all = (0, 0, 0);
	$self->explain(@$_) for @{$self->{bad}};
	for my $group (@groups) {
		my $count = $self->{count}{$group} //= [0, 0, 0, 0];
		if (!$count->[0] && !$count->[1]) {
			print "$group: no test asserted anything\n";
			$count->[1] = 1;
		}
		keep("$self->{dir}/$group", sprintf "%d %d %d %.0f\n", @$count);
		$all[$_] += $count->[$_] for 0 .. 2;
	}
	$self->table if $matrix;
	printf "%d passed, %d failed, %d skipped\n", @all;
	return !$all[1];
}

1;
