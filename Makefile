# Every target makes ready what it needs first (scripts/prepare.py); a second run finds nothing to do.
# make test ARGS="tests/host -k name" passes arguments on; so do bench and lock.

.DEFAULT_GOAL := help
.PHONY: help serve test look scenarios soak oracles check audit format texts bench figures coverage desktop lock clean

PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3.14 python3; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
PREPARE = $(if $(PYTHON),$(PYTHON),$(error Python 3.11 or newer is needed)) scripts/prepare.py
BIN := .venv/bin
# Each worker starts a PostgreSQL and a Redis of its own when a test asks for them.
WORKERS ?= 2
ARGS ?=
# Tests and servers are many processes of the same code: each keeps what it has compiled, even where Python shall not.
export PYTHONDONTWRITEBYTECODE :=
TYPED = conftest.py platform/src tests scripts bench $(wildcard plugins/*/src plugins/*/tests) $(if $(wildcard examples/*),examples)
PINS = $(wildcard requirements/*.txt)
DOCUMENTED = $(wildcard tests/*/test_*_documented.py)

help: ## this list
	@sed -n 's/^\([a-z]*\): ## /\1	/p' $(MAKEFILE_LIST)

serve: ## the hall at http://127.0.0.1:8000 on SQLite, every plugin on
	@$(PREPARE) run
	@exec $(BIN)/gamehall serve

test: ## every test; what this machine cannot run is named and skipped, and fails with CI=true
	@$(PREPARE) test
	@$(BIN)/pytest --numprocesses $(WORKERS) --dist loadscope --no-loadscope-reorder $(ARGS)

look: ## a picture of every page, at 360 and 1280 pixels (boards at 768 and 2560), light and dark, in .look/
	@$(PREPARE) test
	@$(BIN)/pytest --look .look tests/together/test_every_page.py $(ARGS)

scenarios: ## the desktop client and all that can go wrong, by itself with pictures in .scenarios/ (ARGS=--by-hand: you act)
	@$(PREPARE) test
	@PYTHONPATH=tests $(BIN)/python -m scenarios $(ARGS)

soak: ## kills, cuts, outages and random acts in full, and a table of what was promised; this takes an hour
	@$(PREPARE) test
	@rm -rf .soak
	@$(BIN)/pytest --soak -m soak --timeout 0 --numprocesses $(WORKERS) --dist load $(ARGS); status=$$?; \
		[ ! -e .soak/figures.jsonl ] || $(PYTHON) scripts/promises.py || status=1; exit $$status

oracles: ## the rules beside other programs' in full; this takes an hour
	@$(PREPARE) test
	@$(BIN)/pytest --soak -m oracle --timeout 0 --numprocesses $(WORKERS) --dist load $(ARGS)

check: ## format, lint, faults of security, types, docs and translations in step, dead links
	@$(PREPARE) dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/bandit --quiet --configfile pyproject.toml --recursive platform/src plugins/*/src scripts
	@$(BIN)/mypy $(TYPED)
	@$(if $(DOCUMENTED),$(BIN)/pytest --quiet $(DOCUMENTED))
	@$(BIN)/python scripts/links.py
	@$(BIN)/python scripts/texts.py --check

# Not a part of `check`: it asks an index on the internet, and what nobody has advisories for counts as a failure.
audit: ## known vulnerabilities of every pinned package, by the advisories of the package index
	@$(PREPARE) dev
	@$(BIN)/pip-audit --strict --require-hashes --disable-pip --progress-spinner off $(PINS:%=--requirement %)

format: ## let ruff lay out the code and mend what it can
	@$(PREPARE) dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

texts: ## collect the texts that are to be translated (ARGS=fr begins another language)
	@$(PREPARE) dev
	@$(BIN)/python scripts/texts.py $(ARGS)

bench: ## measure; nothing is asserted (ARGS="push spectate": these; BENCH_SIZE=10: ten times as much)
	@$(PREPARE) dev
	@PYTHONPATH=tests $(BIN)/python -m bench $(ARGS)

figures: ## put the last whole bench into docs/ (ARGS=results.jsonl: servers beside each other, too)
	@$(PYTHON) scripts/figures.py $(ARGS)

coverage: ## the tests' coverage, servers and other processes they start included
	@$(PREPARE) test
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest --numprocesses $(WORKERS) $(ARGS); status=$$?; \
		$(BIN)/coverage combine --quiet && $(BIN)/coverage report --skip-covered --show-missing; exit $$status

desktop: ## the desktop client as a program of its own, in dist/gamehall-desktop/ (ARGS=--onefile: one file)
	@$(PREPARE) dev
	@$(BIN)/pyinstaller --noconfirm --log-level WARN --distpath dist --workpath .cache/pyinstaller \
		plugins/desktop/packaging/gamehall-desktop.spec -- $(ARGS)

lock: ## compile requirements/*.txt anew (ARGS=--upgrade for newer versions)
	@$(PREPARE) lock $(ARGS)

clean: ## remove what these targets made; data/ stays
	@rm -rf .venv .cache .look .scenarios .soak .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage .coverage.*
