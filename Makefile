# One command per habit. `make` alone lists them.

# The first thing each of these does is to install what is missing, so that they work on a new machine.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help build test check format fuzz simulate bench demo cluster cluster-down clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build the operator for this machine
	@Tests/install build
	swift build --product satis-operator

test: ## run every test: units, an API server, real pods
	@Tests/run

check: ## formatting, lint, manifests against their schemas, generated files
	@Tests/install check
	swift format lint --strict --parallel --recursive Package.swift Sources Tests
	shellcheck -x --source-path=SCRIPTDIR $$(grep -rlE '^#!.*\b(ba)?sh' Tests .ci Sources deploy)
	@Tests/Manifests/check

format: ## format the Swift sources
	swift format --in-place --parallel --recursive Package.swift Sources Tests

simulate: ## thousands of simulated runs with faults: SEEDS=10000, SEED=42 TRACE=1, MUTANTS=1
	@Tests/install build
	swift build -c release --product simulate --scratch-path .build-simulate -Xswiftc -enable-testing
	@.build-simulate/release/simulate $(if $(SEED),--seed $(SEED)) $(if $(SEEDS),--seeds $(SEEDS)) \
	  $(if $(TRACE),--trace) $(if $(MUTANTS),--mutants)

fuzz: ## broken streams for the watch and calls of the webhook, under the address sanitizer: STREAMS=100000, CALLS=100000, SEED=0
	@Tests/install build
	@Tests/Fuzz/run watch $(if $(STREAMS),$(STREAMS),100000) $(if $(SEED),$(SEED),0)
	@Tests/Fuzz/run webhook $(if $(CALLS),$(CALLS),100000) $(if $(SEED),$(SEED),0)

bench: ## speed and memory beside a bare loop, client-go and kopf: ONLY=burst, ROUNDS=5, SIZE=100000, IDLE=600
	@Tests/Benchmarks/run

demo: ## from a push to `composer require`, on a real cluster
	@Tests/Demo/run

cluster: ## start the one-node cluster
	@Tests/Cluster/up

cluster-down: ## end it and leave nothing behind
	@Tests/Cluster/down

clean: ## delete what was built here
	rm -rf .build .build-release .build-simulate .build-sanitize
