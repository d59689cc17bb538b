"""What binutils say of a library: its dynamic section, its symbols, its instructions."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path


def run(*command: object, text: str | None = None) -> str:
    return subprocess.run(
        [str(word) for word in command], input=text, check=True, capture_output=True, text=True
    ).stdout


def dynamic(library: Path) -> dict[str, list[str]]:
    """The dynamic section: tag to values, without their brackets."""
    entries: dict[str, list[str]] = {}
    for tag, value in re.findall(r"\((\w+)\)\s+(.*)", run("readelf", "-dW", library)):
        inside = re.search(r"\[(.*)\]", value)
        entries.setdefault(tag, []).append(inside[1] if inside else value.strip())
    return entries


@dataclass(frozen=True)
class Symbol:
    name: str
    version: str
    binding: str
    kind: str
    is_defined: bool


def symbols(library: Path) -> list[Symbol]:
    """The dynamic symbols."""
    found = []
    for line in run("readelf", "--dyn-syms", "-W", library).splitlines():
        words = line.split()
        if len(words) < 8 or not words[0].rstrip(":").isdigit():
            continue
        name, _, version = words[7].partition("@")
        found.append(Symbol(name, version.lstrip("@"), words[4], words[3], words[6] != "UND"))
    return found


def segments(library: Path) -> list[tuple[str, str]]:
    """The program headers: type and flags, as in ("LOAD", "R E")."""
    pattern = r"^  (\w+)\s+(?:0x\w+\s+){5}([RWE ]{3})"
    return re.findall(pattern, run("readelf", "-lW", library), re.MULTILINE)


@dataclass(frozen=True)
class Instruction:
    function: str
    """Where it stands, in Swift's words."""
    code: bytes
    text: str

    @property
    def level(self) -> str:
        """The least processor that decodes it: "baseline", "v2", "vex" or "evex".

        In 64-bit mode nothing else begins with these bytes. BMI's general-purpose instructions
        are VEX-encoded, too.
        """
        code = self.code.lstrip(bytes([0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65, 0x67]))
        if code[0] == 0x62:
            return "evex"
        if code[0] in (0xC4, 0xC5):
            return "vex"
        code = code.lstrip(bytes([0x66, 0xF2, 0xF3]))
        if 0x40 <= code[0] <= 0x4F:
            code = code[1:]
        is_later_map = code[0] == 0x0F and code[1] in (0x38, 0x3A)
        if is_later_map or self.text.split()[0] in {"popcnt", "lzcnt"}:
            return "v2"
        return "baseline"


def instructions(library: Path) -> list[Instruction]:
    found = []
    function = ""
    # A line holds 7 bytes of an instruction unless told otherwise.
    listing = run("objdump", "--disassemble", "--insn-width=16", library)
    for line in run("swift", "demangle", text=listing).splitlines():
        if label := re.match(r"[0-9a-f]{16} <(.*)>:$", line):
            function = label[1]
        elif one := re.match(r"\s+[0-9a-f]+:\t((?:[0-9a-f]{2} )+)\s*\t?(.*)$", line):
            found.append(Instruction(function, bytes.fromhex(one[1]), one[2]))
    return found


def module(function: str) -> str:
    """The Step module that a function of Swift's is part of, or nothing.

    What the compiler made of another function for a Step module is not part of it: "generic
    specialization of Swift.Array.append" is the standard library's, wherever it was made.
    """
    own = function.rpartition(" of ")[2]
    found = re.search(r"\b(?:in |^)(Step(?:Baseline|AVX2|AVX512))(?:\)|$|\.)", own)
    return found[1] if found else ""
