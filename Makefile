# SPDX-License-Identifier: Apache-2.0
# `make` lists what there is; `make demo` shows the whole loop.

CONFIG ?= release
FILTER ?=
TIME ?= 20
TARGET ?=
ROUNDS ?= 5
SCALE ?= 8
MOMENTS ?= 20
PARTS ?=

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help setup build test vectors sweep lint format interop interop-graph fuzz fuzz-seeds faults bench demo demo-configmgr fresh clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  CONFIG=debug builds and tests without optimisation; FILTER=Trust runs the tests that match"
	@echo "  ROUNDS=3 PARTS=rounds measures less, SCALE=20 more gigabytes; TIME=600 fuzzes for ten minutes a target; TARGET=json fuzzes that one"

setup: ## install the Debian packages that build, tests and interop need
	@scripts/setup

build: setup ## build the programs
	swift build -c $(CONFIG)

# --build-tests builds the programs too; `make build` before or after it has nothing left to do.
test: setup .venv/ready ## build and run every test
	swift build -c $(CONFIG) --build-tests
	swift test -c $(CONFIG) --skip-build --disable-xctest $(if $(FILTER),--filter $(FILTER))

vectors: setup ## write golden bundles and test-only keys anew; then git shows no difference
	WAYBILL_VECTORS=write swift test -c $(CONFIG) --disable-xctest --filter 'GoldenTests/.*generator makes'
	@git status --short bundles keys

sweep: setup ## try all eight bits of every byte of a small bundle
	SWEEP=all swift test -c $(CONFIG) --disable-xctest --filter "SweepTests|ScheduleTests"

lint: ## check imports, format, file lengths, licence lines, words, keys and scripts
	@scripts/lint/run

format: ## bring the Swift sources into the form that lint asks for
	swift format format --in-place --parallel --recursive Sources Tests Package.swift

.venv/ready: scripts/interop/requirements.txt | setup
	python3 -m venv --clear .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	touch $@

interop: build .venv/ready ## check us against python-tuf, minisign, bsdtar and sha256sum
	scripts/interop/run

.cache/graph-sdk/ready: scripts/interop/graph-sdk-requirements.txt | setup
	python3 -m venv --clear $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	touch $@

interop-graph: .cache/graph-sdk/ready ## check the Graph simulator and our bodies against Microsoft's library (400 MB)
	$(<D)/bin/python -B scripts/interop/graph-sdk

fuzz: setup ## give every parser of outside data made-up inputs, TIME seconds each
	@TIME=$(TIME) TARGET=$(TARGET) scripts/fuzz

fuzz-seeds: setup ## write the inputs that fuzzing starts from anew, with our own writers
	@scripts/fuzz seeds

faults: build ## cut the power, fill disks and cap memory, MOMENTS times each (as root)
	scripts/faults/run "$$(swift build -c $(CONFIG) --show-bin-path)" $(MOMENTS)

bench: build ## measure against tar, restic, borg, casync and ostree; writes docs/benchmarks.md
	@scripts/setup bench
	@mkdir -p .cache && Benchmarks/corpus .cache/reference
	@Benchmarks/run "$$(swift build -c $(CONFIG) --show-bin-path)" .cache/reference .cache/bench $(ROUNDS) $(SCALE) $(PARTS)

demo: build ## carry software from a centre to a site and the proof back
	scripts/demo

demo-configmgr: build ## drive a simulated ConfigMgr site over its AdminService
	scripts/demo-configmgr

fresh: ## prove that a fresh Debian 12 builds, tests and shows all of this (as root)
	scripts/fresh

clean: ## remove all that make has made here
	rm -rf .build .build-* .venv .cache
