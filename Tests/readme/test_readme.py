"""Every snippet of the README runs; those of Swift do in the package's test."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import libsched
import pytest

ROOT = Path(__file__).resolve().parents[2]
SNIPPETS = re.findall(
    r"^```(\w*)\n(.*?)^```$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL
)


def snippets(language: str) -> list[str]:
    found = [text for tag, text in SNIPPETS if tag == language]
    assert found, f"no {language} in the README"
    return found


def run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def prefix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    prefix = tmp_path_factory.mktemp("prefix")
    run("make", "install", f"PREFIX={prefix}", cwd=ROOT)
    return prefix


@pytest.mark.parametrize("text", snippets("python"))
def test_python(text: str, tmp_path: Path) -> None:
    run(sys.executable, "-W", "error", "-c", text, cwd=tmp_path)


@pytest.mark.parametrize(
    ("name", "snippets", "outputs"), [("early_stopping", 4, 2), ("optimizers", 2, 2)]
)
def test_a_page(name: str, snippets: int, outputs: int, tmp_path: Path) -> None:
    """What stands behind a snippet is what it prints."""
    page = (ROOT / "Bindings" / "docs" / f"{name}.md").read_text()
    found = re.findall(
        r"^```python\n(.*?)^```$(?:\n\n```\n(.*?)^```$)?", page, re.MULTILINE | re.DOTALL
    )
    assert (len(found), sum(bool(printed) for _, printed in found)) == (snippets, outputs)
    for text, printed in found:
        assert run(sys.executable, "-W", "error", "-c", text, cwd=tmp_path) == printed


@pytest.mark.parametrize(("language", "file"), [("c", "train.c"), ("cpp", "train.cpp")])
def test_c_and_cpp_as_the_readme_compiles_them(
    language: str, file: str, prefix: Path, tmp_path: Path
) -> None:
    (text,) = snippets(language)
    (tmp_path / file).write_text(text)
    (command,) = (line for line in snippets("sh") if f" {file} " in line)
    env = {
        "PKG_CONFIG_PATH": str(prefix / "lib/pkgconfig"),
        "LD_LIBRARY_PATH": str(prefix / "lib"),
    }
    run("sh", "-c", command.strip() + " -Wall -Wextra -Wpedantic -Werror", cwd=tmp_path, env=env)
    assert run("./a.out", cwd=tmp_path, env=env)


def test_the_commands_are_targets() -> None:
    """demo and test themselves run elsewhere; pip install does in the wheel's test."""
    commands = [line for text in snippets("sh") for line in text.splitlines()]
    for command in commands:
        if command.startswith("make "):
            run("make", "--dry-run", *command.split()[1:], cwd=ROOT)
    assert {"make demo", "make test", "pip install ./Bindings/python"} <= set(commands)


def test_the_refusal_is_the_library_s() -> None:
    (quoted,) = (text for tag, text in SNIPPETS if tag == "" and "T_max=0" in text)
    with pytest.raises(libsched.SchedError) as refused:
        libsched.CosineAnnealingLR(T_max=0)
    assert str(refused.value) == quoted.strip()


def test_the_version_is_one() -> None:
    header = (ROOT / "Include/sched.h").read_text()
    (version,) = re.findall(r'#define SCHED_VERSION "(.*)"', header)
    assert libsched.version() == version
    assert f'from: "{version}"' in (ROOT / "README.md").read_text()
