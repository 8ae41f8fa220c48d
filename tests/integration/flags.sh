#!/bin/sh
# What was built with other flags is built anew, and nothing else is.
# threads: 1
set -u
. "$HOMEROOM_TEST_SOURCE/tests/check.sh"
out=$PWD/out
unset MAKEFLAGS MFLAGS MAKELEVEL MODE CFLAGS # of the make that runs the tests

build() { # FLAGS…
	make -C "$HOMEROOM_TEST_SOURCE" BUILD="$out" "$@" \
		"$out/obj/base/buf.o" >out.log 2>err
}

compiled() { # NAME yes|no
	grep -q 'CC .*buf' out.log && is=yes || is=no
	if [ "$is" = "$2" ]; then ok "$1"; else not_ok "$1" "compiled: $is"; fi
}

build && compiled 'at first' yes
build && compiled 'again' no
build CFLAGS=-DOTHER && compiled 'with other flags' yes
build CFLAGS=-DOTHER && compiled 'again with these' no
build && compiled 'without them' yes
