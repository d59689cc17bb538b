"""An installed libsched: found by pkg-config and by CMake, wherever its tree stands."""

from __future__ import annotations

import math
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
HEADER = (ROOT / "Include" / "sched.h").read_text()
(VERSION,) = re.findall(r'^#define SCHED_VERSION "(.*)"', HEADER, re.MULTILINE)
(ABI,) = re.findall(r"^#define SCHED_ABI_VERSION (\d+)", HEADER, re.MULTILINE)

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
FILES = {
    "include/libsched/sched.h",
    "include/libsched/sched.hpp",
    "include/libsched/sched_kinds.h",
    "include/libsched/sched_kinds.hpp",
    "include/libsched/sched_optimizers.h",
    "include/libsched/sched_optimizers.hpp",
    "lib/cmake/sched/sched-config-version.cmake",
    "lib/cmake/sched/sched-config.cmake",
    "lib/libsched.so",
    f"lib/libsched.so.{ABI}",
    f"lib/libsched.so.{VERSION}",
    "lib/pkgconfig/sched.pc",
}


def run(*command: object, check: bool = True, **env: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [str(word) for word in command],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    if check:
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


def files(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if not p.is_dir()}


def make(*words: str) -> None:
    run("make", "-C", ROOT, *words)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installed tree that has been moved since."""
    first = tmp_path_factory.mktemp("first") / "prefix"
    make("install", f"PREFIX={first}")
    assert files(first) == FILES
    moved = tmp_path_factory.mktemp("moved to") / "where it stands"
    shutil.move(first, moved)
    return moved


def check_output(program: Path, library: Path) -> None:
    """The program runs with that library and prints what the papers' formulas say."""
    env = {"LD_LIBRARY_PATH": str(library)}
    linked = run("ldd", program, **env).stdout
    assert f"libsched.so.{ABI} => {library}/libsched.so.{ABI}" in linked
    *rates, param = map(float, run(program, **env).stdout.split())
    for t, rate in enumerate(rates):
        assert abs(rate - (1 + math.cos(math.pi * t / 4)) / 2) <= 2**-52
    # 1 * (1 - 1e-3 * 1e-2) - 1e-3 * 1 / (sqrt(1) + 1e-8), in float32
    assert abs(param - 0.99899) <= 2**-23


@pytest.mark.parametrize(
    ("compiler", "standard", "source"),
    [
        ("cc", "c99", "use.c"),
        ("cc", "c11", "use.c"),
        ("c++", "c++17", "use.cpp"),
        ("c++", "c++20", "use.cpp"),
    ],
)
def test_pkg_config(tree: Path, tmp_path: Path, compiler: str, standard: str, source: str) -> None:
    flags = run(
        "pkg-config",
        "--cflags",
        "--libs",
        "sched",
        PKG_CONFIG_PATH=str(tree / "lib/pkgconfig"),
    ).stdout
    # Through a shell, as people do; pkg-config escapes the spaces in the path.
    command = f"{compiler} -std={standard} {' '.join(WARNINGS)} {HERE / source} -o use {flags}"
    done = subprocess.run(
        command, shell=True, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stderr}"
    check_output(tmp_path / "use", tree / "lib")


def test_pkg_config_knows_the_version(tree: Path) -> None:
    env = {"PKG_CONFIG_PATH": str(tree / "lib/pkgconfig")}
    assert run("pkg-config", "--modversion", "sched", **env).stdout.strip() == VERSION
    assert run("pkg-config", "--exists", "sched >= 99", check=False, **env).returncode != 0


def configure(tree: Path, build: Path, wanted: str) -> subprocess.CompletedProcess[str]:
    return run(
        "cmake", "-S", HERE / "cmake", "-B", build, f"-DCMAKE_PREFIX_PATH={tree}",
        f"-DWANTED={wanted}", check=False,
    )  # fmt: skip


def test_cmake(tree: Path, tmp_path: Path) -> None:
    configured = configure(tree, tmp_path, "0.1")
    assert configured.returncode == 0, configured.stderr
    run("cmake", "--build", tmp_path)
    check_output(tmp_path / "use_c", tree / "lib")
    check_output(tmp_path / "use_cpp", tree / "lib")


@pytest.mark.parametrize("wanted", ["", "0", "0.1", VERSION, f"{VERSION};EXACT"])
def test_cmake_finds_a_version_that_fits(tree: Path, tmp_path: Path, wanted: str) -> None:
    configured = configure(tree, tmp_path, wanted)
    assert configured.returncode == 0, configured.stderr


@pytest.mark.parametrize("wanted", ["0.0.9", "0.2", "0.1.99", "1", "0.1.1;EXACT"])
def test_cmake_finds_no_version_that_does_not(tree: Path, tmp_path: Path, wanted: str) -> None:
    configured = configure(tree, tmp_path, wanted)
    assert configured.returncode != 0
    assert f"version: {VERSION}" in configured.stderr


def test_cmake_says_when_the_library_is_gone(tree: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(tree, broken, symlinks=True)
    (broken / "lib" / f"libsched.so.{VERSION}").unlink()
    configured = configure(broken, tmp_path / "build", "")
    assert configured.returncode != 0
    assert f"lib/libsched.so.{VERSION} is not there" in re.sub(r"\s+", " ", configured.stderr)


def test_links_lead_to_the_library(tree: Path) -> None:
    library = tree / "lib" / f"libsched.so.{VERSION}"
    assert not library.is_symlink()
    assert os.access(library, os.X_OK)
    for name in ("libsched.so", f"libsched.so.{ABI}"):
        link = tree / "lib" / name
        assert link.is_symlink()
        assert not Path(os.readlink(link)).is_absolute()
        assert link.resolve() == library.resolve()


def test_a_staged_tree_does_not_know_its_stage(tmp_path: Path) -> None:
    """Packagers install under DESTDIR, and for a library folder of their own."""
    stage = tmp_path / "stage"
    make("install", "PREFIX=/usr", f"DESTDIR={stage}", "LIBDIR=/usr/lib/x86_64-linux-gnu")
    moved = {name.replace("lib/", "lib/x86_64-linux-gnu/", 1) for name in FILES}
    moved = {name.replace("include/lib/x86_64-linux-gnu/", "include/lib") for name in moved}
    assert files(stage / "usr") == moved
    for name in ("pkgconfig/sched.pc", "cmake/sched/sched-config.cmake"):
        text = (stage / "usr/lib/x86_64-linux-gnu" / name).read_text()
        assert str(tmp_path) not in text
        assert str(ROOT) not in text
        assert "@" not in text
    flags = run(
        "pkg-config",
        "--cflags",
        "--libs",
        "sched",
        PKG_CONFIG_PATH=str(stage / "usr/lib/x86_64-linux-gnu/pkgconfig"),
    ).stdout
    include, library = (Path(flag[2:]).resolve() for flag in flags.split()[:2])
    assert include == stage / "usr/include/libsched"
    assert library == stage / "usr/lib/x86_64-linux-gnu"
    configured = configure(stage / "usr", tmp_path / "build", "")
    assert configured.returncode == 0, configured.stderr


def test_uninstall_takes_back_what_install_put(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "another.so").touch()
    make("install", f"PREFIX={tmp_path}")
    make("uninstall", f"PREFIX={tmp_path}")
    assert files(tmp_path) == {"lib/another.so"}
