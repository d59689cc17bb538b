"""What is printed is what the header and the library declare, and a compiler agrees."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import libsched
import pytest
from examples import OF_FUNCTIONS, given, schedules
from libsched import _abi

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = Path(os.environ["LIBSCHED"]).resolve()
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]


def generate(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, root / "Bindings" / "generate.py", *options],
        env={**os.environ, "LIBSCHED": str(LIBRARY)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_nothing_printed_is_stale() -> None:
    done = generate(ROOT, "--check")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """What is printed and what it is printed from, free to be changed."""
    shutil.copytree(ROOT / "Include", tmp_path / "Include")
    (tmp_path / "Bindings" / "python" / "src").mkdir(parents=True)
    for module in (ROOT / "Bindings").glob("*.py"):
        shutil.copy(module, tmp_path / "Bindings")
    shutil.copytree(ROOT / "Bindings" / "docs", tmp_path / "Bindings" / "docs")
    for module in ("Schedules", "StepBody"):
        shutil.copytree(ROOT / "Sources" / module, tmp_path / "Sources" / module)
    package = Path("Bindings", "python", "src", "libsched")
    shutil.copytree(ROOT / package, tmp_path / package)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("Bindings/python/src/libsched/_abi.py", "SCHED_E_END = 31", "SCHED_E_END = 32"),
        ("Bindings/python/src/libsched/_kinds.py", "gamma: float = 0.1", "gamma: float = 0.2"),
        ("Include/sched_kinds.h", 'sched_real("gamma", gamma)', 'sched_real("gama", gamma)'),
        ("Include/sched_kinds.hpp", "double gamma = 0.1", "double gamma = 0.2"),
        ("Include/sched_optimizers.h", "SCHED_LION, SCHED_F64", "SCHED_LION, SCHED_F32"),
        ("Include/sched_optimizers.hpp", "sched_lion{0.0001, ", "sched_lion{0.001, "),
        ("Bindings/docs/migration.md", "`StepLR(step_size, ", "`StepLR(size, "),
        ("Bindings/docs/schedules/StepLR.md", "StepLR(30, ", "StepLR(40, "),
    ],
)
def test_a_stale_file_is_named_and_mended(copy: Path, name: str, old: str, new: str) -> None:
    printed = (copy / name).read_text()
    assert old in printed
    (copy / name).write_text(printed.replace(old, new))
    done = generate(copy, "--check")
    assert done.returncode == 1
    assert f"+++ {name}, printed" in done.stdout
    assert generate(copy).stdout == f"printed {name}\n"
    assert (copy / name).read_text() == printed


def test_a_picture_is_drawn_of_what_is_declared(copy: Path) -> None:
    (source,) = (copy / "Sources").rglob("StepLR.swift")
    source.write_text(source.read_text().replace("`StepLR(30, ", "`StepLR(40, "))
    picture = copy / "Bindings" / "docs" / "schedules" / "StepLR.svg"
    old = picture.read_text()
    done = generate(copy, "--check")
    assert done.returncode == 1
    assert "Bindings/docs/schedules/StepLR.svg is stale\n" in done.stdout
    assert picture.read_text() == old
    assert "drew Bindings/docs/schedules/StepLR.svg\n" in generate(copy).stdout
    assert picture.read_text() != old
    source.write_text(source.read_text().replace("`StepLR(40, ", "`StepLR(30, "))
    assert generate(copy, "--check").returncode == 1
    generate(copy)
    # Drawn again, it is the same to the byte.
    assert picture.read_text() == old


def test_a_page_of_no_schedule_is_removed(copy: Path) -> None:
    page = copy / "Bindings" / "docs" / "schedules" / "Gone.md"
    page.write_text("")
    assert "Gone.md belongs to no schedule" in generate(copy, "--check").stdout
    assert page.exists()
    generate(copy)
    assert not page.exists()


def test_a_change_of_the_header_makes_the_prototypes_stale(copy: Path) -> None:
    header = copy / "Include" / "sched.h"
    header.write_text(header.read_text().replace("SCHED_E_END = 31", "SCHED_E_END = 35"))
    done = generate(copy, "--check")
    assert done.returncode == 1
    assert "+    SCHED_E_END = 35" in done.stdout


def compiled(folder: Path, source: str, *command: str) -> str:
    """What a program says."""
    path, program = folder / f"program.{'cpp' if '++' in command[0] else 'c'}", folder / "program"
    path.write_text(source)
    library = [f"-L{LIBRARY.parent}", "-lsched", f"-Wl,-rpath,{LIBRARY.parent}"]
    done = subprocess.run(
        [*command, *STRICT, f"-I{ROOT / 'Include'}", path, "-o", program, *library],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return subprocess.run([program], capture_output=True, text=True, check=True).stdout


def test_the_prototypes_leave_nothing_out() -> None:
    # Read here by other means than pycparser's.
    header = (ROOT / "Include" / "sched.h").read_text()
    functions = set(
        re.findall(r"^(?!static).*?\b(sched_\w+)\((?!\*)[^;{]*\);", header, re.MULTILINE)
    )
    assert set(_abi.PROTOTYPES) == functions
    for pattern in (
        r"^typedef struct (\w+) \{",
        r"^typedef enum (\w+) \{",
        r"^#define (SCHED_\w+) ",
    ):
        names = set(re.findall(pattern, header, re.MULTILINE))
        assert names
        assert names <= set(vars(_abi))
    constants = set(re.findall(r"^  (SCHED_\w+) = \d+,?", header, re.MULTILINE))
    members = [vars(_abi)[name].__members__ for name in re.findall(r"enum (\w+) \{", header)]
    assert constants == {name for names in members for name in names}


def test_a_compiler_lays_the_structures_out_alike(tmp_path: Path) -> None:
    structs = [
        cls
        for cls in vars(_abi).values()
        if isinstance(cls, type)
        and issubclass(cls, ctypes.Structure)
        and cls is not ctypes.Structure
    ]
    constants = [
        name
        for cls in vars(_abi).values()
        if isinstance(cls, type) and cls.__module__ == _abi.__name__ and hasattr(cls, "__members__")
        for name in cls.__members__
    ]
    lines, expected = [], []
    for cls in structs:
        lines.append(f'printf("%zu\\n", sizeof({cls.__name__}));')
        expected.append(str(ctypes.sizeof(cls)))
        for name, *_ in cls._fields_:
            field = getattr(cls, name)
            lines.append(f'printf("%zu\\n", offsetof({cls.__name__}, {name}));')
            lines.append(f'printf("%zu\\n", sizeof((({cls.__name__} *)0)->{name}));')
            expected += [str(field.offset), str(field.size)]
    for name in constants:
        (value,) = (
            cls.__members__[name]
            for cls in vars(_abi).values()
            if hasattr(cls, "__members__") and name in cls.__members__
        )
        lines.append(f'printf("%d\\n", {name});')
        expected.append(str(int(value)))
    lines.append(
        'printf("%s %d %lld\\n", SCHED_VERSION, SCHED_ABI_VERSION, (long long)SCHED_MAX_STEP);'
    )
    expected.append(f"{_abi.SCHED_VERSION} {_abi.SCHED_ABI_VERSION} {_abi.SCHED_MAX_STEP}")
    source = "#include <sched.h>\n#include <stdio.h>\nint main(void) {\n" + "\n".join(lines) + "}\n"
    assert compiled(tmp_path, source, "cc", "-std=c99").split("\n")[:-1] == expected


SCHEDULE = libsched.SequentialLR(
    [
        libsched.LinearLR(0.25, 1.0, 5),
        libsched.StepLR(7, 0.5),
        libsched.CosineAnnealingLR(20, 0.125),
        libsched.OneCycleLR(max_lr=0.5, total_steps=40, anneal_strategy="linear", three_phase=True),
    ],
    milestones=[5, 30, 50],
)

C = """
#include <sched.h>
#include <stdio.h>

