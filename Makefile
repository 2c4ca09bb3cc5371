# Housecall. `make help` lists what there is.

GO      ?= go
DEMO    ?= serve --demo
WEB     := portal/web
ORACLES := cmd/housecall/oracles
RACE    := ./notifications/... ./internal/edge/... ./internal/revoke/... ./telehealth/...
# Of the rest, what several people, nodes or processes do at once; their other tests ask one
# thing after the other. `make test-long` runs all of it.
JOINT   := ./records ./records/access ./records/ingest ./internal/identity/... ./portal ./cmd/housecall
ATTIMES = Live|Socket|AtOnce|OfTwo|Overlap|UntilItIsDelivered|TwoNodes|TwoProcesses|EveryNode|ByAll|EndsEverywhere|OtherNodes|WhileOthersWrite|Relabel|OneOrder|OrderOfAllChanges|CommitInGroups|LeaveNoGap|Serial|RecoveryCodes|WrongBirthDates|AtOneTime|StillVouches|BackendServices|AdaptorsMemory|WithoutDowntime
LONG    := ./records/... ./internal/... ./notifications/... ./telehealth/... ./portal/... ./cmd/...

# Shipped builds, and tests without the race detector, need no C compiler.
export CGO_ENABLED = 0
# What was compiled for tests is not compiled again for the program: both leave
# the paths of this machine out.
export GOFLAGS := $(strip $(filter-out -trimpath,$(shell $(GO) env GOFLAGS)) -trimpath)
# The race detector needs one. A driver that comes along and is never used has C
# code; it need not be fast.
CGO = CGO_ENABLED=1 CGO_CFLAGS=-O0
# Imports of whole decks, random comparisons and commands that run alone take ten
# times as long under it, and smaller ones run the same code.
DECKS = ^(TestDecks|TestBulkExport|TestOrderDoesNotMatter|TestScoreDeck|TestKilled|TestRandomSearchesAgreeWithLookingAtEverything|TestOrder|TestTheLastChange|TestOfficialExamplesOfSeveral|TestTooManyToLookAt|TestViewsOfManyChartsAreThoseOfEach|TestManyChartsAtRandom)$$
# Packages of tests at one time: those of calls and mails wait more than they compute.
ATONCE = -p 3
# One PostgreSQL server for whatever runs under it, stopped however that ends.
POSTGRES = $(GO) run ./internal/db/dbtest/withpostgres
# The same for tests, which measure no disk; a sixth less of the processor for memory that is there.
TESTBED = env GOGC=400 .ci/inmemory $(POSTGRES)

