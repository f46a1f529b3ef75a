# SPDX-License-Identifier: GPL-2.0-only
# Run tasks in parallel, KWASM_JOBS at a time (one per CPU), and follow their output.
#
# A guest with several files marks the start and end of each (tests/vm/files); output, errors and
# the kernel's log of a file are in between.
package Kwasm::Schedule;
use strict;
use warnings;
use IO::Select;
use POSIX qw(:sys_wait_h setpgid);
use Time::HiRes qw(time);

my $marker = qr/kwasm-guest: file (\d+) (begin|end)(?: (\d+))?/;
my %running;

sub processors {
	my $n = `nproc`;
	return $n =~ /^(\d+)/ ? $1 : 1;
}

# start TASK: with a pipe for its output and one for its errors
sub start {
	my ($task) = @_;
	my %write;
	for my $name (qw(out err)) {
		pipe $task->{$name}, $write{$name} or die "pipe: $!\n";
	}
	$task->{pid} = fork() // die "fork: $!\n";
	if (!$task->{pid}) {
		setpgid(0, 0);
		open STDIN, '<', '/dev/null';
		open STDOUT, '>&', $write{out} or die;
		open STDERR, '>&', $write{err} or die;
		exec @{$task->{command}} or die "$task->{command}[0]: $!\n";
	}
	close $write{$_} for qw(out err);
	$task->{began} = time;
	$task->{text} = { out => '', err => '' };
	$task->{console_at} = 0;
	$running{$task->{pid}} = $task;
}

sub stop {
	my ($task) = @_;
	kill TERM => $task->{pid};
}

# piece TASK N: the console since the last piece, up to the end of file N if there is one; written
# to a separate file
sub piece {
	my ($task, $n) = @_;
	my $test = $task->{tests}[$n];
	open my $in, '<', $task->{console} or return '';
	seek $in, $task->{console_at}, 0;
	local $/;
	my $text = <$in> // '';
	$text = substr $text, 0, $+[0] if $text =~ /kwasm-guest: file $n end.*\n/;
	$task->{console_at} += length $text;
	my $path = $task->{console} =~ s|[^/]*$||r . $test->{name} =~ tr|/|_|r;
	open my $out, '>', $path or die "$path: $!\n";
	print $out $text;
	close $out;
	return $path;
}

# complaints PATH: as messages
sub complaints {
	my ($path) = @_;
	return () if !$path;
	open my $in, '-|', 'tests/vm/complaints', $path or die "tests/vm/complaints: $!\n";
	return map { chomp; "the kernel complained: $_" } <$in>;
}

# over TASK N STATUS REASON...: file N is over; everything about it is known
sub over {
	my ($task, $report, $n, $status, @reasons) = @_;
	my $test = $task->{tests}[$n];
	my $text = $task->{text};
	push @reasons, $text->{err} =~ /^kwasm-guest: left behind: (.*)$/mg
		? "left behind: $1" : () if $text->{err} =~ /^kwasm-guest: left behind: (.*)$/m;
	push @reasons, "it ended with status $status" if $status && !@reasons && $text->{out} !~ /^not ok/m;
	push @reasons, complaints(piece($task, $n));
	$report->finished($test, $text->{out}, $text->{err}, time - $task->{file_began}, @reasons);
	$task->{finished} = $n + 1;
	delete $task->{current};
	$task->{text} = { out => '', err => '' };
}