int main(void) {
  double peak = 0.5;
  sched_schedule *parts[4], *whole;
  const int64_t milestones[3] = {5, 30, 50};
  sched_one_cycle_lr_options options = SCHED_ONE_CYCLE_LR_DEFAULTS;
  char text[1000];
  size_t length;
  options.max_lr = &peak;
  options.total_steps = 40;
  options.anneal_strategy = "linear";
  options.three_phase = 1;
  if (sched_linear_lr(0.25, 1.0, 5, &parts[0]) || sched_step_lr(7, 0.5, &parts[1]) ||
      sched_cosine_annealing_lr(20, 0.125, &parts[2]) ||
      sched_one_cycle_lr(&options, &parts[3]) ||
      sched_sequential_lr((const sched_schedule *const *)parts, 4, milestones, 3, &whole) ||
      sched_text(whole, text, sizeof text, &length)) {
    puts(sched_last_error());
    return 0;
  }
  puts(text);
  if (sched_one_cycle_lr(NULL, &whole) != SCHED_E_NULL) puts("accepted NULL");
  puts(sched_last_error());
  if (sched_step_lr(0, 0.5, &whole) != SCHED_E_VALUE) puts("accepted 0");
  puts(sched_last_error());
  {
    sched_schedule *parts[3];
    const double values[2] = {0.5, 0.25};
    const double maximum = 2;
    sched_warmup_options options = SCHED_WARMUP_DEFAULTS;
    if (sched_warmup(&options, &whole) != SCHED_E_NULL) puts("accepted no schedule");
    if (sched_constant(&parts[0]) || sched_clamp(parts[0], 0.125, &maximum, &parts[1]) ||
        sched_piecewise_constant(milestones, 1, values, 2, "left", &parts[2])) {
      puts(sched_last_error());
      return 0;
    }
    options.schedule = parts[1];
    if (sched_warmup(&options, &whole) != SCHED_E_VALUE) puts("accepted no steps");
    options.steps = 4;
    options.shape = "1-sqrt";
    if (sched_warmup(&options, &whole) || sched_text(whole, text, sizeof text, &length)) {
      puts(sched_last_error());
      return 0;
    }
    puts(text);
    sched_text(parts[2], text, sizeof text, &length);
    puts(text);
  }
  return 0;
}
"""

NESTED = [
    libsched.Warmup(libsched.Clamp(libsched.Constant(), 0.125, 2.0), 4, shape="1-sqrt"),
    libsched.PiecewiseConstant([5], [0.5, 0.25], "left"),
]

CPP = """
#include <sched.hpp>
#include <iostream>