SOURCES := $(shell find $(WEB)/src $(WEB)/public $(WEB)/scripts -type f 2>/dev/null) \
           $(wildcard $(WEB)/*.html $(WEB)/*.json $(WEB)/*.ts $(WEB)/.npmrc)

.PHONY: help
help: ## Show what there is
	@awk 'BEGIN {FS = ":.*## "} /^[a-z0-9-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' Makefile

.PHONY: build
build: toolchain $(WEB)/dist/index.html ## Build the web client and bin/housecall, bin/loadtest
	@mkdir -p bin
	$(GO) build -o bin/ ./cmd/...

.PHONY: run
run: build ## Build, and serve the demo clinic on http://localhost:8080
	bin/housecall $(DEMO)

.PHONY: test
test: setup ## Everything that must hold: lint, Go, race detector, web, browser, other FHIR software
	@$(TESTBED) .ci/steps lint go-test race web-test e2e oracles

.PHONY: lint
lint: fmt vet staticcheck ## Format, vet, staticcheck

.PHONY: fmt
fmt: ## Check the format of Go files
	@found=$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go')); \
	if [ -n "$$found" ]; then echo "gofmt -w is due for:"; echo "$$found"; exit 1; fi

.PHONY: vet
vet: toolchain
	$(GO) vet ./...

.PHONY: staticcheck
staticcheck: toolchain
	$(GO) tool staticcheck ./...

.PHONY: go-test
go-test: toolchain ## Go tests on SQLite and PostgreSQL
	$(TESTBED) $(GO) test $(ATONCE) -vet=off -timeout 15m ./...

.PHONY: race
race: toolchain ## The concurrent packages under the race detector, on PostgreSQL
	$(TESTBED) env $(CGO) HOUSECALL_TEST_ONLY=postgres $(GO) test $(ATONCE) -race -vet=off -timeout 8m -skip '$(DECKS)' $(RACE)
	$(TESTBED) env $(CGO) HOUSECALL_TEST_ONLY=postgres $(GO) test $(ATONCE) -race -vet=off -timeout 8m -run '$(ATTIMES)' -skip '$(DECKS)' $(JOINT)

.PHONY: web-test
web-test: $(WEB)/node_modules/.package-lock.json ## Type check, unit tests and size budget of the web client
	cd $(WEB) && npm run check
	cd $(WEB) && npm test
	@$(MAKE) --no-print-directory $(WEB)/dist/index.html
	cd $(WEB) && npm run budget

.PHONY: e2e
e2e: build $(ORACLES)/node_modules/.package-lock.json ## Browser tests
	CHROMIUM="$$(.ci/setup chromium)" FIREFOX="$$(.ci/setup firefox)" .ci/inmemory node cmd/housecall/e2e/run.mjs

.PHONY: oracles
oracles: build $(ORACLES)/node_modules/.package-lock.json ## FHIR clients and validators of others, against the server
	$(TESTBED) node $(ORACLES)/run.mjs

.PHONY: bench
bench: build ## The numbers of docs/performance.md: this machine, the data and the method first
	@HOUSECALL_TEST_DURABLE=1 $(POSTGRES) .ci/bench

.PHONY: bench-growth
bench-growth: build ## Chart open and searches with 1,000, 10,000 and 100,000 charts (half an hour, 15 GB)
	@HOUSECALL_TEST_DURABLE=1 $(POSTGRES) .ci/bench growth

.PHONY: faults
faults: build ## A million messages while nodes, database and bus fail (an hour; COUNT=20000 for less)
	@HOUSECALL_TEST_DURABLE=1 $(GO) run ./internal/faultrun -count $${COUNT:-1000000} -every $${EVERY:-20s}

.PHONY: visit-faults
visit-faults: toolchain ## A visit on three nodes while nodes, database and bus fail, five times each (three minutes)
	HOUSECALL_TEST_LONG=1 HOUSECALL_TEST_DURABLE=1 $(GO) test -vet=off -timeout 20m -count 1 -v -run 'TestAVisitOutlivesTheMachineRoom' ./cmd/housecall

.PHONY: bench-packages
bench-packages: toolchain ## Go benchmarks of every package
	@uname -srm; grep -m1 'model name' /proc/cpuinfo; nproc; $(GO) version
	$(POSTGRES) $(GO) test -run '^$$' -bench . -benchmem -timeout 60m ./...

.PHONY: test-long
test-long: setup ## Long runs: fuzzing, every package under the race detector, many repetitions
	@$(TESTBED) .ci/steps fuzz race-all repeat

.PHONY: fuzz
fuzz:
	.ci/fuzz $${FUZZTIME:-60s}

.PHONY: race-all
race-all:
	$(TESTBED) env $(CGO) $(GO) test -race -vet=off -timeout 120m $(LONG)

.PHONY: repeat
repeat:
	HOUSECALL_TEST_LONG=1 $(GO) test -vet=off -count 1 -timeout 60m -v -run AThousandTimes ./telehealth/sfu
	$(TESTBED) $(GO) test -vet=off -count 5 -timeout 120m ./notifications/... ./internal/... ./records/...

.PHONY: sbom
sbom: toolchain ## What the program is made of: bin/sbom.cdx.json (CycloneDX)
	@mkdir -p bin
	$(GO) run ./internal/bom/writebom . bin/sbom.cdx.json

.PHONY: outdated
outdated: toolchain ## What is older than it may be (asks the networks of Go and npm)
	$(GO) run ./internal/bom/outdated

.PHONY: setup
setup: ## Install what the tests need, or say what to run
	@.ci/setup

.PHONY: toolchain
toolchain:
	@.ci/setup toolchain

.PHONY: clean
clean: ## Remove what was built; data stays
	rm -rf bin $(WEB)/node_modules $(ORACLES)/node_modules
	find $(WEB)/dist -mindepth 1 -not -name .keep -delete

%/node_modules/.package-lock.json: %/package-lock.json
	cd $* && npm ci --no-audit --no-fund
	@touch $@

# The bundler empties dist; .keep lets a clone compile before the first build.
$(WEB)/dist/index.html: $(WEB)/node_modules/.package-lock.json $(SOURCES)
	cd $(WEB) && npm run build
	@touch $(WEB)/dist/.keep $@
