# Every target installs what it misses by name from Debian's packages (and PyPI, npm for the tests).

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 14

.PHONY: build run
build: ## the release binary, build/release/llm-proxy
	@scripts/install-packages build
	@scripts/build release llm-proxy

run: build ## start the gateway with config.yaml on port 4000
	@scripts/run

.PHONY: test unit asan tsan fuzz integration comparison
test: ## everything: lint, all builds, all tests
	@scripts/test

unit: ## the unit tests
asan: ## the unit tests under AddressSanitizer and UndefinedBehaviorSanitizer
tsan: ## the unit tests under ThreadSanitizer
fuzz: ## every fuzz target, those that read first for a minute
integration: ## the built gateway against scripted upstreams
comparison: ## the built gateway beside LiteLLM, with a real llama.cpp behind both
unit asan tsan fuzz integration comparison:
	@scripts/test $@

.PHONY: bench profile lint format docs clean
bench: build ## throughput, latency and memory
	@scripts/install-packages build bench
	@scripts/venv litellm
	@LITELLM_PYTHON=$(CURDIR)/build/venv/litellm/bin/python bench/run

profile: ## record anew how the program runs, for the release build to be laid out by
	@scripts/profile

lint: ## formatting, order of the rooms, clang-tidy, coroutine rules, shell, YAML
	@scripts/install-packages build lint
	@scripts/lint

format: ## format the C++ sources in place
	@scripts/install-packages lint
	@find src include tests bench -name '*.[ch]pp' -print0 | xargs -0 -r clang-format-19 -i

docs: build ## regenerate docs/configuration.md from the program's own description
	@build/release/llm-proxy --print-config-reference > build/configuration.md
	@mv build/configuration.md docs/configuration.md

clean: ## remove everything that was built
	@rm -rf build tests/node/node_modules
