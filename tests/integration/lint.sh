#!/bin/sh
# The lint finds what it is there to find, and leaves alone what is well.
# threads: 1
set -u
. "$HOMEROOM_TEST_SOURCE/tests/check.sh"
lint=$HOMEROOM_TEST_SOURCE/tests/lint
mkdir -p src/serve/edge src/store include/homeroom

check() { # FILE: all that reads source, over this one file
	{
		awk -f "$lint/rooms.awk" "$HOMEROOM_TEST_SOURCE/src/rooms" \
			"$lint/libraries" "$1"
		awk -f "$lint/strip.awk" -f "$lint/sizes.awk" "$1"
		awk -f "$lint/strip.awk" -f "$lint/banned.awk" \
			"$lint/banned" "$lint/allocators" "$1"
	} >out 2>err
}

finds() { # NAME FILE PATTERN: FILE from standard input has one finding
	cat >"$2"
	check "$2"
	if [ "$(wc -l <out)" != 1 ]; then
		not_ok "$1" "$(wc -l <out) findings"
	else
		says "$1" out "^$2:[0-9]+: .*$3"
	fi
	rm "$2"
}

passes() { # NAME FILE
	cat >"$2"
	check "$2"
	if [ -s out ] || [ -s err ]; then
		not_ok "$1" "there are findings"
	else
		ok "$1"
	fi
	rm "$2"
}

finds 'a door that is not to be opened' src/serve/edge/a.c 'door of store' <<'C'
#include "homeroom/store.h"
C
finds 'a library outside its room' src/store/a.c 'may not use jwt' <<'C'
#include <jwt.h>
C
finds 'a library in a door' include/homeroom/store.h 'shows no library' <<'C'
#include <libpq-fe.h>
C
finds 'a second private header' src/store/other.h 'one private header' <<'C'
struct other;
C
finds "another room's private header" src/store/a.c 'private header' <<'C'
#include "serve/serve.h"
C
finds 'a banned call' src/store/a.c 'atoi is banned' <<'C'
	n = atoi(text);
C
finds 'a call that blocks a loop' src/serve/edge/a.c 'poll is banned' <<'C'
	poll(NULL, 0, -1);
C
finds 'memory from elsewhere' src/store/a.c 'malloc outside' <<'C'
	p = malloc(3);
C
finds 'goto' src/store/a.c 'goto' <<'C'
	goto out;
C
finds 'a fourth level' src/store/a.c 'fourth level' <<'C'
void f(void)
{
	for (;;) {
		if (a) {
			while (b) {
				c();
			}
		}
	}
}
C
finds 'a seventh parameter' src/store/a.c 'parameters' <<'C'
void f(int a, int b, int c, int d, void (*e)(int, int), int g,
    int h)
{
}
C
{
	printf 'void f(void)\n{\n'
	seq 1 59 | sed 's/.*/\tg();/'
	printf '}\n'
} | finds 'a long function' src/store/a.c '61 lines'
seq 1 501 | sed 's/.*/int a;/' | finds 'a long file' src/store/a.c '501 lines'

passes 'what only looks like it' src/store/a.c <<'C'
#include "homeroom/store.h"
#include "store.h"
#include "homeroom/base.h"
#include <libpq-fe.h>
/* malloc(3), goto out; atoi(x) */
static const char *const words[] = {
	"goto out; { { { {", "malloc(", "\"{",
};
static void f(int a, int b, int c, int d, void (*e)(int, int), int g)
{
	const struct pair pairs[] = {
		{ 1, { 2, { 3 } } },
	};
	for (;;) {
		if (a) {
			h(pairs, '{', "atoi(");
			out.free(x), out->malloc(y);
		}
	}
}
C
{
	echo '/* clang-format off */'
	seq 1 600 | sed 's/.*/int a;/'
	echo '/* clang-format on */'
} | passes 'a long table' src/store/a.c
