# `make` alone lists the targets. Everything runs from .venv, made from the hash-locked requirement files.
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help demo test test-nightly test-browser pictures check bench format lock install install-dev

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
# What the linters look at.
CODE := manage.py mes orders wip quality genealogy equipment tests

help:  ## List the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/runtime-installed  ## Run Plantwright here: database, broker, web, worker, beat and a demo plant (MES_PORT, MES_HOME)
	@$(BIN)/python -m mes.embedded demo

test: $(VENV)/dev-installed  ## Run the fast tests
	@$(BIN)/python -m pytest -n 2 -m "not slow and not browser and not bench"

test-browser: $(VENV)/dev-installed  ## Run the tests that drive a browser
	@$(BIN)/python -m pytest -m browser

test-nightly: $(VENV)/dev-installed  ## Run every test, the long ones too
	@$(BIN)/python -m pytest -n 2 -m "not browser and not bench"
	@$(BIN)/python -m pytest -m browser

bench: $(VENV)/dev-installed  ## Measure acts, imports, pages and growth beside bare PostgreSQL
	@MES_TEST_DURABLE=1 $(BIN)/python -m pytest -m bench -p no:randomly -s

pictures: $(VENV)/dev-installed  ## Take the pictures of docs/screenshots anew, from a demo that runs (MES_PORT)
	@$(BIN)/python -m tests.browser.pictures

check: $(VENV)/dev-installed  ## Lint, types, templates, import contracts, migrations, deployment settings, generated docs
	@BIN=$(BIN) CODE="$(CODE)" .ci/check

format: $(VENV)/dev-installed  ## Format the code
	@$(BIN)/ruff check --fix-only -q $(CODE); $(BIN)/ruff format $(CODE)

lock:  ## Compile both lock files from pyproject.toml (needs uv)
	@flags="--quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header"; \
	uv pip compile pyproject.toml $$flags -o requirements.lock && \
	uv pip compile pyproject.toml --group dev -c requirements.lock $$flags -o requirements-dev.lock

install: $(VENV)/runtime-installed  ## Install what the demo needs into .venv
install-dev: $(VENV)/dev-installed  ## Install what the tests and checks need into .venv

$(VENV)/runtime-installed: requirements.lock
	@PYTHON="$(PYTHON)" .ci/install requirements.lock && touch $@

$(VENV)/dev-installed: requirements-dev.lock
	@PYTHON="$(PYTHON)" .ci/install requirements-dev.lock && touch $(VENV)/runtime-installed $@
