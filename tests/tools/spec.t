#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Header, specification and kernel agree: names, numbers and types of Documentation/netlink/specs/
kwasm.yaml against the header and the kernel's table of commands, both as compiled
(tests/tools/tables.c); and the header's summary of the commands against that table.
"""
import os
import re
import subprocess
import sys

import yaml

SRC, BUILD = os.environ["KWASM_SRC"], os.environ["KWASM_BUILD"]

FLAGS = {"ADMIN": ["admin-perm"], "OWNER": ["uns-admin-perm"], "ANYBODY": []}

count = failed = 0


def is_(got, want, name):
    global count, failed
    count += 1
    good = got == want
    failed += not good
    print("ok" if good else "not ok", count, "-", name)
    if not good:
        print(f"#  got: {got}\n# want: {want}")


def name_of(constant):
    return constant.lower().replace("_", "-")


class Tables:
    """What tests/tools/tables prints."""

    def __init__(self):
        self.enums, self.spaces, self.commands, self.sends = {}, {}, {}, {}
        out = subprocess.run([BUILD + "/tests/tools/tables"], capture_output=True, text=True, check=True)
        space = parts = None
        for line in out.stdout.splitlines():
            table, number, name, *rest = line.split(maxsplit=3)
            number = int(number)
            if table == "space":
                space = self.spaces.setdefault(name, {})
            elif table == "attr":
                space[number] = (name, name_of(rest[0]))
            elif table == "cmd":
                self.commands[number] = (name, name_of(rest[0]))
            elif table == "command":
                parts = self.sends[number] = {"privilege": name, "modes": [], "attrs": {}, "many": set()}
            elif table in ("do", "dump"):
                parts["modes"].append(table)
            elif table in ("one", "many", "nest"):
                parts["attrs"][number] = name
                if table == "many":
                    parts["many"].add(number)
            elif table == "family":
                self.family = [name, *rest[0].split()]
            else:
                self.enums.setdefault(table, {})[number] = name


def policy_type(policy):
    """The header's type for what a policy of the kernel's table lets through."""
    if policy in commands_by_constant:
        return commands_by_constant[policy]
    return {"name": "string"}.get(policy, policy.split("(")[0])


def summary():
    """Command -> the attributes that the header's comment names ahead of the answer, those repeated."""
    with open(SRC + "/core/uapi/kwasm.h", encoding="ascii") as text:
        comment = text.read().split("*/")[1]
    rows = {}
    for line in re.split(r"\n \*\t(?=[A-Z])", comment)[1:]:
        words = re.sub(r"\n \*\t\twith .*", "", line.split("\n *\n")[0].split("\n *\tevents")[0], flags=re.S)
        name, _, rest = " ".join(words.replace("\n *", " ").split()).partition(" ")
        asked = rest.split("->")[0]
        space = re.match(r"([a-z-]+):", asked)
        asked = re.sub(r"\((do|dump|do or dump)\)|^[a-z-]+:", "", asked)
        rows[name_of(name)] = (space[1] if space else None, set(re.findall(r"[a-z][a-z-]*", asked)),
                               set(re.findall(r"\[([a-z-]+)\]\*", asked)))
    return rows


tables = Tables()
commands_by_constant = {name.upper().replace("-", "_"): space for name, space in tables.commands.values()}
with open(SRC + "/Documentation/netlink/specs/kwasm.yaml", encoding="ascii") as spec_file:
    spec = yaml.safe_load(spec_file)

is_([spec["name"], "1", spec["mcast-groups"]["list"][0]["name"]], tables.family, "family, version, group")

sets = {s["name"]: {a["name"]: a for a in s["attributes"]} for s in spec["attribute-sets"]}
is_(sorted(sets), sorted(tables.spaces), "a set of attributes for each space of the header")
for space, attributes in sets.items():
    is_([(n, a["name"], a.get("nested-attributes", a["type"])) for n, a in enumerate(attributes.values(), 1)],
        [(n, *row) for n, row in sorted(tables.spaces.get(space, {}).items())], f"{space}: numbers, names, types")
    is_([n for n, a in attributes.items() if (a["type"] == "nest") != (a.get("nested-attributes") in sets)], [],
        f"{space}: a nest holds a set")
    is_([n for n, a in attributes.items() if not a.get("doc")], [], f"{space}: each attribute is described")
    is_([n for n, a in attributes.items() if a["type"] in ("u64", "s64") and list(attributes)[0] != "pad"], [],
        f"{space}: numbers of 64 bits have the padding that the kernel gives them")

operations = {op["name"]: op for op in spec["operations"]["list"]}
is_([(op["value"], op["name"], op["attribute-set"]) for op in spec["operations"]["list"]],
    [(n, *row) for n, row in sorted(tables.commands.items())], "commands: numbers, names, spaces")

for definition in spec["definitions"]:
    is_(definition["entries"], [name for _, name in sorted(tables.enums[definition["name"]].items())],
        f"enumeration {definition['name']}")
is_(sorted({a["enum"] for s in sets.values() for a in s.values() if "enum" in a}),
    sorted(d["name"] for d in spec["definitions"]), "each enumeration is used")

kernel = {tables.commands[n][0]: parts for n, parts in tables.sends.items()}
is_(sorted(kernel), sorted(n for n, op in operations.items() if "event" not in op), "the kernel's commands")
asked_of = summary()
is_(sorted(asked_of), sorted(kernel), "the commands of the header's summary")
for name, parts in kernel.items():
    op = operations[name]
    space = sets[op["attribute-set"]]
    numbers = dict(enumerate(space, 1))
    taken = {numbers[n]: policy_type(policy) for n, policy in parts["attrs"].items()}
    is_([mode for mode in ("do", "dump") if mode in op], parts["modes"], f"{name}: do and dump")
    is_(op.get("flags", []), FLAGS[parts["privilege"]], f"{name}: privilege")
    for mode in parts["modes"]:
        wanted = op[mode]["request"].get("attributes", [])
        is_({a: space[a].get("nested-attributes", space[a]["type"]) for a in wanted}, taken,
            f"{name}: attributes and types of the {mode}")
        replied = op[mode].get("reply", {}).get("attributes", [])
        is_([a for a in replied if a not in space], [], f"{name}: what the {mode} replies exists")
    many = {numbers[n] for n in parts["many"]}
    is_({a for a in taken if space[a].get("multi-attr")}, many, f"{name}: what a request may repeat")
    is_(asked_of.get(name), (op["attribute-set"] if taken else None, set(taken), many), f"{name}: the header's summary")

print(f"1..{count}")
sys.exit(failed > 0)
