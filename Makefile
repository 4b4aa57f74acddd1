# make install   .venv from the lock        make serve   build if needed, then serve
# make build     a release in dist/         make test    all tests
# make bench     measured ratios            make lock    renew the locks
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: install install-test build serve test lint bench lock clean

install: $(BIN)/.installed
install-test: $(BIN)/.installed-test

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed, $(PYTHON) is $$($(PYTHON) --version)"; exit 1; }
	$(PYTHON) -m venv .venv

$(BIN)/.installed: requirements.lock pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes --requirement requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(BIN)/.installed-test: requirements-test.lock $(BIN)/.installed
	$(PIP) install --require-hashes --requirement requirements-test.lock
	@touch $@

build: install
	$(BIN)/ogpgraph build

# Data that do not make a release leave the last good one served.
serve: install
	@$(BIN)/ogpgraph build || test -e dist/latest
	$(BIN)/ogpgraph serve --port $(PORT)

test: install-test
	$(BIN)/python -m pytest

lint: install-test
	$(BIN)/ruff check ogpgraph tests benchmarks
	$(BIN)/mypy

bench: install-test
	$(BIN)/python -m benchmarks.validation
	$(BIN)/python -m benchmarks.reading
	$(BIN)/python -m benchmarks.scaling

lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --extra build --custom-compile-command "make lock" --quiet --output-file requirements.lock pyproject.toml
	uv pip compile --universal --python-version 3.11 --generate-hashes --extra build --extra test --constraint requirements.lock --custom-compile-command "make lock" --quiet --output-file requirements-test.lock pyproject.toml

clean:
	rm -rf .venv dist
