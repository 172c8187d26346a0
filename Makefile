# The commands of this repository. `make help` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
CACHE := $(or $(PLIMSOLL_CACHE),$(HOME)/.cache/plimsoll)
SERVICES := audit catalog cost diff explain gateway gitops promotion risk
KAFKA_PROGRAMS := $(foreach crate,plimsoll $(SERVICES),-p $(crate) --features $(crate)/kafka)
KAFKA_BENCHES := -p benches --features benches/kafka
# What wants OpenSSL's headers is linted where they are.
LINTED = containers/docker-tests$(shell bash scripts/kafka/need.sh headers 2>/dev/null && echo ,containers/kafka,plimsoll/kafka,chaos/kafka,benches/kafka)
TARGET := $(or $(CARGO_TARGET_DIR),$(CURDIR)/target)

# What the shell says of an installation is for none of these: they start their own, and fill and break it.
unexport DATABASE_URL PLIMSOLL_CONFIG PLIMSOLL_DATA PLIMSOLL_SERVER PLIMSOLL_TOKEN \
	$(foreach name,$(filter PLIMSOLL_%,$(.VARIABLES)),$(if $(findstring __,$(name)),$(name)))

.PHONY: help demo build-kafka chaos chaos-short simulate test test-cluster test-docker test-kafka test-scheduler lint fmt bench bench-kafka build tools advisories crash fuzz-api fuzz clean-demo

help: ## List the commands
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: need-postgres build clean-demo ## Promote examples/shop from a real Git history; with a helm, preview examples/newsletter
	@"$(TARGET)/release/plimsoll" demo .demo

build: need ## Build the plimsoll binary
	@cargo build --release --locked --quiet -p plimsoll

build-kafka: need ## Build the binary and every service's program with the log on Kafka (needs OpenSSL's headers)
	@bash scripts/kafka/need.sh headers
	@cargo build --release --locked --quiet $(KAFKA_PROGRAMS)

test: need-postgres ## Run every test, and play SEEDS=10000 simulated histories
	cargo test --workspace --locked
	@command -v redis-server >/dev/null || echo "skipped: the tests of Redis (no redis-server; Debian: apt-get install redis-server)"
	@$(MAKE) --no-print-directory simulate

simulate: need ## Play SEEDS=10000 simulated histories, and find every deliberate fault (docs/simulator.md)
	@cargo simulate --seeds $(or $(SEEDS),10000)
	@cargo simulate --mutations

test-kafka: need-postgres ## The log and the services on a real Kafka with a schema registry (fetches 200 MB once; needs Java 17 and Maven)
	@bash scripts/kafka/need.sh headers java
	@bash scripts/kafka/fetch.sh
	cargo test --locked --workspace --exclude containers --features plimsoll/kafka,service/kafka,event-log/kafka --lib --test it --test server -- kafka

test-docker: need ## The suites of logs, stores and blobs on servers in containers (needs a Docker engine, OpenSSL's headers)
	@bash scripts/kafka/need.sh headers
	cargo test --locked -p containers --features docker-tests,kafka

test-cluster: need ## Hold predictions against a real API server (built into the cache with Go, about 5 minutes once)
	@bash scripts/cluster/test.sh "$(CACHE)"

test-scheduler: need ## Hold packing against a real scheduler on made-up nodes (100 cases, about 10 minutes)
	@bash scripts/cluster/test-scheduler.sh "$(CACHE)"

lint: need linters ## Formatting, clippy, licences and sources of dependencies
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --features $(LINTED) --locked -- -D warnings
	PATH="$(CACHE)/bin:$$PATH" cargo-deny --workspace check --hide-inclusion-graph bans licenses sources

fmt: need ## Format the code
	cargo fmt --all