int main() {
  sched::OneCycleLROptions options;
  options.max_lr = 0.5;
  options.total_steps = 40;
  options.anneal_strategy = "linear";
  options.three_phase = true;
  sched::SequentialLR whole({sched::LinearLR(0.25, 1.0, 5), sched::StepLR(7, 0.5),
                             sched::CosineAnnealingLR(20, 0.125), sched::OneCycleLR(options)},
                            {5, 30, 50});
  std::cout << whole << "\\n";
  try {
    sched::StepLR(0);
  } catch (const sched::Error &error) {
    std::cout << error.what() << "\\n";
  }
}
"""

REFUSED = (
    "the field does not accept that value: StepLR step_size=0;"
    " accepted: an integer from 1 to 9007199254740992\n"
)


@pytest.mark.parametrize("command", [("cc", "-std=c99"), ("cc", "-std=c17"), ("clang", "-std=c99")])
def test_the_typed_constructors_of_c(tmp_path: Path, command: tuple[str, str]) -> None:
    null = "a pointer that is needed is NULL: fields=NULL; accepted: a pointer\n"
    nested = "".join(f"{schedule}\n" for schedule in NESTED)
    assert compiled(tmp_path, C, *command) == f"{SCHEDULE}\n{null}{REFUSED}{nested}"


@pytest.mark.parametrize(
    "command", [("c++", "-std=c++17"), ("c++", "-std=c++20"), ("clang++", "-std=c++17")]
)
def test_the_types_of_cpp(tmp_path: Path, command: tuple[str, str]) -> None:
    assert compiled(tmp_path, CPP, *command) == f"{SCHEDULE}\n{REFUSED}"


class Typed:
    """Writes schedules by their typed constructors, with every field that they have."""

    def __init__(self, header: str) -> None:
        self.header = (ROOT / "Include" / header).read_text()
        self.lines: list[str] = []
        self.count = 0

    def name(self) -> str:
        self.count += 1
        return f"v{self.count}"

    def list(self, value: list[object], of: str) -> str:
        name = self.name()
        self.lines.append(f"{of} {name}[] = {{{', '.join(map(self.value, value))}}};")
        return name

    def value(self, value: object) -> str:
        if isinstance(value, libsched.Schedule):
            return self.make(value)
        if isinstance(value, str):
            return f'"{value}"'
        return {True: "1", False: "0"}[value] if isinstance(value, bool) else repr(value)

    def body(self, marker: str) -> str:
        start = self.header.index(marker)
        return self.header[start : self.header.index("\n}", start)]


class TypedC(Typed):
    def make(self, schedule: libsched.Schedule) -> str:
        end = self.header.index(f'sched_make("{schedule.kind}"')
        start = self.header.rindex("static inline sched_status ", 0, end)
        function = self.header[start:].split("(")[0].split()[-1]
        body = self.body(f"{function}(")
        has_options = f"{function}_options {{" in self.header
        fields, made = given(schedule), self.name()
        arguments, options = [], self.name()
        if has_options:
            self.lines.append(f"{function}_options {options} = {function.upper()}_DEFAULTS;")
        for name in libsched._lib.fields(schedule.kind):
            absent = re.search(rf"if \((?:options->)?{name} != (\S+)\)", body)
            value = fields.get(name)
            if value is None:
                assert absent
                texts = [absent[1]]
            elif isinstance(value, tuple | list):
                of = "const sched_schedule *" if name == "schedulers" else "const double "
                if name in ("milestones", "boundaries", "periods"):
                    of = "const int64_t "
                texts = [self.list(value, of) if value else "NULL", str(len(value))]
            elif absent and absent[1] == "NULL" and isinstance(value, float):
                texts = [self.list([value], "const double")]
            else:
                texts = [self.value(value)]
            if has_options:
                for member, text in zip((name, f"{name}_count"), texts, strict=False):
                    self.lines.append(f"{options}.{member} = {text};")
            arguments += texts
        called = [f"&{options}"] if has_options else arguments
        self.lines += [
            f"sched_schedule *{made};",
            f"if ({function}({', '.join([*called, f'&{made}'])})) puts(sched_last_error());",
        ]
        return made


class TypedCpp(Typed):
    def value(self, value: object) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, tuple | list):
            return f"{{{', '.join(map(self.value, value))}}}"
        return super().value(value)

    def make(self, schedule: libsched.Schedule) -> str:
        has_options = f"struct {schedule.kind}Options {{" in self.header
        fields, made, options = given(schedule), self.name(), self.name()
        if has_options:
            self.lines.append(f"sched::{schedule.kind}Options {options};")
        arguments = []
        for name in libsched._lib.fields(schedule.kind):
            text = self.value(fields[name]) if name in fields else "std::nullopt"
            if has_options and name in fields:
                self.lines.append(f"{options}.{name} = {text};")
            arguments.append(text)
        call = options if has_options else ", ".join(arguments)
        self.lines.append(f"const sched::Schedule {made} = sched::{schedule.kind}({call});")
        return made


def most_varied() -> list[libsched.Schedule]:
    """Of each kind the schedules that have different fields."""
    found: dict[tuple[str, ...], libsched.Schedule] = {}
    for schedule in schedules():
        found.setdefault((schedule.kind, *given(schedule)), schedule)
    assert {kind for kind, *_ in found} == set(libsched._lib.kinds()) - OF_FUNCTIONS
    return list(found.values())


def test_every_typed_constructor_of_c_hands_on_every_field(tmp_path: Path) -> None:
    varied, typed = most_varied(), TypedC("sched_kinds.h")
    for schedule in varied:
        made = typed.make(schedule)
        typed.lines.append(f"sched_text({made}, text, sizeof text, &length);\nputs(text);")
    source = (
        "#include <sched.h>\n#include <stdio.h>\nint main(void) {\n"
        "static char text[100000];\nsize_t length;\n" + "\n".join(typed.lines) + "\nreturn 0;\n}\n"
    )
    assert compiled(tmp_path, source, "cc", "-std=c99").splitlines() == [str(s) for s in varied]


def test_every_type_of_cpp_hands_on_every_field(tmp_path: Path) -> None:
    varied, typed = most_varied(), TypedCpp("sched_kinds.hpp")
    for schedule in varied:
        typed.lines.append(f'std::cout << {typed.make(schedule)} << "\\n";')
    source = "#include <sched.hpp>\n#include <iostream>\nint main() {\n" + "\n".join(typed.lines)
    done = compiled(tmp_path, source + "\n}\n", "c++", "-std=c++17")
    assert done.splitlines() == [str(s) for s in varied]


def test_the_signatures_are_pytorchs() -> None:
    """Names and order after `optimizer`, and the defaults, as torch has them."""
    import inspect

    from torch.optim import lr_scheduler

    kinds = [kind for kind in libsched._lib.kinds() if hasattr(lr_scheduler, kind)]
    assert len(kinds) == 15
    changed = {
        # The base rate where they are absent; torch has no such rule.
        ("OneCycleLR", "max_lr"): None,
        ("CyclicLR", "base_lr"): None,
        # Required, behind what may be left out.
        ("CyclicLR", "max_lr"): ...,
        # torch's, where it is torch's rule.
        ("ReduceLROnPlateau", "eps"): None,
    }
    # Behind torch's: what its peers have.
    more = {"ReduceLROnPlateau": ["min_ratio", "min_delta", "accumulation_size", "rule"]}
    for kind in kinds:
        ours = inspect.signature(getattr(libsched, kind)).parameters
        theirs = inspect.signature(getattr(lr_scheduler, kind)).parameters
        shared = [name for name in theirs if name not in ("optimizer", "last_epoch", "verbose")]
        assert list(ours) == shared + more.get(kind, []), kind
        for name in shared:
            expected = changed.get((kind, name), theirs[name].default)
            assert ours[name].default == expected, (kind, name)


@pytest.mark.parametrize("kind", libsched._lib.kinds())
def test_every_field_of_a_kind_can_be_read(kind: str) -> None:
    hidden = set(libsched._lib.fields(kind)) & {
        *dir(libsched.Schedule),
        *libsched.Schedule.__slots__,
    }
    assert hidden == set()
    assert getattr(libsched, kind).__annotations__.keys() == libsched._lib.fields(kind).keys()
