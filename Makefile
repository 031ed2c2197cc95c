# On a Debian 12 machine, as root: `make test` installs what it needs and runs everything. See CONTRIBUTING.md.
#
#   make test            lint, image, every test
#   make lint            ruff, mypy, import contracts
#   make unit            the tests that need no cluster: unit, contract, gui, netns
#   make e2e [K=words]   end to end, on KIT (below) or on the cluster of KUBEFERRY_E2E_KUBECONFIG; K is pytest's -k
#   make bench           figures beside those of other ways in, into build/bench.json
#   make image           build/image/*.tar, the images of manager and sidecar
#   make lock            resolve the dependencies anew into packaging/requirements/*.txt

SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := test

KIT ?= ../shared/cluster-kit
K ?=
PYTEST_ARGS ?=
# The image's base, as an archive; by default the kit's. Empty: `docker.io/library/debian:12-slim` is pulled.
BASE_ARCHIVE ?=

SYSTEM_PYTHON := $(shell for p in /usr/bin/python3 python3; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
MACHINE := build/stamps/machine
VENV := build/stamps/venv
LOCKS := packaging/requirements
IMAGES := build/image/manager.tar build/image/sidecar.tar
IMAGE_INPUTS := $(shell find helper -name '*.py' -not -path 'helper/daemon/*' -not -path 'helper/client/*' 2>/dev/null)

export QT_QPA_PLATFORM ?= offscreen
export KUBEFERRY_KIT = $(KIT)

.PHONY: test lint unit e2e bench image lock

test: lint image
	$(BIN)/pytest tests $(PYTEST_ARGS)

lint: $(VENV)
	$(BIN)/ruff check app helper tests packaging
	$(BIN)/ruff format --check app helper tests packaging
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

unit: $(VENV)
	$(BIN)/pytest tests/unit tests/contract tests/gui tests/netns $(if $(K),-k "$(K)") $(PYTEST_ARGS)

e2e: image
	$(BIN)/pytest tests/e2e $(if $(K),-k "$(K)") $(PYTEST_ARGS)

bench: image
	$(BIN)/python -m tests.bench

image: $(IMAGES)

$(IMAGES) &: packaging/image/Containerfile packaging/image/build.py $(LOCKS)/manager.txt $(LOCKS)/sidecar.txt $(IMAGE_INPUTS) | $(VENV)
	packaging/image/build.py --python $(BIN)/python --kit $(KIT) --base "$(BASE_ARCHIVE)" -o $(dir $@)

$(MACHINE): .ci/prepare-machine
	.ci/prepare-machine build/cache
	@mkdir -p $(@D) && touch $@

$(VENV): $(LOCKS)/dev.txt pyproject.toml $(MACHINE)
	@[ -n "$(SYSTEM_PYTHON)" ] || { echo "Python 3.11 or later is needed" >&2; exit 1; }
	[ -x $(BIN)/python ] || $(SYSTEM_PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --require-hashes -r $(LOCKS)/dev.txt
	# By a plain path: the finder that is the default costs every start of a process 20 ms.
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install -q --no-deps --no-build-isolation \
	  --config-settings editable_mode=compat -e .
	@mkdir -p $(@D) && touch $@

COMPILE = $(BIN)/pip-compile -q --generate-hashes --no-strip-extras --allow-unsafe --no-header --no-annotate \
  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host
lock: $(VENV)
	$(COMPILE) --upgrade --extra dev -o $(LOCKS)/dev.txt pyproject.toml
	$(COMPILE) --upgrade -c $(LOCKS)/dev.txt -o $(LOCKS)/app.txt pyproject.toml
	$(COMPILE) --upgrade -c $(LOCKS)/dev.txt -o $(LOCKS)/manager.txt $(LOCKS)/manager.in
	$(COMPILE) --upgrade -c $(LOCKS)/dev.txt -o $(LOCKS)/sidecar.txt $(LOCKS)/sidecar.in
