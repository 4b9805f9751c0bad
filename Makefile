# Two commands matter most: `make run` and `make test`. `make help` lists all of them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3.11
APP := .venv/app
DIALOGUE := .venv/dialogue
PIP_OPTIONS := --disable-pip-version-check --no-input --quiet
export OMP_NUM_THREADS := 1

.PHONY: help install build run test test-fast check format eval bench load faults faults-baseline lock clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'

install: $(APP)/.run-time $(APP)/.build-time $(DIALOGUE)/.installed ## make both environments from the lock files

build: install ## export the embedding model, build the index, train the dialogue (only what changed)
	@bin/kith build

run: build ## start everything with demo patients and print where it is
	@bin/kith run --demo

test: build $(APP)/.test-time $(APP)/.chromium ## run every test, in both environments
	@scripts/test

check: $(APP)/.test-time ## ruff, mypy and import-linter
	@scripts/check

format: $(APP)/.test-time ## put the code in order
	@$(APP)/bin/ruff check --fix --quiet . && $(APP)/bin/ruff format --quiet .

eval: build ## score labelled cases: make eval CASES="file-or-folder ..." REPORT=report.json
	@bin/kith eval $(if $(CASES),$(CASES),tests/eval/cases) $(if $(REPORT),--report $(REPORT))

bench: build ## latency, throughput, memory and start-up beside Rasa's own starter
	@PYTHONPATH=. $(APP)/bin/python -m bench

load: build ## bursts of 200 webhooks a second, ten minutes of 15, one patient with 2,000; LOAD="--steady-seconds 60"
	@PYTHONPATH=. $(APP)/bin/python -m bench.load $(LOAD)

faults: build $(APP)/.test-time ## kill -9 at every named point, and every other fault; about 20 minutes
	@PYTHONPATH=. FAULTS=all $(APP)/bin/python -m pytest tests/faults -v

faults-baseline: build $(APP)/.test-time ## the same faults against Rasa's own Twilio channel and default stores
	@PYTHONPATH=. $(APP)/bin/python -m tests.faults.baseline

lock: $(APP)/.run-time $(DIALOGUE)/.made ## resolve requirements/*.in again
	@$(APP)/bin/python scripts/lock.py

clean: ## remove everything that was made: environments, models, data of this machine's demo
	rm -rf .venv models var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(APP)/.made:
	@echo "== Making the app environment"
	@command -v $(PYTHON) >/dev/null || { echo "Kith needs Python 3.11: set PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv $(APP) && touch $@

$(APP)/.run-time: requirements/app.txt | $(APP)/.made
	@echo "== Installing what the app runs on ($$(wc -l < $<) packages, about two minutes)"
	@$(APP)/bin/pip install $(PIP_OPTIONS) --progress-bar on -r $< && touch $@

# torch comes first and by name, so that an installed CPU build is taken as it is.
$(APP)/.build-time: requirements/build.txt $(APP)/.run-time
	@echo "== Installing what builds the embedding model (torch is large)"
	@$(APP)/bin/python -c 'import torch' 2>/dev/null || $(APP)/bin/pip install $(PIP_OPTIONS) --progress-bar on torch==2.13.0
	@$(APP)/bin/pip install $(PIP_OPTIONS) --no-deps --progress-bar on -r $< && touch $@

$(APP)/.test-time: requirements/test.txt $(APP)/.run-time
	@echo "== Installing what the tests need"
	@$(APP)/bin/pip install $(PIP_OPTIONS) --no-deps --progress-bar on -r $< && touch $@

$(APP)/.chromium: scripts/install-test-programs | $(APP)/.made
	@scripts/install-test-programs && touch $@

$(DIALOGUE)/.made:
	@$(PYTHON) -m venv $(DIALOGUE) && touch $@

$(DIALOGUE)/.installed: requirements/dialogue.txt | $(DIALOGUE)/.made
	@echo "== Installing what the dialogue runs on ($$(wc -l < $<) packages, about two minutes)"
	@$(DIALOGUE)/bin/pip install $(PIP_OPTIONS) --no-deps --ignore-requires-python --progress-bar on -r $< && touch $@
