# Homeroom. `make help` lists the targets; V=1 shows the commands.

CC      ?= cc
CLANG   ?= $(firstword $(shell command -v clang-14 clang) clang)
PREFIX  ?= /usr/local
BUILD   ?= build
MODE    ?= release
JOBS    ?= $(shell nproc)
FUZZ_SECONDS ?= 20
Q       := $(if $(V),,@)

PACKAGES := libevent_core libevent_extra libevent_openssl libevent_pthreads \
	libpq jansson libssl libcrypto libjwt zlib libarchive yaml-0.1 libcurl \
	libpcre2-8 odbc icu-i18n ldap lber libsasl2

WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion \
	-Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
	-Wwrite-strings -Wvla -Wcast-qual -Wswitch-enum -Wundef -Wformat=2
CFLAGS_release := -O2 -g -Werror -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 \
	-fstack-protector-strong -fPIE
LDFLAGS_release := -pie -Wl,-z,relro,-z,now
CFLAGS_asan := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=undefined
LDFLAGS_asan := -fsanitize=address,undefined
CFLAGS_tsan := -O1 -g -fno-omit-frame-pointer -fsanitize=thread
LDFLAGS_tsan := -fsanitize=thread
CFLAGS_fuzz := $(CFLAGS_asan) -fsanitize=fuzzer-no-link
LDFLAGS_fuzz := $(LDFLAGS_asan)
CFLAGS_coverage := -O0 -g --coverage
LDFLAGS_coverage := --coverage

