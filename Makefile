# What a person does with this project; `make` alone lists it.
# Variables reach the programs through the environment: make run PORT=8080 DATA=/srv/monitor DEMO=0
SHELL := /bin/sh
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help run test lint format bench lock pyz venv

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1	\2/p' Makefile | expand -t 14

run: ## start everything on this machine (PORT, HOST, DATA, DEMO=0, DATABASE_URL)
	@infra/local/make_venv.sh run && exec $(BIN)/python -m infra.local

test: lint ## prove the project: lint, types, layers, then all tests
	@tests/ensure_browser.sh
	$(BIN)/python -m pytest -n 2
	@tests/run_js.sh

lint: venv ## style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: venv ## put the code into shape
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: venv ## measure it, in under ten minutes (ONLY=name)
	$(BIN)/python -m bench $(if $(ONLY),--only $(ONLY))

lock: ## write the lock files anew (needs uv)
	requirements/lock.sh

pyz: venv ## build the agent as one file, dist/statusmonitor-agent.pyz
	@$(MAKE) --no-print-directory -C agent pyz OUT=$(CURDIR)/dist PYTHON=$(CURDIR)/$(BIN)/python

venv:
	@infra/local/make_venv.sh dev
