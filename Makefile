# Parlor. `make help` lists what can be made.

GO      ?= go
BIN     := bin/parlor
RUNS    ?= 1000000
ROUNDS  ?= 50
FILLS   ?= 8
SEEDS   ?= 200
RESTARTS ?= 20
FLIPS   ?= 1000
RESUMES ?= 50000
CRASHES ?= 500
STORED  ?= 1000000
BESIDE  ?= 10
D       ?= 10m

.DEFAULT_GOAL := all
.PHONY: all
all: fmt lint test ## Format, lint and test

.PHONY: help
help: ## Show this
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  \1\t\2/' | expand -t 14

.PHONY: demo
demo: build ## Build Parlor and run the demo; prints where to click
	$(BIN) demo

.PHONY: build
build: ## Build bin/parlor
	$(GO) build -trimpath -o $(BIN) ./cmd/parlor

.PHONY: test
test: setup ## Run every test, with the race detector
	$(GO) test -race -timeout 20m ./...

.PHONY: allocs
allocs: ## Count what a message allocates, which the race detector would change
	$(GO) test ./engine -run TestAllocations -count=1 -v

.PHONY: setup
setup: ## Install what the tests need and the machine lacks
	@scripts/setup

.PHONY: screenshots
screenshots: setup ## Picture both faces anew, in docs/images
	$(GO) test ./e2e -run TestScreenshots -count=1 -args -screenshots=../docs/images

.PHONY: fmt
fmt: ## Format the Go code
	gofmt -w $$($(GO) list -f '{{.Dir}}' ./...)

.PHONY: lint
lint: ## Check style, import directions and likely mistakes
	$(GO) vet ./...
	$(GO) tool -modfile=tools/go.mod golangci-lint run

.PHONY: verify
verify: ## Make generated files anew and demand that they are the committed ones
	scripts/verify

.PHONY: typecheck
typecheck: ## Check the types of the browser code (needs Node)
	cd web && npm ci --no-audit --no-fund --silent && npx tsc --noEmit

.PHONY: web
web: ## Bundle the browser code into web/dist
	$(GO) run ./cmd/webbuild

.PHONY: cross
cross: ## Build for all supported systems
	scripts/cross

.PHONY: bench
bench: ## Measure against a bare relay on this machine; ARGS="-scenario idle"
	$(GO) run ./bench $(ARGS)

.PHONY: bench-smoke
bench-smoke: ## Run each scenario for a moment: whether it works, not how fast
	$(GO) run ./bench -quick -out=

.PHONY: sim
sim: ## Simulate visitors, agents, crashes and power losses; SEEDS=n, CRASHES=n
	$(GO) test ./engine -run TestSimulation -count=1 -v -timeout 2h -args -seeds=$(SEEDS)
	$(GO) test ./persistence/pebblestore -run TestPowerLoss -count=1 -v -timeout 2h -args -crashes=$(CRASHES)

.PHONY: chaos
chaos: ## Kill and restart the running program, fill and damage its disk, cut its connections; ROUNDS=n, STORED=n, RESTARTS=n, FILLS=n, FLIPS=n, RESUMES=n, BESIDE=n
	$(GO) test ./cmd/parlor -run TestKill -count=1 -v -timeout 60m -args -rounds=$(ROUNDS) -stored=$(STORED)
	$(GO) test ./cmd/parlor -run 'TestFullDisk|TestFewDescriptors' -count=1 -v -timeout 30m -args -fills=$(FILLS) -disk=1024
	$(GO) test ./persistence/pebblestore -run 'TestDiskFaults|TestDiskFullForAWhile|TestReadFaults' -count=1 -v -timeout 30m -args -every-fault
	$(GO) test ./cmd/parlor -run TestRestart -count=1 -v -timeout 30m -args -restarts=$(RESTARTS)
	$(GO) test ./persistence/pebblestore -run TestFlippedBits -count=1 -v -args -flips=$(FLIPS)
	$(GO) test ./engine -run 'TestResumeThroughCuts|TestHostileClients' -count=1 -v -timeout 4h -args -resumes=$(RESUMES) -beside=$(BESIDE)

# The sizes of a long run, some 40 minutes on two cores. Exported: what chaos and sim take is given to them.
.PHONY: guarantees
guarantees: export SEEDS = 500
guarantees: export ROUNDS = 50
guarantees: export CRASHES = 10000
guarantees: export STORED = 10000000
guarantees: export RESUMES = 1000000
guarantees: export BESIDE = 20
guarantees: setup ## Measure every guarantee at length and write docs/guarantees.md
	scripts/guarantees

.PHONY: stress
stress: ## Hostile beside honest peers on a busy server, parked and not; D=10m
	$(GO) test -race ./transport/socket -run TestStress -count=1 -v -timeout 2h -args -stress=$(D)

.PHONY: fuzz
fuzz: ## Fuzz every decoder; RUNS=n
	scripts/fuzz $(RUNS)
