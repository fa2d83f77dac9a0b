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

# Warnings are errors in every target here; RUNP_STRICT=0 lets them pass. One
# value for all targets, since changing it builds everything anew.
export RUNP_STRICT ?= 1
export SWIFT RUNTIME

# What the common commands use lies together: see hack/order.sh.
layout := -Xswiftc -use-ld=lld -Xswiftc -Xfrontend -Xswiftc -function-sections -Xlinker --gc-sections \
  -Xlinker --symbol-ordering-file=$(CURDIR)/hack/order.txt -Xlinker --no-warn-symbol-ordering
# The modules for regular expressions and tasks would be linked for being imported.
lean := -Xswiftc -Xfrontend -Xswiftc -disable-implicit-string-processing-module-import \
  -Xswiftc -Xfrontend -Xswiftc -disable-implicit-concurrency-module-import
# The metadata of a type is asked for by the function that knows it, not by a
# mangled name that is taken apart at run time.
direct := -Xswiftc -Xfrontend -Xswiftc -disable-concrete-type-metadata-mangled-name-accessors
static_flags := -c release --product runp --static-swift-stdlib -Xswiftc -static-executable \
  $(layout) $(lean) $(direct)
linked := .build/release/runp
shells := bash zsh fish

.PHONY: build static test check unit fuzz integration crash engines vm-test demo bench bench-check bench-record \
	counts profile order man completions fmt install clean fixtures help

build: ## Build for debugging
	$(SWIFT) build

# The standard library's mention of dlopen makes the linker warn in every
# static program; runp never loads a library. The copy, not strip's own output,
# is what runs: a file that strip has just written costs more memory when mapped.
static: ## Build the static, stripped build/runp
	if [ hack/order.txt -nt $(linked) ]; then rm -f $(linked); fi
	$(SWIFT) build $(static_flags) 2>&1 | sed "/warning: Using 'dlopen' in statically linked/d"
	mkdir -p build
	strip -o $(linked).stripped $(linked)
	cmp -s $(linked).stripped build/runp || install -m 755 $(linked).stripped build/runp

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
