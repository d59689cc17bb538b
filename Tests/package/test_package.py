"""Swift programs that depend on libsched by version: they build, run, and get libsched.so's bits."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import libsched
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]

MANIFEST = """// swift-tools-version: 6.0
import PackageDescription

let package = Package(
  name: "scratch",
  dependencies: [.package(url: "{url}", from: "0.1.0")],
  targets: ["bits", "train", "pages"].map {{
    .executableTarget(name: $0, dependencies: [.product(name: "Sched", package: "libsched")])
  }}
)
"""

SCHEDULE = (
    "SequentialLR([LinearLR(start_factor=0.1, end_factor=1.0, total_iters=5), "
    "OneCycleLR(max_lr=0.3, total_steps=20)], milestones=[5])"
)

BITS = f"""
import Sched

let schedule = try AnySchedule.parse("{SCHEDULE}")
for step in 0..<25 {{
  print(String(schedule.rate(at: step, base: 0.1).bitPattern, radix: 16))
}}
var param = (0..<100).map {{ Float($0) / 7 - 5 }}
var state = AdamW.State()
for _ in 0..<3 {{ try AdamW().step(&param, (0..<100).map {{ Float($0) - 50.5 }}, &state) }}
for value in param {{ print(String(value.bitPattern, radix: 16)) }}
"""

SNIPPET = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def pages() -> tuple[str, list[str]]:
    """What every page has of Swift, and what its Python says of the same schedule."""
    program, expected = "import Sched\n\n", []
    for path in sorted((ROOT / "Bindings" / "docs" / "schedules").glob("[A-Z]*.md")):
        found = dict(SNIPPET.findall(path.read_text()))
        if "swift" in found:
            program += f"do {{\n{found['swift']}print(schedule.text)\n}}\n"
            scope = {"libsched": libsched}
            exec(found["python"], scope)  # noqa: S102
            expected.append(str(scope["schedule"]))
    assert expected
    return program, expected


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where they are, built together: the library is compiled once."""
    tagged = tmp_path_factory.mktemp("tagged") / "libsched"
    files = run("git", "ls-files", "-co", "--exclude-standard", cwd=ROOT).splitlines()
    for name in files:
        if name.startswith(("Sources/", "Include/", "Tests/swift/")) or name == "Package.swift":
            (tagged / name).parent.mkdir(parents=True, exist_ok=True)
            (tagged / name).write_bytes((ROOT / name).read_bytes())
    run("git", "init", "--quiet", cwd=tagged)
    run("git", "add", "--all", "--force", cwd=tagged)
    author = ("-c", "user.name=scratch", "-c", "user.email=scratch@example.org")
    run("git", *author, "commit", "--quiet", "-m", "A version", cwd=tagged)
    run("git", "tag", "0.1.0", cwd=tagged)

    scratch = tmp_path_factory.mktemp("scratch")
    (train,) = (
        text for tag, text in SNIPPET.findall((ROOT / "README.md").read_text()) if tag == "swift"
    )
    for name, text in (("bits", BITS), ("train", train), ("pages", pages()[0])):
        (scratch / "Sources" / name).mkdir(parents=True)
        (scratch / "Sources" / name / "main.swift").write_text(text)
    (scratch / "Package.swift").write_text(MANIFEST.format(url=tagged.as_uri()))
    run("swift", "build", "--quiet", "-c", "release", cwd=scratch)
    return scratch / ".build" / "release"


def test_a_program_gets_the_same_bits(programs: Path) -> None:
    rates = libsched.parse(SCHEDULE).rates(25, 0.1)
    param = np.arange(100, dtype=np.float32) / np.float32(7) - np.float32(5)
    grad = np.arange(100, dtype=np.float32) - np.float32(50.5)
    adamw = libsched.optim.AdamW([param])
    for _ in range(3):
        adamw.step(grads=[grad])
    expected = [f"{bits:x}" for bits in rates.view(np.uint64)]
    expected += [f"{bits:x}" for bits in param.view(np.uint32)]
    assert run(programs / "bits", cwd=programs).split() == expected


def test_the_program_of_the_readme_runs(programs: Path) -> None:
    assert run(programs / "train", cwd=programs)


def test_what_every_page_has_is_what_its_python_makes(programs: Path) -> None:
    assert run(programs / "pages", cwd=programs).splitlines() == pages()[1]
