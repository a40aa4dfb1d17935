# Martlet. `make` alone lists what can be made.
.DEFAULT_GOAL := help
# Where it is set, every process that the tests start would compile the whole server anew.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help install serve demo test check lint bench golden lock clean

# The distribution's own first: it is built to be fast, those of version managers mostly are not (docs/operate).
PYTHON ?= $(shell for needed in ensurepip sys; do \
	for p in /usr/bin/python3 python3.14 python3.13 python3.12 python3.11 python3; do \
	$$p -c "import $$needed, sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null && echo $$p && exit; done; done)
BIN := .venv/bin
SERVE := .venv/.serve
DEV := .venv/.dev
PEER := tests/peers/fedify/node_modules/.package-lock.json tests/journeys/masto/node_modules/.package-lock.json

help: ## List the commands
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /\1|/' | awk -F'|' '{printf "  make %-8s %s\n", $$1, $$2}'

install: $(SERVE) ## Set everything up, or bring it up to date, and start nothing

serve: $(SERVE) ## Set everything up and start the server at http://localhost:3000
	@$(BIN)/martlet serve

demo: $(SERVE) ## The same with an invented town of people to look round in
	@$(BIN)/martlet demo

test: $(DEV) $(PEER) ## Bring all that the tests need, PostgreSQL included, and run them on both databases
	@$(BIN)/python -m pytest -n auto --dist worksteal -q

check: $(DEV) ## What CI runs: format, lint, types, arrows, and the tests beside them
	@$(MAKE) --no-print-directory -j2 lint test

lint: $(DEV)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(DEV) ## Measure: fill a server through its API, print CPU per request, speed and memory
	@$(BIN)/python -m bench

golden: $(DEV) ## Renew what is read out of the golden documents; look at the difference
	@$(BIN)/python -m tests.golden.reading

lock: $(DEV) ## Renew the locked dependencies from pyproject.toml
	@for set in serve:"--extra postgres --extra heic" dev:"--all-extras --group dev"; do \
		$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
			--no-annotate --upgrade $${set#*:} pyproject.toml requirements/build.in -o requirements/$${set%%:*}.txt; done
	@$(BIN)/uv pip compile -q --no-deps --generate-hashes --no-header --no-emit-index-url --no-annotate requirements/web.in -o requirements/web.txt

clean: ## Remove the virtual environment (your data stays)
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis tests/peers/fedify/node_modules tests/journeys/masto/node_modules

.venv/bin/uv: requirements/uv.txt
	@test -n "$(PYTHON)" || { echo "Martlet needs Python 3.11 or newer, and none was found on this machine."; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Could not make a virtual environment. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@echo "Setting up (once) …"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

$(SERVE): .venv/bin/uv requirements/serve.txt requirements/web.txt pyproject.toml hatch_build.py
	@VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv pip install -q --compile-bytecode --require-hashes -r requirements/serve.txt
	@VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv pip install -q --no-deps --require-hashes -r requirements/web.txt
	@VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv pip install -q --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q martlet
	@touch $@

$(DEV): $(SERVE) requirements/dev.txt
	@VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv pip install -q --compile-bytecode --require-hashes -r requirements/dev.txt
	@touch $@

# What the tests speak with: another implementation, with the Node that runs it, and a client.
$(PEER): %/node_modules/.package-lock.json: %/package-lock.json
	@if ! command -v npm >/dev/null; then \
		echo "!! npm is missing: the tests with $* cannot run. On Debian and Ubuntu: apt install npm"; \
	elif (cd $* && npm ci --loglevel=error); then touch $@; else \
		echo "!! npm could not bring $*: its tests cannot run."; \
	fi
