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
# Extras stay in them: stripped, `coverage==7.17.3` does not pin the `coverage[toml]` that pytest-cov asks for,
# and the install fails on the day a newer release is out. A constraint, on the other hand, may not have extras.
COMPILE := pip-compile --quiet --no-strip-extras --allow-unsafe --generate-hashes \
  --no-header --no-emit-options --extra build

lock: $(VENV)/dev.stamp
	$(BIN)/pip install --quiet pip-tools
	$(BIN)/$(COMPILE) --output-file requirements.lock pyproject.toml
	mkdir -p build && sed -E 's/^([A-Za-z0-9._-]+)\[[^]]*\]/\1/' requirements.lock > build/pins.txt
	$(BIN)/$(COMPILE) --extra dev --constraint build/pins.txt \
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
