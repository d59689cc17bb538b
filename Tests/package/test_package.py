"""A Swift program that depends on libsched by version builds, runs, and gets libsched.so's bits."""

from __future__ import annotations

import subprocess
from pathlib import Path

import libsched
import numpy as np

ROOT = Path(__file__).resolve().parents[2]

MANIFEST = """// swift-tools-version: 6.0
import PackageDescription

let package = Package(
  name: "scratch",
  dependencies: [.package(url: "{url}", from: "0.1.0")],
  targets: [
    .executableTarget(name: "scratch", dependencies: [.product(name: "Sched", package: "libsched")])
  ]
)
"""

SCHEDULE = (
    "SequentialLR([LinearLR(start_factor=0.1, end_factor=1.0, total_iters=5), "
    "OneCycleLR(max_lr=0.3, total_steps=20)], milestones=[5])"
)

PROGRAM = """
import Sched

let schedule = try AnySchedule.parse("{schedule}")
for step in 0..<25 {{
  print(String(schedule.rate(at: step, base: 0.1).bitPattern, radix: 16))
}}
var param = (0..<100).map {{ Float($0) / 7 - 5 }}
var state = AdamW.State()
for _ in 0..<3 {{ try AdamW().step(&param, (0..<100).map {{ Float($0) - 50.5 }}, &state) }}
for value in param {{ print(String(value.bitPattern, radix: 16)) }}
"""


def run(*command: str, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_a_program_that_depends_on_a_version_gets_the_same_bits(tmp_path: Path) -> None:
    tagged = tmp_path / "libsched"
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

    scratch = tmp_path / "scratch"
    (scratch / "Sources" / "scratch").mkdir(parents=True)
    (scratch / "Package.swift").write_text(MANIFEST.format(url=tagged.as_uri()))
    (scratch / "Sources" / "scratch" / "main.swift").write_text(PROGRAM.format(schedule=SCHEDULE))
    printed = run("swift", "run", "--quiet", "-c", "release", cwd=scratch).split()

    rates = libsched.parse(SCHEDULE).rates(25, 0.1)
    param = np.arange(100, dtype=np.float32) / np.float32(7) - np.float32(5)
    grad = np.arange(100, dtype=np.float32) - np.float32(50.5)
    adamw = libsched.optim.AdamW([param])
    for _ in range(3):
        adamw.step(grads=[grad])
    expected = [f"{bits:x}" for bits in rates.view(np.uint64)]
    expected += [f"{bits:x}" for bits in param.view(np.uint32)]
    assert printed == expected
