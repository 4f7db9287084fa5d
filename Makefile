# `make demo` and `make test` install everything on a machine with Python 3.11, git and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# If this is set, every start compiles Kiji and its libraries again: 2.7 s instead of 0.7.
unexport PYTHONDONTWRITEBYTECODE
INSTALLED := $(VENV)/.installed
DEMO := $(VENV)/.installed-demo

.PHONY: demo test install lint types dictionary lock benchmarks clean

install: $(INSTALLED)

# Use uv if the machine has it (3 to 7 s). Otherwise pip installs it into the virtual environment first.
define install_from
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Kiji needs Python 3.11 or later: make PYTHON=python3.11 …")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what $(1) names into $(VENV): $(2)"
	@uv=$$(command -v uv || echo $(BIN)/uv); \
	test -x "$$uv" || $(BIN)/python -m pip install -q --disable-pip-version-check uv || exit 1; \
	"$$uv" pip install -q --python $(BIN)/python --require-hashes -r $(1) && \
	"$$uv" pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
endef

$(INSTALLED): requirements.lock pyproject.toml
	$(call install_from,requirements.lock,all extras and the tools of developers; 1.3 GB)
	@touch $@ $(DEMO)

# What the demo and its first commands need. Any other extra: make install.
$(DEMO): requirements-demo.lock pyproject.toml
	$(call install_from,requirements-demo.lock,what a crawl and the web pages need; 390 MB)
	@touch $@

demo: $(DEMO)
	@$(BIN)/kiji demo

# mypy runs beside the tests. Its result is printed after theirs. In a fresh clone one process compiles what the tests
# import, before several would do so at the same time.
test: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@told=$$(mktemp); $(BIN)/mypy >$$told 2>&1 & types=$$!; \
	test -d tests/__pycache__ || $(BIN)/pytest --collect-only -qq >/dev/null 2>&1; \
	echo "$(BIN)/pytest -n auto"; $(BIN)/pytest -n auto; tests=$$?; \
	wait $$types; types=$$?; echo "$(BIN)/mypy"; cat $$told; rm -f $$told; exit $$((tests || types))

lint: $(INSTALLED)
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(INSTALLED)
	$(BIN)/mypy

# Make the generated parts of these pages, and the script of the newest schema, from their sources. Tests fail if they are out of date.
dictionary: $(INSTALLED)
	$(BIN)/python -m storage.tables.dictionary docs/data-dictionary.md
	$(BIN)/python -m storage.queries docs/analysts.md
	$(BIN)/python -m crawler.config.reference docs/configuration.md
	$(BIN)/python -m storage.database.schema_script storage/migrations/newest_sqlite.sql

# The lock file has names, versions and hashes, and no address of a registry.
lock: $(INSTALLED)
	uv=$$(command -v uv || echo $(BIN)/uv); \
	"$$uv" pip compile -q --all-extras --generate-hashes --universal --python-version 3.11 \
	  --no-emit-index-url --no-header --no-annotate pyproject.toml -o requirements.lock && \
	"$$uv" pip compile -q --extra pages --extra build --generate-hashes --universal --python-version 3.11 -c requirements.lock \
	  --no-emit-index-url --no-header --no-annotate pyproject.toml -o requirements-demo.lock

# Takes a quarter of an hour or more. `python -m benchmarks SECTION` measures one section.
benchmarks: $(INSTALLED)
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
