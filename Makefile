# The commands of the project. `make check` is what a change must pass; README.md names it as the test command.

SHELL := /bin/bash
FUZZTIME ?= 20000x

# Larger captures than the repository holds; tests that want them are skipped without.
ifneq ($(wildcard ../shared/captures),)
export TOCSIN_CAPTURES ?= $(abspath ../shared/captures)
endif

# Clients that internal/clients runs: the package and the command that tells whether it is there.
CLIENTS := curl:curl nodejs:node npm:npm chromium:chromium python3:python3
NODE_CLIENT := internal/clients/testdata/node

.PHONY: build deps check format vet static generated test fuzz cross bench-compile bench

build:
	CGO_ENABLED=0 go build -trimpath -o tocsin ./cmd/tocsin

# What the tests of real clients need, where it can be had: without it they are skipped, and say so.
deps:
	@missing=; for c in $(CLIENTS); do command -v $${c#*:} > /dev/null || missing="$$missing $${c%%:*}"; done; \
	for p in /usr/bin/python3 python3; do $$p -c 'import requests' 2> /dev/null && break; done || missing="$$missing python3-requests"; \
	if [ -n "$$missing" ]; then \
		if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
			log=$$(mktemp); { apt-get update && DEBIAN_FRONTEND=noninteractive timeout 600 apt-get install -y --no-install-recommends $$missing; } > $$log 2>&1 \
				|| echo "deps:$$missing cannot be installed ($$(tail -n 1 $$log)); their tests are skipped"; rm -f $$log; \
		else echo "deps: install$$missing, or their tests are skipped"; fi; \
	fi
	@if [ ! -e $(NODE_CLIENT)/node_modules/.package-lock.json -o $(NODE_CLIENT)/package-lock.json -nt $(NODE_CLIENT)/node_modules/.package-lock.json ] && command -v npm > /dev/null; then \
		log=$$(mktemp); (cd $(NODE_CLIENT) && timeout 120 npm ci --no-audit --no-fund) > $$log 2>&1 \
			|| echo "deps: npm's ws cannot be installed ($$(head -n 1 $$log)); its test is skipped"; rm -f $$log; \
	fi

check: deps format vet static generated test bench-compile cross fuzz

format:
	@bad=$$(gofmt -l .); if [ -n "$$bad" ]; then echo "not gofmt'ed: $$bad"; exit 1; fi

vet:
	go vet ./...

static:
	go tool staticcheck ./...

# What is generated must be what is committed.
generated:
	@before=$$(git status --porcelain | sort); go generate ./... && after=$$(git status --porcelain | sort); \
	if [ "$$before" != "$$after" ]; then echo "go generate changed files:"; git status --porcelain; exit 1; fi

test:
	go test -race -shuffle=on ./...

bench-compile:
	go test -run '^$$' -bench . -benchtime 1x ./... > /dev/null

cross:
	for arch in amd64 arm64 arm; do CGO_ENABLED=0 GOOS=linux GOARCH=$$arch GOARM=7 go build -o /dev/null ./cmd/tocsin || exit 1; done

# Every fuzz target for FUZZTIME each: make fuzz FUZZTIME=10m before a release. A number of runs and not a time, because
# Go before 1.27 now and then calls the end of the time a failure (go.dev/issue/75804).
fuzz:
	@set -e; for pkg in $$(go list ./...); do \
		for target in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
			echo "fuzz $$pkg $$target $(FUZZTIME)"; \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x $$pkg > /tmp/tocsin-fuzz.$$$$ 2>&1 || { cat /tmp/tocsin-fuzz.$$$$; exit 1; }; \
			rm -f /tmp/tocsin-fuzz.$$$$; \
		done; \
	done

bench:
	go test -run '^$$' -bench . -benchmem ./...
