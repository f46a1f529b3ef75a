# SPDX-License-Identifier: GPL-2.0-only
# Run tasks in parallel, KWASM_JOBS at a time, and follow their output.
#
# A guest with several files marks the start and end of each (tests/vm/files); output, errors and
# the kernel's log of a file are in between.  Standard output may be files ahead of standard error: a
# file is over when both have its end.
package Kwasm::Schedule;
use strict;
use warnings;
use IO::Select;
use POSIX qw(:sys_wait_h setpgid);
use Time::HiRes qw(time);

my $marker = qr/kwasm-guest: file (\d+) (begin|end)(?: (\d+))?/;
my %running;

# room: one task a processor, as far as memory goes: a guest that lives long touches all of its 2 GiB
sub room {
	my ($processors) = `nproc` =~ /^(\d+)/;
	my $guests = 1;
	if (open my $in, '<', '/proc/meminfo') {
		local $/;
		$guests = int($1 / 1024 / 1024 / 2.5) if <$in> =~ /^MemTotal: *(\d+) kB/m;
	}
	my ($n) = sort { $a <=> $b } $processors // 1, $guests;
	return $n || 1;
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
	$task->{files} = [{ out => '', err => '', began => time }];
	$task->{at} = { out => 0, err => 0 };
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
	my $file = $task->{files}[$n];
	my ($out, $err) = @$file{qw(out err)};
	push @reasons, map { "left behind: $_" } $err =~ /^kwasm-guest: left behind: (.*?) *$/mg;
	push @reasons, "it ended with status $status" if $status && !@reasons && $out !~ /^not ok/m;
	push @reasons, complaints(piece($task, $n));
	$report->finished($task->{tests}[$n], $out, $err, ($file->{end} // time) - $file->{began},
		@reasons);
	$task->{finished} = $n + 1;
}

# marked TASK NAME WORD N STATUS: a marker came on one of its lines
sub marked {
	my ($task, $report, $name, $n, $word, $status) = @_;
	my $file = $task->{files}[$n] //= { out => '', err => '', began => time };
	if ($word eq 'begin') {
		# What came before the first one is the guest's start, not the file's.
		$task->{at}{$name} = $n;
		$file->{$name} = '';
		return if $name ne 'out';
		$file->{began} = time;
		$task->{current} = $n;
		$task->{deadline} = time + Kwasm::Plan::timeout($task->{tests}[$n]);
		return;
	}
	$file->{end} //= time;
	delete $task->{deadline} if $name eq 'out';
	over($task, $report, $n, $status) if ++$file->{ends} == 2;
}

# heard TASK NAME BYTES
sub heard {
	my ($task, $report, $name, $bytes) = @_;
	if (!$task->{console}) {
		$task->{files}[0]{$name} .= $bytes;
		return;
	}
	my $rest = ($task->{rest}{$name} // '') . $bytes;
	while ($rest =~ s/^(.*\n)//) {
		my $line = $1;
		if ($line =~ /^(.*?)$marker$/) {
			my @mark = ($2, $3, $4);
			$task->{files}[$task->{at}{$name}]{$name} .= "$1\n" if $1 ne '';
			marked($task, $report, $name, @mark);
		} else {
			$task->{files}[$task->{at}{$name}]{$name} .= $line;
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
		my ($out, $err) = @{$task->{files}[0]}{qw(out err)};
		$why = '' if $why =~ /status/ && $out =~ /^not ok/m;
		$why ||= 'it left a process that holds its output' if $task->{left};
		$report->finished($tests[0], $out, $err, $seconds, $why || ());
		return ();
	}
	$task->{files}[$task->{at}{$_}]{$_} .= delete $task->{rest}{$_} // '' for qw(out err);
	my $n = $task->{current};
	if (defined $n && $n >= ($task->{finished} // 0)) {
		over($task, $report, $n, 0, $task->{late} ? 'it was not over in time, its guest was ended'
			: 'its guest died');
	} elsif (!$task->{finished}) {
		my $err = $task->{files}[0]{err};
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

# ended TASK SELECT: whether it is over and all of its output was read.  A process that it left and
# that holds its output is killed after two seconds.
sub ended {
	my ($task, $select) = @_;
	if (!defined $task->{status}) {
		my @before = times;
		return if waitpid($task->{pid}, WNOHANG) <= 0;
		my ($status, @after) = ($?, times);
		@$task{qw(status cpu ended)} =
			($status, $after[2] + $after[3] - $before[2] - $before[3], time);
	}
	my @open = grep { $task->{$_} } qw(out err) or return 1;
	return if time - $task->{ended} < 2;
	$task->{left} = 1;
	kill KILL => -$task->{pid};
	$select->remove(delete $task->{$_}) for @open;
	return 1;
}

# run DIR REPORT TASK...: until all are done
sub run {
	my ($dir, $report, @tasks) = @_;
	my $jobs = $ENV{KWASM_JOBS} || room();
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
		for my $task (grep { ended($_, $select) } values %running) {
			delete $running{$task->{pid}};
			unshift @tasks, reap($dir, $task, $report, $task->{status}, $task->{cpu});
		}
	}
}

1;
