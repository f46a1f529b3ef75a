# SPDX-License-Identifier: GPL-2.0-only
# Which tests there are, in which guests they run, and which of them share one.
#
# A test is { group, name, file, guest }, where guest is undef for a program of this machine, else
# { kernel, smp, preempt, ... }: see the top of scripts/check for the words.  A task is what one
# process runs: { tests, command, console (of a guest), alone }.  What is wrong with a header is told by
# die, with a sentence.
package Kwasm::Plan;
use strict;
use warnings;
use File::Find qw(find);

# Every word of a choice: does it have a value, and may it be repeated: 'each' value is a separate
# choice, 'all' of them apply together.
my %words = (
	smp => [1, 'each'], preempt => [1, 'each'], mem => [1], timeout => [1],
	append => [1, 'all'], env => [1, 'all'], icount => [0], python => [0], own => [0], alone => [0],
	matrix => [0],
);
my @known_kernels = qw(6.1 6.12 6.1-cloud 6.12-cloud 6.12-trixie 7.x 7.x-sid);
# What does not make it another test.
my @manners = qw(timeout own alone matrix);

# word WHERE TEXT: (key, value)
sub word {
	my ($where, $text) = @_;
	if ($text =~ /^\d/) {
		die "$where: unknown kernel $text, there are @known_kernels\n"
			if !grep { $_ eq $text } @known_kernels;
		return (kernel => $text);
	}
	my ($key, $value) = $text =~ /^(\w+)(?:=(.+))?$/ or die "$where: cannot read the word $text\n";
	my $kind = $words{$key}
		or die "$where: unknown option $key, there are @{[sort keys %words]}\n";
	die "$where: $key " . ($kind->[0] ? "needs a value\n" : "takes no value\n")
		if $kind->[0] != defined $value;
	die "$where: $key wants a number\n" if $key =~ /^(smp|timeout)$/ && $value !~ /^[1-9]\d*$/;
	die "$where: preempt is none, voluntary or full\n"
		if $key eq 'preempt' && $value !~ /^(none|voluntary|full)$/;
	return ($key, $value // 1);
}

# choices WHERE WORD...: the guests that a list of words selects
sub choices {
	my ($where, @list) = @_;
	my (%given, @order);
	for (@list) {
		my ($key, $value) = word($where, $_);
		push @order, $key if !$given{$key};
		push @{$given{$key}}, $value;
	}
	die "$where: no kernel is named, there are @known_kernels\n" if !$given{kernel};
	my @guests = {};
	for my $key (@order) {
		my @values = @{$given{$key}};
		my $repeat = $key eq 'kernel' ? 'each' : $words{$key}[1] // '';
		die "$where: $key is given twice\n" if @values > 1 && !$repeat;
		@values = [@values] if $repeat eq 'all';
		@guests = map { my $g = $_; map { +{%$g, $key => $_} } @values } @guests;
	}
	return @guests;
}

# header FILE: the guests its own lines name
sub header {
	my ($file) = @_;
	my @guests;
	local $_;
	open my $in, '<', $file or die "$file: $!\n";
	while (<$in>) {
		last if !/^#/;
		push @guests, choices("$file:$.", split ' ', $1) if /^# guest:(.*)/;
	}
	die "$file: no line `# guest: KERNEL... [OPTION...]` says in which guests it runs\n" if !@guests;
	return @guests;
}

# headed FILE: has it a header at all?
sub headed {
	my ($file) = @_;
	return eval { header($file); 1 } || $@ !~ /: no line/;
}

# name FILE GUEST: as FILE@CHOICES, which runs it again
sub name {
	my ($file, $guest) = @_;
	my %rest = %$guest;
	delete @rest{'kernel', @manners};
	my @said = map {
		my $key = $_;
		map { $words{$key}[0] ? "$key=$_" : $key } ref $rest{$key} ? @{$rest{$key}} : $rest{$key};
	} sort keys %rest;
	return "$file\@" . join ',', $guest->{kernel}, @said;
}

# chosen FILE TEXT: the one guest that FILE@TEXT names; its manners are those of the header, where
# the header has the same guest or only one kind of manners
sub chosen {
	my ($file, $text) = @_;
	my ($guest, @more) = choices("$file\@$text", split /,/, $text);
	die "$file\@$text: names more than one guest\n" if @more;
	my @header = $file =~ /\.sh$/ ? header($file) : ();
	my ($same) = grep { name($file, $_) eq name($file, $guest) } @header;
	$same //= $header[0] // {};
	for my $manner (@manners) {
		$guest->{$manner} //= $same->{$manner} if $same->{$manner};
	}
	return $guest;
}

# found FOLDER: the tests in it
sub found {
	my ($folder) = @_;
	my @files;
	find({ no_chdir => 1, wanted => sub {
		push @files, $_ if -f && (/\.t$/ || /\.sh$/ && (-x _ || headed($_)));
	} }, $folder);
	return sort @files;
}

# named KERNELS MATRIX FILE: the tests that a file stands for: those of the matrix or the others
sub named {
	my ($kernels, $matrix, $file) = @_;
	die "$file: is not executable\n" if -e $file && !-x _;
	return $matrix ? () : { file => $file, name => $file } if $file !~ /\.sh$/;
	return map { +{ file => $file, guest => $_, name => name($file, $_) } } grep {
		my $guest = $_;
		!$guest->{matrix} == !$matrix && grep { $_ eq $guest->{kernel} } @$kernels
	} header($file);
}

# tests KERNELS MATRIX GROUP WORD...: the tests that were asked for; one that cannot be planned is
# { group, name, broken }, with a sentence why
sub tests {
	my ($kernels, $matrix, $group, @asked) = @_;
	my @tests;
	for my $word (map { -d ? found($_) : $_ } @asked) {
		my ($file, $choices) = $word =~ /^(.+?)@(.+)$/;
		my @more = eval {
			$file ? { file => $file, guest => chosen($file, $choices), name => $word }
				: named($kernels, $matrix, $word);
		};
		push @more, { name => $word, broken => $@ =~ s/\n\z//r } if $@;
		push @tests, map { +{ group => $group, %$_ } } @more;
	}
	return @tests;
}

# as_parameters WORDS: those words of an append= that are parameters of our modules
sub as_parameters {
	return grep { /^kwasm\w*\.\w+=/ } map { split ' ' } @_;
}

# machine GUEST: the choices that must be equal to share a guest.  The model of preemption and
# parameters of our modules are set while it runs.
sub machine {
	my ($guest) = @_;
	my %param = map { $_ => 1 } as_parameters(@{$guest->{append} // []});
	my @append = grep { !$param{$_} } map { split ' ' } @{$guest->{append} // []};
	return ('--kernel', $guest->{kernel}, map({ $guest->{$_} ? ("--$_", $guest->{$_}) : () } qw(mem)),
		$guest->{icount} ? '--icount' : ('--smp', $guest->{smp} // 2),
		$guest->{python} ? '--python' : (), @append ? ('--append', "@append") : ());
}

# in_guest TEST: the words of tests/vm/files for it
sub in_guest {
	my ($test) = @_;
	my $guest = $test->{guest};
	return (map({ "preempt=$_" } $guest->{preempt} // ()),
		map({ "env=$_" } @{$guest->{env} // []}),
		map({ "param=$_" } as_parameters(@{$guest->{append} // []})),
		"file=$test->{file}");
}

sub timeout { return $_[0]{guest}{timeout} || 300 }

# boot DIR TEST...: the task of one guest for these tests
sub boot {
	my ($dir, @tests) = @_;
	my @machine = machine($tests[0]{guest});
	my $console = "$dir/console/boot " . join(' ', map { s/^--//r } @machine) . " $tests[0]{file}";
	$console = "$dir/console/" . substr($console, length "$dir/console/") =~ tr|/ |__|r;
	my $seconds = 120;
	$seconds += timeout($_) for @tests;
	return {
		tests => \@tests, console => $console, alone => $tests[0]{guest}{alone},
		command => ['tests/vm/run', @machine, '--console', $console, '--timeout', $seconds,
			'--', 'tests/vm/files', map { in_guest($_) } @tests],
	};
}

# tasks DIR TEST...: the tasks, in a good order: guests with much to do first, small host tests in
# between, and last those that run alone
sub tasks {
	my ($dir, @tests) = @_;
	my (%shared, @boots, @here);
	for my $test (@tests) {
		my $guest = $test->{guest};
		if (!$guest) {
			my $path = $test->{file} =~ m|/| ? $test->{file} : "./$test->{file}";
			push @here, { tests => [$test], command => ['timeout', '-k', '5',
				$ENV{KWASM_TEST_TIMEOUT} || 900, $path] };
			next;
		}
		my $key = join ' ', machine($guest), map { $guest->{$_} ? $_ : () } qw(alone);
		$key .= " $test->{name}" if $guest->{own};
		push @{$shared{$key}}, $test;
	}
	@boots = map { boot($dir, @{$shared{$_}}) } sort keys %shared;
	@boots = sort { @{$b->{tests}} <=> @{$a->{tests}} } @boots;
	return (grep({ !$_->{alone} } @boots, @here), grep { $_->{alone} } @boots);
}

1;
