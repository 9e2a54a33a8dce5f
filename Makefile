# The few commands of the house. Everything else is Meson's: build/release, build/check, build/san.
# SPDX-License-Identifier: Apache-2.0
.DEFAULT_GOAL := help
.PHONY: help deps build package demo demo-measures bugs bugs-core bugs-measures check quick fuzz san-extra torture bench accuracy clean

help:
	@echo 'make demo     build, then the main job end to end on sample rosters and a private OpenLDAP'
	@echo 'make demo-measures   build, then the five measures among five parties under five user ids (as root)'
	@echo 'make check    build and pass the tests (what CI runs); make quick: the two-minute part of it'
	@echo 'make build    build/release/src/bin/nokosazu'
	@echo 'make package  the Debian package from what is committed, into build/package; KEY=FILE signs (else a new key)'
	@echo 'make fuzz     each fuzzer for FUZZ_SECONDS (default 30)      make torture  the long crash loops'
	@echo 'make san-extra   MSan, TSan and valgrind, where each can be believed (long)'
	@echo 'make bugs     every known mistake put in once: does its test notice? (long); bugs-core: those of the core; ONLY=regex'
	@echo 'make bugs-measures   each promise of docs/measures.md switched off once: does its test notice? ONLY=regex for some'
	@echo 'make bench    all figures, into bench/RESULTS.md             make bench-import, bench-plan, bench-scan … one of them'
	@echo 'make accuracy a corpus of planted persons made anew, scanned and scored'

deps:
	@tools/deps

build: deps
	@tools/build release

package: build
	@tools/package

demo: build
	@tools/demo

demo-measures: build
	@build/release/src/bin/nokosazu demo measures --from .

bugs: deps
	@tests/torture/bugs.sh

bugs-core: deps
	@tests/torture/bugs.py

bugs-measures: deps
	@tests/torture/measures-mutants.sh

check: deps
	@tools/check

quick: deps
	@tools/check --quick

fuzz: deps
	@tools/fuzz

san-extra: deps
	@tools/san-extra

torture: deps
	@tools/check --torture

bench: build
	@bench/run all

bench-%: build
	@bench/run $*

accuracy: build
	@tools/accuracy

clean:
	rm -rf build demo
