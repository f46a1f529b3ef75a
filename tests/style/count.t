#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# scripts/check counts assertions, and counts every failure as such.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/lib.sh
. tests/lib.sh
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# count NAME COUNT SCRIPT: a test file with this content has this count
count() {
	local want="$2" got status=0

	printf '#!/bin/bash\n%s\n' "$3" >"$tmp/a.t"
	chmod +x "$tmp/a.t"
	got=$(scripts/check --build "$tmp" --group own "$tmp/a.t" 2>/dev/null) || status=1
	is "$1" "$(tail -n 1 <<<"$got"), status $status" "$want"
}

count 'all pass' '2 passed, 0 failed, 0 skipped, status 0' \
	'echo ok 1; echo ok 2; echo 1..2'
count 'one fails, one is skipped' '1 passed, 1 failed, 1 skipped, status 1' \
	'echo 1..3; echo ok 1; echo "ok 2 # skip why"; echo not ok 3'
count 'a status other than 0' '1 passed, 1 failed, 0 skipped, status 1' \
	'echo 1..1; echo ok 1; exit 3'
count 'death by a signal' '1 passed, 1 failed, 0 skipped, status 1' \
	'echo 1..1; echo ok 1; kill -9 $$'
count 'a plan that is not kept' '1 passed, 1 failed, 0 skipped, status 1' \
	'echo 1..2; echo ok 1'
count 'no plan' '1 passed, 1 failed, 0 skipped, status 1' 'echo ok 1'
count 'nothing at all' '0 passed, 1 failed, 0 skipped, status 1' 'true'
count 'nothing but a skipped file' '0 passed, 1 failed, 1 skipped, status 1' \
	'echo "1..0 # skip no"'
count 'a failure marked to be done later' '1 passed, 1 failed, 0 skipped, status 1' \
	'echo 1..2; echo ok 1; echo "not ok 2 # TO''DO later"'
count 'a test that gives up after its plan' '1 passed, 1 failed, 0 skipped, status 1' \
	'echo 1..1; echo ok 1; echo "Bail out!"'
count 'a process that is left and holds the output' '1 passed, 1 failed, 0 skipped, status 1' \
	'echo 1..1; echo ok 1; sleep 60 &'
count 'an assertion without a command' '0 passed, 1 failed, 0 skipped, status 1' \
	". $PWD/tests/lib.sh; ok nothing; done_testing"
count 'an empty expression' '0 passed, 1 failed, 0 skipped, status 1' \
	". $PWD/tests/lib.sh; like all text ''; done_testing"

# ---- headers ----------------------------------------------------------------------------------

# header NAME WANT LINE...: a test for guests of that header is listed so; $tmp stands as DIR
header() {
	{
		echo '#!/bin/sh'
		printf '%s\n' "${@:3}"
	} >"$tmp/a.sh"
	chmod +x "$tmp/a.sh"
	is "$1" "$(scripts/check --build "$tmp" --list --group own "$tmp/a.sh" | sed "s|$tmp|DIR|g")" "$2"
}

header 'kernels' 'DIR/a.sh@6.1
DIR/a.sh@6.12' '# guest: 6.1 6.12'
header 'what is repeated is a choice, timeout and alone are none' 'DIR/a.sh@6.1,preempt=none,smp=1
DIR/a.sh@6.1,preempt=full,smp=1
DIR/a.sh@6.1,preempt=none,smp=2
DIR/a.sh@6.1,preempt=full,smp=2
DIR/a.sh@6.12,append=a,append=b,icount' \
	'# guest: 6.1 smp=1 smp=2 preempt=none preempt=full timeout=900 alone' \
	'# guest: 6.12 icount append=a append=b'
# shellcheck disable=SC2016 # a quotation
header 'no header' 'DIR/a.sh: DIR/a.sh: no line `# guest: KERNEL... [OPTION...]` says in which guests it runs' \
	'true'
header 'guests of the matrix are not listed' 'DIR/a.sh@6.1' '# guest: 6.1' '# guest: 6.12 matrix'
is 'but for --matrix, alone' "$(scripts/check --build "$tmp" --matrix --list --group own "$tmp/a.sh")" \
	"$tmp/a.sh@6.12"
kernels='6.1 6.12 6.1-cloud 6.12-cloud 6.12-trixie 7.x 7.x-sid'
header 'an unknown kernel' "DIR/a.sh: DIR/a.sh:2: unknown kernel 5.15, there are $kernels" \
	'# guest: 5.15'
header 'no kernel' "DIR/a.sh: DIR/a.sh:2: no kernel is named, there are $kernels" '# guest: smp=2'
header 'an unknown option' "DIR/a.sh: DIR/a.sh:2: unknown option cpus, there are alone append env icount \
matrix mem own preempt python smp timeout" '# guest: 6.1 cpus=2'
header 'an option without its value' 'DIR/a.sh: DIR/a.sh:2: smp needs a value' '# guest: 6.1 smp'
header 'a value too much' 'DIR/a.sh: DIR/a.sh:2: icount takes no value' '# guest: 6.1 icount=1'
header 'an option twice' 'DIR/a.sh: DIR/a.sh:2: mem is given twice' '# guest: 6.1 mem=1G mem=2G'
header 'another model' 'DIR/a.sh: DIR/a.sh:2: preempt is none, voluntary or full' \
	'# guest: 6.1 preempt=lazy'
printf '#!/bin/sh\necho ok 1\necho 1..1\n' >"$tmp/a.t"
got=$(scripts/check --build "$tmp" --group own "$tmp/a.sh" "$tmp/a.t")
is 'such a file is one failure, and others run' "$(tail -n 1 <<<"$got")" \
	'1 passed, 1 failed, 0 skipped'
like 'with its sentence' "$got" 'preempt is none, voluntary or full'
mkdir "$tmp/dir"
cp "$tmp"/a.* "$tmp/dir"
chmod -x "$tmp"/dir/a.*
is 'what cannot be executed is not passed over' \
	"$(scripts/check --build "$tmp" --list --group own "$tmp/dir" | sed "s|$tmp/dir/||g")" \
	'a.sh: a.sh: is not executable
a.t: a.t: is not executable'

# shellcheck disable=SC2016 # Perl's
got=$(perl -I scripts/perl -MKwasm::Report -e 'my $report = Kwasm::Report->new(shift, 3);
	for (["a.sh", "6.1", "ok 1\nok 2\n1..2\n"], ["a.sh", "7.x", "ok 1\nnot ok 2\n1..2\n"],
	     ["b.sh", "7.x", "ok 1\n1..1\n"]) {
		my ($file, $kernel, $out) = @$_;
		$report->finished({ group => "own", name => "$file\@$kernel", file => $file,
			guest => { kernel => $kernel } }, $out, "", 1);
	}
	$report->summary(1, "own");' "$tmp/check" 2>&1)
is 'the table of the matrix and the count' "$(tail -n 4 <<<"$got")" 'passed  6.1           7.x
a.sh      2  1 / 1 failed
b.sh      -             1
4 passed, 1 failed, 0 skipped'

got=$(scripts/check --build "$tmp" --group own)
not_ok 'a group without a test fails' scripts/check --build "$tmp" --group own
like 'and says so' "$got" 'no test asserted anything'
done_testing
