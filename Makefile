# Everything here lives in .venv and .lab of this folder; both are made on demand and `make clean` removes them.

# The interpreter to examine; empty = the environment at hand, which is never kdoctor's own .venv.
PYTHON ?=
# The interpreter to make .venv with: 3.10 or newer; empty = the first one on PATH that fits.
PYTHON_FOR_VENV ?=
# Further arguments for `kdoctor check` or for pytest.
ARGS ?=

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
INSTALLED := $(VENV)/kdoctor-installed
DEVELOPING := $(VENV)/kdoctor-developing

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help doctor test test-real lab golden lint bench clean

help: ## Show what can be made
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1	/p' $(firstword $(MAKEFILE_LIST)) | awk -F '\t' '{printf "make %-10s %s\n", $$1, $$2}'

doctor: $(INSTALLED) ## Examine the environment at hand, or another one: make doctor PYTHON=/path/to/python
	@own="$$(pwd)/$(BIN)"; \
	PATH="$$(printf '%s' "$$PATH" | awk -v own="$$own" 'BEGIN { RS = ":" } $$0 != own { printf "%s%s", separator, $$0; separator = ":" }')"; \
	patient="$(PYTHON)"; \
	for prefix in "$$VIRTUAL_ENV" "$$CONDA_PREFIX"; do \
		[ -z "$$patient" ] && [ "$$prefix/bin" != "$$own" ] && [ -x "$$prefix/bin/python" ] && patient="$$prefix/bin/python"; \
	done; \
	[ -n "$$patient" ] || patient="$$(python3 -I -S -c 'import sys; print(sys.executable)' 2>/dev/null || command -v python)"; \
	[ -n "$$patient" ] || { echo "make doctor: no python3 on PATH; name one: make doctor PYTHON=/path/to/python" >&2; exit 2; }; \
	exec $(BIN)/kdoctor check --or-example --python "$$patient" $(ARGS)

test: $(DEVELOPING) ## Run the tests that need no network
	$(BIN)/python -m pytest -m "not real" $(ARGS)

test-real: $(DEVELOPING) ## Build real environments from the package index and hold kdoctor against them
	$(BIN)/python -m pytest -m real --durations=10 tests/real $(ARGS)

lab: $(DEVELOPING) ## Build and run the environments of the laboratory that were not measured yet: make lab ARGS="--again 'tf2.15-*'"; other platforms: ARGS=--layouts
	$(BIN)/python -m lab $(ARGS)

golden: $(DEVELOPING) ## Write the expected reports in tests/golden anew after a change of words; read the difference
	KDOCTOR_GOLDEN=write $(BIN)/python -m pytest tests/test_golden.py tests/test_readme.py $(ARGS)

lint: $(DEVELOPING) ## Check style, formatting and types
	@held=0; for check in "ruff check ." "ruff format --check ." mypy; do \
		echo "$$check"; $(BIN)/$$check || held=1; \
	done; exit $$held

bench: $(INSTALLED) ## Measure kdoctor against pip check, uv pip check, the start of click and uv pip compile, and --deep against import tensorflow
	PYTHONPATH=. $(BIN)/python bench/bench.py
	PYTHONPATH=. $(BIN)/python bench/triage.py
	PYTHONPATH=. $(BIN)/python bench/solving.py
	PYTHONPATH=. $(BIN)/python bench/scan.py


clean: ## Remove all that was made here: .venv, real environments, caches
	rm -rf $(VENV) .lab build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find kdoctor tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

# A rule of its own, so that a change of pyproject.toml installs anew without making .venv anew.
$(BIN)/python:
	@fits='import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))'; \
	for python in $(or $(PYTHON_FOR_VENV),python3 python python3.13 python3.12 python3.11 python3.10); do \
		"$$python" -c "$$fits" 2>/dev/null && exec "$$python" -m venv $(VENV); \
	done; \
	echo "make: no Python 3.10 or newer that can make a venv (Debian: apt install python3-venv); name one: PYTHON_FOR_VENV=/path/to/python" >&2; \
	exit 2

$(INSTALLED): pyproject.toml | $(BIN)/python
	$(PIP) install --editable .
	@touch $@

$(DEVELOPING): $(INSTALLED)
	@$(PIP) install --help | grep -q -e --group || $(PIP) install --upgrade pip
	$(PIP) install --group dev
	@touch $@
