# SPDX-License-Identifier: Apache-2.0
#
# make            a debug build
# make static     the static binary, build/runp
# make test       everything, on a fresh machine too
# make help       the other targets

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build

SWIFT ?= swift
PREFIX ?= /usr/local
DESTDIR ?=

# The runtime that the integration tests and the benchmark drive.
RUNTIME ?= $(CURDIR)/build/runp

# Warnings are errors in every target here, of C and of what SwiftPM builds;
# RUNP_STRICT=0 lets them pass. One value for all targets, since changing it builds
# everything anew.
export RUNP_STRICT ?= 1
export SWIFT RUNTIME

# build/runp is made without Swift's runtime, of all modules as one: Embedded
# Swift, see docs/performance.md. What the common commands use lies together, see
# hack/order.sh. SwiftPM makes the rest of the same sources.
modules := $(addprefix Sources/,Kernel JSON RuntimeSpec Cgroups Container Pod runp)
swift_sources := $(sort $(shell find $(modules) Sources/Embedded -name '*.swift'))
c_sources := $(wildcard Sources/CLinux/*.c Sources/CStart/*.c)
objects := build/objects
c_objects := $(addprefix $(objects)/,$(notdir $(c_sources:.c=.o)))
linked := build/runp.unstripped
features := ExistentialAny InternalImportsByDefault MemberImportVisibility
swift_flags = -module-name runp -package-name runp -parse-as-library -wmo -Osize -swift-version 6 \
  -enable-experimental-feature Embedded $(addprefix -enable-upcoming-feature ,$(features)) \
  -Werror DeprecatedDeclaration -gline-tables-only -Xfrontend -function-sections \
  -Xcc -fmodule-map-file=Sources/Embedded/module.modulemap \
  $(addprefix -I Sources/,CSeccomp CCap CYajl CDBus) \
  $(addprefix -Xcc ,$(shell pkg-config --cflags dbus-1))
c_flags = -O2 -gline-tables-only -Wall -Wextra $(if $(filter 1,$(RUNP_STRICT)),-Werror) -ffunction-sections -fdata-sections \
  $(addprefix -I $(CURDIR)/Sources/,CLinux/include CStart/include) \
  -DRUNP_COMMIT='"$(shell git rev-parse HEAD 2>/dev/null || echo unknown)"'
link_flags := -static -fuse-ld=lld -Wl,--entry=cstart_entry -Wl,--gc-sections \
  -Wl,--symbol-ordering-file=hack/order.txt -Wl,--no-warn-symbol-ordering
libraries := -lseccomp -lcap -lyajl_s -ldbus-1 -lm
# The toolchain's own, wherever that is.
resources = $(shell $(SWIFT)c -print-target-info | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')
clang = $(resources)/../../bin/clang
unicode = $(resources)/embedded/$(shell uname -m)-unknown-linux-gnu/libswiftUnicodeDataTables.a
shells := bash zsh fish

.PHONY: build static test check unit fuzz integration crash engines vm-test demo bench bench-check bench-record \
	counts profile order man completions fmt install clean fixtures help

build: ## Build for debugging
	$(SWIFT) build

# A file that strip has just written costs more memory when mapped: a copy runs.
static: $(objects)/runp.o ## Build the static, stripped build/runp
	@echo "linking build/runp"
	@cd $(objects) && $(clang) $(c_flags) -c $(addprefix $(CURDIR)/,$(c_sources))
	@$(clang) $(link_flags) -o $(linked) $(objects)/runp.o $(c_objects) $(unicode) $(libraries)
	@strip -o build/runp.stripped $(linked)
	@cmp -s build/runp.stripped build/runp || install -m 755 build/runp.stripped build/runp

# A directory is newer than the object when a file in it has come or gone. Imports of
# what is the same module here are all warned of.
$(objects)/runp.o: $(swift_sources) $(shell find $(modules) -type d) \
  $(wildcard Sources/*/include/*.h Sources/C*/*.h Sources/C*/module.modulemap Sources/Embedded/*) Makefile
	@echo "compiling $(words $(swift_sources)) Swift files as one module: some minutes"
	@rm -rf $(objects) && mkdir -p $(objects)
	@printf '%s\n' $(swift_sources) >$(objects)/sources
	@$(SWIFT)c $(swift_flags) -c -o $@ @$(objects)/sources 2>$(objects)/said || \
	  { grep -A 5 error: $(objects)/said >&2 || cat $(objects)/said >&2; exit 1; }

test: ## Install what is missing, then check and run all tests
	hack/test.sh

check: static ## Format, imports, symbols, doc comments, scripts; no root needed
	hack/check.sh

unit: ## Unit tests
	$(SWIFT) test

fuzz: ## Feed damaged documents to what reads them, a minute for each kind
	hack/fuzz.sh

integration: ## Integration tests with RUNTIME (default build/runp), as root
	if [ "$(RUNTIME)" = "$(CURDIR)/build/runp" ]; then $(MAKE) static; fi
	Tests/integration/run.sh

crash: static ## Kill each command at every one of its system calls, as root
	RUNP_CRASH=all RUNP_SUITE_LIMIT=7200 Tests/integration/run.sh Tests/integration/crash*.bats

engines: ## The same under engines, Debian's and the newest, and bundles as under peers, as root
	hack/setup.sh engines bench systemd
	if [ "$(RUNTIME)" = "$(CURDIR)/build/runp" ]; then $(MAKE) static; fi
	Tests/integration/run.sh --cgroup2-view Tests/integration/{bundles,engines/*}.bats
	RUNP_ENGINES=newest Tests/integration/run.sh --engines
	hack/vm-test.sh --systemd Tests/integration/systemd/podman.bats

vm-test: static ## Tests that need cgroup v2 controllers, or systemd, in virtual machines
	hack/setup.sh vm systemd
	hack/vm-test.sh
	RUNP_VM_LIMIT=5400 hack/vm-test.sh --systemd

demo: ## Show a pod of two containers, as root
	hack/demo.sh

bench: static ## Measure runp against the newest crun and runc and the bare kernel calls, as root
	hack/setup.sh bench vm
	hack/bench.sh

bench-check: static ## Fail when a time has become worse beside crun's than recorded, as root
	hack/setup.sh bench
	hack/bench.sh --check

bench-record: static ## Record what bench-check compares with, on a quiet machine, as root
	hack/setup.sh bench
	hack/bench.sh --record

counts: static ## Record anew what the commands cost in system calls and the like, as root
	hack/counts.sh record

profile: static ## Show where time goes, or what PROFILE asks for ("exec", "--faults run"), as root
	hack/setup.sh profile
	hack/profile.sh $(PROFILE)

order: static ## Find anew what the linker should put together, as root
	hack/order.sh

fixtures: ## Give every bundle in spec-fixtures its root filesystem
	spec-fixtures/make-bundles.sh

man: static ## Write the manual page to build/man
	mkdir -p build/man
	build/runp man >build/man/runp.8

completions: static ## Write the shells' completions to build/completions
	mkdir -p build/completions
	for shell in $(shells); do build/runp completion $$shell >build/completions/runp.$$shell; done

fmt: ## Format the sources in place
	swift format -i -r Sources Tests Package.swift

install: static man completions ## Install below DESTDIR and PREFIX
	install -D -m 755 build/runp $(DESTDIR)$(PREFIX)/bin/runp
	install -D -m 644 build/man/runp.8 $(DESTDIR)$(PREFIX)/share/man/man8/runp.8
	install -D -m 644 build/completions/runp.bash \
	  $(DESTDIR)$(PREFIX)/share/bash-completion/completions/runp
	install -D -m 644 build/completions/runp.zsh \
	  $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_runp
	install -D -m 644 build/completions/runp.fish \
	  $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/runp.fish

clean: ## Remove everything that was built
	rm -rf .build build
	spec-fixtures/make-bundles.sh --clean

help: ## List the targets
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16
