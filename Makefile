# `make demo` and `make test` are the whole main job; `make check` is what CI runs.

SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || echo python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

# Test workers: one a processor, up to four; what ARGS names runs at once, without workers.
WORKERS ?= $(if $(ARGS),0,auto)

.DEFAULT_GOAL := help
.PHONY: help install demo test check compile format lint types contracts policies league bestest bench \
  clean safety-long safety-coverage safety-mutants

help: ## show what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "hvac-rl needs Python 3.11 to 3.13; say which with: make PYTHON=/path/to/python3.11 ..."; exit 2; }
	$(PYTHON) -m venv $(VENV)

# What the demo needs: the daemon, the adapters and the simulator; no training packages.
$(VENV)/.sim: $(BIN)/python pyproject.toml constraints.txt
	@echo "Installing the daemon and the simulator into $(VENV) ..."
	$(PIP) --editable '.[sim]'
	@touch $@

# Everything: training, tests, linters.
$(VENV)/.dev: $(BIN)/python pyproject.toml constraints.txt
	@echo "Installing everything into $(VENV) (PyTorch is large: this takes minutes) ..."
	$(PIP) --editable '.[dev]'
	@touch $@ $(VENV)/.sim

install: $(VENV)/.dev ## install everything, extras included, into .venv
	@$(BIN)/python -m sim_buildings.compiled

demo: $(VENV)/.sim ## a trained agent runs a simulated office for two days, about three minutes
	@$(BIN)/python -m sim_buildings.compiled sim_buildings
	@$(BIN)/hvac-rl demo $(ARGS)

compile: $(VENV)/.dev
	@$(BIN)/python -m sim_buildings.compiled

test: compile ## run all tests side by side; ARGS="tests/envs -k reset" runs some
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --maxprocesses 4 $(ARGS)

format: $(VENV)/.dev ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.dev
	$(BIN)/mypy

contracts: $(VENV)/.dev
	$(BIN)/lint-imports

# mypy needs one processor for as long as the compiler needs two: both begin at once.
check: $(VENV)/.dev ## what CI runs: format, lint, strict types, import contracts, tests
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target lint types contracts compile
	@$(MAKE) --no-print-directory test

# Five seeds an agent for the league; the first of each serves. Counted in cycles, so that they repeat.
BUNDLES := agents/bundles/small_office
TRAIN := $(BIN)/hvac-rl train small_office --sign-with-demo-key
policies: $(VENV)/.dev ## train and sign the bundles that the repository keeps (about an hour)
	@for seed in 1 2 3 4 5; do \
	  n=$$([ $$seed = 1 ] || echo _$$seed); run=runs/policies; set -e; \
	  $(TRAIN) --agent tuned-rule --cycles 60 --seed $$seed --out $(BUNDLES)_tuned_rule$$n --run $$run/tuned-$$seed; \
	  $(TRAIN) --agent fast-dqn --base $(BUNDLES)_tuned_rule$$n --cycles 200 --seed $$seed --out $(BUNDLES)_fast_dqn$$n --run $$run/fast-$$seed; \
	  $(TRAIN) --agent q-learning --base strong --cycles 24000 --seed $$seed --out $(BUNDLES)_q_learning$$n --run $$run/q-$$seed; \
	done
	@for one in medium_office retail; do set -e; \
	  kept=agents/bundles/$$one; run=runs/policies/$$one; train="$(BIN)/hvac-rl train $$one --sign-with-demo-key"; \
	  $$train --agent tuned-rule --minutes 2 --out $${kept}_tuned_rule --run $$run-tuned; \
	  $$train --agent fast-dqn --base $${kept}_tuned_rule --minutes 4 --out $${kept}_fast_dqn --run $$run-fast; \
	done
	$(TRAIN) --agent dqn --base strong --cycles 6000 --seed 1 --out $(BUNDLES)_dqn --run runs/policies/dqn-1

league: $(VENV)/.dev ## the kept bundles against the rules, a planner and a bound (under half an hour)
	$(BIN)/hvac-rl league --json runs/league.json

bestest: $(VENV)/.dev ## BESTEST and the reference offices against EnergyPlus (about 4 minutes)
	$(BIN)/python -m sim_buildings.reference.bestest --json runs/bestest.json --picture runs/bestest.png
	$(BIN)/python -m sim_buildings.reference.offices small_office --json runs/small_office.json
	$(BIN)/python -m sim_buildings.reference.offices medium_office --json runs/medium_office.json

bench: $(VENV)/.dev ## how fast the simulator is on this machine (some minutes, nothing else running)
	@$(BIN)/python -m sim_buildings.compiled
	$(BIN)/hvac-rl bench sim --json runs/bench_sim.json

# The guard's proofs (SAFETY.md says what each shows).
SAFETY_CYCLES ?= 1000000

safety-long: $(VENV)/.dev ## the guard's properties over a million cycles, and compiled against plain (an hour)
	HVAC_RL_SAFETY_CYCLES=$(SAFETY_CYCLES) $(BIN)/python -m pytest --timeout 14400 \
	  tests/hvac_rl/safety tests/envs/test_guard_agreement.py $(ARGS)

safety-coverage: $(VENV)/.dev ## every branch of hvac_rl/safety is taken by its tests, or this fails
	$(BIN)/coverage run -m pytest --quiet tests/hvac_rl/safety
	$(BIN)/coverage report --show-missing --fail-under 100

safety-mutants: $(VENV)/.dev ## mutate hvac_rl/safety; fails for a survivor that tests/hvac_rl/safety/equivalent_mutants.txt does not explain
	$(BIN)/python -m tests.hvac_rl.safety.mutants $(ARGS)

clean: ## remove the environment and what runs left behind
	rm -rf $(VENV) demo runs build dist *.egg-info