bench: need-postgres build ## Measure, as ratios against a named peer
	@bash scripts/dyff.sh "$(CACHE)/bin"
	@bash scripts/kube-tools.sh "$(CACHE)/bin" || true
	@bash scripts/linters.sh "$(CACHE)/bin" || true
	@PLIMSOLL_BIN="$(TARGET)/release/plimsoll" DYFF_BIN="$$(ls "$(CACHE)/bin/dyff" 2>/dev/null || true)" \
	KUBECTL_BIN="$$(ls "$(CACHE)/bin/kubectl" 2>/dev/null || true)" HELM_BIN="$$(ls "$(CACHE)/bin/helm3" 2>/dev/null || true)" \
	KUBE_SCORE_BIN="$$(ls "$(CACHE)/bin/kube-score" 2>/dev/null || true)" \
	CHECKOV_BIN="$$(ls "$(CACHE)/bin/checkov-venv/bin/checkov" 2>/dev/null || true)" \
	cargo bench --locked --quiet -p benches

bench-kafka: need-postgres build-kafka ## Measure the log on Kafka and the services upon it, each against a named peer on the same broker
	@bash scripts/kafka/need.sh java
	@bash scripts/kafka/fetch.sh
	@cargo bench --locked --quiet --no-run $(KAFKA_BENCHES) --bench kafka --bench copies
	@bash scripts/kafka/performance.sh "$(TARGET)" "$(CACHE)/bin"
	@for what in consume replay chain; do \
		RDKAFKA_PERFORMANCE="$(CACHE)/bin/rdkafka_performance" cargo bench --locked --quiet $(KAFKA_BENCHES) --bench kafka -- $$what; \
	done
	@STACK_PROGRAMS="$(TARGET)/release" cargo bench --locked --quiet $(KAFKA_BENCHES) --bench copies

crash: need-postgres ## Kill the control plane at 50 seeded points, take Postgres away for 30 s, and look for what was lost or done twice
	PLIMSOLL_AWAY_SECONDS=30 cargo test --locked -p plimsoll --test server a_database_that_is_away
	PLIMSOLL_CRASHES=50 cargo test --locked -p plimsoll --test server crash

chaos: need-postgres ## Break the whole stack under PROMOTIONS=10000 and print what was lost or done twice (docs/chaos.md)
	@bash scripts/kafka/need.sh headers java
	@bash scripts/kafka/fetch.sh
	@cargo build --release --locked --quiet $(KAFKA_PROGRAMS) -p chaos --features chaos/kafka
	@"$(TARGET)/release/chaos" --form full --promotions $(or $(PROMOTIONS),10000)

chaos-short: need-postgres ## The same with 200 promotions and each fault once
	@bash scripts/kafka/need.sh headers java
	@bash scripts/kafka/fetch.sh
	@cargo build --locked --quiet $(KAFKA_PROGRAMS) -p chaos --features chaos/kafka
	@"$(TARGET)/debug/chaos" --form short --promotions 200

fuzz-api: need-postgres build ## Put the OpenAPI document to the test with schemathesis (in a venv of its own, in the cache)
	@bash scripts/fuzz-api.sh "$(TARGET)/release/plimsoll" "$(CACHE)/schemathesis"

fuzz: need ## Hostile input for MINUTES=1 a target: YAML bytes, and pairs of states (needs nightly and cargo-fuzz)
	@bash scripts/fuzz.sh "$(or $(MINUTES),1)" "$(CACHE)"

advisories: need linters ## Check dependencies against the RustSec database (needs github.com)
	PATH="$(CACHE)/bin:$$PATH" cargo-deny --workspace check advisories

tools: linters ## Install what tests and linters ask, where it is there, into the cache: kubectl, helm 3 and 4, cargo-deny
	@bash scripts/kube-tools.sh "$(CACHE)/bin"

.PHONY: linters
linters:
	@bash scripts/tools.sh "$(CACHE)/bin"

clean-demo:
	@rm -rf .demo

.PHONY: need need-postgres
need:
	@bash scripts/need.sh

need-postgres:
	@bash scripts/need.sh postgres
