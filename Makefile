# make install | demo | test | test-real | check | bench | lock. Python 3.11 or newer; PYTHON=… chooses another one.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Byte code is written on first use: compiling all of the Kubernetes models takes longer than the demo.
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --no-compile
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev

.PHONY: install demo test test-real check format bench score docs manifests lock clean

install: $(RUNTIME)

$(RUNTIME): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps -e .
	@touch $(RUNTIME)

$(DEV): $(RUNTIME) requirements-dev.lock
	$(PIP) --require-hashes -r requirements-dev.lock
	@touch $(DEV)

demo: install
	@$(BIN)/cilium-bot demo

test: $(DEV)
	$(BIN)/python -m pytest -n 2

test-real: $(DEV) # builds etcd, kube-apiserver and helm with Go, once
	$(BIN)/python -m tests.real.build
	$(BIN)/python -m pytest tests/real

check: $(DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(DEV)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(DEV)
	$(BIN)/python -m bench sweep ack months

score: $(DEV)
	$(BIN)/python -m tests.scenarios.score

docs: $(DEV)
	$(BIN)/python -m tests.pages

manifests: $(DEV) # builds helm with Go, once
	$(BIN)/python -m tests.real.helm

lock: $(DEV) # needs uv; the locks name no index
	$(BIN)/uv pip compile --universal --quiet --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --universal --quiet --generate-hashes --no-emit-index-url --no-header --extra dev pyproject.toml -o requirements-dev.lock
	echo hatchling | $(BIN)/uv pip compile --universal --quiet --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 - -o deploy/build.lock

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
