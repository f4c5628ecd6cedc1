# Everything a person types. Each target builds .venv itself when it is missing or out of date.
PYTHON ?= python3
PORT ?= 8000
EVERY ?= 6
AUDIT ?=
VENV := .venv
PY := $(VENV)/bin/python
NETWORK := tests/bluesky_network
PIP := $(PY) -m pip --disable-pip-version-check --no-input

# What Python has compiled is kept, whatever the machine says: the tests start it hundreds of times.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install sandbox test test-bluesky lint bench chaos audit lock clean

help: ## print these targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

# The virtual environment is asked for its own Python, so that a half-made one is made again.
$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Switchboard needs Python 3.11 or newer; '$(PYTHON)' is older. Try: make PYTHON=python3.12 <target>" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(PY) requirements.txt
	@echo "Setting up .venv: once, about a minute …"
	@$(PIP) install --quiet --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.txt
	@echo "Adding what the tests need: once, about a minute …"
	@$(PIP) install --quiet --require-hashes -r requirements-dev.txt
	@touch $@

install: $(VENV)/.run ## build .venv with what Switchboard needs to run

sandbox: $(VENV)/.run ## try everything in the browser, no account needed
	@$(PY) app.py sandbox --port $(PORT)

test: $(VENV)/.dev ## run the whole test suite, on SQLite and on PostgreSQL
	@$(PY) -m pytest

$(NETWORK)/node_modules/.done: $(NETWORK)/package-lock.json
	@command -v npm >/dev/null || { echo "The network comes from npm, which is not here. Next: apt-get install npm" >&2; exit 1; }
	cd $(NETWORK) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

test-bluesky: $(VENV)/.dev $(NETWORK)/node_modules/.done ## answer a customer on a real Bluesky network, run on this machine
	@$(PY) -m pytest $(NETWORK)

lint: $(VENV)/.dev ## check style, layers and types
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy

bench: $(VENV)/.dev ## measure, as ratios against a bare floor in the same run, and write docs/scale.md
	@$(PY) -m tests.benchmarks

chaos: $(VENV)/.dev ## break everything that can break, and write docs/promises.md (EVERY=1: at every step)
	@$(PY) -m tests.rigs --every $(EVERY)

audit: $(VENV)/.dev ## ask PyPI whether a locked package has a known weakness (needs the network)
	@$(PY) -m tests.audit $(AUDIT)

lock: ## write the lock files again (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
	  --quiet requirements.in -o requirements.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
	  --quiet requirements-dev.in -o requirements-dev.txt

clean: ## remove .venv and what tests left behind
	rm -rf $(VENV) .audit $(NETWORK)/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
