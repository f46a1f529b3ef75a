# SPDX-License-Identifier: GPL-2.0-only
"""The files and commands of a page of the documentation, section by section."""
import re
import textwrap


def sections(path):
    """Yields (title, files, commands): files is {name: text}, commands are lines after a prompt."""
    with open(path, encoding="utf-8") as page:
        lines = page.read().split("\n")
    title, files, commands = None, {}, []
    at = 0
    while at < len(lines):
        if at + 1 < len(lines) and lines[at] and re.fullmatch(r"(=+|-+)", lines[at + 1]) and \
                len(lines[at + 1]) >= len(lines[at]):
            if files or commands:
                yield title, files, commands
            title, files, commands = lines[at], {}, []
        block = re.fullmatch(r"\.\. code-block:: (\S+)", lines[at])
        at += 1
        if not block:
            continue
        caption = re.fullmatch(r" +:caption: (\S+)", lines[at])
        at += bool(caption)
        start = at
        while at < len(lines) and (not lines[at] or lines[at].startswith("   ")):
            at += 1
        text = textwrap.dedent("\n".join(lines[start:at])).strip("\n") + "\n"
        if caption:
            files[caption[1]] = text
        elif block[1] == "console":
            commands += [line[2:] for line in text.split("\n") if line.startswith(("$ ", "# "))]
    if files or commands:
        yield title, files, commands
