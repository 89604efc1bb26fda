# Run and test Catalogue. Everything happens in .venv, which is made when it is needed.

PYTHON ?= python3
PRODUCTS ?= 100000
ORDERS ?= 100000
SOURCES = backend migrations loadtests

RUNTIME = $(PYTHON) backend/bootstrap.py
DEVELOPMENT = $(PYTHON) backend/bootstrap.py --dev

WEB_PORT ?= 3000
BASE_URL ?= http://127.0.0.1:$(WEB_PORT)
PAGE = BASE_URL=$(BASE_URL) CHROMIUM="$${CHROMIUM:-$$(command -v chromium || command -v google-chrome)}"

# What looks like a secret and is none: generated files, tests about secrets, examples that say so themselves.
SECRETS = --exclude-files '(\.lock|package-lock\.json|openapi\.json|schema\.d\.ts|tests/callers/.*\.py|test_masking\.py|\.(jpg|png|webp|pdf|ico))$$' \
	--exclude-lines '(correct horse battery staple|user:password@|pragma: allowlist secret)'
TEST_SECRETS = $(foreach plugin,Keyword BasicAuth,--disable-plugin $(plugin)Detector) \
	$(foreach plugin,Hex Base64,--disable-plugin $(plugin)HighEntropyString)

.DEFAULT_GOAL := help
.PHONY: help run web web-test web-types web-bench web-shots lighthouse test test-faults lint format seed migrate psql loadtest bench profile sbom audit secrets fuzz openapi up down clean

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

run: ## Start everything, serve the API (PORT=8000) and the web page (WEB_PORT=3000) until Ctrl-C
	@exec $(RUNTIME) catalogue run --with-parent

test: lint ## Check the code and run every test
	@exec $(DEVELOPMENT) python -m pytest --numprocesses logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(PYTEST)

test-faults: ## Run every test of what happens when something fails, the long ones too
	@exec $(DEVELOPMENT) python -m pytest backend/tests/faults -m "thorough or not thorough" $(PYTEST)

web: ## Build the web page (make run does it too)
	@exec $(RUNTIME) python -m catalogue.running.web_build

web-test: ## Run the page's tests in a real browser, against a real API
	@exec $(DEVELOPMENT) python -m pytest backend/tests/web $(PYTEST)

web-types: openapi ## Write the page's types from the API's contract
	@cd frontend && { test -d node_modules || npm ci --no-audit --no-fund; } && npm run --silent types

web-bench: ## Measure the page that make run serves against its goals (GOALS="3 4": these alone)
	@cd frontend && $(PAGE) node bench/goals.mjs $(GOALS)

web-shots: ## Take the screenshots in docs/screenshots of what make run serves
	@cd frontend && $(PAGE) node bench/shots.mjs

lighthouse: ## Let Lighthouse and axe judge the page that make run serves
	@cd frontend && $(PAGE) node bench/goals.mjs 12

lint: ## Check style, types and import rules
	@$(DEVELOPMENT) ruff check $(SOURCES)
	@$(DEVELOPMENT) ruff format --check --quiet $(SOURCES)
	@$(DEVELOPMENT) mypy
	@$(DEVELOPMENT) lint-imports

format: ## Format the code and mend what can be mended
	@$(DEVELOPMENT) ruff format $(SOURCES)
	@$(DEVELOPMENT) ruff check --fix $(SOURCES)

seed: ## Fill the database up to PRODUCTS=100000 ORDERS=100000
	@exec $(RUNTIME) catalogue seed --products $(PRODUCTS) --orders $(ORDERS)

migrate: ## Bring the database's schema up to date
	@exec $(RUNTIME) catalogue migrate

psql: ## Open a SQL shell on the database
	@exec $(RUNTIME) catalogue psql

loadtest: ## Load a server with browsing users and hold it to its budget
	@exec $(DEVELOPMENT) python -m loadtests.run

bench: ## Measure everything against its limits, and how it grows (BENCH="hit miss": these alone; BENCH_ROWS=1000000)
	@exec $(DEVELOPMENT) python -m loadtests.benchmarks $(BENCH)

profile: ## Record where the server's time goes on a hit and on a miss
	@exec $(DEVELOPMENT) python -m loadtests.profiling

fuzz: ## Send generated and hostile requests as every role, with three seeds
	@$(DEVELOPMENT) python -m loadtests.hostile
	@exec $(DEVELOPMENT) python -m loadtests.fuzz

sbom: ## Write sbom.json: every locked package, in CycloneDX
	@$(DEVELOPMENT) cyclonedx-py requirements requirements.lock --output-file sbom.json

audit: ## Look the locked packages of both sides up among known weaknesses; fails where it cannot
	@$(DEVELOPMENT) pip-audit --strict --requirement requirements.lock --require-hashes --disable-pip
	@cd frontend && npm audit --audit-level=moderate

secrets: ## Look for keys and passwords in what is committed; in tests for real ones only
	@git ls-files -z -- . ':!backend/tests' | xargs -0 $(DEVELOPMENT) detect-secrets-hook $(SECRETS)
	@git ls-files -z -- backend/tests | xargs -0 $(DEVELOPMENT) detect-secrets-hook $(SECRETS) $(TEST_SECRETS)

openapi: ## Write backend/openapi.json
	@exec $(RUNTIME) catalogue openapi

up: ## Start PostgreSQL, Redis and the API with docker compose
	docker compose up --build --detach

down: ## Stop what `make up` started; its data stays
	docker compose down

clean: ## Remove the environment and the caches; the data in .data stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache loadtests/reports
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
