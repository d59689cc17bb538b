"""Builds libsched.so with the Swift toolchain and puts it into the wheel."""

import re
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HERE = Path(__file__).resolve().parent


def native() -> Path:
    """Where the library's sources are: the repository, or what a source distribution has of it."""
    for root in (HERE.parent.parent, HERE / "native"):
        if (root / "Package.swift").exists() and (root / "Include" / "sched.h").exists():
            return root
    raise FileNotFoundError(f"the sources of libsched.so: neither around {HERE} nor in its native/")


def version() -> str:
    """The version of the header, which is the version of everything."""
    header = (native() / "Include" / "sched.h").read_text()
    found = re.search(r'^#define SCHED_VERSION "(.+)"$', header, re.MULTILINE)
    assert found, "sched.h has no SCHED_VERSION"
    return found[1]


class BuildHook(BuildHookInterface[Any]):
    """Makes the wheel one of this platform, with the library beside the package's modules."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        for tool in ("swift", "make"):
            if not shutil.which(tool):
                raise RuntimeError(
                    f"libsched is built from Swift and C: {tool} is not on PATH"
                    " (the Swift toolchain, 6.2 or later, has swift and clang)"
                )
        root = native()
        subprocess.run(["make", "-C", root, "build/libsched.so"], check=True)
        library = root / "build" / "libsched.so"
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform}"
        if version == "editable":
            beside = HERE / "src" / "libsched" / library.name
            beside.unlink(missing_ok=True)
            beside.symlink_to(library)
        else:
            build_data["force_include"][str(library)] = f"libsched/{library.name}"
