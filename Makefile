# Everything a developer, a deployer and CI run. `make help` lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAGE ?= dev
PORT ?= 8000
export PORT DATA RELOAD

.DEFAULT_GOAL := help
.PHONY: help install run demo test lint check docs package deploy restore account token e2e bench route import-alertmanager alertmanager amtool clean

help: ## Show the targets.
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.installed: requirements.txt requirements-dev.txt
	@echo "Making the environment in $(VENV) (once) ..."
	@$(PYTHON) -c 'import sys; sys.exit("Signalbox needs Python 3.11 or newer; say which with PYTHON=python3.13" if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

install: $(VENV)/.installed

run: install ## Run the whole service here; PORT=8000, DATA=./data to keep what it holds, RELOAD=1 to follow changes of code.
	@$(BIN)/python -m signalbox run

demo: install ## Show the main job: a webhook becomes an alert, is routed, and resolves.
	@$(BIN)/python -m signalbox demo

test: install ## Run all tests, on all cores.
	@$(BIN)/python -m pytest -n auto

lint: install ## Check style, types and layers.
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

check: lint test package ## Everything CI checks; make -k check goes on after a failure.

docs: install ## Write the pages of the integration types anew.
	@$(BIN)/python -m dev.docs

package: install ## Package for AWS: zip and linted template in build/package.
	@$(BIN)/python -m signalbox package --stage $(STAGE)

deploy: install ## Deploy to AWS: make deploy STAGE=prod ARGS="--alarm-email ops@example.com"
	@$(BIN)/python -m signalbox deploy --stage $(STAGE) $(ARGS)

restore: install ## Restore a stage's tables: make restore STAGE=prod ARGS="--at 2026-03-02T09:00:00Z"
	@$(BIN)/python -m dev.restore --stage $(STAGE) $(ARGS)

account: install ## Make an account and its first token: make account STAGE=prod ARGS='--name Acme ...'
	@$(BIN)/python -m signalbox account --stage $(STAGE) $(ARGS)

token: install ## Make another API token of a user: make token STAGE=prod ARGS='--account acc_x --user usr_x --name CI'
	@$(BIN)/python -m signalbox token --stage $(STAGE) $(ARGS)

e2e: install ## Deploy the package to an emulator of AWS and drive it.
	@$(BIN)/python -m dev.e2e

bench: install ## Measure cold start, calls, costs and speed.
	@$(BIN)/python -m dev.bench

route: install ## Explain what RULES=file.yaml does with ALERT=file.json (NOW=ISO 8601 time).
	@$(BIN)/python -m signalbox route $(RULES) $(ALERT) $(if $(NOW),--now $(NOW))

import-alertmanager: install ## Turn CONFIG=alertmanager.yml into a router (TEAMS='--team "Name=tem_x"').
	@$(BIN)/python -m signalbox import alertmanager $(CONFIG) $(TEAMS)

alertmanager: install ## Let a real Alertmanager send to the local service.
	@$(BIN)/python -m dev.alertmanager_check

amtool: install ## Compare imported route trees with a real amtool's decisions (AMTOOL=path where it is not installed).
	@$(BIN)/python -m dev.amtool_check

clean: ## Remove the environments, build results and bytecode.
	rm -rf .venv .venv-e2e build
	find . -name __pycache__ -prune -exec rm -rf {} +
