"""libsched.so as the linker and the processor see it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import elf
import pytest
from elf import Instruction
from pycparser import c_ast, c_parser

ROOT = Path(__file__).resolve().parent.parent.parent
HEADER = ROOT / "Include" / "sched.h"
STEPS = {"StepBaseline", "StepAVX2", "StepAVX512"}


def declared() -> set[str]:
    """The functions that sched.h declares; `static inline` ones are defined there."""
    # Without __GNUC__ the C library's headers do without the compiler's own words.
    source = subprocess.run(
        ["cc", "-E", "-std=c99", "-U__GNUC__", "-I", HEADER.parent, HEADER],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return {
        node.name
        for node in c_parser.CParser().parse(source, str(HEADER)).ext
        if isinstance(node, c_ast.Decl)
        and isinstance(node.type, c_ast.FuncDecl)
        and Path(node.coord.file).name == HEADER.name
    }


# -- The interface ------------------------------------------------------------


def test_it_exports_what_the_header_declares(library: Path) -> None:
    exported = {
        symbol.name
        for symbol in elf.symbols(library)
        if symbol.is_defined and symbol.binding != "LOCAL" and symbol.name != "SCHED_0"
    }
    assert exported - declared() == set()
    assert declared() - exported == set()
    assert len(exported) > 30


def test_every_export_is_a_function_of_the_first_version(library: Path) -> None:
    functions = declared()
    exported = [symbol for symbol in elf.symbols(library) if symbol.name in functions]
    assert exported
    for symbol in exported:
        assert (symbol.kind, symbol.version) == ("FUNC", "SCHED_0"), symbol


def test_it_needs_libc_and_libm_alone(library: Path) -> None:
    assert set(elf.dynamic(library)["NEEDED"]) == {"libc.so.6", "libm.so.6"}
    # Nothing is left to whoever happens to be loaded; the weak ones are crti.o's.
    strays = [
        symbol
        for symbol in elf.symbols(library)
        if symbol.name and not symbol.is_defined and "GLIBC_" not in symbol.version
    ]
    assert {symbol.binding for symbol in strays} <= {"WEAK"}, strays


def test_it_neither_ends_the_process_nor_prints(library: Path) -> None:
    used = {symbol.name for symbol in elf.symbols(library) if not symbol.is_defined}
    ends = {"abort", "exit", "_exit", "__assert_fail", "raise", "kill"}
    prints = {"printf", "puts", "putchar", "fwrite", "fputs", "write", "stdout", "stderr"}
    assert used & (ends | prints) == set()
    assert "posix_memalign" in used  # the names are as libc has them


# -- How it is loaded ---------------------------------------------------------


def test_it_is_known_by_its_abi(library: Path) -> None:
    assert elf.dynamic(library)["SONAME"] == ["libsched.so.0"]


def test_addresses_are_resolved_at_once_and_then_read_only(library: Path) -> None:
    dynamic = elf.dynamic(library)
    flags = " ".join(dynamic.get("FLAGS", []) + dynamic.get("FLAGS_1", []))
    assert "NOW" in flags
    assert "GNU_RELRO" in dict(elf.segments(library))


def test_no_memory_is_both_written_and_run(library: Path) -> None:
    segments = elf.segments(library)
    assert dict(segments)["GNU_STACK"].strip() == "RW"
    assert [segment for segment in segments if {"W", "E"} <= set(segment[1])] == []
    assert "TEXTREL" not in elf.dynamic(library)
    assert "TEXTREL" not in str(elf.dynamic(library).get("FLAGS"))


def test_it_looks_for_nothing_in_folders_of_its_own(library: Path) -> None:
    assert elf.dynamic(library).keys() & {"RPATH", "RUNPATH"} == set()


def test_it_names_no_folder_of_the_machine_that_built_it(library: Path) -> None:
    assert str(ROOT).encode() not in library.read_bytes()


# -- Instructions -------------------------------------------------------------


@pytest.fixture(scope="module")
def instructions(symbolic: Path) -> list[Instruction]:
    return elf.instructions(symbolic)


def test_it_is_small(library: Path, instructions: list[Instruction], tmp_path: Path) -> None:
    """The optimizers' kernels, one of each a width, and all the rest."""
    stripped = tmp_path / library.name
    elf.run("strip", "--strip-unneeded", "-o", stripped, library)
    named = re.compile(r"\bStep(Body|Baseline|AVX2|AVX512)\b")
    kernels = sum(len(each.code) for each in instructions if named.search(each.function))
    assert 1_000 < kernels < 259_000
    assert stripped.stat().st_size - kernels < 614_500


