# Everything a newcomer needs: `make up` and `make test`. Python >= 3.11 and make are all that must be there.
PYTHON ?= python3
STACK ?= aws-dev
VENV := .venv
STAMP := $(VENV)/.installed
CATALOGUE_VENV := .venv-catalogue
CATALOGUE_STAMP := $(CATALOGUE_VENV)/.installed
WORKERS ?= auto
RUNS ?= 200
BENCH ?=
BENCH_VENV := .venv-bench
# A peer to compare with, in an environment of its own: nothing of Tripod needs it.
CHECKOV := checkov==3.3.30
# Compiled modules of three large SDKs save ten seconds per run; an empty value means "write them".
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help install up down preview check test crash bench lint types lock schema inventories catalogue clean

help: ## Show the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|' 2>/dev/null || true

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed (PYTHON=...)"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements.lock
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

install: $(STAMP) ## Make the virtual environment from the lock

up: $(STAMP) ## Provision STACK into the simulated cloud, policies on (default aws-dev)
	@$(VENV)/bin/tripod simulate up $(STACK)

preview: $(STAMP) ## Plan STACK
	@$(VENV)/bin/tripod simulate preview $(STACK)

down: $(STAMP) ## Destroy STACK in the simulated cloud
	@$(VENV)/bin/tripod simulate destroy $(STACK)

check: $(STAMP) ## Policy verdicts of STACK's plan
	@$(VENV)/bin/tripod check $(STACK)

test: $(STAMP) ## Run the tests
	$(VENV)/bin/python -m pytest -n $(WORKERS) --dist loadgroup

crash: $(STAMP) ## Kill deployments RUNS times (default 200) and see each converge
	$(VENV)/bin/python -W ignore -m tests.evidence.crash --runs $(RUNS)

bench: $(STAMP) ## Time the engine, the CLI, the policies and Checkov; BENCH="--help" says what can be chosen
	@test -x $(BENCH_VENV)/bin/checkov || { $(PYTHON) -m venv $(BENCH_VENV) && \
		$(BENCH_VENV)/bin/python -m pip install --quiet --disable-pip-version-check $(CHECKOV); } || \
		echo "$(CHECKOV) cannot be installed: it is left out"
	$(VENV)/bin/python -m benchmarks $(BENCH)

lint: $(STAMP) ## Style and import rules
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/lint-imports

types: $(STAMP) ## Static types (the first run reads the whole of three SDKs: minutes and 7 GB)
	$(VENV)/bin/mypy

lock: $(STAMP) ## Resolve the dependencies again into requirements.lock
	$(VENV)/bin/python -m pip install --quiet uv
	$(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--custom-compile-command 'make lock' --extra dev --upgrade -o requirements.lock pyproject.toml
	$(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--custom-compile-command 'make lock' --override requirements-catalogue.override --constraint requirements.lock \
		--extra catalogue --upgrade -o requirements-catalogue.lock pyproject.toml

schema: $(STAMP) ## Write the blueprint's JSON Schema again
	$(VENV)/bin/tripod schema --write

inventories: $(STAMP) ## Write the conformance inventories again
	TRIPOD_WRITE_INVENTORIES=1 $(VENV)/bin/python -m pytest tests/conformance/test_inventories.py

$(CATALOGUE_STAMP): requirements-catalogue.lock
	$(PYTHON) -m venv $(CATALOGUE_VENV)
	$(CATALOGUE_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --require-hashes -r requirements-catalogue.lock
	@touch $(CATALOGUE_STAMP)

catalogue: $(CATALOGUE_STAMP) ## Build the simulator's catalogue again from the pinned SDKs and API models
	$(CATALOGUE_VENV)/bin/python -m simulator.catalogue build
	$(CATALOGUE_VENV)/bin/python -m simulator.catalogue verify --write

clean: ## Remove the virtual environment and the simulated clouds
	rm -rf $(VENV) $(CATALOGUE_VENV) $(BENCH_VENV) .tripod
