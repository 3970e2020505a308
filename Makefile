# The only door: everything that is done to this project is a target here. docs/hacking.md tells more.

SWIFT_STATIC := --static-swift-stdlib
PROGRAM := .build/release/airseal

.PHONY: help setup build release test soak lint fmt fuzz bench demo check man dist clean

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what is missing, check the Swift packages against the lock
	@setup/install

build: ## the debug build
	swift build --build-tests

release: setup ## the program as it is shipped
	swift build -c release --product airseal $(SWIFT_STATIC)

test: setup lint build ## everything that must pass before a change lands
	swift test --skip-build

soak: setup ## count, kill and cut for about an hour, and write docs/reliability.md
	@soak/run

lint: ## style, strictly
	swift format lint --strict --parallel -r Sources Tests Fuzz/Sources Fuzz/Package.swift Package.swift

fmt: ## bring the sources into the project's style
	swift format -i --parallel -r Sources Tests Fuzz/Sources Fuzz/Package.swift Package.swift

check: test ## what to run before a commit

fuzz: setup ## feed hostile bytes to every reader, FUZZ_SECONDS each
	@Fuzz/run

bench: release ## what verification and signing cost, against openssl and a bare token, into docs/performance.md
	@Benchmarks/run $(PROGRAM) >.build/performance.md; status=$$?; \
		mv .build/performance.md docs/performance.md; exit $$status

demo: release ## the whole story in a terminal: sign, export, receive, verify, three refusals
	@demo/run $(PROGRAM)

man: build ## the manual in dist/man, from the debug build
	packaging/manual .build/debug/airseal dist/man

dist: release ## the stripped program, its manual and completion, packed in dist/
	packaging/pack $(PROGRAM) dist

clean: ## remove what was built
	rm -rf .build .build-fuzz dist
