# SPDX-License-Identifier: GPL-2.0-only
"""The files and commands of a page of the documentation, section by section."""
import re
import sys
import textwrap
from dataclasses import dataclass, field


@dataclass
class Command:
    """A line after a prompt, "$" or "#" for root, and what the page shows below it."""
    prompt: str
    text: str
    output: list = field(default_factory=list)
    at: int = 0     # line of the page, from 0
    indent: str = ""


@dataclass
class Section:
    """Files are {name: text}: they are there before the section's first command."""
    title: str = ""
    files: dict = field(default_factory=dict)
    commands: list = field(default_factory=list)


def console(lines, start):
    commands = []
    for at, line in enumerate(lines, start):
        text = line.lstrip(" ")
        prompt = re.fullmatch(r"([$#]) (.*)", text)
        if prompt:
            commands.append(Command(prompt[1], prompt[2], [], at, line[:len(line) - len(text)]))
        elif commands:
            commands[-1].output.append(line[len(commands[-1].indent):])
    for command in commands:
        while command.output and not command.output[-1]:
            command.output.pop()
    return commands


def is_title(lines, at):
    return at + 1 < len(lines) and lines[at] and re.fullmatch(r"(=+|-+)", lines[at + 1]) and \
        len(lines[at + 1]) >= len(lines[at])


def sections(path):
    """The sections of a page that have files or commands."""
    with open(path, encoding="utf-8") as page:
        lines = page.read().split("\n")
    found = [Section()]
    at = 0
    while at < len(lines):
        if is_title(lines, at):
            found.append(Section(lines[at]))
        block = re.fullmatch(r"\.\. code-block:: (\S+)", lines[at])
        at += 1
        if not block:
            continue
        caption = re.fullmatch(r" +:caption: (\S+)", lines[at])
        at += bool(caption)
        start = at
        while at < len(lines) and (not lines[at] or lines[at].startswith("   ")):
            at += 1
        if caption:
            found[-1].files[caption[1]] = textwrap.dedent("\n".join(lines[start:at])).strip("\n") + "\n"
        elif block[1] == "console":
            found[-1].commands += console(lines[start:at], start)
    return [s for s in found if s.files or s.commands]


def rewrite(path, outputs):
    """Replace what the page shows below its commands: outputs is a list of lists of lines."""
    with open(path, encoding="utf-8") as page:
        lines = page.read().split("\n")
    commands = [c for s in sections(path) for c in s.commands]
    for command, output in reversed(list(zip(commands, outputs, strict=True))):
        shown = [(command.indent + line).rstrip() for line in output]
        lines[command.at + 1:command.at + 1 + len(command.output)] = shown
    with open(path, "w", encoding="utf-8") as page:
        page.write("\n".join(lines))


def main(path, number=None):
    """page.py PAGE: number and text of each command; page.py PAGE N: what command N prints."""
    commands = [c for s in sections(path) for c in s.commands]
    if number:
        print("\n".join(commands[int(number) - 1].output))
        return
    for n, command in enumerate(commands, 1):
        print(f"{n}\t{command.text}")


if __name__ == "__main__":
    main(*sys.argv[1:])
