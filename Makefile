# Two commands do everything on a machine with Python >= 3.11: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DEMO ?= demo

# The Pythons that Remit is made for; `make versions` runs the suite under each that is here.
VERSIONS := 3.11 3.12 3.13

.PHONY: demo test versions check bench lock docs site wheel clean

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
	$(BIN)/python -m pytest -n 2 --dist loadfile $(COVER) $(TESTS)

versions:  ## the tests (TESTS) under each Python of VERSIONS that is here, in environments of their own
	@for version in $(VERSIONS); do \
	  found=; for python in python$$version $$HOME/.pyenv/versions/$$version.*/bin/python$$version; do \
	    $$python -c '' 2>/dev/null && found=$$python && break; done; \
	  if test -n "$$found"; then $(MAKE) test PYTHON=$$found VENV=.venv-$$version || exit 1; \
	  else echo "Python $$version is not here: not tried"; fi; \
	done

check: $(VENV)/.dev  ## format, lint, types, import contracts
	$(BIN)/ruff format --check src tests bench docs_build hatch_build.py
	$(BIN)/ruff check src tests bench docs_build hatch_build.py
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev  ## speed and memory, with peers in the same run
	$(BIN)/python bench/run.py

docs: $(VENV)/.dev  ## write the generated pages again, and build the site
	REMIT_REWRITE_SNAPSHOTS=1 $(BIN)/python -m pytest -q tests -k "current or documented"
	$(MAKE) site

site: $(VENV)/.dev  ## build the documentation site into site/; a broken link is an error
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

wheel: $(VENV)/.runtime  ## build the wheel into dist/
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist .
	@du -b dist/*.whl

lock:  ## pin the dependencies again (needs uv)
	uv pip compile --no-header --no-emit-index-url --python-version 3.11 --quiet pyproject.toml -o requirements.lock
	uv pip compile --no-header --no-emit-index-url --python-version 3.11 --quiet --group dev pyproject.toml -o requirements-dev.lock

clean:
	rm -rf $(VENV) $(DEMO) $(addprefix .venv-,$(VERSIONS)) bench-data dist site
