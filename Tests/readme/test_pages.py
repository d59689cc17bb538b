"""Every schedule has its page, and what the pages say is so."""

from __future__ import annotations

import ast
import importlib
import re
import sys
from pathlib import Path

import libsched
import pytest
from test_readme import run

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "Bindings" / "docs"
KINDS = libsched._lib.kinds()

sys.path.insert(0, str(ROOT / "Bindings"))

import declarations
import pictures

# What no other package has.
ALONE = {"CoolDown", "Extend"}

# What moves no rate.
LEVEL = {"Constant"}

DECLARED = declarations.read(ROOT / "Sources")

# Text cannot have what the others are made of: their pages show them in the prose, and C's function
# beside its use.
OF_FUNCTIONS = {"LambdaLR", "MultiplicativeLR"}


def page(kind: str) -> str:
    return (DOCS / "schedules" / f"{kind}.md").read_text()


def snippets(language: str) -> dict[str, str]:
    """What each page has in a language, last where it has several."""
    found = {}
    for kind in KINDS:
        texts = re.findall(rf"^```{language}\n(.*?)^```$", page(kind), re.MULTILINE | re.DOTALL)
        if kind not in OF_FUNCTIONS:
            (found[kind],) = texts
        elif texts:
            found[kind] = texts[-1]
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_its_page(kind: str) -> None:
    text = page(kind)
    declared = DECLARED[kind]
    assert declared.prose
    assert "\n```\n" in declared.prose, "no formula"
    assert not re.search(r"\b[a-z]+[A-Z]", text.split("\n## ")[0]), "Swift's name of a field"
    assert declared.complexity
    assert f"at any step: {declared.complexity}." in text
    assert re.search(r"## Source\n\n\S.*\.\n", text)
    for field in libsched._lib.fields(kind):
        assert f"\n| `{field}` |" in text
    index = (DOCS / "schedules" / "README.md").read_text()
    assert f"[`{kind}`]({kind}.md)" in index
    assert declared.examples[0].text.startswith(f"{kind}(")
    assert f"({kind}.svg)" in text
    picture = (DOCS / "schedules" / f"{kind}.svg").read_text()
    assert len(picture) < 16_000
    for label in ("step", "learning rate"):
        assert f">{label}</text>" in picture
    for example in declared.examples:
        assert len({*pictures.rates(example)}) > 1 or kind in LEVEL, "a picture of nothing"
    assert f'src="{kind}.svg"' in index


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_says_what_its_peers_call_it(kind: str) -> None:
    peers = DECLARED[kind].peers
    assert bool(peers) == (kind not in ALONE)
    for peer in peers:
        calls = [] if not peer.ours else [*ast.walk(ast.parse(peer.ours, mode="eval"))]
        for call in (node for node in calls if isinstance(node, ast.Call)):
            assert isinstance(call.func, ast.Name)
            fields = [*libsched._lib.fields(call.func.id)]
            assert len(call.args) <= len(fields), peer.ours
            by_place = fields[: len(call.args)]
            names = [keyword.arg for keyword in call.keywords]
            assert set(names) <= {*fields} - {*by_place}, peer.ours


@pytest.mark.parametrize("kind, rate", [("LambdaLR", 1 / 3), ("MultiplicativeLR", 0.95 * 0.95)])
def test_a_function_as_the_pages_have_it(kind: str, rate: float) -> None:
    scope = {"libsched": libsched}
    exec(snippets("python")[kind], scope)  # noqa: S102
    assert scope["schedule"].rate(2, 1.0) == rate


def texts(kinds: dict[str, str]) -> list[str]:
    """What a program says that prints each of these schedules."""
    return [
        f"{kind}(lr_lambda=<function>)"
        if kind in OF_FUNCTIONS
        else str(libsched.parse(DECLARED[kind].examples[0].text))
        for kind in kinds
    ]


def test_python_as_the_pages_have_it() -> None:
    found = snippets("python")
    said = []
    for text in found.values():
        scope = {"libsched": libsched}
        exec(text, scope)  # noqa: S102
        said.append(str(scope["schedule"]))
    assert said == texts(found)


def test_c_as_the_pages_have_it(tmp_path: Path) -> None:
    bodies = [
        f"{{\n{text}\nchar buffer[2000];\nsize_t length;\n"
        "sched_text(schedule, buffer, sizeof buffer, &length);\nputs(buffer);\n"
        "sched_free(schedule);\n}"
        for text in snippets("c").values()
    ]
    (function,) = re.findall(r"^static .*?^static .*?$", page("LambdaLR"), re.MULTILINE | re.DOTALL)
    program = "#include <sched.h>\n#include <stdio.h>\n#include <string.h>\n"
    program += f"{function}\nint main(void) {{\n"
    said = compiled(tmp_path / "pages.c", program + "\n".join(bodies) + "\n}\n", "cc", "-std=c99")
    assert said.splitlines() == texts(snippets("c"))


def test_cpp_as_the_pages_have_it(tmp_path: Path) -> None:
    bodies = [
        f"{{\n{text}\nstd::cout << schedule << '\\n';\n}}" for text in snippets("cpp").values()
    ]
    program = "#include <sched.hpp>\n#include <iostream>\nint main() {\n"
    text = program + "\n".join(bodies) + "\n}\n"
    said = compiled(tmp_path / "pages.cpp", text, "c++", "-std=c++17")
    assert said.splitlines() == texts(snippets("cpp"))


def compiled(path: Path, text: str, *command: str) -> str:
    path.write_text(text)
    program, build = path.with_suffix(""), ROOT / "build"
    library = [f"-L{build}", "-lsched", f"-Wl,-rpath,{build}"]
    run(*command, "-Wall", f"-I{ROOT}/Include", path, "-o", program, *library, cwd=path.parent)
    return run(program, cwd=path.parent)


def test_every_name_leads_here() -> None:
    text = (DOCS / "migration.md").read_text()
    peers = [peer for kind in KINDS for peer in DECLARED[kind].peers]
    assert len(peers) > 200
    for peer in peers:
        assert f"\n## {peer.package}\n" in text
        assert peer.theirs in text
    named = {*re.findall(r"`libsched\.([\w.]+)\(\)`", text)}
    assert named
    for path in named:
        module, _, name = f"libsched.{path}".rpartition(".")
        assert hasattr(importlib.import_module(module), name), path