OUT     := $(BUILD)$(if $(filter-out release,$(MODE)),/$(MODE))
SOURCES := $(sort $(wildcard src/*.c src/*/*.c src/*/*/*.c))
OBJECTS := $(SOURCES:src/%.c=$(OUT)/obj/%.o) $(OUT)/obj/embedded.o
HEADERS := $(wildcard include/homeroom/*.h src/*/*.h src/*/*/*.h)
QUERIES := $(sort $(wildcard sql/queries/*.sql))
MIGRATIONS := $(sort $(wildcard sql/migrations/*.sql))
PROFILES := $(sort $(wildcard src/publish/profiles/*.yaml))
MAPPINGS := $(sort $(wildcard src/ingest/mappings/*.yaml))
RULES := $(sort $(wildcard src/rules/ready/*.yaml))

# What a machine lacks for the build, in pkg-config's words.
MISSING := $(if $(shell command -v pkg-config),$(shell pkg-config \
	--print-errors --exists $(PACKAGES) 2>&1 | \
	sed -n "s/^No package '\(.*\)' found/\1/p"),pkg-config)

COMPILE_FLAGS := -std=c17 -D_GNU_SOURCE $(WARNINGS) $(CFLAGS_$(MODE)) \
	-Iinclude -I$(OUT)/gen \
	$(if $(MISSING),,$(shell pkg-config --cflags $(PACKAGES))) $(CFLAGS)
LINK_FLAGS := $(LDFLAGS_$(MODE)) $(LDFLAGS)
LIBS := $(if $(MISSING),,$(shell pkg-config --libs $(PACKAGES))) -pthread

# What was built with other flags, or by another compiler, is built anew.
FLAGS := $(OUT)/flags

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-print-directory

# --- the program ------------------------------------------------------------

.PHONY: all
all: $(OUT)/homeroom ## build/homeroom, with -Werror

$(OUT)/homeroom: $(OBJECTS)
	$(if $(V),,@echo "LINK $@")
	$(Q)$(CC) $(LINK_FLAGS) -o $@.new $^ $(LIBS) && mv $@.new $@

$(FLAGS): force
	@mkdir -p $(@D)
	@echo '$(CC) $(COMPILE_FLAGS) $(LINK_FLAGS)' | cmp -s - $@ || \
	    echo '$(CC) $(COMPILE_FLAGS) $(LINK_FLAGS)' >$@
.PHONY: force

$(OUT)/obj/%.o: src/%.c $(FLAGS) | $(OUT)/gen/statements.inc
	@mkdir -p $(@D)
	$(if $(V),,@echo "CC   $<")
	$(Q)$(CC) $(COMPILE_FLAGS) -MMD -MP -c -o $@ $<

$(OUT)/obj/embedded.o: $(OUT)/gen/embedded.c $(FLAGS)
	@mkdir -p $(@D)
	$(Q)$(CC) $(COMPILE_FLAGS) -c -o $@ $<

# The folders, too: a file that goes or has another name is newer nowhere else.
$(OUT)/gen/embedded.c: $(QUERIES) $(MIGRATIONS) $(PROFILES) $(MAPPINGS) \
    $(RULES) sql/queries sql/migrations src/embed.sh | ready
	@mkdir -p $(@D)
	$(Q)sh src/embed.sh $(@D) $(QUERIES) -- $(MIGRATIONS) -- \
		$(PROFILES) -- $(MAPPINGS) -- $(RULES)

# Written beside embedded.c, and only when a statement came or went.
$(OUT)/gen/statements.inc: $(OUT)/gen/embedded.c ;

-include $(OBJECTS:.o=.d)

.PHONY: ready
ready:
	$(if $(MISSING),@echo 'Missing: $(MISSING)' >&2; \
	echo '`make deps` installs it (Debian 12, Ubuntu 24.04); elsewhere' \
	'install what tests/packages names.' >&2; exit 1)

.PHONY: deps
deps: ## install what is missing, for building and for every test
	@tests/deps build test check

.PHONY: demo
demo: ## install, build, and serve a sample district until Ctrl-C
	@tests/deps build
	@$(MAKE) -j$(JOBS) all
	@exec $(BUILD)/homeroom demo $(DEMO_FLAGS)

# --- tests ------------------------------------------------------------------

UNIT        := $(patsubst tests/%.c,$(OUT)/tests/%,$(wildcard tests/unit/*.c))
INTEGRATION := $(patsubst tests/%.c,$(OUT)/tests/%,$(wildcard tests/integration/*.c))
FUZZ        := $(patsubst tests/%.c,$(OUT)/tests/%,$(wildcard tests/fuzz/*.c))
SUPPORT     := $(patsubst tests/%.c,$(OUT)/tests/%.o,$(wildcard tests/support/*.c))
# Of these a test takes what it needs: linking all of it took most of the time.
ARCHIVES    := $(OUT)/tests/support.a $(OUT)/rooms.a
SCRIPTS      = $(foreach kind,$(1),$(shell find tests/$(kind) -maxdepth 1 \
	-type f -perm -u+x 2>/dev/null | sort))
BOTTOM      := $(filter $(OUT)/obj/base/% $(OUT)/obj/model/%,$(OBJECTS))
TEST_FLAGS   = $(COMPILE_FLAGS) -Itests -Isrc -MMD -MP
RUN          = HOMEROOM_TEST_MODE=$(MODE) tests/run $(OUT)

# base and model stand on libc alone: this link proves it.
$(OUT)/tests/unit/%: tests/unit/%.c $(FLAGS) $(BOTTOM)
	@mkdir -p $(@D)
	$(if $(V),,@echo "TEST $<")
	$(Q)$(CC) $(TEST_FLAGS) $(LINK_FLAGS) -o $@ $< $(BOTTOM) -lcmocka

$(OUT)/rooms.a: $(filter-out $(OUT)/obj/main.o,$(OBJECTS))
$(OUT)/tests/support.a: $(SUPPORT)
$(ARCHIVES):
	@mkdir -p $(@D)
	$(Q)rm -f $@ && ar rcsT $@ $^

$(OUT)/tests/integration/%: tests/integration/%.c $(ARCHIVES)
	@mkdir -p $(@D)
	$(if $(V),,@echo "TEST $<")
	$(Q)$(CC) $(TEST_FLAGS) $(LINK_FLAGS) -o $@ $< $(ARCHIVES) -lcmocka \
	    $(LIBS)

$(OUT)/tests/fuzz/%: tests/fuzz/%.c $(OUT)/rooms.a
	@mkdir -p $(@D)
	$(if $(V),,@echo "FUZZ $<")
	$(Q)$(CC) $(TEST_FLAGS) $(LINK_FLAGS) -fsanitize=fuzzer -o $@ $< \
	    $(OUT)/rooms.a $(LIBS)

$(OUT)/tests/support/%.o: tests/support/%.c $(FLAGS) | \
    $(OUT)/gen/statements.inc
	@mkdir -p $(@D)
	$(Q)$(CC) $(TEST_FLAGS) -c -o $@ $<

# The runner's own tool is never sanitized: it is no part of what is tested.
$(OUT)/tests/limit: tests/limit.c
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c17 -D_GNU_SOURCE $(WARNINGS) -O1 -o $@ $<

-include $(wildcard $(OUT)/tests/*/*.d)

.PHONY: test tests unit integration conformance e2e
test: ## install what is missing, build, run every test
	@tests/deps build test
	@$(MAKE) -j$(JOBS) all tests
	@$(RUN) $(UNIT) $(INTEGRATION) \
	    $(call SCRIPTS,integration conformance e2e)
tests: $(OUT)/tests/limit $(UNIT) $(INTEGRATION)
unit: $(OUT)/tests/limit $(UNIT) ## tests of base and model
	@$(RUN) $(UNIT)
integration: all $(OUT)/tests/limit $(INTEGRATION) ## tests with a real Postgres
	@$(RUN) $(INTEGRATION) $(call SCRIPTS,integration)
conformance e2e: all $(OUT)/tests/limit ## OneRoster stories; whole journeys
	@$(RUN) $(call SCRIPTS,$@)

# --- checks -----------------------------------------------------------------

.PHONY: check
check: ## what CI runs: lint tidy test gen asan tsan fuzz docker
	@tests/deps build test check
	@tests/check

.PHONY: lint tidy format
lint: ## rooms, doors, sizes, banned calls, format, scripts
	@CC=$(CC) tests/lint/run

tidy: $(SOURCES:src/%.c=$(OUT)/tidy/%) ## static analysis by clang-tidy
$(OUT)/tidy/%: src/%.c $(HEADERS) .clang-tidy | $(OUT)/gen/statements.inc
	@mkdir -p $(@D)
	@echo "TIDY $<"
	$(Q)clang-tidy-14 --quiet --warnings-as-errors='*' $< -- \
	    $(COMPILE_FLAGS) 2>/dev/null
	@touch $@

format: ## rewrite the C files in the house style
	@clang-format-14 -i $$(git ls-files -co --exclude-standard '*.[ch]')

.PHONY: asan tsan
asan tsan: ## every test under ASan and UBSan; under TSan
	@$(MAKE) MODE=$@ test

.PHONY: fuzz fuzzers
fuzz: ## each fuzzer for FUZZ_SECONDS
	@$(MAKE) -j$(JOBS) MODE=fuzz CC=$(CLANG) fuzzers
	@tests/fuzz/run $(BUILD)/fuzz $(FUZZ_SECONDS)
fuzzers: $(FUZZ)

.PHONY: container
container: all ## docker-compose up to a publisher's pull, with a real engine
	@tests/deps build test docker
	@$(MAKE) $(OUT)/tests/limit
	@$(RUN) tests/docker/compose.sh

.PHONY: coverage
coverage: ## lines that the tests reach, in build/coverage/index.html
	@tests/deps coverage
	-@$(MAKE) MODE=coverage test
	@gcovr --root . --filter src/ --object-directory $(BUILD)/coverage \
	    --html-details $(BUILD)/coverage/index.html --print-summary

.PHONY: bench
bench: ## the benchmarks; figures in build/bench.json
	@tests/deps build test bench
	@$(MAKE) -j$(JOBS) all $(OUT)/tests/bench/pull $(OUT)/tests/bench/directory
	@tests/bench/run $(BUILD)

$(OUT)/tests/bench/pull: tests/bench/pull.c
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c17 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -o $@ $< -lcurl

$(OUT)/tests/bench/directory: tests/bench/directory.c $(OBJECTS)
	@mkdir -p $(@D)
	$(Q)$(CC) $(TEST_FLAGS) $(LINK_FLAGS) -o $@ $< \
	    $(filter-out $(OUT)/obj/main.o,$(OBJECTS)) $(LIBS)

# --- generated files --------------------------------------------------------

.PHONY: gen migration
gen: all ## write what the tables say into the checked-in files
	@sh src/gen.sh $(OUT)/homeroom .
migration: all ## draft sql/migrations/NNN_NAME.sql from the tables (NAME=…)
	@sh src/migration.sh $(OUT)/homeroom '$(NAME)'

# --- packages ---------------------------------------------------------------

.PHONY: install deb docker clean help
install: all ## a conventional install under PREFIX (and DESTDIR)
	install -D -m 755 $(OUT)/homeroom $(DESTDIR)$(PREFIX)/bin/homeroom
	install -D -m 644 LICENSE $(DESTDIR)$(PREFIX)/share/doc/homeroom/copyright
	sed 's|@PREFIX@|$(PREFIX)|' packaging/homeroom.service | install -D -m 644 \
	    /dev/stdin $(DESTDIR)$(PREFIX)/lib/systemd/system/homeroom.service

deb: ## a Debian package with a systemd unit
	@tests/deps build deb
	@$(MAKE) -j$(JOBS) all
	@sh packaging/deb.sh $(BUILD)

docker: ## the container image
	docker build --file docker/Dockerfile --tag homeroom .

clean: ## remove what was built
	rm -rf $(BUILD)

help: ## this list
	@sed -n 's/^\([a-z][a-z0-9 ]*\):.*## \(.*\)/\1\t\2/p' Makefile | \
	    expand -t 18
