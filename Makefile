# Every target is one command of `python3 -m tools`.
# Variables: PYTHON (3.11 or newer), PORT and HOST for `run` and `stack`, ONLY for `test`, `thorough`
# and `bench`, TESTS for `test` and `thorough` with ONLY, ARGS for `manage`, SCENARIO and ARGS for
# `loadtest`, ROUNDS and ONLY for `compare`, ONLY for `curves`, SECONDS and SEED for `chaos`, FILE for
# `backup` and `restore`, FROM for `upgrade`, MINUTES, ROUNDS and ONLY for `measure`, UPGRADE for
# `lock`.

PYTHON ?= python3
export TESTS

.DEFAULT_GOAL := help
.PHONY: help setup run stack rolling manage backup restore test thorough bench loadtest compare curves chaos upgrade check schema screenshots measure lock sbom audit images clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' Makefile

setup: ## Install the packages and build the client (DEV=1: also what tests need)
	@$(PYTHON) -m tools setup $(if $(DEV),--dev)

run: ## Serve the site with demo data at http://127.0.0.1:8000 (PORT=…)
	@$(PYTHON) -m tools run

stack: ## Serve it as for real: PostgreSQL, Valkey, several servers behind a proxy (PORT=…)
	@$(PYTHON) -m tools stack

rolling: ## Replace the servers of a running stack by this checkout's, one by one, while it is open
	@$(PYTHON) -m tools rolling

manage: ## Run a command of manage.py on the database of the running stack (ARGS="verify_ledger")
	@$(PYTHON) -m tools manage $(ARGS)

backup: ## Write the database of the running stack to a file, also during a sale (FILE=…)
	@$(PYTHON) -m tools backup $(FILE)

restore: ## Make that file the database of a stack that has been ended (FILE=…)
	@$(PYTHON) -m tools restore $(FILE)

test: ## Run every check and test (ONLY=check|machines|sqlite|postgres|faults|client|browser|stack: just that)
	@$(PYTHON) -m tools test $(ONLY)

thorough: ## Run all tests on both databases, random ones 20 times as long: half an hour or more (ONLY=…)
	@$(PYTHON) -m tools thorough $(ONLY)

bench: ## Measure what pushing costs, beside stock servers: an hour (ONLY=fanout|rush|…: just that)
	@$(PYTHON) -m tools bench $(ONLY)

loadtest: ## Load the site and judge what came of it (SCENARIO=stampede|on-sale|… ARGS="--viewers 50")
	@$(PYTHON) -m tools loadtest $(or $(SCENARIO),on-sale) $(ARGS)

compare: ## Compare with peers into docs/benchmarks.md: 20 minutes (ROUNDS=5 ONLY=locks,single,…)
	@$(PYTHON) -m tools compare $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(ONLY),--only $(ONLY))

curves: ## Measure costs at four sizes into docs/scaling.md: minutes (ONLY=locks|changes|…: just show)
	@$(PYTHON) -m tools curves $(if $(ONLY),--only $(ONLY))

chaos: ## Buy and watch while everything fails, then audit the books: minutes (SECONDS=180 SEED=…)
	@$(PYTHON) -m tools chaos $(if $(SECONDS),--seconds $(SECONDS)) $(if $(SEED),--seed $(SEED))

upgrade: ## Buy and watch while servers of an older version are replaced: minutes (FROM=revision)
	@$(PYTHON) -m tools upgrade $(if $(FROM),--from $(FROM))

check: ## Run the linters and type checkers, with the rules that take too long for `make test`
	@$(PYTHON) -m tools check

schema: ## Rewrite the API schema and the client's types
	@$(PYTHON) -m tools schema

screenshots: ## Take a picture of every page into docs/screenshots
	@$(PYTHON) -m tools screenshots

measure: ## Measure the client in a browser, 50,000 seats, under load (ONLY=size,open,… MINUTES=10)
	@$(PYTHON) -m tools measure

lock: ## Pin all Python packages of pyproject.toml anew, with hashes (UPGRADE=1: also indirect ones)
	@$(PYTHON) -m tools lock $(if $(UPGRADE),--upgrade)

sbom: ## Write what Seatcast is made of, as CycloneDX, to .reports/sbom
	@$(PYTHON) -m tools sbom

audit: ## Ask what is known to be wrong with the locked packages: pip-audit and npm audit
	@$(PYTHON) -m tools audit

images: ## Pin the base images by digest, where their registries can be reached
	@$(PYTHON) -m tools images

clean: ## Remove packages, builds, reports and caches; keep the data
	@$(PYTHON) -m tools clean
