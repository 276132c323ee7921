# The developer's front door. `make test` runs every test; `make check` the quick ones.
SHELL := /bin/sh
.SHELLFLAGS := -eu -c
.DEFAULT_GOAL := help

PYTHON := .venv/bin/python
UV = $$(cat .venv/taskflow.uv)
NPM := sh scripts/npm.sh
# Most tests wait for something half of the time. A file stays together: what it starts is shared.
TWO_AT_ONCE := -n 2 --dist loadfile
# An instance of their own, beside yours and that of the other cluster tests.
DRILLS := CLUSTER_TEST_INSTANCE=drills CLUSTER_TEST_NODE_PORT=30313

.PHONY: help setup check lint types unit frontend-check proxy-test chart-check requirements cluster-test screenshot \
    isolation-test schemathesis fault-test timing-test rollout-test drills kill-test deploy-times record mutants false-alarms fuzz bench test sbom image-sizes fmt clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Make the development environment from the locks
	@./taskflow --version >/dev/null
	@$(UV) sync --quiet --frozen --inexact $${PYTHONDONTWRITEBYTECODE:+--compile-bytecode} \
	    --all-packages --group dev --group bench --group node --group postgres
	@$(NPM) install-if-changed

check: lint types unit frontend-check ## Lint, types and unit tests: no cluster, no browser

lint: setup
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	cd backend && ../.venv/bin/lint-imports
	cd deploy && ../.venv/bin/lint-imports

types: setup
	cd backend && ../.venv/bin/mypy src tests bench
	cd deploy && ../.venv/bin/mypy src tests

unit: setup requirements
	cd backend && ../.venv/bin/pytest -q $(TWO_AT_ONCE) -m 'not alone'
	cd backend && ../.venv/bin/pytest -q -m alone
	cd deploy && ../.venv/bin/pytest -q $(TWO_AT_ONCE) tests/unit

requirements: setup
	@$(UV) export --quiet --frozen --package taskflow-backend --no-emit-workspace --no-header \
	    --output-file /tmp/taskflow-requirements.$$$$ >/dev/null; \
	  cmp /tmp/taskflow-requirements.$$$$ backend/requirements.txt || \
	  { echo 'backend/requirements.txt is not what uv.lock says: run make fmt'; exit 1; }; \
	  rm /tmp/taskflow-requirements.$$$$

frontend-check: setup
	$(NPM) run lint
	$(NPM) run typecheck
	$(NPM) test

# Built with an address that cannot be right: it has to be read where the server runs.
proxy-test: setup
	NEXT_PUBLIC_API_URL=http://fixed-by-the-build.invalid $(NPM) run build
	$(NPM) run test:proxy

chart-check: setup ## Check the chart with Helm 4 and 3, kubeconform, kube-score, its suites and rules
	cd deploy && ../.venv/bin/python -m tests.chart.tools build
	cd deploy && ../.venv/bin/pytest -q $(TWO_AT_ONCE) tests/chart

cluster-test: setup chart-check ## Deploy to the embedded cluster, verify, drive a browser, clean up
	$(PYTHON) -m taskflow_deploy cluster build
	$(PYTHON) -m taskflow_deploy.images build
	sh scripts/install-chromium.sh
	cd deploy && ../.venv/bin/pytest -q -s tests/cluster

screenshot: ## Take the README's picture from what the last cluster-test saw
	mkdir -p docs/images
	cp deploy/test-results/taskflow.png docs/images/taskflow.png

fault-test: setup ## Kill PostgreSQL 20 times under write load, and write what was measured down
	cd backend && FAULT_KILLS=20 FAULT_REPORT=../docs/operations/faults.md \
	    ../.venv/bin/pytest -q -s tests/faults

timing-test: setup ## Measure that the time of a failed login tells nothing: 2,000 pairs
	cd backend && TIMING_PAIRS=2000 ../.venv/bin/pytest -q -s tests/test_timing.py

