#!/bin/sh
# Drafts the next migration: how a database gets from the tables as committed
# to the tables as the program now has them. Read it before you commit it.
#
# usage: migration.sh HOMEROOM NAME
set -eu
homeroom=$1 name=$2
if [ -z "$name" ]; then
	echo 'usage: make migration NAME=what_changes' >&2
	exit 2
fi

last=$(find sql/migrations -name '[0-9]*.sql' | sort | tail -n 1)
number=$(basename "${last:-000_none.sql}" | sed 's/_.*//; s/^0*//')
file=$(printf 'sql/migrations/%03d_%s.sql' $((${number:-0} + 1)) "$name")

old=$(mktemp) new=$(mktemp)
git show HEAD:sql/model.sql >"$old"
"$homeroom" describe --sql >"$new"
awk -f src/migration.awk "$old" "$new" >"$file.new"
rm "$old" "$new"
if [ ! -s "$file.new" ]; then
	rm "$file.new"
	echo 'The tables say what they said; there is nothing to migrate.'
	exit
fi
{
	echo "-- $name"
	cat "$file.new"
} >"$file"
rm "$file.new"
echo "wrote $file; now \`make gen\`"
