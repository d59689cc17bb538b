# make          build/libsched.so
# make demo     trains on real digits and draws build/demo.png
# make test     everything that must hold; installs what it needs
# make fuzz     SECONDS=600: any bytes against the C interface
# make bench    libsched against PyTorch, and against the speed of memory;
#               DEEPSPEED=1 beside DeepSpeed's AdamW, too, ARGS="--only models"
# make install  PREFIX=/usr/local DESTDIR=

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

ROOT := $(abspath .)
LIB := $(ROOT)/build
VERSION := $(shell sed -n 's/^\#define SCHED_VERSION "\(.*\)"/\1/p' Include/sched.h)
SOURCES := Package.swift $(shell find Sources Include -name '*.swift' -o -name '*.[ch]' \
	-o -name '*.map' -o -name '*.modulemap')

.PHONY: all
all: build/libsched.so

# Two files: the library as it is shipped, and beside it the same with its
# symbols, for debuggers and for the test that disassembles it.
#
# SwiftPM compiles and the C compiler links: SwiftPM would leave the toolchain's
# folder in the library for a search path.
LINK := -shared -Wl,-soname,libsched.so.0 -Wl,--version-script=Include/libsched.map \
	-Wl,--gc-sections -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,defs -Wl,-z,nodelete -Wl,-z,noseparate-code
build/libsched.so: $(SOURCES) Makefile
	SCHED_EMBEDDED=1 swift build --scratch-path .build/embedded -c release --product sched
	mkdir -p build
	$(CC) $(LINK) -o $@.debug -Wl,--whole-archive .build/embedded/release/libsched.a \
	  -Wl,--no-whole-archive -lm
	strip --strip-unneeded -o $@.part $@.debug
	mv -f $@.part $@
	ln -sf libsched.so build/libsched.so.0

include Include/install.mk

# -- Python -------------------------------------------------------------------

PYTHON := $(ROOT)/.venv/bin/python
# The package as it stands in the tree, with the library as it was just built.
export LIBSCHED := $(LIB)/libsched.so
export PYTHONPATH := $(ROOT)/Bindings/python/src

$(PYTHON):
	python3 -m venv .venv

.venv/demo: Bindings/python/examples/requirements.txt | $(PYTHON)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

.venv/tests: Tests/requirements.txt | $(PYTHON)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check -r $<
	touch $@ .venv/demo

.PHONY: demo
demo: build/libsched.so .venv/demo
	$(PYTHON) Bindings/python/examples/digits.py $(ARGS)

.PHONY: generate
generate: build/libsched.so .venv/tests
	$(PYTHON) Bindings/generate.py

.PHONY: vectors
vectors: .venv/tests
	$(PYTHON) -m Tests.Oracle

# Beside the environment of the tests, which look at what is installed.
build/deepspeed: Tests/bench/requirements.txt | .venv/tests
	rm -rf $@
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --target $@ -r $<

.PHONY: bench
bench: build/libsched.so .venv/tests $(if $(DEEPSPEED),build/deepspeed)
	$(PYTHON) Tests/bench/bench.py $(ARGS)

# -- Tests --------------------------------------------------------------------

# Each stage prints its own summary, when it ends. Most use one core for minutes and go side
# by side, the longest first; Python's tests take all cores themselves.
CORES := $(shell nproc)
TOGETHER = $(if $(findstring jobserver,$(MAKEFLAGS)),,--jobs=$(CORES) --output-sync=recurse)
BEGIN = @printf '\n== %s ==\n' $@
BESIDE := test-race test-fuzz test-swift test-c test-cpp lint
ALONE := test-python test-library test-fresh

.PHONY: test packages $(BESIDE) $(ALONE)
test:
	@$(MAKE) $(TOGETHER) build/libsched.so .venv/tests packages $(BESIDE)
	@for stage in $(ALONE); do $(MAKE) $$stage; done
	@printf '\nall stages passed: $(BESIDE) $(ALONE)\n'

packages:
	@Tests/setup.sh

lint: .venv/tests
	$(BEGIN)
	swift format lint --strict --recursive Sources Tests Package.swift
	$(PYTHON) -m ruff check Bindings Tests
	$(PYTHON) -m ruff format --check Bindings Tests
	$(PYTHON) -m mypy --config-file Bindings/python/pyproject.toml Bindings/python/src/libsched
	$(PYTHON) Bindings/generate.py --check

# The suite as the machine chooses, and the kernels' part at each width it has.
test-swift: build/libsched.so .venv/tests
	$(BEGIN)
	swift build --build-tests --scratch-path .build/swift
	swift test --skip-build --scratch-path .build/swift
	for isa in baseline avx2 avx512; do \
	  [ "$$(SCHED_ISA=$$isa $(PYTHON) -c 'import libsched; print(libsched.isa())')" = $$isa ] || \
	    continue; \
	  echo "SCHED_ISA=$$isa"; \
	  SCHED_ISA=$$isa swift test --skip-build --scratch-path .build/swift --filter StepTests; \
	done

test-race:
	$(BEGIN)
	swift run --package-path Tests/race --scratch-path .build/race --sanitize=thread \
	  --disable-index-store -debug-info-format none

test-c: build/libsched.so | packages
	$(BEGIN)
	$(MAKE) $(TOGETHER) -C Tests/c LIB=$(LIB) qemu valgrind asan isa test roots

test-cpp: build/libsched.so | packages
	$(BEGIN)
	$(MAKE) $(TOGETHER) -C Tests/cpp LIB=$(LIB) test

test-fuzz: build/libsched.so .venv/tests
	$(BEGIN)
	$(MAKE) -C Tests/fuzz LIB=$(LIB) test

# As long as one asks for: make fuzz SECONDS=600
.PHONY: fuzz
fuzz: build/libsched.so .venv/tests
	$(MAKE) -C Tests/fuzz LIB=$(LIB) fuzz

test-python: build/libsched.so .venv/tests
	$(BEGIN)
	$(PYTHON) -m pytest -q --numprocesses=$(CORES) Tests/python

test-library: build/libsched.so .venv/tests
	$(BEGIN)
	$(PYTHON) -m pytest -q --numprocesses=$(CORES) --dist=loadfile \
	  Tests/library Tests/install Tests/embed Tests/package Tests/readme

# What a new user does, in a fresh clone of what is committed.
test-fresh:
	$(BEGIN)
	Tests/fresh.sh

.PHONY: format
format: .venv/tests
	swift format --in-place --recursive Sources Tests Package.swift
	$(PYTHON) -m ruff check --fix Bindings Tests
	$(PYTHON) -m ruff format Bindings Tests

.PHONY: clean
clean:
	rm -rf build .build
