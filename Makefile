# Everything a developer runs. `make` alone lists it.

SWIFT ?= swift
# More flags for every build, e.g. SWIFT_FLAGS='-j 2'.
SWIFT_FLAGS ?=
BUILD = $(SWIFT) build -c release $(SWIFT_FLAGS)
TEST = $(SWIFT) test -c release --skip-build --disable-xctest $(SWIFT_FLAGS)
# Tests of the built program, and of nodes over Kafka, wait for what they start, and so hold the
# threads that other tests run on; members of a Kafka group must be heard of every few seconds; and
# exit tests (processExitsWith) are stuck while another child of their process is not reaped: apart.
TEST_ALL = $(TEST) --skip IntegrationTests --skip KafkaLogTests --skip KafkaEngineTests \
    && $(TEST) --filter KafkaLogTests && $(TEST) --filter KafkaEngineTests \
    && $(TEST) --filter IntegrationTests
# Real brokers for `make test-brokers` and `make bench-kafka`: host:port, with commas between.
BROKERS ?=
# Where they can be taken down, no other test may run meanwhile.
ALONE = $(if $(KINDRED_TEST_BROKER_DOWN),--no-parallel)
# How long `make nightly` fuzzes the decoders, in seconds.
FUZZ_SECONDS ?= 600
PYTHON ?= python3
# Where the packages of PyPI lie that `make manifests` needs.
MANIFESTS_VENV = .build/manifests-venv
# How many seeds of the protocol's model `make model` plays, and in how many processes.
MODEL_SEEDS ?= 2000
MODEL_JOBS ?= 2
# Which seeds of the model `make model-traces` plays on the machine.
TRACES ?= 0..<300

# Which seeds `make simulate` plays, and in how many threads.
SEEDS ?= 0..<100000
LARGE_SEEDS ?= 0..<500
JOBS ?= 2

# What `make bench` measures: links of the stream, and more words, e.g. BENCH='replay --partitions 2'.
BENCH_LINKS ?= 1000000
BENCH ?=

# What `make kills` does: --points, or --random N; with --seed SEED the same again.
KILLS ?= --points

# What `make bench-peers` folds: numbers of links, each a table; and how often.
PEER_LINKS ?= 1000000
PEER_ROUNDS ?= 3

# The one further build: rules that can be left out, places where the program can be killed.
TRAITS = --traits Mutants,KillPoints --scratch-path .build-mutants

SYSTEM_LIBRARIES = rocksdb rdkafka libsodium zlib libzstd
DEBIAN_PACKAGES = librocksdb-dev librdkafka-dev libsodium-dev zlib1g-dev libzstd-dev pkg-config make

.DEFAULT_GOAL := help
.PHONY: help deps build demo build-tests test test-brokers nightly tidy scenarios simulate \
    build-traits mutants kills integration model model-traces bench bench-instructions bench-kafka \
    bench-peers format lint manifests clean

help: ## lists these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: ## installs the system libraries (Debian; sudo if you are not root)
	@if pkg-config --exists $(SYSTEM_LIBRARIES) 2>/dev/null; then exit 0; fi; \
	if ! command -v apt-get >/dev/null; then \
	    echo "make deps knows Debian only: install RocksDB, librdkafka, libsodium, zlib" \
	        "and zstd with headers, and pkg-config" >&2; \
	    exit 1; \
	fi; \
	sudo=; \
	if [ "$$(id -u)" != 0 ]; then \
	    if ! command -v sudo >/dev/null; then \
	        echo "become root and run: apt-get install $(DEBIAN_PACKAGES)" >&2; \
	        exit 1; \
	    fi; \
	    sudo=sudo; \
	fi; \
	set -ex; \
	$$sudo apt-get update; \
	$$sudo env DEBIAN_FRONTEND=noninteractive \
	    apt-get install -y --no-install-recommends $(DEBIAN_PACKAGES)

build: deps ## builds .build/release/kindred
	$(BUILD) --product kindred

demo: build ## replays a retail stream, asks who a cookie is, takes a link back
	./docs/demo.sh .build/release/kindred

build-tests: deps
	$(BUILD) --build-tests

test: build-tests ## runs every test on one release build
	$(TEST_ALL)

test-brokers: build-tests ## runs the tests of Kafka on real brokers (BROKERS=host:port,...)
	@if [ -z '$(BROKERS)' ]; then echo 'name them: BROKERS=host:port,...' >&2; exit 2; fi
	export KINDRED_TEST_BROKERS='$(BROKERS)'; \
	$(TEST) $(ALONE) --filter KafkaLogTests && $(TEST) $(ALONE) --filter KafkaEngineTests \
	    && $(TEST) $(ALONE) --filter 'IntegrationTests\.Cluster'

