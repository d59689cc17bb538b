"""What a schedule's Swift type says that the library does not: its doc comment and initialisers.

The comment above ``public struct NAME: Schedule``, or ``: Reactive``, is the schedule's page. Beside
prose, it has

    /// - Peers:
    ///   - Keras `CosineDecay(lr, decay_steps, alpha)`: `CosineDecay(S, min_ratio=alpha)`. Note.
    ///   - Caffe `inv`: Note.
    /// - Complexity: O(1)
    /// - Example: `CosineDecay(90, like='keras')` over 120 steps
    /// - Example: `CosineDecay(90)` from 0.1 over 120 steps on a log scale
    /// - Example: `ReduceLROnPlateau(patience=5)` over 60 steps with a metric
    /// - Example: `LambdaLR(lambda step: 1 / (1 + step))` over 60 steps

A peer is what they call it, then this library's text for the same, where that is more than the
kind's name, then how they differ. In these texts N stands for all steps, W for those of the
warm-up, and lr for the base rate, beside the peer's own arguments. Every example is a line of the
picture, from a base rate of 1 unless it names another; the first is also shown in every language,
unless it has a function, which is Python's and in no text.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

PEER = re.compile(
    r"(?P<peer>[^`]+?) (?P<theirs>`[^`]+`(?:(?:, | and | with )`[^`]+`)*): (?P<rest>.+)"
)
OURS = re.compile(r"`(?P<ours>[A-Za-z_.]+\(.*?\))`(?:[.;,] ?|$)")
EXAMPLE = re.compile(
    r"`(?P<text>.+)`(?: from (?P<base>\S+))? over (?P<steps>\d+) steps"
    r"(?P<log> on a log scale)?(?P<observed> with a metric)?"
)


@dataclass
class Peer:
    """What another package calls it."""

    package: str
    theirs: str
    ours: str
    note: str


@dataclass(frozen=True)
class Example:
    """A schedule that shows what its kind does."""

    text: str
    base: float
    steps: int
    is_log: bool
    # Whether it is stepped, and observes the picture's metric.
    is_observed: bool

    @property
    def has_function(self) -> bool:
        return "lambda " in self.text


@dataclass
class Declaration:
    """A type that is a schedule, as its source has it."""

    name: str
    prose: str = ""
    complexity: str = ""
    peers: list[Peer] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)
    # The initialiser's parameters: what the label is, and of which type.
    parameters: dict[str, str] = field(default_factory=dict)
    # Whether an initialiser takes schedules of any type, or only an AnySchedule.
    is_generic: bool = False
    # The enumerations of the file: type, then case by word.
    words: dict[str, dict[str, str]] = field(default_factory=dict)


def items(lines: list[str]) -> tuple[list[str], list[tuple[int, str]]]:
    """Prose, and the list's items with their depth; a continued item is one line."""
    prose: list[str] = []
    found: list[tuple[int, str]] = []
    is_list = False
    for line in lines:
        head = re.match(r"( *)- ((?:Peers|Complexity|Example):.*)$", line)
        if head and not head[1]:
            is_list = True
            found.append((0, head[2]))
        elif not is_list:
            prose.append(line)
        elif item := re.match(r"  - (.*)", line):
            found.append((1, item[1]))
        elif line.strip():
            depth, text = found[-1]
            found[-1] = (depth, f"{text} {line.strip()}")
    return prose, found


def peers(found: list[str], where: str) -> list[Peer]:
    """The items of a list of peers."""
    answer = []
    for text in found:
        match = PEER.fullmatch(text)
        if match is None:
            sys.exit(f"{where}: a peer is 'Package `name`: note', not {text!r}")
        ours = OURS.match(match["rest"])
        note = match["rest"][ours.end() :] if ours else match["rest"]
        answer.append(Peer(match["peer"], match["theirs"], ours["ours"] if ours else "", note))
    return answer


def declaration(name: str, comment: list[str], source: str, where: str) -> Declaration:
    prose, found = items(comment)
    answer = Declaration(name, "\n".join(prose).strip("\n"))
    head, listed = "", []
    for depth, text in found:
        if depth:
            listed.append(text)
            continue
        head, _, rest = text.partition(": ")
        if head == "Complexity":
            answer.complexity = rest
        elif head == "Example":
            match = EXAMPLE.fullmatch(rest)
            if match is None:
                sys.exit(f"{where}: an example is '`TEXT` over 100 steps', not {rest!r}")
            answer.examples.append(
                Example(
                    match["text"],
                    float(match["base"] or 1),
                    int(match["steps"]),
                    match["log"] is not None,
                    match["observed"] is not None,
                )
            )
    answer.peers = peers(listed, where)
    body = source.split(f"public struct {name}:", 1)[1].split("\npublic struct ", 1)[0]
    answer.is_generic = re.search(r"  public init\S*\([^)]*(some|repeat each) S", body) is not None
    for parameters in re.findall(r"  public init\(([^<]*?)\) throws", body, re.DOTALL):
        answer.parameters |= {
            label: kind.strip()
            for label, kind in re.findall(r"(\w+): ((?:\[[^]]*\]|[^,=])+)", parameters)
        }
    return answer


def enumerations(source: str) -> dict[str, dict[str, str]]:
    """Each enumeration of words: the case of each word."""
    return {
        match[1]: {word: case for case, word in re.findall(r'case \.(\w+): "([^"]*)"', match[0])}
        for match in re.finditer(r"enum (\w+): Word \{.*?switch self \{.*?\}", source, re.DOTALL)
    }


def read(sources: Path) -> dict[str, Declaration]:
    """Every type of these sources that is a schedule, by its name."""
    answer: dict[str, Declaration] = {}
    shared: dict[str, dict[str, str]] = {}
    for path in sorted(sources.rglob("*.swift")):
        source = path.read_text()
        words = enumerations(source)
        shared |= words
        for match in re.finditer(
            r"((?:^///.*\n)+)public struct (\w+): (?:Schedule|Reactive)\b", source, re.MULTILINE
        ):
            comment = [line[3:].removeprefix(" ") for line in match[1].splitlines()]
            found = declaration(match[2], comment, source, f"{path.name}, {match[2]}")
            found.words = words
            answer[found.name] = found
    for found in answer.values():
        found.words = {**shared, **found.words}
    return answer
