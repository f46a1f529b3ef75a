#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""
The generated capture that tests/net/ sends through the kernel, here through `kwasmctl test`: for each
frame the same answer to whether it reaches a handler, and each example's verdict.  The programs of
the page Languages decide as drop_icmp does.
"""
import json
import os
import subprocess
import sys
import tempfile

SRC, BUILD = os.environ["KWASM_SRC"], os.environ["KWASM_BUILD"]
LANGUAGES = ("C", "C++", "Rust", "AssemblyScript", "Zig")
count = failed = 0

with tempfile.TemporaryDirectory() as tmp:
    pcap, expect = tmp + "/vectors.pcap", tmp + "/vectors.expect"
    subprocess.run(["/usr/bin/python3", SRC + "/tests/net/vectors.py", pcap, expect], check=True)
    with open(expect, encoding="ascii") as lines:
        head, *rows = [line.rstrip("\n") for line in lines]
    examples = head.split()[4:]
    programs = [(example, column, f"{BUILD}/examples/{example}.wasm") for column, example in enumerate(examples, 2)]
    programs += [(language, 2 + examples.index("drop_icmp"), f"{BUILD}/tests/languages/{language}/drop.wasm")
                 for language in LANGUAGES]
    for example, column, wasm in programs:
        got = subprocess.run([BUILD + "/kwasmctl", "-j", "test", "--verbose", "--pcap", pcap, wasm],
                             capture_output=True, text=True, check=False)
        decisions = json.loads(got.stdout)["decisions"] if got.returncode == 0 else []
        wrong = [] if len(decisions) == len(rows) else [f"{len(decisions)} decisions, {len(rows)} rows: {got.stderr}"]
        for row, decision in zip(rows, decisions):
            want = row.split()[column] if row.split()[1] == "1" else "-"
            if decision.get("verdict", "-") != want:
                wrong.append(f"{row}: {decision}")
        count += 1
        failed += bool(wrong)
        print("not ok" if wrong else "ok", count, "-", f"{example}: {len(rows)} frames")
        for line in wrong[:10]:
            print("#", line)

print(f"1..{count}")
sys.exit(failed > 0 or count == 0)