nightly: lint manifests build-tests ## the long form: longer property tests, the model, fuzzing
	export KINDRED_NIGHTLY=1; $(TEST_ALL)
	$(MAKE) model MODEL_SEEDS=80000
	$(MAKE) model-traces TRACES='0..<3000'
	$(MAKE) simulate SEEDS='0..<1000000' LARGE_SEEDS='0..<5000'
	$(MAKE) mutants
	$(MAKE) kills
	$(MAKE) kills KILLS='--random 200'
	./Tests/Fuzz/run $(FUZZ_SECONDS)
	$(PYTHON) -B -m unittest discover -s Benchmarks/Peers
	$(PYTHON) -B -m unittest discover -s Benchmarks/Kafka

tidy: build-tests ## the house rules only
	$(TEST) --filter TidyTests

scenarios: build-tests ## the text scenarios only
	$(TEST) --filter ScenarioTests

simulate: build ## plays seeds of the partition protocol on the real machine (SEEDS=, JOBS=)
	.build/release/kindred simulate --seeds '$(SEEDS)' --jobs $(JOBS)
	.build/release/kindred simulate --seeds '$(LARGE_SEEDS)' --large --jobs $(JOBS)
	.build/release/kindred simulate --seeds '$(LARGE_SEEDS)' --runtime --jobs $(JOBS)

build-traits: deps
	$(BUILD) $(TRAITS) --product kindred

mutants: build-traits ## judges the simulation: is each rule that is left out found?
	$(PYTHON) Tests/Mutants/run .build-mutants/release/kindred --jobs $(JOBS)

kills: build-traits ## kills a node under load at every named point, and looks what is lost (KILLS=)
	$(PYTHON) Tests/Kills/run .build-mutants/release/kindred $(KILLS)

integration: build-tests ## the built program on real files, killed and cut
	$(TEST) --filter IntegrationTests

model: ## the executable model of the partition protocol (Python 3.11, nothing else)
	$(PYTHON) -B -m unittest discover -s Tests/Model
	$(PYTHON) Tests/Model/run --seeds '0..<$(MODEL_SEEDS)' --jobs $(MODEL_JOBS)

model-traces: build-tests ## the machine says what the model says, on the model's schedules
	rm -rf .build/traces
	$(PYTHON) -B Tests/Model/run --seeds '$(TRACES)' --traces .build/traces
	KINDRED_TRACES=.build/traces $(TEST) --filter shouldSayWhatTheModelSays

bench: build ## measures this machine, the result goes into Benchmarks/Results (BENCH_LINKS=, BENCH=)
	@set -e; \
	result=Benchmarks/Results/$$(date -u +%Y-%m-%d)-$$(git rev-parse --short HEAD); \
	table=$$(mktemp); \
	trap 'rm -f "$$table"' EXIT; \
	.build/release/kindred bench --links $(BENCH_LINKS) --output $$result.json $(BENCH) >$$table; \
	{ \
	    echo "# \`kindred bench --links $(BENCH_LINKS)$(if $(BENCH), $(BENCH))\`"; echo; \
	    echo '```'; cat $$table; echo '```'; \
	} >$$result.md; \
	cat $$table; echo "written: $$result.md, $$result.json"

bench-kafka: build ## measures nodes over a Kafka cluster (BROKERS=host:port,…)
	$(PYTHON) -B -m unittest discover -s Benchmarks/Kafka
	$(PYTHON) Benchmarks/Kafka/run --brokers '$(BROKERS)'

bench-instructions: build ## counts instructions an event, and compares them with thresholds (valgrind)
	Benchmarks/Instructions/run

bench-peers: build ## what other systems take for the same links (PEER_LINKS=, PEER_ROUNDS=)
	$(PYTHON) -B -m unittest discover -s Benchmarks/Peers
	$(PYTHON) Benchmarks/Peers/run --setup --links $(PEER_LINKS) --rounds $(PEER_ROUNDS)

format: ## formats the code in place
	$(SWIFT) format --in-place --recursive Sources Tests

lint: ## fails where the formatter would change or object to something
	$(SWIFT) format lint --strict --recursive Sources Tests

manifests: ## checks what is in Deploy for containers, against schemas and rules (packages of PyPI)
	@test -x $(MANIFESTS_VENV)/bin/pip || $(PYTHON) -m venv --clear $(MANIFESTS_VENV) \
	    || { echo "install python3-venv (Debian), then again" >&2; exit 1; }
	$(MANIFESTS_VENV)/bin/pip install --quiet --disable-pip-version-check \
	    -r Tests/Deploy/requirements.txt
	$(MANIFESTS_VENV)/bin/python -B -m unittest discover -s Tests/Deploy

clean: ## removes what was built
	$(SWIFT) package clean
	rm -rf .build-mutants
