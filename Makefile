SHELL := /bin/bash
.DELETE_ON_ERROR:

VERSION := $(shell sed -n 's/^\#define SCHED_VERSION "\(.*\)"/\1/p' Include/sched.h)
SOURCES := Package.swift $(shell find Sources Include -name '*.swift' -o -name '*.[ch]' -o -name '*.map' -o -name '*.modulemap')

.PHONY: all
all: build/libsched.so

build/libsched.so: $(SOURCES)
	SCHED_EMBEDDED=1 swift build --scratch-path .build/embedded -c release --product sched
	mkdir -p build
	cp -f .build/embedded/release/libsched.so $@.part
	mv -f $@.part $@
	ln -sf libsched.so build/libsched.so.0
