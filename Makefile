# Each target makes what it needs: a virtual environment in .venv, installed once and again when
# pyproject.toml or constraints.txt change. Where packages come from is pip's own configuration.

PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo "$$each" && break; done)
BIN := .venv/bin
STAMP := .venv/.installed
SHELL := /bin/sh
.SHELLFLAGS := -eu -c
MAKEFLAGS += --no-print-directory
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help install demo test lint format docs bench crash constraints clean distclean

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' Makefile

install: $(STAMP) ## make .venv with everything in it

$(STAMP): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "lwdeploy needs Python 3.11 or newer: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(BIN)/python -c '' 2>/dev/null || { echo "Making .venv with $(PYTHON)"; "$(PYTHON)" -m venv --clear .venv; }
	@echo "Installing into .venv"
	@$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev]'
	@touch $@

demo: $(STAMP) ## run the main job on the local tenant, in a scratch folder
	@PATH="$(CURDIR)/$(BIN):$$PATH" scripts/demo

test: $(STAMP) ## linters, types, import contracts, tests, coverage
	@PATH="$(CURDIR)/$(BIN):$$PATH" scripts/check lint types contracts tests

lint: $(STAMP) ## linters, types and import contracts only
	@PATH="$(CURDIR)/$(BIN):$$PATH" scripts/check lint types contracts

format: $(STAMP) ## format the code and mend what can be mended
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

docs: $(STAMP) ## write docs/rules.md anew
	@$(BIN)/python scripts/rules_page.py > docs/rules.md.new
	@mv docs/rules.md.new docs/rules.md

bench: $(STAMP) ## print the figures of benchmarks/
	@for each in startup validate noop_plan simulator edit_window; do $(BIN)/python benchmarks/$$each.py; done

crash: $(STAMP) ## every crash and fault at every position, and a table (an hour or so; FLAGS="--sample 10 --backend git")
	@$(BIN)/python -m tests.crash.sweep --jobs 2 $(FLAGS)

constraints: ## pin the newest versions that pyproject.toml takes
	@scratch=$$(mktemp -d); trap 'rm -rf "$$scratch"' EXIT; \
	"$(PYTHON)" -m venv "$$scratch"; \
	"$$scratch/bin/python" -m pip install --quiet -e '.[dev]'; \
	"$$scratch/bin/python" -m pip freeze --exclude-editable --exclude lwdeploy | grep '==' > "$$scratch/pins"; \
	cp "$$scratch/pins" constraints.txt

clean: ## remove caches and built files
	@rm -rf dist build htmlcov .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +

distclean: clean ## remove .venv as well
	@rm -rf .venv
