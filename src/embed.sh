#!/bin/sh
# Makes GENDIR/statements.inc and GENDIR/embedded.c: the named statements of
# sql/queries, the migrations and the consumers' profiles, as C strings in the
# binary.
#
# usage: embed.sh GENDIR QUERY.sql … -- MIGRATION.sql … -- PROFILE.yaml …
set -eu
gen=$1
shift

quoted() { # a file as C string literals, a line each
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/\t"/' -e 's/$/\\n"/' "$1"
}

{
	echo '/* Made by src/embed.sh. */'
	echo '#include "homeroom/embedded.h"'
	echo 'const struct embedded embedded_statements[] = {'
	: >"$gen/statements.inc.new"
	while [ "$1" != -- ]; do
		name=$(basename "$1" .sql)
		echo "STATEMENT($name)" >>"$gen/statements.inc.new"
		printf '{ "%s",\n' "$name"
		quoted "$1"
		echo '},'
		shift
	done
	shift
	echo '{ 0 } };'
	echo 'const struct embedded embedded_migrations[] = {'
	while [ "$1" != -- ]; do
		printf '{ "%s",\n' "$(basename "$1" .sql)"
		quoted "$1"
		echo '},'
		shift
	done
	shift
	echo '{ 0 } };'
	echo 'const struct embedded embedded_profiles[] = {'
	for file; do
		printf '{ "%s",\n' "$(basename "$file" .yaml)"
		quoted "$file"
		echo '},'
	done
	echo '{ 0 } };'
} >"$gen/embedded.c"
cmp -s "$gen/statements.inc.new" "$gen/statements.inc" 2>/dev/null ||
	cp "$gen/statements.inc.new" "$gen/statements.inc"
rm -f "$gen/statements.inc.new"
