#!/bin/sh
# Makes GENDIR/statements.inc and GENDIR/embedded.c: the named statements of
# sql/queries, the migrations and the consumers' profiles, as C strings in the
# binary, and ready mappings and rules.
#
# usage: embed.sh GENDIR QUERY.sql … -- MIGRATION.sql … -- PROFILE.yaml … --
#        MAPPING.yaml … -- RULES.yaml …
set -eu
gen=$1
shift

quoted() { # a file as C string literals, a line each
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/\t"/' -e 's/$/\\n"/' "$1"
}

{
	echo '/* Made by src/embed.sh. */'
	echo '#include "homeroom/embedded.h"'
	for list in statements migrations profiles mappings rules; do
		echo "const struct embedded embedded_${list}[] = {"
		while [ $# -gt 0 ] && [ "$1" != -- ]; do
			name=$(basename "${1%.*}")
			printf '{ "%s",\n' "$name"
			quoted "$1"
			echo '},'
			[ $list != statements ] || echo "STATEMENT($name)" >&3
			shift
		done
		[ $# = 0 ] || shift
		echo '{ 0 } };'
	done
} >"$gen/embedded.c" 3>"$gen/statements.inc.new"
cmp -s "$gen/statements.inc.new" "$gen/statements.inc" 2>/dev/null ||
	cp "$gen/statements.inc.new" "$gen/statements.inc"
rm -f "$gen/statements.inc.new"