def test_the_library_with_symbols_is_the_one_that_is_shipped(
    library: Path, symbolic: Path, tmp_path: Path
) -> None:
    code = []
    for path in (library, symbolic):
        out = tmp_path / path.name
        elf.run("objcopy", "-O", "binary", "--only-section=.text", path, out)
        code.append(out.read_bytes())
    assert len(code[0]) > 10_000
    assert code[0] == code[1]


def test_wide_instructions_stay_in_their_modules(instructions: list[Instruction]) -> None:
    """Elsewhere they would run, and die, on processors that have none."""
    outside = {
        (one.function, one.text)
        for one in instructions
        if one.level != "baseline" and elf.module(one.function) not in STEPS - {"StepBaseline"}
    }
    assert outside == set()
    assert len(instructions) > 10_000


def test_avx2_kernels_are_avx2_and_no_more(instructions: list[Instruction]) -> None:
    own = [one for one in instructions if elf.module(one.function) == "StepAVX2"]
    assert [one.text for one in own if one.level == "evex" or "zmm" in one.text] == []
    check_kernels(own, "ymm")


def test_avx512_kernels_are_as_wide_as_that(instructions: list[Instruction]) -> None:
    check_kernels([one for one in instructions if elf.module(one.function) == "StepAVX512"], "zmm")


def test_baseline_kernels_are_four_wide(instructions: list[Instruction]) -> None:
    own = [one for one in instructions if elf.module(one.function) == "StepBaseline"]
    check_kernels(own, "xmm")


def closure(name: str) -> int:
    """Which of its module it is: the tenth is after the ninth."""
    found = re.search(r"closure #(\d+)", name)
    return int(found[1]) if found else 0


def check_kernels(own: list[Instruction], register: str) -> None:
    """Adam's takes roots and divides, in whole registers, of floats, of doubles, and of floats that
    are stored as bfloat16s; norms, which are of doubles alone, have neither; what stores floats
    in 16 bits is of integers."""
    kernels = [
        [one.text for one in own if one.function == function and register in one.text]
        for function in sorted({one.function for one in own if closure(one.function)}, key=closure)
    ]
    measures = ["mul", "add"]
    steps = [*measures, "sqrt", "div", "sub"]
    expected = [("ps", steps), ("pd", steps), ("ps", steps)]
    # What is copied of an array's end.
    expected += [("", [])]
    expected += [("pd", measures), ("pd", measures), ("", [])]
    # Squares of rows and columns, products with two arrays, updates that are measured, and
    # products of matrices.
    expected += [("pd", measures)] * 4
    expected += [("ps", steps), ("pd", steps), ("", [])]
    for texts, (suffix, operations) in zip(kernels, expected, strict=True):
        for operation in operations:
            names = {text.split()[0] for text in texts}
            assert names & {operation + suffix, "v" + operation + suffix}, operation


def test_no_multiply_is_fused_with_an_addition(instructions: list[Instruction]) -> None:
    """Every instruction set must round alike, and not every one has it. Where matrices of bfloat16s
    are multiplied it makes no difference: their products are exact in floats. Nor does it in the
    five of a root that an estimate begins, which comes out correctly rounded."""
    fused = [one for one in instructions if one.text.startswith(("vfmadd", "vfmsub", "vfnm"))]
    matrices = [one for one in fused if "lanes_product" in one.function]
    roots = [one for one in fused if one not in matrices]
    estimates = [one for one in instructions if one.text.startswith("vrsqrt14ps")]
    assert {one.function for one in roots} == {one.function for one in estimates}
    assert len(roots) == 5 * len(estimates) > 0
    assert all("zmm" in one.text for one in roots)
    assert all(one.text.split()[0].endswith("ps") for one in matrices)
    # And they are of whole registers.
    assert all(any(register in one.text for one in matrices) for register in ("ymm", "zmm"))
