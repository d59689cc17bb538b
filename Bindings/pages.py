"""A page for every kind of schedule, the index of them, and the way there from each peer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import declarations
import languages
import pictures

if TYPE_CHECKING:
    from declarations import Declaration, Peer
    from generate import Field, Kind, OptimizerKind

ARXIV = re.compile(r"arXiv:(\d+\.\d+)")
PRINTED = "<!-- Printed by Bindings/generate.py from the schedule's declaration. -->\n\n"


def cell(text: str) -> str:
    return text.replace("|", "\\|")


def code(language: str, text: str) -> str:
    return f"```{language}\n{text}\n```\n"


class Pages:
    """All of them.

    Args:
        kinds: What the library declares.
        declared: What the sources say beside that.
    """

    def __init__(self, kinds: list[Kind], declared: dict[str, Declaration]) -> None:
        self.kinds = {kind.name: kind for kind in kinds}
        self.declarations = declared
        first = {kind: declared[kind].examples[0] for kind in self.kinds}
        shown = {kind: one.text for kind, one in first.items() if not one.has_function}
        texts = languages.python([*shown.values()])
        self.python = dict(zip(shown, texts, strict=True))

    # -- A page

    def page(self, kind: Kind) -> str:
        declared = self.declarations[kind.name]
        parts = [PRINTED + f"# {kind.name}\n"]
        prose = re.split(r"\n\n(?=Source: )", self.outside(kind, declared))
        first, _, rest = prose[0].partition("\n\n")
        parts.append(first + "\n")
        parts.append(f"![{kind.name} over its steps]({kind.name}.svg)\n")
        parts.append(self.caption(declared) + "\n")
        parts.append(rest + "\n")
        if kind.fields:
            parts.append("## Fields\n")
            parts.append(self.table(kind))
        if declared.complexity:
            parts.append(f"Complexity of a rate at any step: {declared.complexity}.\n")
        if declared.peers:
            parts.append("## Elsewhere\n")
            parts.append("\n".join(self.peer(peer) for peer in declared.peers) + "\n")
            if any(re.search(r"\b[NW]\b|\blr\b", peer.ours) for peer in declared.peers):
                parts.append(LETTERS)
        parts.append("## Source\n")
        source = ARXIV.sub(r"[arXiv:\1](https://arxiv.org/abs/\1)", kind.source)
        parts.append(f"{source}.\n")
        if kind.name in self.python:
            parts.append("## In each language\n")
            parts += self.written(kind.name)
        return "\n".join(parts)

    def outside(self, kind: Kind, declared: Declaration) -> str:
        """Its prose with the fields' names as they are outside Swift, and links to pages."""
        names = {f.name.replace("_", "").lower(): f.name for f in kind.fields}

        def name(match: re.Match[str]) -> str:
            return names.get(match[0].lower(), match[0])

        text = re.sub(r"(?<!`)``(?:[A-Za-z]+/)?(\w+)[^`]*``(?!`)", self.link, declared.prose)
        # Within code only, or a word in the middle of which a capital stands.
        text = re.sub(r"(?<=`)[a-z]\w*(?=[`=])|\b[a-z]+[A-Z][A-Za-z]*", name, text)
        return text

    def link(self, match: re.Match[str]) -> str:
        name = match[1]
        return f"[`{name}`]({name}.md)" if name in self.kinds else f"`{name}`"

    def caption(self, declared: Declaration) -> str:
        texts = " and ".join(f"`{example.text}`" for example in declared.examples)
        base = declared.examples[0].base
        observed = any(example.is_observed for example in declared.examples)
        return f"{texts}, from a base rate of {base:g}." + (
            f" {pictures.METRIC}" if observed else ""
        )

    def table(self, kind: Kind) -> str:
        rows = ["| Field | Type | Default | Accepts | What it is |", "|---|---|---|---|---|"]
        return "\n".join([*rows, *(self.row(f) for f in kind.fields)]) + "\n"

    def row(self, f: Field) -> str:
        default = "absent" if f.is_optional else f.default.replace(str(2**53), "2^53")
        accepted = f.accepted.replace(f"{2**53}.0", "2^53").replace(str(2**53), "2^53")
        shown = default if default in ("required", "absent") else f"`{default}`"
        return cell(f"| `{f.name}` | {f.type} | {shown} | {accepted} | {f.note} |").replace(
            "\\|", "|"
        )

    def peer(self, peer: Peer) -> str:
        ours = f"`{peer.ours}`" if peer.ours else ""
        separator = ". " if ours and peer.note else ""
        end = "" if f"{ours}{peer.note}".endswith(".") else "."
        return f"- {peer.package} {peer.theirs}: {ours}{separator}{peer.note}{end}"

    def written(self, kind: str) -> list[str]:
        text = self.declarations[kind].examples[0].text
        swift = languages.Swift(self.kinds, self.declarations)
        return [
            "Python:\n",
            code("python", self.python[kind]),
            "C:\n",
            code("c", languages.c(text)),
            "C++:\n",
            code("cpp", languages.Cpp(self.kinds).written(text)),
            "Swift:\n",
            code("swift", swift.written(text)),
        ]

    # -- All of them

    def index(self) -> str:
        rows = ["| | |", "|---|---|"]
        for kind in self.kinds.values():
            shown = f"[`{kind.name}`]({kind.name}.md)<br>{cell(kind.summary)}"
            image = f'<img src="{kind.name}.svg" width="360" alt="{kind.name}">'
            rows.append(f"| {shown} | {image} |")
        return (
            PRINTED + "# The schedules\n\n"
            "Each nests in any other. Who comes from another package finds its schedules in\n"
            "[the table of its names](../migration.md).\n\n" + "\n".join(rows) + "\n"
        )

    def migration(self, beside: str) -> str:
        """What every package calls its schedules: the pages' lines, by package."""
        rows: dict[str, list[tuple[str, str]]] = {}
        for name, declared in self.declarations.items():
            for peer in declared.peers:
                ours = f"`{peer.ours}`" if peer.ours else f"[`{name}`](schedules/{name}.md)"
                if peer.ours and not peer.ours.startswith(f"{name}("):
                    ours += f"<br>[{name}](schedules/{name}.md)"
                elif peer.ours:
                    ours = f"[`{peer.ours}`](schedules/{name}.md)"
                row = f"| {cell(peer.theirs)} | {cell(ours)} | {cell(peer.note)} |"
                rows.setdefault(peer.package, []).append((peer.theirs, row))
        head, _, rest = beside.partition("\n- ")
        lines = [" ".join(item.split()) for item in f"\n- {rest}".split("\n- ")[1:]]
        for peer in declarations.peers(lines, "migration.in.md"):
            ours = f"`{peer.ours}`" if peer.ours else ""
            row = f"| {cell(peer.theirs)} | {cell(ours)} | {cell(peer.note)} |"
            rows.setdefault(peer.package, []).append((peer.theirs, row))
        parts = [PRINTED.replace("declaration", "declarations") + head.strip() + "\n"]
        for package in sorted(rows, key=str.lower):
            parts.append(f"## {package}\n")
            found = [row for _, row in sorted(rows[package])]
            parts.append("\n".join(["| Theirs | Ours | Mind |", "|---|---|---|", *found]) + "\n")
        return "\n".join(parts)

    def early_stopping(self, beside: str, rules: list[Kind]) -> str:
        """What is written, and every rule with its fields."""
        parts = [PRINTED.replace("the schedule's declaration", "the rules' declarations") + beside]
        for rule in rules:
            parts.append(f"### {rule.name}\n")
            parts.append(f"{rule.summary} `{rule.formula}`. Source: {rule.source}.\n")
            parts.append(self.table(rule))
        return parts[0] + "\n".join(parts[1:])

    def optimizers(self, beside: str, kinds: list[OptimizerKind]) -> str:
        """What is written, and every optimizer with its settings and states."""
        parts = [PRINTED.replace("the schedule's declaration", "the optimizers' sources") + beside]
        for kind in kinds:
            rows = ["| Setting | Default | Accepts | What it is |", "|---|---|---|---|"]
            for one in kind.settings:
                what = f"`{one.name}` | `{one.default}` | {one.accepted}"
                rows.append(f"| {what} | {cell(one.note.removesuffix('.'))} |")
            held = [
                f"`{one.name}`" + (f" ({one.accepted})" if one.accepted else "")
                for one in kind.states
            ]
            held += [f"the number `{one.name}`" for one in kind.scalars]
            states = f"State: {', '.join(held)}.\n" if held else "It has no state.\n"
            parts += [f"### {kind.name}\n", kind.prose, "\n".join(rows) + "\n", states]
        return parts[0] + "\n".join(parts[1:]).rstrip() + "\n"

    def outputs(self, folder: Path) -> dict[Path, str]:
        """Every text, by its path."""
        texts = {folder / "schedules" / f"{k.name}.md": self.page(k) for k in self.kinds.values()}
        texts[folder / "schedules" / "README.md"] = self.index()
        texts[folder / "migration.md"] = self.migration((folder / "migration.in.md").read_text())
        return texts


LETTERS = "W stands for the steps of the warm-up, N for all of them, lr for the base rate.\n"