rollout-test: setup ## Ten upgrades and rollbacks under load, evictions and pod starts, written down
	cd deploy && CLUSTER_TEST_INSTANCE=rollout CLUSTER_TEST_NODE_PORT=30312 \
	    ROLLOUT_ROUNDS=10 ROLLOUT_STARTS=20 ROLLOUT_REPORT=../docs/performance.md \
	    ../.venv/bin/pytest -q -s tests/cluster/test_7_rollout.py

drills: setup ## Break something at every checkpoint, and write down how it is told and undone
	cd deploy && $(DRILLS) DRILL_REPORT=../docs/operations/drills.md \
	    ../.venv/bin/pytest -q -s tests/drills/test_1_drills.py

kill-test: setup ## Kill the deployer 20 times at random moments, and write down what came of it
	cd deploy && $(DRILLS) KILLS=20 KILL_REPORT=../docs/operations/drills.md \
	    ../.venv/bin/pytest -q -s tests/drills/test_2_kills.py

deploy-times: setup ## Measure up, preflight and the undo 20 times, beside Helm by hand
	cd deploy && $(DRILLS) TIMES_ROUNDS=20 TIMES_REPORT=../docs/operations/drills.md \
	    ../.venv/bin/pytest -q -s tests/drills/test_3_times.py

record: setup ## Write down anew what the backend answers: the contract that verify compares with
	cd deploy && ../.venv/bin/python -m tests.recording
	cd deploy && ../.venv/bin/python -m tests.chart.journey

mutants: setup ## Damage answers in 240 ways: what the verifier finds, and Schemathesis beside it
	cd deploy && MUTANTS=240 MUTANT_REPORT=../docs/verifier-figures.md \
	    ../.venv/bin/pytest -q -s tests/campaigns/test_mutants.py

false-alarms: setup ## Verify the same build 1,000 times under load and with clocks that jump
	cd deploy && RUNS=1000 FALSE_ALARM_REPORT=../docs/verifier-figures.md \
	    ../.venv/bin/pytest -q -s tests/campaigns/test_false_alarms.py

fuzz: setup ## Ask two equal systems 10,000 made-up requests, and compare every answer
	cd deploy && FUZZ_PAIRS=$${FUZZ_PAIRS:-10000} FUZZ_REPORT=../docs/verifier-figures.md \
	    ../.venv/bin/pytest -q -s tests/campaigns/test_fuzz.py

bench: setup ## Measure the API beside the same endpoints written the plain way
	cd backend && ../.venv/bin/python -m bench

test: lint types unit frontend-check proxy-test chart-check cluster-test ## Every test

isolation-test: setup ## Try every endpoint and tool with another user's ids
	cd backend && ../.venv/bin/pytest -q tests/test_isolation.py tests/test_isolation_accounts.py

schemathesis: setup ## Run Schemathesis for longer, with the day as its seed
	cd backend && SCHEMATHESIS_EXAMPLES=$${SCHEMATHESIS_EXAMPLES:-300} \
	    SCHEMATHESIS_SEED=$${SCHEMATHESIS_SEED:-$$(date +%Y%m%d)} \
	    ../.venv/bin/pytest -q -s tests/contract/test_schemathesis.py

sbom: setup ## List what is really in the deployed images: CycloneDX and SPDX in build/sbom
	$(PYTHON) -m taskflow_deploy.images sbom

image-sizes: setup ## Measure the deployed images and write their sizes down
	$(PYTHON) -m taskflow_deploy.images sizes

fmt: setup ## Format everything and write generated files anew
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .
	$(NPM) run format
	cd deploy && ../.venv/bin/python -m tests.chart.tools docs
	cd deploy && ../.venv/bin/python -m tests.checkpoints_page
	cd deploy && ../.venv/bin/python -m tests.chart.journey
	cd backend && ../.venv/bin/python -m src.openapi_file
	$(UV) export --quiet --frozen --package taskflow-backend --no-emit-workspace --no-header \
	    --output-file backend/requirements.txt >/dev/null

clean: ## Remove what was built in the checkout
	rm -rf .venv build frontend/node_modules frontend/.next frontend/test-results deploy/test-results .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
