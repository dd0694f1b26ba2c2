# Everything needs only Python 3.11 or newer; the first target that is run makes .venv and installs into it.
# A variable given on the command line reaches the programs: make run PORT=8001 VAR_DIR=/data/pay

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed
WORKERS ?= 3
SEEDS ?= 100
JOBS ?= 2
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run demo test check slow bench world

help:  ## What can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1@\2/p' Makefile | awk -F@ '{printf "%-14s %s\n", $$1, $$2}'

# Long programs replace the shell (exec), so that Ctrl-C reaches them alone and make waits for them.
run: $(STAMP)  ## The whole service on this machine until Ctrl-C (PORT, SANDBOX_PORT, SHOP_PORT, VAR_DIR move it)
	@exec $(PY) -m payments_site.devstack run

demo: $(STAMP)  ## One payment at each provider from create to signed callback and refund; exit 0 only if every step was seen
	@exec $(PY) -m payments_site.devstack demo

test: $(STAMP)  ## The test suite (ARGS are given to pytest)
	@exec $(PY) -m pytest -n $(WORKERS) -m "not slow" $(ARGS)

slow: $(STAMP)  ## The tests that take minutes: storms, soaks, millions of rows
	@exec $(PY) -m pytest -m slow --timeout 3600 $(ARGS)

world: $(STAMP)  ## Seeds of a world around the service (SEEDS=2000 JOBS=2), or one of them again (SEED=17)
	@exec $(PY) -m tests.world $(if $(SEED),$(SEED),0-$$(($(SEEDS) - 1))) --jobs $(JOBS) $(ARGS)

bench: $(STAMP)  ## The benchmarks against pgbench of the same wheel
	@exec $(PY) -m benchmarks $(ARGS)

check: $(STAMP)  ## Format, lint, types, import contracts, migrations, production settings, translations
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy .
	@$(VENV)/bin/lint-imports
	@VAR_DIR=var/check $(PY) -m payments_site.devstack exec -- $(PY) manage.py makemigrations --check --dry-run
	@$(PY) -m payments_site.devstack production -- $(PY) manage.py check --deploy --fail-level WARNING
	@if ! command -v msgfmt >/dev/null; then echo "No msgfmt on this machine: the translations were not checked."; \
	else find locale -name '*.po' 2>/dev/null | while read -r po; do msgfmt --check -o /dev/null "$$po" || exit 1; done; fi
	@echo "All checks passed."

$(STAMP): requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo; \
		echo "Python 3.11 or newer is needed, and '$(PYTHON)' is older or missing. Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PY) -c '' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV) || { echo; \
		echo "The virtual environment $(VENV) could not be made (Python's own words are above)."; \
		echo "On Debian and Ubuntu Python's venv module is a package of its own: python3-venv."; exit 1; }
	@echo "Installing the packages of requirements/dev.txt into $(VENV) (about half a minute, once) ..."
	@$(PY) -m pip install --quiet --no-input --disable-pip-version-check --retries 2 --require-hashes \
		-r requirements/dev.txt >$(VENV)/install.log 2>&1 || { echo; tail -n 4 $(VENV)/install.log; echo; \
		if grep -q "No space left" $(VENV)/install.log; then \
			echo "The disk is full, so the packages could not be installed. Make room (about 1 GB) and try again."; \
		elif grep -qiE "retrying|connection|resolve|timed out|unreachable|from versions: none|no matching distribution" $(VENV)/install.log; then \
			echo "The package index could not be reached, so nothing could be installed. Check the network or the proxy,"; \
			echo "or name an index that can be reached in PIP_INDEX_URL, and try again."; \
		else echo "pip could not install the packages; its own words are above, all of them in $(VENV)/install.log."; fi; exit 1; }
	@touch $@
