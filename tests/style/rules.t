#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Coding rules that a program can check, one assertion per rule; offenders are listed.
use strict;
use warnings;
use File::Basename qw(dirname);
use Test::More;

chdir dirname($0) . '/../..' or die;
my @files = grep { -f && !-l } map { chomp; $_ } `git ls-files -co --exclude-standard`;
my %text = map {
	open my $in, '<', $_ or die "$_: $!";
	local $/;
	($_ => <$in> // '');
} @files;
my @code = grep { /\.(c|h|S|def)$/ } @files;
my @portable = grep { m{^core/(?!kernel/|user/|uapi/)} && /\.(c|h|S|def)$/ } @files;

sub none {
	my ($rule, @offenders) = @_;
	ok(!@offenders, $rule) or diag(map { "  $_\n" } @offenders);
}

# lines RE FILES: the places where RE matches
sub lines {
	my ($re, @in) = @_;
	my @found;
	for my $f (@in) {
		my $n = 0;
		for my $line (split /\n/, $text{$f}) {
			$n++;
			push @found, "$f:$n: $line" if $line =~ $re;
		}
	}
	return @found;
}

sub licence {
	my ($f) = @_;
	return 'MIT' if $f =~ m{^core/uapi/kwasm(_guest.h|_(abi|hooks).def|\.(rs|ts|zig))$} || $f =~ m{^examples/};
	return 'GPL-2.0-only( WITH Linux-syscall-note)?' if $f =~ m{^core/uapi/};
	return 'GPL-2.0-only';
}

none('an SPDX line with the licence of its place opens every source file', grep {
	my $want = licence($_);
	my ($first, $second) = split /\n/, $text{$_};
	my $line = ($first // '') =~ /^#!/ ? $second : $first;
	($line // '') !~ m{SPDX-License-Identifier: $want( \*/)?$};
} @code, grep {
	# Debian's own formats and JSON have no such line
	!m{^scripts/debian/(control|copyright|source/)|\.json$} &&
		/(^|\/)(Makefile|Kbuild|Makefile\.inc)$|\.(sh|t|pl|pm|py|mk|rs|ts|zig)$|^scripts\//
} @files);

none('each .c opens with a comment on what it is', grep {
	$text{$_} !~ m{\A//[^\n]*\n(/\*|//)}
} grep { /\.c$/ } @files);

none('no file is longer than 700 lines', map {
	my $n = () = $text{$_} =~ /\n/g;
	$n > 700 ? "$_: $n" : ();
} grep { !/^LICENSES\// && !/\.(json|wast|txt|def)$/ } @files);

my @long;
for my $f (grep { /\.[ch]$/ } @code) {
	# Switch labels are a table and do not count.
	my ($start, $name, $n, $cases) = (0, '', 0, 0);
	for my $line (split /\n/, $text{$f}) {
		$n++;
		if ($line =~ /^\{$/) {
			($start, $cases) = ($n, 0);
		} elsif ($line =~ /^\s+(case .*|default):/) {
			$cases++;
		} elsif ($line =~ /^\}$/ && $start) {
			my $lines = $n - $start - 1 - $cases;
			push @long, "$f:$start: $name: $lines" if $lines > 60;
			$start = 0;
		} elsif (!$start && $line =~ /^\w[^;]*?(\w+)\(/) {
			$name = $1;
		}
	}
}
none('no function is longer than 60 lines, but for the labels of its switches', @long);

none('the portable core includes env.h and core headers only, but for the assembly', grep {
	!m{^core/(env\.h|x64/entry\.S):}
} lines(qr/^\s*#\s*include\s+</, @portable));

none('nothing but env.h and the assembly asks whether this is the kernel', grep {
	!m{^core/(env\.h|x64/entry\.S):}
} lines(qr/__KERNEL__/, @portable));

none('what a kernel has is asked of its compiler, not concluded from its version', lines(
	qr/\b(LINUX_VERSION_(CODE|MAJOR|PATCHLEVEL|SUBLEVEL)|KERNEL_VERSION|RHEL_(MAJOR|MINOR|RELEASE)\w*)\b/, @code));

none('the portable core has no float', lines(
	qr/^(?!\s*(\*|\/\/|\/\*)).*\b(float|double)\b\s+\w+\s*[=;,()]/,
	grep { /\.[ch]$/ } @portable));

# Walls between rooms: a file may include files of its own room and of those named here, or the
# single headers named here.  Documentation/architecture.rst tells the reasons.  `ground` is core/
# itself, except for the list of passes and compiled code; `kernel` is the headers of core/kernel/,
# with limits and the workqueue; core/kernel is main.c and export.c, which know everything.
my @ground = qw(ground core/uapi);
my %wall = (
	'ground' => [qw(core/user/env_types.h)],
	'core/wasm' => [@ground],
	'core/ir' => [@ground, qw(core/wasm core/run/rt.h core/run/trap.h)],
	'core/ir/alloc' => [@ground, qw(core/ir core/wasm)],
	'core/target.h' => [@ground, qw(code)],
	'core/x64' => [@ground, qw(core/target.h core/wasm core/ir/ir.h core/run)],
	'code' => [@ground, qw(core/wasm)],
	'compile' => [@ground, qw(code core/target.h core/ir/ir.h)],
	'core/run' => [@ground, qw(code core/wasm)],
	'core/abi' => [@ground, qw(core/run)],
	'core/uapi' => [],
	'core/user' => [@ground, qw(core/run core/abi core/x64/cpu.h)],
	'core/kernel/machine' => [@ground, qw(code core/wasm/module.h core/run core/kernel/machine/arch.h
		kernel)],
	# one place names the processor; its folder stands on the machine around it
	'core/kernel/machine/arch.h' => [qw(core/kernel/machine/x86)],
	'core/kernel/machine/x86' => [@ground, qw(code core/run core/kernel/machine core/x64/entry.h
		core/x64/cpu.h kernel)],
	'core/kernel/program' => [@ground, qw(code compile core/run core/abi core/kernel/machine
		kernel)],
	'core/kernel/handler' => [@ground, qw(core/run core/abi core/kernel/machine
		core/kernel/machine/arch.h core/kernel/program kernel)],
	'core/kernel/netlink' => [@ground, qw(code core/kernel/machine/account.h
		core/kernel/machine/arch.h core/kernel/machine/ksym.h
		core/kernel/machine/memory.h core/kernel/machine/thread.h
		core/kernel/machine/watchdog.h core/kernel/program core/kernel/handler/attachment.h
		kernel)],
	# the second is what the kernel's compiler answered to core/kernel/probe.c
	'kernel' => [qw(ground kwasm_probe.h)],
	'core/kernel' => [qw(ANY)],
	'core/kwasm.h' => [qw(core/kernel/handler/run.h core/kernel/program/provider.h)],
	'hooks' => [qw(core/kwasm.h core/uapi)],
	'ctl/dump.c' => [qw(ctl core/ir/ir.h)],
	'ctl' => [@ground, qw(code compile core/wasm/op.h core/abi/abi.h core/run/instance.h
		core/run/trap.h core/run/verdict.h core/user)],
);

# room FILE: itself, or the longest one that holds it
sub room {
	my ($f) = @_;
	return $f if exists $wall{$f};
	return $1 if $f =~ m{^core/(code|compile)\.[ch]$};
	return 'kernel' if $f =~ m{^core/kernel/(\w+\.h|(limits|work)\.c)$};
	return 'ground' if $f =~ m{^core/[^/]+$};
	for (my $d = dirname($f); $d ne '.'; $d = dirname($d)) {
		return $d if exists $wall{$d};
	}
	return '';
}

# reached FILE NAME: the file that an include of NAME finds
sub reached {
	my ($f, $name) = @_;
	my @parts;
	for (split m{/}, dirname($f) . "/$name") {
		if ($_ eq '..') { pop @parts } else { push @parts, $_ }
	}
	my $near = join '/', @parts;
	return exists $text{$near} ? $near : exists $text{"core/$name"} ? "core/$name" : $name;
}

# Arrows that run back up, each with its reason.
my %upward = (
	# env.h takes the types of its surroundings, and nothing else, from there
	'ground core/user' => 1,
	# the machine and its processor serve each other
	'core/kernel/machine/x86 core/kernel/machine' => 1,
);
my %arrow;

for my $room (sort keys %wall) {
	my %may = map { $_ => 1 } @{$wall{$room}};
	none("$room includes what its walls let through", grep {
		my ($f, $name) = /^([^:]+):\d+: .*"(.*)"/;
		my $to = reached($f, $name);
		my $at = room($to);
		$arrow{$room}{$at} = 1 if $at && $at ne $room && !$upward{"$room $at"};
		!($at eq $room || $may{ANY} || $may{$at} || $may{$to});
	} lines(qr/^\s*#\s*include\s+"/, grep { room($_) eq $room } @code));
}

# onward ROOM: the rooms that its arrows lead to, directly or not
sub onward {
	my ($room) = @_;
	my (%seen, @next) = ();
	push @next, keys %{$arrow{$room}};
	while (defined(my $r = shift @next)) {
		push @next, keys %{$arrow{$r}} if !$seen{$r}++;
	}
	return %seen;
}
none('arrows between rooms run one way', grep { my %on = onward($_); $on{$_} } sort keys %arrow);

# The order of the operations of the IR means nothing: passes ask for classes and flags.
my $operations = join '|', $text{'core/ir/ir_ops.def'} =~ /^IROP\((\w+),/mg;
none('no range and no distance of operations of the IR', lines(
	qr/\bIR_($operations)\b\s*\.\.\.|(\.\.\.|[<>]=?|[-+])\s*IR_($operations)\b/,
	grep { m{^(core|ctl|tests)/.*\.[ch]$} } @code));

# What includes lead to, one by one.  The intermediate representation changes with the compiler and
# must not be visible elsewhere, not even through other headers.
my %includes;
for (lines(qr/^\s*#\s*include\s+"/, @code)) {
	my ($f, $name) = /^([^:]+):\d+: .*"(.*)"/;
	push @{$includes{$f}}, reached($f, $name);
}

# path FILE GOAL: the files on a way from FILE to GOAL by includes, or nothing
sub path {
	my ($from, $goal) = @_;
	my %before = ($from => '');
	my @todo = ($from);
	while (defined(my $f = shift @todo)) {
		if ($f eq $goal) {
			my @way = ($f);
			unshift @way, $f while $f = $before{$f};
			return @way;
		}
		for (grep { !exists $before{$_} } @{$includes{$f} // []}) {
			$before{$_} = $f;
			push @todo, $_;
		}
	}
	return ();
}

my $compiler = qr{^(core/(ir|x64)/|core/compile\.c$|ctl/dump\.c$|tests/(ir|unit)/)};
none('nothing outside the compiler sees the intermediate representation', map {
	my @way = path($_, 'core/ir/ir.h');
	@way > 1 ? join(' -> ', @way) : ();
} grep { !/$compiler/ } @code);

# A second processor is added folders.  What user space needs to know of this one, the registers of
# a signal and the features of the CPU, is two files; kwasmctl dump tells objdump what to read.
my $register = join '|', map { "r$_" } qw(ax bx cx dx si di sp bp ip), 8 .. 15;
# Speculation: what a guest passes to C as an index is bounded where the CPU mispredicts its check.
# body FILE NAME: the text of a function's body, and of those of the file that it calls
sub body {
	my ($f, $name, $called) = @_;
	my ($body) = $text{$f} =~ /^[^\n;{}]*\b\Q$name\E\([^;{}]*\)\n\{\n(.*?)^\}$/ms or return '';
	return $body if $called;
	my %own = map { $_ => 1 } $text{$f} =~ /^static [^\n;{}]*?(\w+)\([^;{}]*\)\n\{/mg;
	return $body . join '', map { body($f, $_, 1) } grep { $own{$_} } $body =~ /\b(\w+)\(/g;
}

my %bounding = (
	INDEX => qr/\barray_index_nospec\(/, FENCE => qr/\bbarrier_nospec\(\)/,
	SLICE => qr/\bkwasm_ctx_slice\(/, COUNT => qr/\bkwasm_linear_grow\(/,
	CONST => qr/\A(?!.*\bin_bounds\()/s,
);
none('every function of rt.def bounds the operands of guests as it says', map {
	my ($name, $bound) = /^RT\(\w+, (\w+), "[^"]*", (\w+)\)/ or die $_;
	my $body = join '', map { body($_, "kwasm_rt_$name") } grep { m{^core/run/rt\w*\.c$} } @files;
	my ($operands) = m{/\* (.*) \*/};
	my $constant = $operands !~ /\b(?<!function )(index|source|destination|length|delta)\b/;
	my $good = exists $bounding{$bound} && $body =~ $bounding{$bound} &&
		$constant == ($bound eq 'CONST');
	$good ? () : "$name: $bound";
} grep { /^RT\(/ } split /\n/, $text{'core/run/rt.def'});

none('every host function of the ABI bounds what guests pass to it', map {
	my $f = $_;
	map { "$f: $_" } grep {
		body($f, $_) !~ /\b(kwasm_ctx_slice|array_index_nospec|barrier_nospec)\(/
	} $text{$f} =~ /^static u64 (\w+)\(KWASM_HOST[1-5]\(/mg;
} grep { m{^core/abi/.*\.c$} } @files);

none('no element of a guest\'s table is reached by an index that is not masked', lines(
	qr/\b(t|to|from|table)->elems\[(?!array_index_nospec\(|dst \+ i\])/,
	grep { m{^core/run/.*\.c$} } @files));

# A kernel that checks control flow ends where a function is called by another prototype than its own.
none('no function is called by another prototype than its own', lines(
	qr/\(\s*[\w ]+\**\s*\(\s*\*+\s*\)\s*\(|\(\s*(kwasm_describe|kwasm_run_rest|kwasm_link_fn)\s*\)/,
	grep { m{^(core|hooks|tests/kmod|tests/unit)/.*\.[ch]$} } @code));

none('nothing outside its folders names a processor', lines(
	qr{\b[xX](64|86)_|\bX86\b|<asm/(?!byteorder)|\b($register|rdtsc|cpuid|rel32|fxsave|mxcsr|lzcnt
		|retpoline|endbr64)\b|\bregs->}x,
	grep { !m{^core/(x64|kernel/machine/x86)/} && !m{^(core/user/(fault|cpu)|ctl/dump_asm)\.c$} }
	grep { m{^(core|hooks|ctl)/} } @code));

none('examples include the guest header only', lines(
	qr/#\s*include\s+(?!"kwasm_guest\.h"|<kwasm_guest\.h>|<std(int|def|bool)\.h>)/,
	grep { m{^examples/} } @code));

my $marks = join '|', map { join '', @$_ } ['TO', 'DO'], ['FIX', 'ME'], ['XX', 'X'], ['HA', 'CK'];
none('nothing is left to be done later', grep { !m{^(scripts/check|tests/style/)} }
     lines(qr/\b($marks)\b/, grep { /\.(c|h|S|def|t|sh|py|mk|rst)$|^scripts\// } @files));

# Messages name the object, say what is wrong and what to do.  These phrases are not English.
my $calque = join '|', '(?:is|are|was|takes|knows|names|exports|finds) no', 'there (?:is|are) no',
	'has not', 'argument too many', 'nothing to do', 'one that can', 'anew', 'behind';
sub literals {
	my ($f) = @_;
	my $code = $text{$f} =~ s{("(?:\\.|[^"\\\n])*")|/\*.*?\*/|//[^\n]*}{$1 // ' '}gser;
	return $code =~ /"((?:\\.|[^"\\\n])*)"/g;
}
none('messages say what is wrong in plain English', map {
	my $f = $_;
	map { "$f: $_" } grep { /\b(?:$calque)\b/ } literals($f);
} grep { m{^(core|ctl|hooks)/.*\.(c|h|def)$} } @files);

none('no trailing white space', lines(qr/[ \t]$/, grep { !/^LICENSES\/|\.(pcap|wasm)$/ } @files));

# writable OBJECT: its sections and symbols of writable data that are not empty
sub writable {
	my ($o) = @_;
	my @sections = grep { /^\.(data|bss|tdata|tbss)\b.* +[1-9]\d* +\d+$/ && !/^\.data\.rel\.ro/ }
		split /\n/, `size -A $o`;
	return map { "$o: $_" } @sections, grep { / C \w+$/ } split /\n/, `nm $o`;
}

SKIP: {
	skip 'sanitizers add data of their own', 1 if ($ENV{KWASM_BUILD} // '') =~ /san$/;
	my $build = $ENV{KWASM_BUILD} || 'build';
	my @objects = map { "$build/core/$_" } $text{'core/objects.mk'} =~ /^KWASM_CORE_OBJS \+= (\S+)$/mg;
	none('no writable data in the objects of the portable core',
	     map { -s $_ ? writable($_) : "$_: not built" } @objects);
}

done_testing();
