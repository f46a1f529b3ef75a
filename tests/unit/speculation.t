#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Machine code that the CPU runs ahead of a check reads nothing but the guest's own: over the listings
# of the modules below, of the examples and of random modules, on every path, whatever branches say,
#
#	- a register that indexes linear memory has a zero upper half;
#	- an element of a table of functions or code offsets has an index that a mask has bounded;
#	- a packet load has the packet's address by a conditional move on the flags of its check;
#	- an indirect call through a table of references leads nowhere if type or instance differ.
use strict;
use warnings;
use File::Basename qw(basename dirname);
use File::Temp;
use Test::More;

my $src = $ENV{KWASM_SRC} // dirname($0) . '/../..';
my $build = $ENV{KWASM_BUILD} // "$src/build";
my $tmp = File::Temp->newdir;

# The numbers of the general registers, by their names of 64, 32, 16 and 8 bits.
my @names = ('rax eax ax al', 'rcx ecx cx cl', 'rdx edx dx dl', 'rbx ebx bx bl', 'rsp esp sp spl',
	'rbp ebp bp bpl', 'rsi esi si sil', 'rdi edi di dil', map { "r$_ r${_}d r${_}w r${_}b" } 8 .. 15);
my (%number, %width);
for my $n (0 .. $#names) {
	my @bits = (64, 32, 16, 8);
	for my $name (split ' ', $names[$n]) {
		$number{$name} = $n;
		$width{$name} = shift @bits;
	}
}
my $all = 0xffff;
# rax, rcx, rdx, rsi, rdi, r8 to r11: what a call clobbers
my $clobbered = 0x0fc7;

