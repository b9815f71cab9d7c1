# Two commands do everything on a machine with Python >= 3.11: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DEMO ?= demo

.PHONY: demo test check bench lock docs clean

$(VENV)/.runtime: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Remit needs Python 3.11 or later; this is $$($(PYTHON) --version). Try: make PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	@touch $@

demo: $(VENV)/.runtime  ## the whole job on a synthetic cohort, into the folder demo/
	rm -rf $(DEMO)
	$(BIN)/remit demo --out $(DEMO)

test: $(VENV)/.dev  ## the whole test suite; COVER=--cov prints how much of src/ it reaches
	$(BIN)/python -m pytest -n 2 --dist loadfile $(COVER)

check: $(VENV)/.dev  ## format, lint, types, import contracts
	$(BIN)/ruff format --check src tests bench
	$(BIN)/ruff check src tests bench
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev  ## speed and memory, with peers in the same run
	$(BIN)/python bench/run.py

docs: $(VENV)/.dev  ## write the generated pages again
	REMIT_REWRITE_SNAPSHOTS=1 $(BIN)/python -m pytest -q tests -k "current or documented"

lock:  ## pin the dependencies again (needs uv)
	uv pip compile --no-header --no-emit-index-url --python-version 3.11 --quiet pyproject.toml -o requirements.lock
	uv pip compile --no-header --no-emit-index-url --python-version 3.11 --quiet --group dev pyproject.toml -o requirements-dev.lock

clean:
	rm -rf $(VENV) $(DEMO) bench-data
