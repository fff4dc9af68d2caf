# Two commands: `make up` runs Sonde, `make test` tests it. Each sets up what is missing first.
# They need python3 (3.11 or newer, with venv), a package index, and nothing else.

PYTHON ?= python3
RUN := .venv/bin/python
# Added to pytest's command line: make test ARGS="tests/traces -x"
ARGS ?=
# Tests run in so many processes, a file in one of them; the engines are shared. Files stay in their
# order: by the number of tests, all those that wait for a browser would come together at the end.
WORKERS ?= 2
# The order of tests: the same in every run, so that a red run speaks of the change it ran on.
# `make test SEED=$$RANDOM` looks for tests that lean on what ran before them.
SEED ?= 1
TYPED := platform/embedded platform/comments platform/outbound platform/webhooks platform/traces platform/pricing platform/llm platform/dashboards platform/alerts prompts ingest evals

.DEFAULT_GOAL := help
.PHONY: help up test lint fix lock sdks fuzz chaos bench demo screenshots messages clean env env-dev

help: ## This list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 20

up: ## Set up, start Sonde, say where it is; Ctrl-C stops it
	@$(PYTHON) scripts/setup.py up

test: env-dev ## The tests, on real engines
	@$(RUN) -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder --randomly-seed=$(SEED) $(ARGS)

lint: env-dev ## Style, types, Django's own checks, and that every migration is made
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@$(RUN) -m mypy $(TYPED)
	@$(RUN) scripts/django_check.py

fix: env-dev ## Format, and mend what ruff can mend
	@$(RUN) -m ruff check --fix .
	@$(RUN) -m ruff format .

sdks: env-dev ## The whole matrix of real SDKs
	@$(RUN) -m pytest tests/sdks -m "sdks or not sdks" $(ARGS)

fuzz: env-dev ## The tests by property, with new examples and more of them
	@$(RUN) -m pytest -m hypothesis --hypothesis-profile fuzz $(ARGS)

chaos: env-dev ## The long failure tests
	@$(RUN) -m pytest -m chaos $(ARGS)

bench: env-dev ## Measure against the budgets, write docs/benchmarks.md
	@$(RUN) -m tests.bench $(ARGS)

demo: env ## Sample data into the Sonde that runs
	@$(RUN) manage.py demo $(ARGS)

screenshots: env-dev ## Every page in every theme, language and width
	@$(RUN) -m pytest -m browser_all $(ARGS)

messages: env-dev ## Collect what is to be translated, and compile what is
	@SONDE_SECRET_KEY=not-used-here $(RUN) manage.py makemessages --locale ko --no-obsolete --add-location file --no-wrap
	@$(RUN) scripts/compile_messages.py

lock: ## Pin the newest versions of everything; needs uv
	@command -v uv >/dev/null || { echo "make lock needs uv: https://docs.astral.sh/uv/"; exit 1; }
	uv pip compile --upgrade $(LOCKED) requirements.in -o requirements.txt
	uv pip compile --upgrade $(LOCKED) -c requirements.txt requirements-server.in -o requirements-server.txt
	uv pip compile --upgrade $(LOCKED) -c requirements.txt requirements-dev.in -o requirements-dev.txt

LOCKED := --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url \
	--no-emit-find-links --annotation-style line \
	--custom-compile-command "make lock"

clean: ## Remove the environment and all caches; data in .sonde stays
	rm -rf .venv .cache .pytest_cache .ruff_cache .mypy_cache .hypothesis staticfiles test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

env:
	@$(PYTHON) scripts/setup.py

env-dev:
	@$(PYTHON) scripts/setup.py --dev