# operands TEXT: of an instruction of AT&T syntax, source first
sub operands {
	my ($text) = @_;
	return map { s/^\s+|\s+$//gr } $text =~ /((?:\([^)]*\)|[^,(])+)/g;
}

# functions LISTING: for each its name and instructions
sub functions {
	my ($listing) = @_;
	my @functions;
	for (split /\n/, $listing) {
		push @functions, { name => $1, code => [] } if /^function (\d+)/;
		next if !/^\s*([0-9a-f]+):\t?\s*(?:[0-9a-f]{2} )+\s*(.*?)\s*(?:;.*)?$/;
		my ($at, $text) = (hex $1, $2);
		my ($op, $rest) = split ' ', $text, 2;
		push @{$functions[-1]{code}}, { at => $at, op => $op // '', text => $text,
			arg => [operands($rest // '')] };
	}
	return @functions;
}

sub reg { return $_[0] =~ /^%(\w+)$/ && exists $number{$1} ? $1 : undef }

# after INSTRUCTION CLEAN LOCAL: the set of registers with a zero upper half after it; LOCAL holds
# the addresses where functions of the module begin and end
sub after {
	my ($i, $clean, $local) = @_;
	my ($op, @arg) = ($i->{op}, @{$i->{arg}});
	return $clean if $op =~ /^(cmp|test|ucomi|comi|j|nop|endbr|int3|push|leave|ret|cmpl|bt)/;
	if ($op =~ /^call/) {
		my $own = $arg[0] =~ /^0x([0-9a-f]+)/ ? $local->(hex $1) : $arg[0] !~ /r11/;
		return $clean & ~$clobbered | ($own ? 1 : 0);
	}
	return $clean & ~(1 << 2) if $op eq 'cqto';
	return $clean | 1 << 2 if $op eq 'cltd';
	if ($op eq 'xchg') {
		my ($a, $b) = map { $number{reg($_) // ''} } @arg;
		my ($x, $y) = ($clean >> $a & 1, $clean >> $b & 1);
		return $clean & ~(1 << $a | 1 << $b) | $x << $b | $y << $a;
	}
	my $dst = reg($arg[-1] // '') // return $clean;
	my $bit = 1 << $number{$dst};
	if (@arg == 1 && $op =~ /^i?(mul|div)/) {
		return $clean | 5 if $width{$dst} == 32;
		return $clean & ~5;
	}
	return $clean if $width{$dst} < 32;
	return $clean | $bit if $width{$dst} == 32;
	my $from = reg($arg[0]);
	return $clean | $bit if $op eq 'mov' && $from && $clean >> $number{$from} & 1;
	return $clean | $bit if $op =~ /^mov/ && $arg[0] =~ /^\$0x[0-9a-f]{1,8}$/;
	return $clean & ~$bit;
}

# leaves CODE N LOCAL: is it the call of a trap?  Other stubs, whose addresses the listing does not show
# either, return to one of these instructions.
sub leaves {
	my ($code, $n, $local) = @_;
	return $code->[$n]{text} =~ /^call +0x([0-9a-f]+)/ && !$local->(hex $1) &&
		($code->[$n + 1]{text} // '') !~ /^(jmp|mov +(%eax,%eax|%r11))/;
}

# reach FUNCTION LOCAL: what is clean before each of its instructions that is reached; jump tables
# between them are none
sub reach {
	my ($f, $local) = @_;
	my @code = @{$f->{code}};
	my %index = map { $code[$_]{at} => $_ } 0 .. $#code;
	my @landings = grep { $code[$_]{op} eq 'endbr64' } 1 .. $#code;
	my @state = ($all);
	my @todo = (0);
	while (defined(my $n = pop @todo)) {
		my $i = $code[$n];
		my $out = after($i, $state[$n], $local);
		my @next;
		push @next, $index{hex $1} if $i->{op} =~ /^j/ && $i->{text} =~ /^\w+\s+0x([0-9a-f]+)/;
		push @next, @landings if $i->{op} eq 'jmp' && $i->{arg}[0] =~ /^\*/;
		push @next, $n + 1 if $i->{op} !~ /^(jmp|ret|int3|\(bad\))$/ && !leaves(\@code, $n, $local);
		for my $to (grep { defined && $_ < @code } @next) {
			my $new = defined $state[$to] ? $state[$to] & $out : $out;
			next if defined $state[$to] && $state[$to] == $new;
			$state[$to] = $new;
			push @todo, $to;
		}
	}
	return @state;
}

# unclean FUNCTION STATE: accesses to linear memory with an index whose upper half may not be zero
sub unclean {
	my ($f, @state) = @_;
	return grep {
		my ($reg) = $f->{code}[$_]{text} =~ /\(%r14,%(\w+)/;
		defined $state[$_] && $reg && !($state[$_] >> $number{$reg} & 1);
	} 0 .. $#state;
}

my %seen;

# unmasked FUNCTION: elements of tables whose index the two instructions before do not mask
sub unmasked {
	my ($f) = @_;
	my @code = @{$f->{code}};
	my @bad;
	for my $n (0 .. $#code) {
		my ($index) = $code[$n]{text} =~ /\(%r11,%(\w+),[48]\)/ or next;
		$seen{'element of a table'}++;
		my ($and) = grep {
			$code[$_]{op} eq 'and' && $number{reg($code[$_]{arg}[1]) // ''} == $number{$index}
		} map { $_ < 0 ? () : $_ } $n - 3 .. $n - 1;
		push @bad, $n if !$and || $code[$and - 1]{op} ne 'sbb' ||
			$code[$and - 1]{arg}[0] ne $code[$and - 1]{arg}[1];
	}
	return @bad;
}

# bare FUNCTION: loads from an address in a register that is no packet's by a conditional move, and no
# object that the runtime made
sub bare {
	my ($f) = @_;
	my @code = @{$f->{code}};
	return grep {
		my $n = $_;
		my ($base) = $code[$n]{text} =~ /\(%(\w+)(?:,%\w+,1)?\)/;
		my $before = join "\n", map { $_ < 0 ? () : $code[$_]{text} } $n - 13 .. $n - 1;
		my $plain = $code[$n]{op} eq 'lea' || !$base || $base =~ /^(r1[145]|rbp|rsp|rip)$/ ||
			# an element, and ctx->memory
			$before =~ /\(%r11,%rax,8\),%rax/ || $before =~ /mov +0x18\(%r15\),%$base\z/;
		$seen{'packet load'}++ if !$plain;
		!$plain && $before !~ /cmov(ae|ge) +0x\w+\(%r15\),%$base\z/;
	} 0 .. $#code;
}

my $nulled = qr/jne [^\n]*\nmov \$0x0,%r10d\ncmovne %r10,%rax\n/ .
	qr/cmp [^\n]*\njne [^\n]*\ncmovne %r10,%rax\nmov/;

# loose FUNCTION: indirect calls of an element that is not nulled unless type and instance are right
sub loose {
	my ($f) = @_;
	my @code = @{$f->{code}};
	return grep {
		my $before = join "\n", map { $_ < 0 ? () : $code[$_]{text} =~ s/\s+/ /gr } $_ - 12 .. $_;
		my $table = $code[$_]{op} eq 'call' && $code[$_]{arg}[0] eq '*%rax' &&
			$before =~ /mov (0x\w+)?\(%rax\),%rax\n/;
		$seen{'call of an element'}++ if $table;
		$table && $before !~ /$nulled/;
	} 0 .. $#code;
}

sub check {
	my ($name, $wasm) = @_;
	my $listing = qx($build/kwasmctl dump --asm $wasm 2>/dev/null);
	my @functions = functions($listing);
	my %start = map { @{$_->{code}} ? ($_->{code}[0]{at} => 1) : () } @functions;
	my @bad;
	for my $f (@functions) {
		my @state = reach($f, sub { $start{$_[0]} });
		for my $rule ([unclean => \&unclean], [unmasked => \&unmasked], [bare => \&bare],
			      [loose => \&loose]) {
			push @bad, map { "$rule->[0]: function $f->{name}: $f->{code}[$_]{text}" }
				grep { defined $state[$_] } $rule->[1]->($f, @state);
		}
		$seen{'reload of 32 bits'} += grep {
			$_->{text} =~ /^mov +-0x\w+\(%rbp\),%(e\w+|r\d+d)$/
		} @{$f->{code}};
	}
	return (scalar @functions, @bad);
}

sub good {
	my ($name, @bad) = @_;
	my $functions = shift @bad;
	ok($functions && !@bad, "$name: $functions functions") or diag(map { "$_\n" } @bad);
}

sub text {
	my ($name, $wat) = @_;
	open my $out, '>', "$tmp/in.wat" or die;
	print $out $wat;
	close $out;
	system('wat2wasm', "$tmp/in.wat", '-o', "$tmp/in.wasm") and die "wat2wasm: $name\n";
	return good($name, check($name, "$tmp/in.wasm"));
}

# More indices than registers, kept over calls and loops; each then addresses memory.
my @live = 1 .. 24;
my $loads = join "\n", map { "(local.set $_ (i32.load offset=@{[4 * $_]} (local.get 0)))" } @live;
my $uses = join "\n", map { "(i32.store8 (local.get $_) (i32.load16_u (local.get $_)))" } @live;
my $locals = '(local' . ' i32' x @live . ')';
text('addresses in spill slots', "(module (memory 1)
	(func \$other (result i32) (i32.load (i32.const 8)))
	(func (export \"call\") (param i32) $locals $loads
	 (i32.store (i32.const 0) (call \$other)) $uses)
	(func (export \"loop\") (param i32) $locals $loads
	 (loop \$again $uses (br_if \$again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))");

my $cases = join ' ', map { $_ % 9 } 0 .. 40;
my $nest = join "\n", map { "(i32.store (local.get 0) (i32.const $_)))" } 1 .. 8;
text('a jump table', '(module (memory 1) (func (export "go") (param i32)' . '(block ' x 9 .
     "(br_table $cases (local.get 0))) $nest))");

my $functions = '(memory 1) (type $t (func (param i32) (result i32)))
	(func $f (param i32) (result i32) (i32.load (local.get 0)))
	(func (export "call") (param i32) (result i32)
	 (i32.load (call_indirect (type $t) (local.get 0) (local.get 0))))';
text('calls through a table that only segments write', "(module (table 4 funcref) $functions
	(elem (i32.const 0) \$f))");
text('calls through a table that is written', "(module (table (export \"t\") 4 funcref) $functions
	(elem (i32.const 0) \$f))");
for my $type ('f32', 'f64') {
	text("numbers truncated from $type", "(module (memory 1)
		(func (export \"go\") (param $type) (result i32) (i32.add (i32.add
		 (i32.load (i32.trunc_${type}_u (local.get 0)))
		 (i32.load (i32.trunc_${type}_s (local.get 0)))) (i32.add
		 (i32.load (i32.trunc_sat_${type}_u (local.get 0)))
		 (i32.load (i32.trunc_sat_${type}_s (local.get 0)))))))");
}

text('packet loads', '(module (import "kwasm" "pkt_be16" (func $w (param i32) (result i32)))
	(import "kwasm" "pkt_be32" (func $l (param i32) (result i64))) (memory 1)
	(func (export "go") (param i32) (result i64) (i64.add (call $l (local.get 0))
	 (i64.add (call $l (i32.const 16))
	  (i64.load (i32.add (call $w (i32.const 12)) (call $w (local.get 0))))))))');

good(basename($_), check(basename($_), $_)) for glob "$build/examples/*.wasm";

mkdir "$tmp/random" or die;
system("$build/tests/fuzz/diff", '--seed', 1, '--emit', "$tmp/random") and die "diff --emit\n";
my ($sum, @all) = (0);
for my $wasm (sort glob "$tmp/random/*.wasm") {
	my ($functions, @bad) = check(basename($wasm), $wasm);
	$sum += $functions;
	push @all, map { basename($wasm) . ": $_" } @bad;
}
good('random modules', $sum, @all);

cmp_ok($seen{$_} // 0, '>', 0, "a $_ was seen") for
	'reload of 32 bits', 'element of a table', 'packet load', 'call of an element';
done_testing();
