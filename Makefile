# One command each; every step below is a file, made again only when what it stands on has changed.
#   make run      start everything on http://localhost:8000
#   make test     all tests (installs what they need)     make check    format, lint, types, rules
#   make bench    speed, side by side with peers          make format   rewrite the code in house style
#   make assets   the look of the pages: style sheet and fonts of the Ontario Design System, by npm
#   make lock     new lock files from pyproject.toml      make clean    remove all but var/ (data, keys)

PYTHON ?= python3
WORKERS ?= 3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet
NPM := $(patsubst %/package-lock.json,%/node_modules/.installed,$(wildcard tests/*/package-lock.json))
LOOK := trillium/runtime/static/ontario/ontario-theme.css
PAGES := $(wildcard */templates */*/templates)
CHECKS := $(addprefix check-,format lint types imports dependencies pages dockerfile rules)
export PATH := $(CURDIR)/$(BIN):$(PATH)
# The tests start some hundred processes: each would compile all of Trillium anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test ready collect check $(CHECKS) bench format assets lock clean system-packages
.DEFAULT_GOAL := run
.DELETE_ON_ERROR:

# Without Node or a network the pages have the plain look, and the server says so.
run: $(VENV)/.run
	@NPM_CONFIG_FETCH_RETRIES=0 NPM_CONFIG_FETCH_TIMEOUT=20000 $(MAKE) --no-print-directory assets >/dev/null 2>&1 || true
	@$(BIN)/trillium serve

test: ready
	@$(BIN)/pytest -n $(WORKERS)

ready: system-packages $(VENV)/.test $(VENV)/.node $(NPM) $(LOOK)

# Compiles the tests once, not once a worker; what cannot be loaded is told before the first one runs.
collect: $(VENV)/.test
	@$(BIN)/pytest --collect-only -q >$(VENV)/collected || { cat $(VENV)/collected; false; }
	@tail -n 1 $(VENV)/collected

check: $(CHECKS)

$(CHECKS): $(VENV)/.test

check-format:
	@$(BIN)/ruff format --check .

check-lint:
	@$(BIN)/ruff check .

check-types:
	@$(BIN)/mypy

check-imports:
	@$(BIN)/lint-imports --no-logo

check-dependencies:
	@$(BIN)/deptry .

check-pages:
	@$(if $(PAGES),$(BIN)/djlint --lint --quiet $(PAGES))

check-dockerfile:
	@$(BIN)/hadolint Dockerfile

check-rules:
	@$(BIN)/python -m tools.check

bench: $(VENV)/.test $(VENV)/.node $(NPM)
	@$(BIN)/python -m bench

format: $(VENV)/.test
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format .

assets: $(LOOK)

lock: $(VENV)/.test
	@tools/lock.sh

clean:
	rm -rf $(VENV) build dist tests/*/node_modules assets/node_modules $(dir $(LOOK))
	rm -rf .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

system-packages:
	@tools/install_system_packages.sh

$(VENV)/pyvenv.cfg:
	@$(PYTHON) tools/create_venv.py $(VENV)

$(VENV)/.run-lock: requirements/run.txt | $(VENV)/pyvenv.cfg
	@echo "installing what Trillium needs at run time"
	@$(PIP) install --require-hashes -r $<
	@touch $@

$(VENV)/.run: pyproject.toml $(VENV)/.run-lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.run
	@echo "installing what the checks and tests need"
	@$(PIP) install --require-hashes -r $<
	@touch $@

$(VENV)/.node: tools/install_node.sh requirements/node.txt $(VENV)/.test
	@tools/install_node.sh
	@touch $@

tests/%/node_modules/.installed: tests/%/package-lock.json $(VENV)/.node
	@cd tests/$* && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# Whichever Node there is: one of the machine, or the one that the tests brought.
$(LOOK): assets/package-lock.json tools/copy_assets.py
	@cd assets && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@$(PYTHON) tools/copy_assets.py
	@touch $@
