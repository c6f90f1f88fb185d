# Every target is one command of `python3 -m tools`.
# Variables: PYTHON (3.11 or newer), PORT and HOST for `run` and `stack`, ONLY for `test`, `thorough`
# and `bench`, TESTS for `test` and `thorough` with ONLY, ARGS for `manage`, SCENARIO and ARGS for
# `loadtest`, ROUNDS and ONLY for `compare`, ONLY for `curves`, SECONDS and SEED for `chaos`, ONLY and
# ARGS for `lab`, FILE for
# `backup` and `restore`, FROM for `upgrade`, MINUTES, ROUNDS and ONLY for `measure`, UPGRADE for
# `lock`.

PYTHON ?= python3
export TESTS

.DEFAULT_GOAL := help
.PHONY: help setup run stack rolling manage backup restore test thorough bench loadtest compare curves chaos lab upgrade check schema screenshots measure lock sbom audit images clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' Makefile

setup: ## Install the packages and build the client (DEV=1: also what tests need)
	@$(PYTHON) -m tools setup $(if $(DEV),--dev)

run: ## Serve the site with demo data at http://127.0.0.1:8000 (PORT=…)
	@$(PYTHON) -m tools run

stack: ## Serve it with PostgreSQL, Valkey and several servers behind a proxy (PORT=…)
	@$(PYTHON) -m tools stack

rolling: ## Replace the servers of a running stack by this checkout's, one by one
	@$(PYTHON) -m tools rolling

manage: ## Run a command of manage.py on the database of the running stack (ARGS="verify_ledger")
	@$(PYTHON) -m tools manage $(ARGS)

backup: ## Save the database of the running stack to a file, also during a sale (FILE=…)
	@$(PYTHON) -m tools backup $(FILE)

restore: ## Restore that file as the database of a stopped stack (FILE=…)
	@$(PYTHON) -m tools restore $(FILE)

test: ## Run all tests and the quick linters (ONLY=check|machines|sqlite|postgres|servers|client|browser|stack)
	@$(PYTHON) -m tools test $(ONLY)

thorough: ## Run all tests on both databases, random ones 10 times as long: an hour or more (ONLY=…)
	@$(PYTHON) -m tools thorough $(ONLY)

bench: ## Measure the cost of pushing changes, beside stock servers: an hour (ONLY=fanout,rush,…)
	@$(PYTHON) -m tools bench $(if $(ONLY),--only $(ONLY))

loadtest: ## Load the site and check the results (SCENARIO=stampede|on-sale|… ARGS="--viewers 50")
	@$(PYTHON) -m tools loadtest $(or $(SCENARIO),on-sale) $(ARGS)

compare: ## Compare with peers into docs/benchmarks.md: 20 minutes (ROUNDS=5 ONLY=locks,single,…)
	@$(PYTHON) -m tools compare $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(ONLY),--only $(ONLY))

curves: ## Measure costs at four sizes into docs/scaling.md: minutes (ONLY=locks|changes|…: only print)
	@$(PYTHON) -m tools curves $(if $(ONLY),--only $(ONLY))

chaos: ## Inject faults during a sale, then audit the database: minutes (SECONDS=180 SEED=…)
	@$(PYTHON) -m tools chaos $(if $(SECONDS),--seconds $(SECONDS)) $(if $(SEED),--seed $(SEED))

lab: ## Build a cluster of hosts, as root, and sell during faults: minutes (ONLY="primary killed" ARGS=--hold)
	@$(PYTHON) -m tools lab $(if $(ONLY),--only "$(ONLY)") $(ARGS)

upgrade: ## Replace servers of an older version during a sale: minutes (FROM=revision)
	@$(PYTHON) -m tools upgrade $(if $(FROM),--from $(FROM))

check: ## Run all linters and type checkers
	@$(PYTHON) -m tools check

schema: ## Rewrite the API schema and the client's types
	@$(PYTHON) -m tools schema

screenshots: ## Take a screenshot of every page into .screenshots, and those of the docs
	@$(PYTHON) -m tools screenshots

measure: ## Measure the client in a browser, 50,000 seats, under load (ONLY=size,open,… MINUTES=10)
	@$(PYTHON) -m tools measure

lock: ## Update the lock files of the Python packages (UPGRADE=1: also indirect ones)
	@$(PYTHON) -m tools lock $(if $(UPGRADE),--upgrade)

sbom: ## Write bills of materials in CycloneDX to .reports/sbom
	@$(PYTHON) -m tools sbom

audit: ## Check the locked packages for known vulnerabilities: pip-audit and npm audit
	@$(PYTHON) -m tools audit

images: ## Pin the base images by digest; needs Docker and their registries
	@$(PYTHON) -m tools images

clean: ## Remove packages, builds, reports and caches; keep the data
	@$(PYTHON) -m tools clean
