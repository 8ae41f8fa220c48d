# Homeroom. `make help` lists the targets.

CC      ?= cc
PREFIX  ?= /usr/local
BUILD   ?= build
MODE    ?= release

PACKAGES := libevent_core libevent_extra libevent_openssl libevent_pthreads \
	libpq jansson libssl libcrypto libjwt zlib libarchive

WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion \
	-Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
	-Wwrite-strings -Wvla -Wcast-qual -Wswitch-enum -Wundef -Wformat=2
CFLAGS_release := -O2 -g -Werror -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
LDFLAGS_release := -pie -Wl,-z,relro,-z,now
CFLAGS_asan := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=undefined
LDFLAGS_asan := -fsanitize=address,undefined
CFLAGS_tsan := -O1 -g -fno-omit-frame-pointer -fsanitize=thread
LDFLAGS_tsan := -fsanitize=thread

OUT     := $(BUILD)$(if $(filter-out release,$(MODE)),/$(MODE))
SOURCES := $(sort $(wildcard src/*.c src/*/*.c src/*/*/*.c))
OBJECTS := $(SOURCES:src/%.c=$(OUT)/obj/%.o) $(OUT)/obj/embedded.o
QUERIES := $(sort $(wildcard sql/queries/*.sql))
MIGRATIONS := $(sort $(wildcard sql/migrations/*.sql))

ALL_CFLAGS = -std=c17 -D_GNU_SOURCE $(WARNINGS) $(CFLAGS_$(MODE)) \
	-Iinclude -I$(OUT)/gen $(shell pkg-config --cflags $(PACKAGES)) $(CFLAGS)
ALL_LDFLAGS = $(LDFLAGS_$(MODE)) $(LDFLAGS)
LIBS = $(shell pkg-config --libs $(PACKAGES)) -pthread

.DEFAULT_GOAL := all
.PHONY: all
all: $(OUT)/homeroom

$(OUT)/homeroom: $(OBJECTS)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(OUT)/obj/%.o: src/%.c $(OUT)/gen/statements.inc
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(OUT)/obj/embedded.o: $(OUT)/gen/embedded.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(OUT)/gen/statements.inc $(OUT)/gen/embedded.c &: $(QUERIES) $(MIGRATIONS) src/embed.sh
	@mkdir -p $(@D)
	sh src/embed.sh $(@D) $(QUERIES) -- $(MIGRATIONS)

-include $(OBJECTS:.o=.d)