# marked TASK NAME WORD N STATUS: a marker came on one of its lines
sub marked {
	my ($task, $report, $name, $n, $word, $status) = @_;
	if ($word eq 'begin') {
		$task->{text}{$name} = '';
		return if $name ne 'out';
		$task->{current} = $n;
		$task->{file_began} = time;
		$task->{deadline} = time + Kwasm::Plan::timeout($task->{tests}[$n]);
		return;
	}
	$task->{ended}{$name} = $n;
	if (($task->{ended}{out} // -1) == $n && ($task->{ended}{err} // -1) == $n) {
		delete $task->{deadline};
		over($task, $report, $n, $status);
	}
}

# heard TASK NAME BYTES
sub heard {
	my ($task, $report, $name, $bytes) = @_;
	if (!$task->{console}) {
		$task->{text}{$name} .= $bytes;
		return;
	}
	my $rest = ($task->{rest}{$name} // '') . $bytes;
	while ($rest =~ s/^(.*\n)//) {
		my $line = $1;
		if ($line =~ /^(.*?)$marker$/) {
			$task->{text}{$name} .= "$1\n" if $1 ne '';
			marked($task, $report, $name, $2, $3, $4);
		} else {
			$task->{text}{$name} .= $line;
		}
	}
	$task->{rest}{$name} = $rest;
}

# reap TASK STATUS PROCESSOR-SECONDS: its process has exited; returns the remaining work
sub reap {
	my ($dir, $task, $report, $status, $cpu) = @_;
	my @tests = @{$task->{tests}};
	my $seconds = time - $task->{began};
	if (!$task->{console}) {
		my $why = !$status ? '' : $status & 127 ? 'it died by signal ' . ($status & 127)
			: ($status >> 8) =~ /^(124|137)$/ ? 'it was not over in time'
			: 'it ended with status ' . ($status >> 8);
		$why = '' if $why =~ /status/ && $task->{text}{out} =~ /^not ok/m;
		$report->finished($tests[0], $task->{text}{out}, $task->{text}{err}, $seconds, $why || ());
		return ();
	}
	$task->{text}{$_} .= delete $task->{rest}{$_} // '' for qw(out err);
	if (defined(my $n = $task->{current})) {
		over($task, $report, $n, 0, $task->{late} ? 'it was not over in time, its guest was ended'
			: 'its guest died');
	} elsif (!$task->{finished}) {
		my $err = $task->{text}{err};
		$report->finished($_, '', $err, 0, 'its guest did not come up') for @tests;
		return ();
	}
	my @left = @tests[$task->{finished} .. $#tests];
	$report->note(sprintf 'guest %s: %d of %d files, %.0f s, %.0f s of processors',
		join(' ', map { s/^--//r } Kwasm::Plan::machine($tests[0]{guest})), $task->{finished},
		scalar @tests, $seconds, $cpu);
	return @left ? Kwasm::Plan::boot($dir, @left) : ();
}

# follow: wait for output or a deadline
sub follow {
	my ($report, $select, $from) = @_;
	for my $fh ($select->can_read(0.5)) {
		my ($task, $name) = @{$from->{$fh}};
		if (sysread $fh, my $bytes, 65536) {
			heard($task, $report, $name, $bytes);
		} else {
			$select->remove($fh);
			delete $task->{$name};
		}
	}
	for my $task (values %running) {
		next if !$task->{deadline} || $task->{deadline} > time;
		delete $task->{deadline};
		$task->{late} = 1;
		stop($task);
	}
}

# run DIR REPORT TASK...: until all are done
sub run {
	my ($dir, $report, @tasks) = @_;
	my $jobs = $ENV{KWASM_JOBS} || processors();
	my ($select, %from) = (IO::Select->new);
	local @SIG{qw(INT TERM)} = (sub { stop($_) for values %running; exit 130 }) x 2;
	while (@tasks || %running) {
		my $alone = grep { $_->{alone} } values %running;
		while (@tasks && !$alone && keys %running < $jobs) {
			last if $tasks[0]{alone} && %running;
			my $task = shift @tasks;
			start($task);
			$alone = $task->{alone};
			for my $name (qw(out err)) {
				$select->add($task->{$name});
				$from{$task->{$name}} = [$task, $name];
			}
		}
		follow($report, $select, \%from);
		for my $task (grep { !$_->{out} && !$_->{err} } values %running) {
			my @before = times;
			waitpid $task->{pid}, 0;
			my ($status, @after) = ($?, times);
			delete $running{$task->{pid}};
			unshift @tasks, reap($dir, $task, $report, $status,
				$after[2] + $after[3] - $before[2] - $before[3]);
		}
	}
}

1;
