# make install PREFIX=/usr/local DESTDIR= LIBDIR=$(PREFIX)/lib
#
# The headers go into a folder of their own: PREFIX=/usr must not put our
# sched.h over POSIX's. What is written for pkg-config and CMake says where
# things are by the way from itself to them, so an installed tree may be moved.

PREFIX ?= /usr/local
DESTDIR ?=
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include/libsched

VERSION := $(shell sed -n 's/^\#define SCHED_VERSION "\(.*\)"/\1/p' Include/sched.h)
ABI_VERSION := $(shell sed -n 's/^\#define SCHED_ABI_VERSION \([0-9]*\)/\1/p' Include/sched.h)
PUBLIC_HEADERS := $(addprefix Include/,sched.h sched.hpp sched_kinds.h sched_kinds.hpp \
	sched_optimizers.h sched_optimizers.hpp)

# The way from one folder to another.
way = $$(realpath -m --relative-to="$(1)" "$(2)")
fill = sed -e "s|@VERSION@|$(VERSION)|g" -e "s|@ABI_VERSION@|$(ABI_VERSION)|g" \
	-e "s|@TO_PREFIX@|$(call way,$(1),$(PREFIX))|g" \
	-e "s|@LIBDIR@|$(call way,$(PREFIX),$(LIBDIR))|g" \
	-e "s|@INCLUDEDIR@|$(call way,$(PREFIX),$(INCLUDEDIR))|g"

.PHONY: install uninstall
install: build/libsched.so
	install -d "$(DESTDIR)$(LIBDIR)/pkgconfig" "$(DESTDIR)$(LIBDIR)/cmake/sched" "$(DESTDIR)$(INCLUDEDIR)"
	install -m 755 build/libsched.so "$(DESTDIR)$(LIBDIR)/libsched.so.$(VERSION)"
	ln -sf libsched.so.$(VERSION) "$(DESTDIR)$(LIBDIR)/libsched.so.$(ABI_VERSION)"
	ln -sf libsched.so.$(ABI_VERSION) "$(DESTDIR)$(LIBDIR)/libsched.so"
	install -m 644 $(PUBLIC_HEADERS) "$(DESTDIR)$(INCLUDEDIR)"
	@$(call fill,$(LIBDIR)/pkgconfig) Include/sched.pc.in > "$(DESTDIR)$(LIBDIR)/pkgconfig/sched.pc"
	@for file in sched-config.cmake sched-config-version.cmake; do \
	  $(call fill,$(LIBDIR)/cmake/sched) Include/cmake/$$file.in \
	    > "$(DESTDIR)$(LIBDIR)/cmake/sched/$$file"; \
	done

uninstall:
	rm -f "$(DESTDIR)$(LIBDIR)/libsched.so.$(VERSION)" "$(DESTDIR)$(LIBDIR)/libsched.so.$(ABI_VERSION)" \
	  "$(DESTDIR)$(LIBDIR)/libsched.so" "$(DESTDIR)$(LIBDIR)/pkgconfig/sched.pc"
	rm -rf "$(DESTDIR)$(LIBDIR)/cmake/sched" "$(DESTDIR)$(INCLUDEDIR)"
