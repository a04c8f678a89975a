# The two commands of the README, and those of the developers.
PORT ?= 8000
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test lint bench format lock clean

run: $(VENV)/runtime.stamp node_modules/.package-lock.json
	$(BIN)/empilement build
	EMPILEMENT_PORT=$(PORT) exec $(BIN)/empilement serve

test: $(VENV)/dev.stamp node_modules/.package-lock.json
	$(MAKE) lint
	$(BIN)/pytest -n 2 --dist loadfile --cov --cov-report=term:skip-covered

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/dev.stamp node_modules/.package-lock.json
	$(BIN)/python -m tests.bench

format: $(VENV)/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# No option is written into the lock files, so no registry address is; the hashes pin what is installed.
COMPILE := pip-compile --quiet --strip-extras --allow-unsafe --generate-hashes \
  --no-header --no-emit-options --extra build

lock: $(VENV)/dev.stamp
	$(BIN)/pip install --quiet pip-tools
	$(BIN)/$(COMPILE) --output-file requirements.lock pyproject.toml
	$(BIN)/$(COMPILE) --extra dev --constraint requirements.lock \
	  --output-file requirements-dev.lock pyproject.toml

clean:
	rm -rf build $(VENV) node_modules

$(VENV)/pyvenv.cfg:
	$(PYTHON) -m venv $(VENV)

$(VENV)/runtime.stamp: $(VENV)/pyvenv.cfg requirements.lock pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/dev.stamp: $(VENV)/runtime.stamp requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

node_modules/.package-lock.json: package.json package-lock.json
	npm ci --no-audit --no-fund --loglevel=error
