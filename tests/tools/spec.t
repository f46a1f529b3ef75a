#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Header, specification and kernel agree: names, numbers and types of Documentation/netlink/specs/
kwasm.yaml against the header as compiled (tests/tools/tables.c) and against the policies and
operations of core/kernel/netlink/family.c as preprocessed.
"""
import os
import re
import subprocess
import sys

import yaml

SRC, BUILD = os.environ["KWASM_SRC"], os.environ["KWASM_BUILD"]

# What the kernel's policy calls the types of the header; a nest is never sent to the kernel.
POLICY_TYPES = {"NLA_NUL_STRING": "string", "NLA_BINARY": "binary", "NLA_FLAG": "flag", "NLA_U8": "u8",
                "NLA_U32": "u32", "NLA_S32": "s32", "NLA_U64": "u64"}
FLAGS = {"GENL_ADMIN_PERM": ["admin-perm"], "GENL_UNS_ADMIN_PERM": ["uns-admin-perm"], "0": []}

count = failed = 0


def is_(got, want, name):
    global count, failed
    count += 1
    good = got == want
    failed += not good
    print("ok" if good else "not ok", count, "-", name)
    if not good:
        print(f"#  got: {got}\n# want: {want}")


def header_tables():
    tables = {}
    out = subprocess.run([BUILD + "/tests/tools/tables"], capture_output=True, text=True, check=True).stdout
    for line in out.splitlines():
        table, number, *rest = line.split()
        tables.setdefault(table, {})[int(number)] = rest
    return tables


def kernel_source():
    """The policies and operations with their macros expanded, everything else left alone."""
    with open(SRC + "/core/kernel/netlink/family.c", encoding="ascii") as source:
        text = source.read()
    start = text.index("#define STRING(")
    policies = text[start:text.index("/**", start)]
    start = text.index("#define OP(")
    operations = text[start:text.index("static const struct genl_multicast_group", start)]
    return subprocess.run(["gcc", "-E", "-P", "-x", "c", "-"], input=policies + operations,
                          capture_output=True, text=True, check=True).stdout


def name_of(constant):
    return constant.lower().replace("_", "-")


def kernel_policies(source):
    """Table -> attribute -> type."""
    tables = {}
    for name, body in re.findall(r"struct nla_policy (\w+)\[[^]]*\] = \{(.*?)\};", source, re.S):
        tables[name] = {name_of(a): POLICY_TYPES[t]
                        for a, t in re.findall(r"\[KWASM_A_(\w+)\] = \{ \.type = (\w+)", body)}
        assert len(tables[name]) == body.count("[KWASM_A_"), name
    return tables


def kernel_operations(source):
    """Command -> (policy's table, flags, modes)."""
    ops = {}
    body = source[source.index("struct genl_ops ops[]"):]
    for entry in re.findall(r"\{ (\.cmd[^{}]*)\}", body):
        command = name_of(re.search(r"\.cmd = KWASM_CMD_(\w+)", entry)[1])
        ops[command] = (re.search(r"\.policy = (\w+)", entry)[1], re.search(r"\.flags = (\w+)", entry)[1],
                        [mode for mode in ("do", "dump") if f".{mode}it" in entry])
    return ops


header = header_tables()
with open(SRC + "/Documentation/netlink/specs/kwasm.yaml", encoding="ascii") as spec_file:
    spec = yaml.safe_load(spec_file)

is_([spec["name"], "1", spec["mcast-groups"]["list"][0]["name"]], header["family"][0], "family, version, group")

attributes = {a["name"]: a for a in spec["attribute-sets"][0]["attributes"]}
is_([(n, a["name"], "unspec" if a["type"] == "pad" else a["type"])
     for n, a in enumerate(spec["attribute-sets"][0]["attributes"], 1)],
    [(n, *row) for n, row in sorted(header["attr"].items()) if n], "attributes: numbers, names, types")
is_([name for name, a in attributes.items() if a["type"] == "nest" and a.get("nested-attributes") != "kwasm"], [],
    "nests hold the same set")
is_([name for name, a in attributes.items() if not a.get("doc")], [], "each attribute is described")

operations = {op["name"]: op for op in spec["operations"]["list"]}
is_([(op["value"], op["name"]) for op in spec["operations"]["list"]],
    [(n, *row) for n, row in sorted(header["cmd"].items()) if n], "commands: numbers, names")

for definition in spec["definitions"]:
    is_([[entry] for entry in definition["entries"]],
        [row for _, row in sorted(header[definition["name"]].items())], f"enumeration {definition['name']}")
is_(sorted({a["enum"] for a in attributes.values() if "enum" in a}), sorted(d["name"] for d in spec["definitions"]),
    "each enumeration is used")

source = kernel_source()
policies, kernel_ops = kernel_policies(source), kernel_operations(source)
is_(sorted(kernel_ops), sorted(n for n, op in operations.items() if "event" not in op), "the kernel's operations")
for name, (table, flags, modes) in sorted(kernel_ops.items()):
    op = operations.get(name, {})
    is_([mode for mode in ("do", "dump") if mode in op], modes, f"{name}: do and dump")
    is_(op.get("flags", []), FLAGS[flags], f"{name}: privilege")
    for mode in modes:
        wanted = op.get(mode, {}).get("request", {}).get("attributes", [])
        is_({a: attributes[a]["type"] for a in wanted}, policies[table], f"{name}: attributes and types of the {mode}")
        replied = op.get(mode, {}).get("reply", {}).get("attributes", [])
        is_([a for a in replied if a not in attributes], [], f"{name}: what the {mode} replies exists")

# Attributes that a request may repeat are those that the kernel lets pass twice.
with open(SRC + "/core/kernel/netlink/family.c", encoding="ascii") as text:
    repeat = re.search(r"may_repeat\(int type\)\n\{\n(.*?)\n\}", text.read(), re.S)[1]
requested = {a for op in operations.values() for mode in ("do", "dump")
             for a in op.get(mode, {}).get("request", {}).get("attributes", [])}
is_(sorted(a for a in requested if attributes[a].get("multi-attr")),
    sorted(name_of(a) for a in re.findall(r"KWASM_A_(\w+)", repeat)), "what a request may repeat")

print(f"1..{count}")
sys.exit(failed > 0)
